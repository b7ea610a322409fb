"""Where each département answers: the address of its portal, which is also its name as an issuer."""

from __future__ import annotations

from django.conf import settings

from tenants.registry.models import Departement


def origin_of(departement: Departement) -> str:
    """The scheme, host and port of a département's portal, without a path."""
    host = f"{departement.slug}.{settings.BASE_DOMAIN}"
    return str(settings.PORTAL_ORIGIN.format(host=host))
