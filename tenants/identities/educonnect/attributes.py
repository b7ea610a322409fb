"""What EduConnect says of somebody: attributes named by OID (STANDARDS.md §4.1).

`FrEduCtRefId` holds `{AAF}academy|anything|key`: the key is the feed's own identifier in that academy.
Identifiers of other academies are other feeds': here they would point at strangers.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from tenants.identities.claims import Claims
from tenants.identities.educonnect.settings import Settings
from tenants.identities.models import Profile, ProviderKind
from tenants.identities.refusals import SignInBroken, WrongProfile

_BASE = "urn:oid:1.3.6.1.4.1.20326.10.999.1"
LEAVE_URL = f"{_BASE}.5"  # FrEduUrlRetour
AFFILIATION = f"{_BASE}.7"  # FrEduCtPersonAffiliation
SUBJECT = f"{_BASE}.57"  # FrEduCtId
INE_HASH = f"{_BASE}.64"  # FrEduCtEleveINEHash: how it is made is not published, so it is not read
BIRTH_DATE = f"{_BASE}.67"
UAI = f"{_BASE}.72"  # FrEduCtEleveUAI
REFERENCES = (
    "FrEduCtRefId"  # its OID is given with the agreement; the friendly name is the same for all
)
LAST_NAME, FIRST_NAME = "urn:oid:2.5.4.4", "urn:oid:2.5.4.42"
PROFILES = {"eleve2d": Profile.PUPIL, "resp1d": Profile.GUARDIAN, "resp2d": Profile.GUARDIAN}
Attributes = Mapping[str, Sequence[object]]


def claims_from(named: Attributes, friendly: Attributes, settings: Settings) -> Claims:
    """
    The claims of a verified assertion.

    :raises SignInBroken: if it names nobody
    :raises WrongProfile: if it is of a kind that a collège does not know, or of two kinds at once
    """
    subject = _one(named, SUBJECT)
    if not 0 < len(subject) <= 255:
        raise SignInBroken(problem="subject")
    profiles = {PROFILES.get(said) for said in _all(named, AFFILIATION)}
    profile = profiles.pop() if len(profiles) == 1 else None
    if profile is None:
        raise WrongProfile
    return Claims(
        kind=ProviderKind.EDUCONNECT,
        subject=subject,
        profile=profile,
        last_names=_all(named, LAST_NAME)[:3],
        first_names=_all(named, FIRST_NAME)[:5],
        birth_date=_day(_one(named, BIRTH_DATE)),
        join_keys=_join_keys(_all(friendly, REFERENCES) or _all(named, REFERENCES), settings),
        uai=_one(named, UAI).upper()[:8],
        leaving=_one(named, LEAVE_URL),
    )


def _all(attributes: Attributes, name: str) -> tuple[str, ...]:
    said = (value for value in attributes.get(name, ()) if isinstance(value, str))
    return tuple(value.strip()[:500] for value in said if value.strip())


def _one(attributes: Attributes, name: str) -> str:
    return next(iter(_all(attributes, name)), "")


def _day(written: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(written[:10])
    except ValueError:
        return None


def _join_keys(references: Sequence[str], settings: Settings) -> tuple[str, ...]:
    found = []
    for reference in references:
        kind, _brace, said = reference.partition("}")
        parts = said.split("|")
        if kind != "{AAF" or len(parts) != 3:
            continue
        academy, _kind_of_source, key = parts
        # A key that was taken from somebody begins with `#`: no provider names it.
        if academy.lstrip("0") in settings.academies and key and not key.startswith("#"):
            found.append(key[:40])
    return tuple(dict.fromkeys(found))
