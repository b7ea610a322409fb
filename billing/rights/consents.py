"""What a person agrees to, word for word. A text is never edited: a new one has a new version.

The words are the record (91 asks for an explicit agreement, DOMAIN.md §6.4): what was shown is kept
with its version, so they stand here and not in the interface. Each says who asks, whom, what, and why.
"""

from __future__ import annotations

import dataclasses

from billing.rights.identity import AskedIdentity
from billing.rights.models import RightsRequest, RightsSource
from billing.rights.sources.answers import Endpoint

_Kind = RightsSource.Kind
_Way = RightsRequest.Way


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """One text. `%(departement)s` is the name of the département that asks."""

    version: str
    source_kind: str
    data: tuple[Endpoint, ...]
    words: str

    def shown(self, departement: str) -> str:
        """As the person reads it."""
        return self.words % {"departement": departement}


_ENDING = (
    "Cela sert à calculer le prix des repas de mes enfants, et à rien d'autre. "
    "De la réponse, seuls ces chiffres sont gardés. "
    "Je peux refuser, ou changer d'avis, et envoyer une pièce à la place."
)
CAF_TEXT = ConsentText(
    version="caf-2026-11",
    source_kind=_Kind.API_PARTICULIER,
    data=(Endpoint.QUOTIENT,),
    words=(
        "J'accepte que le département (%(departement)s) demande mon quotient familial à la CAF ou à la "
        f"MSA. {_ENDING}"
    ),
)
CAF_AND_BURSARY_TEXT = ConsentText(
    version="caf-bourse-2026-11",
    source_kind=_Kind.API_PARTICULIER,
    data=(Endpoint.QUOTIENT, Endpoint.SCHOOLING),
    words=(
        "J'accepte que le département (%(departement)s) demande mon quotient familial à la CAF ou à la "
        "MSA. J'accepte qu'il demande au ministère de l'Éducation nationale si mes enfants sont "
        f"boursiers, et leur échelon. {_ENDING}"
    ),
)
TAX_TEXT = ConsentText(
    version="impots-2026-11",
    source_kind=_Kind.API_IMPOT,
    data=(Endpoint.INCOME,),
    words=(
        "J'accepte que le département (%(departement)s) demande mon revenu fiscal de référence et mon "
        f"nombre de parts au service des impôts. {_ENDING}"
    ),
)


def text_for(way: str, *, with_bursary: bool) -> ConsentText:
    """What is to be agreed to before this way is taken.

    :raises LookupError: for a way that asks no source
    """
    if way == _Way.CAF_MSA:
        return CAF_AND_BURSARY_TEXT if with_bursary else CAF_TEXT
    if way == _Way.TAX:
        return TAX_TEXT
    raise LookupError(way)


def text_of(request: RightsRequest) -> ConsentText | None:
    """What is to be agreed to for a request as it stands; none for a way that asks nobody."""
    if not request.asks_a_source:
        return None
    sealed = request.sealed_identity
    children = AskedIdentity.unsealed(bytes(sealed)).children if sealed is not None else ()
    return text_for(request.way, with_bursary=bool(children))
