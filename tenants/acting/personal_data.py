"""What is held about the agents who acted for a person, and about an agent who acted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.acting.queries import sessions_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les agents qui ont agi pour vous"),
    why=_("Vous dire qui a ouvert votre dossier, et pourquoi."),
    reads=("acting.ActingSession",),
)
def helpers(user: User) -> Iterable[Record]:
    """Each time an agent opened the person's portal."""
    for session in sessions_of(user):
        yield record_of(
            session, "reason", "started_at", "expires_at", "widened_at", "widened_for", "ended_at",
            agent=session.agent.get_full_name(),
        )  # fmt: skip
