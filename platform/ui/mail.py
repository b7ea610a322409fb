"""Composing e-mails: plain text first, simple HTML beside it, one action, no tracking.

A message is three templates of `ui/mail/`: `<name>.subject.txt`, `<name>.txt` and `<name>.html`.
Its Message-ID is derived from the outbox event that asked for it, so that an event delivered twice
makes one message for who reads it. Nothing is loaded from outside by a message.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from commons.models import OutboxEvent
from commons.tenancy import NoTenant, require_tenant
from tenants.registry import directory
from tenants.registry.models import Departement
from ui import brand


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """Who reads: an address, and the first name the message begins with."""

    email: str
    first_name: str


def current_departement() -> Departement:
    """The département that writes.

    :raises NoTenant: in the public schema
    """
    departement = directory.by_schema(require_tenant().schema_name)
    if departement is None:
        raise NoTenant("the département of this schema is gone")
    return departement


def portal_address(path: str) -> str:
    """The full address of a page of the current département's portal."""
    host = f"{current_departement().slug}.{settings.BASE_DOMAIN}"
    return f"{settings.PORTAL_ORIGIN.format(host=host)}{path}"


def message_id(event: OutboxEvent, part: str) -> str:
    """The identity of a message: the tenant, the event, and the part of it that is told."""
    schema = require_tenant().schema_name
    return f"<{event.name}.{event.pk}.{part}.{schema}@{settings.BASE_DOMAIN}>"


def compose(
    name: str,
    *,
    event: OutboxEvent,
    recipient: Recipient,
    part: str,
    context: Mapping[str, Any],
) -> EmailMultiAlternatives:
    """Write one message from its three templates.

    `part` tells apart the messages of one event: the recipient's identifier, never the address.
    """
    departement = current_departement()
    palette = brand.light_palette(departement.primary_color, departement.accent_color)
    full = {**context, "recipient": recipient, "departement": departement, "palette": palette}
    subject = " ".join(render_to_string(f"ui/mail/{name}.subject.txt", full).split(" ")).strip()
    message = EmailMultiAlternatives(
        subject=subject.replace("\n", " "),
        body=_tidy(render_to_string(f"ui/mail/{name}.txt", full)),
        to=[recipient.email],
        reply_to=[departement.contact_email] if departement.contact_email else None,
        headers={"Message-ID": message_id(event, part), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"ui/mail/{name}.html", full), "text/html")
    return message


def _tidy(text: str) -> str:
    """No more than one empty line in a row, none at the ends."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for index, line in enumerate(lines) if line or lines[index - 1]]
    return "\n".join(kept) + "\n"
