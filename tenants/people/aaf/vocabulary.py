"""What the feed's own words and numbers mean to us.

`ENTElevePersRelEleve` is `guardian$relation$financial$legal$contact$payment`: the financial guardian
is the canteen's payer; legal is 1 or 2 for a holder of parental authority, 0 otherwise.
"""

from __future__ import annotations

import functools
import re

from tenants.people.models import Level, Regime, Relation

RELATIONS = {
    "1": Relation.FATHER.value,
    "2": Relation.MOTHER.value,
    "3": Relation.GUARDIAN.value,
    "4": Relation.FAMILY.value,
    "5": Relation.ASE.value,
    "6": Relation.OTHER.value,
    "7": Relation.SELF.value,
}

# Module élémentaire de formation: its first digits say the level, SEGPA included.
_MEF_LEVELS = {
    "100": Level.SIXIEME.value,
    "101": Level.CINQUIEME.value,
    "102": Level.QUATRIEME.value,
    "103": Level.TROISIEME.value,
    "164": Level.SIXIEME.value,
    "165": Level.CINQUIEME.value,
    "166": Level.QUATRIEME.value,
    "167": Level.TROISIEME.value,
}
_LEVEL_TEXT = re.compile(r"\s*([3456])\s*(?:E|EME|ÈME|È)\b", re.IGNORECASE)


# ENTStructureTypeStruct of a place where collégiens are schooled: SEGPA and EREA included. The
# rectorats write SANS OBJET where they have nothing to say.
_COLLEGE_WORDS = ("COLLEGE", "CLG", "SANS OBJET", "SECTION D'ENSEIG", "SEGPA", "EREA")
_ADAPTED = "ENSEIGNEMENT ADAPTE"


def may_be_college(text: str) -> bool:
    """Whether a kind of structure is a collège, or does not say."""
    words = text.upper().replace("È", "E").replace("É", "E")
    return words.startswith(_COLLEGE_WORDS) or _ADAPTED in words


@functools.lru_cache(maxsize=500)  # a feed has a dozen of them
def regime_of(text: str) -> str | None:
    """The régime a free text names, or None when it names none we know."""
    words = text.upper().strip()
    if words.startswith(("DEMI-PENS", "DEMI PENS", "1/2 PENS")):
        return Regime.HALF_BOARD.value
    if words.startswith(("INTERNE EXTERN", "INTERNE-EXTERN")):  # eats at school, sleeps at home
        return Regime.HALF_BOARD.value
    if words.startswith("INTERNE"):
        return Regime.BOARDER.value
    if words.startswith("EXTERNE"):
        return Regime.DAY.value
    return None


@functools.lru_cache(maxsize=2_000)
def level_of(mef: str, formation: str) -> str:
    """The level, from the text of the formation first and its MEF otherwise."""
    if found := _LEVEL_TEXT.match(formation):
        return f"{found[1]}E"
    return _MEF_LEVELS.get(mef[:3], Level.OTHER.value) if not formation else Level.OTHER.value


def title_of(text: str) -> str:
    """A civility as we show it: `Mlle` is no longer used by the administration (2012)."""
    words = text.strip().rstrip(".").casefold()
    if words in {"mme", "mlle", "madame", "mademoiselle"}:
        return "Mme"
    if words in {"m", "mr", "monsieur"}:
        return "M."
    return ""
