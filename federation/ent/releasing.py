"""What leaves for a service: an identifier of its own, and what the département granted. Nothing else.

Profiles are the codes of the ENT framework (SDET, annexe « alimentation »). A guardian's collèges are
those of the children whom the service is for; a class or a level is only ever a pupil's own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from federation.catalogue.attributes import Attribute, Profile
from federation.ent import keys
from federation.ent.queries import OpenService
from tenants.accounts.capabilities import Role
from tenants.people import queries as people
from tenants.people.models import Pupil, Schooling

if TYPE_CHECKING:
    from tenants.accounts.models import User

Claim = str | list[str]
NATIONAL_PROFILES = {
    Profile.PUPIL: "National_ELV",
    Profile.GUARDIAN: "National_TUT",
    Profile.STAFF: "National_COL",
}
SECRETARY = "National_ETA"  # a collège's own staff, who do not teach


def claims_of(user: User, service: OpenService, *, on: datetime.date) -> dict[str, Claim]:
    """The claims of a person for a service, under the names that OpenID Connect and CAS share."""
    claims: dict[str, Claim] = {"sub": keys.subject_of(user, service_code=service.code)}
    for attribute in service.granted:
        name, value = _CLAIMS[attribute]
        told = value(user, service, on)
        if told:
            claims[name] = told
    return claims


def _profile(user: User, service: OpenService, _on: datetime.date) -> Claim:
    if service.profile is Profile.STAFF and user.has_role(Role.COLLEGE_SECRETARY):
        return SECRETARY
    return NATIONAL_PROFILES[service.profile]


def _colleges(user: User, service: OpenService, on: datetime.date) -> Claim:
    if service.profile is Profile.STAFF:
        uais = user.staff_roles.exclude(college_uai="").values_list("college_uai", flat=True)
        return sorted(set(uais))
    return sorted({schooling.college.uai for schooling in _schoolings(user, service, on)})


def _schoolings(user: User, service: OpenService, on: datetime.date) -> list[Schooling]:
    """Where the pupil goes, or the children whom the service is for."""
    if service.profile is Profile.PUPIL:
        pupils = list(Pupil.objects.filter(user_id=user.pk).values_list("pk", flat=True))
    else:
        pupils = [child.pupil_id for child in service.children]
    return list(people.schoolings_on(pupils, on).values())


def _level(user: User, service: OpenService, on: datetime.date) -> Claim:
    found = _own_schooling(user, service, on)
    return found.school_class.level if found and found.school_class else ""


def _school_class(user: User, service: OpenService, on: datetime.date) -> Claim:
    found = _own_schooling(user, service, on)
    return found.school_class.name if found and found.school_class else ""


def _own_schooling(user: User, service: OpenService, on: datetime.date) -> Schooling | None:
    if service.profile is not Profile.PUPIL:
        return None
    return next(iter(_schoolings(user, service, on)), None)


_CLAIMS: dict[Attribute, tuple[str, Callable[[User, OpenService, datetime.date], Claim]]] = {
    Attribute.PROFILE: ("ent_profile", _profile),
    Attribute.COLLEGE: ("uai", _colleges),
    Attribute.LEVEL: ("level", _level),
    Attribute.SCHOOL_CLASS: ("class", _school_class),
    Attribute.GIVEN_NAME: ("given_name", lambda user, _service, _on: user.first_name),
    Attribute.FAMILY_NAME: ("family_name", lambda user, _service, _on: user.last_name),
}
CLAIM_NAMES = tuple(name for name, _value in _CLAIMS.values())
