"""What accounts hold about their person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.models import AuditEntry
from commons.personal_data import Record, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Votre compte"),
    why=_("Vous reconnaître quand vous vous connectez."),
    reads=("accounts.User", "accounts.StaffRole"),
)
def account(user: User) -> Iterable[Record]:
    """The account, without its password."""
    roles = [str(role.get_role_display()) for role in user.staff_roles.order_by("pk")]
    more = {"rôles": roles} if roles else {}
    yield record_of(user, "email", "login", "first_name", "last_name", "last_login", **more)


@holds(
    _("Ce que vous avez fait ici"),
    why=_("Retrouver qui a fait quoi, en cas d'erreur ou de désaccord."),
    reads=("commons.AuditEntry",),
)
def acts(user: User) -> Iterable[Record]:
    """The journal's entries of which the person is the author."""
    done = AuditEntry.objects.filter(actor_kind="user", actor_id=str(user.public_id))
    for entry in done.order_by("at", "pk"):
        yield record_of(entry, "at", "action")
