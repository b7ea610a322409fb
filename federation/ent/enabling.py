"""Enable a service, say what it is told of people, and open it to some of them.

A service is told less than it asks for, never more. What is closed stays written: who could use what,
and when, can be answered for.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from commons.public_calls import may_be_called
from federation.catalogue import queries as catalogue
from federation.catalogue.attributes import Profile
from federation.catalogue.models import SharedService
from federation.ent.models import EnabledService, Licence, Opening
from tenants.people.models import College, SchoolClass


class ServiceAlreadyEnabled(DomainError):
    """The département enables this service already."""

    code = "ENT_SERVICE_ALREADY_ENABLED"


class ServiceDisabled(DomainError):
    """The service is no longer enabled: nothing of it changes."""

    code = "ENT_SERVICE_DISABLED"


class GrantBeyondAsked(DomainError):
    """Something the service does not ask for would be told to it."""

    code = "ENT_GRANT_BEYOND_ASKED"


class AddressRefused(DomainError):
    """An address where nobody may be sent; `field` names it."""

    code = "ENT_ADDRESS_REFUSED"


class OpeningRefused(DomainError):
    """An opening that cannot be; `field` says which value."""

    code = "ENT_OPENING_REFUSED"


class OpeningExists(DomainError):
    """The service is open to these people already, without an end."""

    code = "ENT_OPENING_EXISTS"


class LicencesTaken(DomainError):
    """More licences are taken than would be left."""

    code = "ENT_LICENCES_TAKEN"


@dataclasses.dataclass(frozen=True, slots=True)
class Audience:
    """A profile: of every collège, of one, or of a class of it."""

    profile: str
    college: College | None = None
    school_class: SchoolClass | None = None


@transaction.atomic(durable=True)
def enable_service(
    *,
    service_code: str,
    granted: Collection[str],
    actor: Actor,
    at: datetime.datetime,
    launch_url: str = "",
    health_url: str = "",
) -> EnabledService:
    """
    Enable a service of the catalogue; nobody has it before it is opened to them.

    :raises NotFound: if the catalogue does not offer it
    :raises GrantBeyondAsked: if it would be told more than it asks for
    :raises AddressRefused: if nobody may be sent to an address
    :raises ServiceAlreadyEnabled: if it is enabled
    """
    service = catalogue.service_named(service_code)
    if service is None or not service.is_offered:
        raise NotFound(service=service_code)
    _check_granted(service, granted)
    for field, url in (("launch_url", launch_url), ("health_url", health_url)):
        if url and (service.is_native or not may_be_called(url)):
            raise AddressRefused(field=field)
    try:
        with transaction.atomic():
            enabled = EnabledService.objects.create(
                service_code=service.code,
                granted=sorted(set(granted)),
                launch_url=launch_url,
                health_url=health_url,
                enabled_at=at,
            )
    except IntegrityError as error:
        raise ServiceAlreadyEnabled(service=service.name) from error
    _write_down("enabled", enabled, actor=actor, at=at, granted=enabled.granted)
    return enabled


def _check_granted(service: SharedService, granted: Collection[str]) -> None:
    if beyond := sorted(set(granted) - set(service.asks)):
        raise GrantBeyondAsked(attributes=beyond)


@transaction.atomic(durable=True)
def grant_attributes(
    *, enabled: EnabledService, granted: Collection[str], actor: Actor, at: datetime.datetime
) -> EnabledService:
    """
    Say anew what a service is told of people, from the next sign-in on.

    :raises GrantBeyondAsked: if it would be told more than it asks for
    :raises ServiceDisabled: if it is no longer enabled
    """
    locked = lock_enabled(enabled)
    service = catalogue.service_named(locked.service_code)
    if service is None:
        raise NotFound(service=locked.service_code)
    _check_granted(service, granted)
    locked.granted = sorted(set(granted))
    locked.save(update_fields=["granted"])
    _write_down("granted", locked, actor=actor, at=at, granted=locked.granted)
    return locked


@transaction.atomic(durable=True)
def disable_service(
    *, enabled: EnabledService, actor: Actor, at: datetime.datetime
) -> EnabledService:
    """
    Enable a service no longer: nobody is let in from now on.

    :raises ServiceDisabled: if it is disabled already
    """
    locked = lock_enabled(enabled)
    locked.disabled_at = at
    locked.save(update_fields=["disabled_at"])
    _write_down("disabled", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def open_to(
    *,
    enabled: EnabledService,
    audience: Audience,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    valid_until: datetime.date | None = None,
    licences: int | None = None,
) -> Opening:
    """
    Open an enabled service to some people.

    :param valid_until: the day after the last one
    :param licences: how many people at most; None for no limit
    :raises ServiceDisabled: if the service is no longer enabled
    :raises OpeningRefused: naming the value that cannot be
    :raises OpeningExists: if it is open to them without an end
    """
    locked = lock_enabled(enabled)
    _check_audience(audience)
    if valid_until is not None and valid_until <= valid_from:
        raise OpeningRefused(field="valid_until")
    if licences is not None and licences < 1:
        raise OpeningRefused(field="licences")
    try:
        with transaction.atomic():
            opening = Opening.objects.create(
                enabled=locked,
                profile=audience.profile,
                college=audience.college,
                school_class=audience.school_class,
                licences=licences,
                valid_from=valid_from,
                valid_until=valid_until,
            )
    except IntegrityError as error:
        raise OpeningExists(service=locked.service_code) from error
    _write_down("opened", locked, actor=actor, at=at, opening=str(opening.public_id))
    return opening


def _check_audience(audience: Audience) -> None:
    """A class is one of its collège's, and agents are in none."""
    if audience.profile not in set(Profile):
        raise OpeningRefused(field="profile")
    if audience.school_class is None:
        return
    if audience.college is None or audience.school_class.college_id != audience.college.pk:
        raise OpeningRefused(field="school_class")
    if audience.profile == Profile.STAFF:
        raise OpeningRefused(field="school_class")


