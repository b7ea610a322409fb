"""Mail kept in a folder of the tenant, for the demo and tests: what the page /boite/ shows.

A message that carries a `Message-ID` overwrites an earlier one with the same: an event delivered
twice shows once, as a mail reader would.
"""

from __future__ import annotations

import dataclasses
import datetime
import email
import email.policy
import hashlib
from collections.abc import Sequence
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from commons.tenancy import current_schema


def _folder() -> Path:
    return Path(settings.MAIL_DIR) / current_schema()


class TenantFolderBackend(BaseEmailBackend):
    """Write each message as one .eml file in the tenant's folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            name = hashlib.sha256(str(content["Message-ID"]).encode()).hexdigest()[:20]
            temporary = folder / f".{name}.tmp"
            temporary.write_bytes(content.as_bytes())
            temporary.replace(folder / f"{name}.eml")
        return len(email_messages)


@dataclasses.dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message of the mailbox page."""

    key: str
    subject: str
    to: str
    sent_at: datetime.datetime
    text: str


def _read(path: Path) -> KeptMessage:
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, ParsedMessage)
    body = parsed.get_body(("plain",))
    moment = datetime.datetime.fromtimestamp(path.stat().st_mtime, tz=datetime.UTC)
    return KeptMessage(
        key=path.stem,
        subject=str(parsed["Subject"]),
        to=str(parsed["To"]),
        sent_at=timezone.localtime(moment),
        text=str(body.get_content()) if body else "",
    )


def kept_messages(limit: int = 50) -> list[KeptMessage]:
    """The tenant's latest messages, newest first."""
    paths = sorted(_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in paths[:limit]]
