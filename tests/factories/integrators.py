"""Machines of integrators, and the tokens they hold."""

from __future__ import annotations

import datetime
import secrets
from typing import Any

from tenants.integrators import operations
from tenants.integrators.models import Credential, Integrator
from tenants.integrators.scopes import Scope
from tests.factories.tariffs import ACTOR

AT = datetime.datetime(2024, 10, 8, 10, tzinfo=datetime.UTC)
YEAR = datetime.timedelta(days=365)


def make_integrator(
    *scopes: Scope, at: datetime.datetime = AT, **traits: Any
) -> tuple[Integrator, str]:
    """A machine that may read people unless said otherwise, and its secret."""
    given: dict[str, Any] = {
        "name": "ENT Oz", "contact_email": "technique@oz.example", "expires_at": at + YEAR,
        "public_key": "",
    }  # fmt: skip
    return operations.register_integrator(
        scopes=scopes or (Scope.PEOPLE_READ,), actor=ACTOR, at=at, **{**given, **traits}
    )


def token_of(integrator: Integrator, *scopes: Scope, at: datetime.datetime = AT) -> str:
    """A token of a machine, for these scopes or all of its own."""
    token = secrets.token_urlsafe(32)
    credential = Credential.objects.filter(integrator=integrator).latest("pk")
    operations.issue_token(
        token=token, credential=credential, scopes=scopes or integrator.given, at=at
    )
    return token
