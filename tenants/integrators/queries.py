"""Reads of machines, of what a token is worth now, and of allowed origins."""

from __future__ import annotations

import dataclasses
import datetime

from tenants.integrators.credentials import digest_of
from tenants.integrators.models import AllowedOrigin, Credential, Integrator, MachineToken
from tenants.integrators.scopes import Scope

LONGEST_TOKEN = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Machine:
    """A machine, by a token that holds: which one, and what it may read."""

    integrator_id: int
    client_id: str
    name: str
    scopes: frozenset[Scope]
    used_at: datetime.datetime | None

    def was_seen_before(self, moment: datetime.datetime) -> bool:
        """Whether it was not seen since a moment."""
        return self.used_at is None or self.used_at <= moment


@dataclasses.dataclass(frozen=True, slots=True)
class HeldToken:
    """A token that is worth something: which, of what machine, for what and until when."""

    token_id: int
    machine: Machine
    expires_at: datetime.datetime


def machine_of(token: str, *, at: datetime.datetime) -> Machine | None:
    """
    What a token is worth in this département now; nothing when it is unknown here or over.

    What was taken back from the machine since the token was given is taken back from the token.
    """
    row = _row_of(token, at=at)
    return _worth(row) if row else None


def held_token(token: str, *, integrator: Integrator, at: datetime.datetime) -> HeldToken | None:
    """A token of this very machine, while it is worth something: another's is as unknown as any."""
    row = _row_of(token, at=at)
    if row is None or row.credential.integrator_id != integrator.pk:
        return None
    return HeldToken(row.pk, _worth(row), row.expires_at)


def _row_of(token: str, *, at: datetime.datetime) -> MachineToken | None:
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    return (
        MachineToken.objects.filter(
            digest=digest_of(token),
            expires_at__gt=at,
            credential__expires_at__gt=at,
            credential__integrator__expires_at__gt=at,
            credential__integrator__revoked_at__isnull=True,
        )
        .select_related("credential__integrator")
        .first()
    )


def _worth(row: MachineToken) -> Machine:
    integrator = row.credential.integrator
    scopes = integrator.given & frozenset(Scope(one) for one in row.scopes)
    return Machine(integrator.pk, integrator.client_id, integrator.name, scopes, integrator.used_at)


def open_integrator(client_id: str, *, at: datetime.datetime) -> Integrator | None:
    """The machine of this identifier, if it may ask for a token."""
    if not client_id or "\0" in client_id:
        return None
    return Integrator.objects.filter(
        client_id=client_id, revoked_at__isnull=True, expires_at__gt=at
    ).first()


def credentials_of(integrator: Integrator, kind: str, *, at: datetime.datetime) -> list[Credential]:
    """What a machine may prove itself with now, the latest first."""
    return list(
        integrator.credentials.filter(kind=kind, expires_at__gt=at).order_by("-made_at", "-pk")
    )


def is_allowed(origin: str) -> bool:
    """Whether the pages of this very origin may call the API."""
    return (
        "\0" not in origin
        and AllowedOrigin.objects.filter(origin=origin, withdrawn_at__isnull=True).exists()
    )
