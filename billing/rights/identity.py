"""Who a source is asked about. Given by the person, sealed in the request, erased with the answer.

Names and dates are as the civil status has them, which the school's directory does not know: its
names are those in use, and it has no birth date of guardians. So a person gives them, and the name
must be one that the directory knows for a guardian of the household (`is_of`): nobody asks about a
stranger. Codes of birth places are INSEE's (code officiel géographique).
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from stdnum.fr import nif

from commons import sealing
from commons.errors import DomainError
from commons.normalisation import search_key

if TYPE_CHECKING:
    from tenants.people.models import Guardian

FRANCE = "99100"
MOST_FIRST_NAMES = 3
_PURPOSE = "rights.identity"
_COUNTRY = re.compile(r"99\d{3}")
_COMMUNE = re.compile(r"(\d{2}|2[AB])\d{3}")
_DEPARTEMENT = re.compile(r"\d{2,3}|2[AB]")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’.-])*")
_LONGEST_NAME = 80
_OLDEST = 120


class IdentityInvalid(DomainError):
    """A part of an identity that no civil status has; `reason` says which."""

    code = "RIGHTS_IDENTITY_INVALID"


class IdentityOfAnother(DomainError):
    """The name is none of the household's guardians', as the school knows them."""

    code = "RIGHTS_IDENTITY_OF_ANOTHER"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CivilIdentity:
    """A person as the civil status has them. A month or a day that is unknown is left out.

    A birth place in France is INSEE's code of the commune, or its name and its département's number.
    """

    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_year: int
    birth_month: int | None = None
    birth_day: int | None = None
    birth_country: str = FRANCE
    birth_commune: str = ""
    birth_commune_name: str = ""
    birth_departement: str = ""
    usage_name: str = ""

    def __repr__(self) -> str:
        return "CivilIdentity(…)"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChildSex:
    """What the directory does not say of a pupil, and the ministry asks: M or F."""

    pupil: str
    sex: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskedIdentity:
    """Whom the sources are asked about: a person, or a tax number, and children for their bursary."""

    civil: CivilIdentity | None = None
    tax_number: str = ""
    children: tuple[ChildSex, ...] = ()

    def __repr__(self) -> str:
        return "AskedIdentity(…)"

    def sealed(self) -> bytes:
        """As a row may hold it."""
        return sealing.seal(json.dumps(dataclasses.asdict(self)), purpose=_PURPOSE)

    @classmethod
    def unsealed(cls, sealed: bytes) -> AskedIdentity:
        """The identity of a row.

        :raises CannotUnseal: if it was sealed for another tenant, or by a forgotten secret
        """
        found: dict[str, Any] = json.loads(sealing.unseal(sealed, purpose=_PURPOSE))
        civil = found["civil"]
        if civil is not None:
            civil = CivilIdentity(**civil | {"first_names": tuple(civil["first_names"])})
        children = tuple(ChildSex(**child) for child in found["children"])
        return cls(civil=civil, tax_number=found["tax_number"], children=children)


def checked_civil(identity: CivilIdentity, *, today: datetime.date) -> CivilIdentity:
    """
    A civil identity whose parts can be, with its spaces put right.

    :raises IdentityInvalid: naming the first field that cannot
    """
    first_names = tuple(_name("first_names", one) for one in identity.first_names)
    if not 1 <= len(first_names) <= MOST_FIRST_NAMES:
        raise IdentityInvalid(reason="first_names")
    usage_name = identity.usage_name.strip()
    if identity.sex not in {"M", "F"}:
        raise IdentityInvalid(reason="sex")
    if not _COUNTRY.fullmatch(identity.birth_country):
        raise IdentityInvalid(reason="birth_country")
    _check_birth(identity, today=today)
    place = _birth_place(identity)
    return dataclasses.replace(
        identity,
        birth_name=_name("birth_name", identity.birth_name),
        first_names=first_names,
        usage_name=_name("usage_name", usage_name) if usage_name else "",
        birth_commune=place.code,
        birth_commune_name=place.name,
        birth_departement=place.departement,
    )


class _Place(NamedTuple):
    """Where somebody was born in France; empty for who was born abroad."""

    code: str = ""
    name: str = ""
    departement: str = ""


def _birth_place(identity: CivilIdentity) -> _Place:
    """The code of a French commune, else its name and its département; nothing of one abroad."""
    if identity.birth_country != FRANCE:
        return _Place()
    code = identity.birth_commune.strip().upper()
    if code:
        if not _COMMUNE.fullmatch(code):
            raise IdentityInvalid(reason="birth_commune")
        return _Place(code=code)
    name = _name("birth_commune", identity.birth_commune_name)
    departement = identity.birth_departement.strip().upper()
    if not _DEPARTEMENT.fullmatch(departement):
        raise IdentityInvalid(reason="birth_departement")
    return _Place(name=name, departement=departement)


def _check_birth(identity: CivilIdentity, *, today: datetime.date) -> None:
    if identity.birth_day is not None and identity.birth_month is None:
        raise IdentityInvalid(reason="birth_date")
    try:
        born = datetime.date(
            identity.birth_year, identity.birth_month or 1, identity.birth_day or 1
        )
    except ValueError as error:
        raise IdentityInvalid(reason="birth_date") from error
    if not today.year - _OLDEST <= born.year or born > today:
        raise IdentityInvalid(reason="birth_date")


def _name(field: str, text: str) -> str:
    words = " ".join(text.split())
    if len(words) > _LONGEST_NAME or not _WORD.fullmatch(words):
        raise IdentityInvalid(reason=field)
    return words


def checked_tax_number(text: str) -> str:
    """
    A tax number (numéro fiscal): thirteen digits whose last three check the others.

    :raises IdentityInvalid: if it is none
    """
    digits = "".join(text.split())
    if not nif.is_valid(digits):
        raise IdentityInvalid(reason="tax_number")
    return str(nif.compact(digits))


def is_of(identity: CivilIdentity, guardians: Iterable[Guardian]) -> bool:
    """Whether the directory knows such a person among these guardians: a name and the first name."""
    names = {search_key(identity.birth_name), search_key(identity.usage_name)} - {""}
    first = {
        search_key(identity.first_names[0]),
        *(search_key(one) for one in identity.first_names),
    }
    return any(
        search_key(guardian.last_name) in names and search_key(guardian.first_name) in first
        for guardian in guardians
    )
