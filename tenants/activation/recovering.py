"""By e-mail: an address that is confirmed, a password that was forgotten. Acts, as `operations`.

Nothing is written to an address before its link was followed but that link; and only a confirmed
address gets the link of a recovery. Whoever asks for one is answered alike.
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from tenants.accounts.models import User
from tenants.accounts.operations import EmailTaken
from tenants.activation import accounts, links
from tenants.activation.models import AddressClaim


class LinkRefused(DomainError):
    """The link is old, used, or none of ours."""

    code = "ACTIVATION_LINK_REFUSED"


@transaction.atomic(durable=True)
def claim_address(*, user: User, email: str, at: datetime.datetime) -> AddressClaim:
    """Have an address confirmed by a link; the one that waited before is forgotten."""
    return accounts.take_claim(accounts.lock_account(user.pk), email=email, at=at)


@transaction.atomic(durable=True)
def confirm_address(*, claim: AddressClaim, token: str, at: datetime.datetime) -> User:
    """
    Take an address whose link was followed: one signs in with it, and messages go there.

    :raises LinkRefused: if the link is old, used, or none of ours
    :raises EmailTaken: if another account has the address by now
    """
    user = accounts.lock_account(claim.user_id)
    held = AddressClaim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    is_open = held.ended_at is None and at < held.expires_at
    if not is_open or not links.is_address_of(held, token) or not user.is_active:
        raise LinkRefused
    user.email = held.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise EmailTaken(email=held.email) from error
    held.confirmed_at = held.ended_at = at
    held.save(update_fields=["confirmed_at", "ended_at"])
    accounts.write_down("activation.address.confirmed", user, at=at)
    return user


@transaction.atomic(durable=True)
def ask_recovery(*, name: str, at: datetime.datetime) -> None:
    """Have a link sent to the confirmed address of an account; without one, nothing, and nothing is said.

    :param name: an address or an identifier, as one signs in
    """
    try:
        user = User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        return
    if not user.is_active or not user.email:
        return
    record_audit(
        actor=Actor.system("portal"),
        action="activation.recovery.asked",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
    )
    record_event(
        "activation.recovery.asked",
        aggregate=f"accounts.user:{user.public_id}",
        occurred_at=at,
        user_id=user.pk,
    )


@transaction.atomic(durable=True)
def renew_password(*, token: str, password: str, at: datetime.datetime) -> User:
    """
    Give a new password to the account of a recovery's link, which then works no more.

    :raises LinkRefused: if the link is old, used, or none of ours
    :raises WeakPassword: if the password does not meet the rules
    """
    public_id = links.recovered_id(token, at=at)
    rows = User.objects.select_for_update(of=("self",), no_key=True)
    user = rows.filter(public_id=public_id, is_active=True).first() if public_id else None
    if user is None or not links.is_recovery_of(user, token):
        raise LinkRefused
    accounts.set_password(user, password)
    accounts.write_down("activation.password.renewed", user, at=at)
    return user
