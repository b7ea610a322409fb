"""What is held about a person to recognise them when they come in by another's account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos comptes EduConnect et FranceConnect, et vos autres portails"),
    why=_("Vous reconnaître quand vous vous connectez avec eux."),
    reads=("identities.ExternalIdentity", "identities.LinkRequest"),
)
def identities(user: User) -> Iterable[Record]:
    """The identities joined to the account, and the requests that were decided for it."""
    for identity in user.external_identities.order_by("linked_at", "pk"):
        yield record_of(
            identity,
            "kind", "departement_code", "subject", "proof", "linked_at", "used_at", "ended_at",
        )  # fmt: skip
    for request in user.link_requests.order_by("created_at", "pk"):
        yield record_of(request, "kind", "profile", "reason", "created_at", "closed_at")
