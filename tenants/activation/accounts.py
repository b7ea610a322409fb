"""What the acts of this room do to an account, within their transaction."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
from tenants.accounts.models import User
from tenants.accounts.operations import check_password_rules
from tenants.activation.models import AddressClaim

ADDRESS_LASTS = datetime.timedelta(days=7)


def lock_account(user_id: int) -> User:
    """Hold an account to the end of the transaction."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def set_password(user: User, password: str) -> None:
    """
    Give an account a new password. Its sessions end: Django ties them to the password.

    :raises WeakPassword: if the password does not meet the rules
    """
    check_password_rules(user=user, password=password)
    user.set_password(password)
    user.save(update_fields=["password"])


def write_down(action: str, user: User, *, at: datetime.datetime, **details: str) -> None:
    """The journal's line of what a person did to their account; they are told of a new password."""
    record_audit(
        actor=Actor.user(user),
        action=action,
        subject_type="user",
        subject_id=user.public_id,
        at=at,
        **details,
    )
    if action == "activation.password.renewed":
        record_event(
            action, aggregate=f"accounts.user:{user.public_id}", occurred_at=at, user_id=user.pk
        )


def take_claim(user: User, *, email: str, at: datetime.datetime) -> AddressClaim:
    """Note an address, and ask for the message that confirms it; the one before is forgotten."""
    AddressClaim.objects.filter(user=user, ended_at__isnull=True).update(ended_at=at)
    claim = AddressClaim.objects.create(
        user=user, email=email.strip().lower(), claimed_at=at, expires_at=at + ADDRESS_LASTS
    )
    record_event(
        "activation.address.claimed",
        aggregate=f"accounts.user:{user.public_id}",
        occurred_at=at,
        claim_id=claim.pk,
    )
    return claim
