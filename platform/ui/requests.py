"""A request as the doors of a département meet it, for the type checker.

The middleware sets `tenant` on every request of a département's host; the guards of the portal and
of the console let only signed-in people through.
"""

from __future__ import annotations

from django.http import HttpRequest

from tenants.accounts.models import User
from tenants.registry.models import Departement


class SignedInRequest(HttpRequest):
    """On a département's host, from somebody who is signed in."""

    user: User
    tenant: Departement


class TenantRequest(HttpRequest):
    """On a département's host, from anybody."""

    tenant: Departement
