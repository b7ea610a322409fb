"""Handlers that write to a person about their account: links, and what was done to it. As `ui.messages`.

Links are made when the message is: they are nowhere but in it. An address that is not confirmed gets
the link that confirms it and nothing else.
"""

from __future__ import annotations

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.accounts.models import User
from tenants.activation import links, queries
from ui import mail


@handles("activation.recovery.asked")
def send_recovery_link(event: OutboxEvent) -> None:
    """Write to who forgot a password; the hour of the link began when it was asked for."""
    user = queries.user_by_id(event.payload["user_id"])
    token = links.recovery_token(user, at=event.occurred_at)
    _write("recovery_link", user, event, path=reverse("portal:recovery-link", args=[token]))


@handles("activation.address.claimed")
def send_address_link(event: OutboxEvent) -> None:
    """Write to an address that it be confirmed, unless it was, or another was given since."""
    claim = queries.claim_by_id(event.payload["claim_id"])
    if claim.ended_at is not None:
        return
    path = reverse("portal:address-confirm", args=[links.address_token(claim)])
    _write("address_link", claim.user, event, path=path, email=claim.email)


@handles("activation.recovery.given")
def tell_code_given(event: OutboxEvent) -> None:
    """Write to a person that somebody was given a code for their account."""
    code = queries.code_by_id(event.payload["code_id"])
    if code.person.user is not None:
        _write("code_given", code.person.user, event, path=reverse("portal:account"), code=code)


@handles("activation.password.renewed")
def tell_password_renewed(event: OutboxEvent) -> None:
    """Write to a person that their password is another now."""
    user = queries.user_by_id(event.payload["user_id"])
    _write("password_renewed", user, event, path=reverse("portal:recovery"), at=event.occurred_at)


def _write(
    name: str, user: User, event: OutboxEvent, *, path: str, email: str = "", **more: object
) -> None:
    address = email or user.email
    if not address or not user.is_active:
        return
    recipient = mail.Recipient(email=address, first_name=user.get_short_name())
    context = {"action_url": mail.portal_address(path), **more}
    part = str(user.public_id)
    mail.compose(name, event=event, recipient=recipient, part=part, context=context).send()
