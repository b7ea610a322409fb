"""Open an address to be told, say of what, pause it, and change its secret. A secret is shown once."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.public_calls import HTTPS_PORT, may_be_called
from federation.webhooks import signing, waking
from federation.webhooks.models import Endpoint, EndpointState
from federation.webhooks.public_events import PUBLIC

PORTS = frozenset({HTTPS_PORT})
MOST_ENDPOINTS = 50
_LONGEST = {"name": 100, "url": 300, "contact_email": 254}
_SAID = {
    EndpointState.ACTIVE: "resumed",
    EndpointState.PAUSED: "paused",
}


class EndpointRefused(DomainError):
    """An endpoint that cannot be; `field` says which value."""

    code = "WEBHOOKS_ENDPOINT_REFUSED"


class EndpointExists(DomainError):
    """Another endpoint has this name."""

    code = "WEBHOOKS_ENDPOINT_EXISTS"


class TooManyEndpoints(DomainError):
    """The département has as many endpoints as it may."""

    code = "WEBHOOKS_TOO_MANY_ENDPOINTS"


class EndpointPaused(DomainError):
    """Nothing is sent to an endpoint that is paused."""

    code = "WEBHOOKS_ENDPOINT_PAUSED"


class EndpointNotPaused(DomainError):
    """The endpoint is not paused: there is nothing to resume."""

    code = "WEBHOOKS_ENDPOINT_NOT_PAUSED"


@transaction.atomic(durable=True)
def create_endpoint(
    *,
    name: str,
    url: str,
    contact_email: str,
    events: Collection[str],
    actor: Actor,
    at: datetime.datetime,
    secret: str = "",
) -> tuple[Endpoint, str]:
    """
    Open an endpoint, and its secret, which nothing shows again.

    :param secret: what signs; drawn when empty
    :raises EndpointRefused: naming the value that cannot be
    :raises EndpointExists: if another has this name
    :raises TooManyEndpoints: if there are `MOST_ENDPOINTS`
    """
    values = {"name": name, "url": url, "contact_email": contact_email}
    _check(values)
    if Endpoint.objects.count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(most=MOST_ENDPOINTS)
    secret = secret or signing.draw_secret()
    try:
        with transaction.atomic():
            endpoint = Endpoint.objects.create(
                **values,
                events=_known(events),
                sealed_secret=signing.seal_secret(secret),
                created_at=at,
            )
    except IntegrityError as error:
        raise EndpointExists(name=name) from error
    write_down(
        "created", endpoint, actor=actor, at=at, host=urlsplit(url).hostname, events=endpoint.events
    )
    return endpoint, secret


def _check(values: dict[str, str]) -> None:
    for field, value in values.items():
        if not value or len(value) > _LONGEST[field] or not value.isprintable():
            raise EndpointRefused(field=field)
    if not may_be_called(values["url"], ports=PORTS):
        raise EndpointRefused(field="url")
    try:
        validate_email(values["contact_email"])
    except ValidationError as error:
        raise EndpointRefused(field="contact_email") from error


def _known(events: Collection[str]) -> list[str]:
    if not events or not set(events) <= set(PUBLIC):
        raise EndpointRefused(field="events")
    return sorted(set(events))


@transaction.atomic(durable=True)
def subscribe(
    *, endpoint: Endpoint, events: Collection[str], actor: Actor, at: datetime.datetime
) -> Endpoint:
    """
    Say anew which events an endpoint is told of, from now on.

    :raises EndpointRefused: if there is none, or one is not public
    """
    locked = lock_endpoint(endpoint.pk)
    locked.events = _known(events)
    locked.save(update_fields=["events"])
    write_down("subscribed", locked, actor=actor, at=at, events=locked.events)
    return locked


@transaction.atomic(durable=True)
def pause(*, endpoint: Endpoint, actor: Actor, at: datetime.datetime) -> Endpoint:
    """
    Send nothing to an endpoint for a time; what happens meanwhile waits, as long as the log is kept.

    :raises EndpointPaused: if it is paused already
    """
    locked = lock_endpoint(endpoint.pk)
    if locked.state == EndpointState.PAUSED:
        raise EndpointPaused
    return _turn(locked, EndpointState.PAUSED, actor=actor, at=at)


@transaction.atomic(durable=True)
def resume(*, endpoint: Endpoint, actor: Actor, at: datetime.datetime) -> Endpoint:
    """
    Send again to an endpoint that is paused, what waits first.

    :raises EndpointNotPaused: if it is not
    """
    locked = lock_endpoint(endpoint.pk)
    if locked.state != EndpointState.PAUSED:
        raise EndpointNotPaused
    waking.wake_on_commit()
    return _turn(locked, EndpointState.ACTIVE, actor=actor, at=at)


def _turn(
    locked: Endpoint, state: EndpointState, *, actor: Actor, at: datetime.datetime
) -> Endpoint:
    locked.state, locked.probe_at, locked.is_gone = state, None, False
    locked.failures, locked.failing_since, locked.warned_at = 0, None, None
    locked.save(
        update_fields=["state", "probe_at", "is_gone", "failures", "failing_since", "warned_at"]
    )
    write_down(_SAID[state], locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def rotate_secret(
    *, endpoint: Endpoint, actor: Actor, at: datetime.datetime, secret: str = ""
) -> tuple[Endpoint, str]:
    """
    Give an endpoint another secret; the one before signs too for `signing.OVERLAP`, and no other does.

    :param secret: what signs; drawn when empty
    """
    locked = lock_endpoint(endpoint.pk)
    secret = secret or signing.draw_secret()
    locked.sealed_previous = locked.sealed_secret
    locked.previous_until = at + signing.OVERLAP
    locked.sealed_secret = signing.seal_secret(secret)
    locked.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
    write_down("rotated", locked, actor=actor, at=at)
    return locked, secret


def lock_endpoint(endpoint_id: int) -> Endpoint:
    """The endpoint, locked. A delivery is locked before its endpoint, never after."""
    return Endpoint.objects.select_for_update(of=("self",), no_key=True).get(pk=endpoint_id)


def write_down(
    done: str, endpoint: Endpoint, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    """The line of the journal for an act on an endpoint."""
    record_audit(
        actor=actor,
        action=f"webhooks.endpoint.{done}",
        subject_type="endpoint",
        subject_id=endpoint.public_id,
        at=at,
        **details,
    )
