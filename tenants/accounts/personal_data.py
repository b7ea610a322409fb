"""What accounts hold about their person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.models import AuditEntry
from commons.personal_data import Record, holds, record_of
from tenants.accounts.models import Authenticator

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
    _("Vos connexions"),
    why=_("Vous montrer si quelqu'un d'autre s'est servi de votre compte. Gardées douze mois."),
    reads=("accounts.SignIn", "accounts.Session"),
)
def sign_ins(user: User) -> Iterable[Record]:
    """Sign-ins, and the sessions that are open."""
    for one in user.sign_ins.order_by("at", "pk"):
        yield record_of(one, "at", "way", "outcome", "device", "place")
    for session in user.sessions.order_by("opened_at", "pk"):
        yield record_of(session, "opened_at", "seen_at", "way", "device", "place")


@holds(
    _("Ce qui protège votre compte"),
    why=_("Vérifier que c'est vous. Les secrets et les codes ne sont pas dans la copie."),
    reads=("accounts.Authenticator", "accounts.Passkey", "accounts.RecoveryCode"),
)
def factors(user: User) -> Iterable[Record]:
    """When each factor was added and used; never its secret."""
    for application in Authenticator.objects.filter(user=user):
        yield record_of(application, "created_at")
    for key in user.passkeys.order_by("pk"):
        yield record_of(key, "name", "created_at", "used_at")
    for code in user.recovery_codes.exclude(used_at=None).order_by("used_at", "pk"):
        yield record_of(code, "used_at")


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
