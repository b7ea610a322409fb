"""Who a child is, in the few forms that two départements compare: each holds the birth date.

A form is of one child. The national identifier alone is not enough (one may be given again); a name alone
neither. Every form but the identifier's holds the whole first name, so that twins and siblings, who share
the rest, never have one in common. No form is phonetic, and none drops a part of a name.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import re
from collections.abc import Collection

from commons.normalisation import search_key
from federation.exchange.models import Strength
from tenants.people.models import Pupil

_SPACES = re.compile(r"\s+")


class Form(enum.StrEnum):
    """What is compared. All are always sent: one that cannot be made is a decoy, which is like nothing."""

    INE = "INE"
    NAMES = "NAMES"
    EITHER_ORDER = "EITHER_ORDER"


SCORES = {Form.INE: 100, Form.NAMES: 80, Form.EITHER_ORDER: 60}
SURE_FROM = 100
PROBABLE_FROM = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """A child, as a feed or a guardian says."""

    last_name: str
    first_name: str
    birth_date: datetime.date
    ine: str | None = None

    @classmethod
    def of(cls, pupil: Pupil) -> Identity:
        return cls(pupil.last_name, pupil.first_name, pupil.birth_date, pupil.ine)

    def dumped(self) -> str:
        """As it is sealed."""
        said = [self.last_name, self.first_name, self.birth_date.isoformat(), self.ine]
        return json.dumps(said, ensure_ascii=False)

    @classmethod
    def loaded(cls, text: str) -> Identity:
        last_name, first_name, birth_date, ine = json.loads(text)
        return cls(last_name, first_name, datetime.date.fromisoformat(birth_date), ine)

    def forms(self) -> dict[Form, str | None]:
        """The forms of this child; none where there is nothing to make it of."""
        born = self.birth_date.isoformat()
        last, first = search_key(self.last_name), search_key(self.first_name)
        ine = _SPACES.sub("", self.ine or "").upper()
        if not last or not first:
            return {Form.INE: f"{ine}|{born}" if ine else None} | dict.fromkeys(
                (Form.NAMES, Form.EITHER_ORDER)
            )
        pair = sorted((last.replace(" ", ""), first.replace(" ", "")))
        return {
            Form.INE: f"{ine}|{born}" if ine else None,
            Form.NAMES: f"{last}|{first}|{born}",
            Form.EITHER_ORDER: f"{pair[0]}|{pair[1]}|{born}",
        }


def score_of(alike: Collection[Form], *, both_have_ine: bool) -> int:
    """How likely two halves are of one child; nothing when their identifiers say they are two."""
    if both_have_ine and Form.INE not in alike:
        return 0
    return max((SCORES[form] for form in alike), default=0)


def strength_of(score: int) -> Strength | None:
    """What a score is called; nothing when it is none."""
    if score >= SURE_FROM:
        return Strength.SURE
    return Strength.PROBABLE if score >= PROBABLE_FROM else None


def score_between(one: Identity, other: Identity) -> int:
    """The same, of two children that one side knows both of."""
    mine, theirs = one.forms(), other.forms()
    alike = {form for form in Form if mine[form] is not None and mine[form] == theirs[form]}
    return score_of(alike, both_have_ine=bool(one.ine and other.ine))