@transaction.atomic(durable=True)
def close_opening(
    *, opening: Opening, ends_on: datetime.date, actor: Actor, at: datetime.datetime
) -> Opening:
    """
    End an opening; one that has not begun by then never does.

    :param ends_on: the first day without it
    :raises OpeningRefused: if it ended before that day
    """
    locked = lock_opening(opening.pk)
    if locked.valid_until is not None and locked.valid_until <= ends_on:
        raise OpeningRefused(field="ends_on")
    locked.valid_until = max(ends_on, locked.valid_from)
    locked.save(update_fields=["valid_until"])
    _write_down("closed", locked.enabled, actor=actor, at=at, opening=str(locked.public_id))
    return locked


@transaction.atomic(durable=True)
def set_licences(
    *, opening: Opening, licences: int | None, actor: Actor, at: datetime.datetime
) -> Opening:
    """
    Say anew how many people may use an opening; None for no limit.

    :raises OpeningRefused: if it is no number of people
    :raises LicencesTaken: if more are taken already
    """
    if licences is not None and licences < 1:
        raise OpeningRefused(field="licences")
    locked = lock_opening(opening.pk)
    taken = Licence.objects.filter(opening=locked).count()
    if licences is not None and licences < taken:
        raise LicencesTaken(taken=taken)
    locked.licences = licences
    locked.save(update_fields=["licences"])
    _write_down("licensed", locked.enabled, actor=actor, at=at, opening=str(locked.public_id))
    return locked


def lock_opening(opening_id: int) -> Opening:
    """The opening, locked: its licences are counted under this lock."""
    return (
        Opening.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enabled")
        .get(pk=opening_id)
    )


def lock_enabled(enabled: EnabledService) -> EnabledService:
    """The service, locked and still enabled.

    :raises ServiceDisabled: if it is no longer
    """
    locked = EnabledService.objects.select_for_update(of=("self",), no_key=True).get(pk=enabled.pk)
    if not locked.is_enabled:
        raise ServiceDisabled(service=locked.service_code)
    return locked


def _write_down(
    done: str, enabled: EnabledService, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    record_audit(
        actor=actor,
        action=f"ent.service.{done}",
        subject_type="service",
        subject_id=enabled.public_id,
        at=at,
        service=enabled.service_code,
        **details,
    )
