"""Which machines read what the département holds of its families (RGPD, article 15: the recipients)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.integrators.models import Integrator

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les logiciels qui lisent les données des familles"),
    why=_("Vous dire qui les reçoit : ENT, cantine ou équipe de données, et jusqu'à quand."),
    reads=("integrators.Integrator",),
)
def recipients(_user: User) -> Iterable[Record]:
    """The machines that may read today; the same for everybody, since they read the whole."""
    found = Integrator.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
    for integrator in found.order_by("name", "pk"):
        yield record_of(integrator, "name", "scopes", "registered_at", "expires_at", "used_at")
