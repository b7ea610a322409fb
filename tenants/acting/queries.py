"""Reads of the sessions in which agents act for families."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from commons.models import AuditEntry
from tenants.acting.models import ActingSession

if TYPE_CHECKING:
    from tenants.accounts.models import User


def is_running(session: ActingSession, *, at: datetime.datetime) -> bool:
    """Whether a session has neither ended nor run out."""
    return session.ended_at is None and at < session.expires_at


def session_by_id(session_id: int) -> ActingSession:
    """The session an event names, with who acts for whom."""
    return ActingSession.objects.select_related("agent", "guardian__user").get(pk=session_id)


def running(*, agent: User, public_id: uuid.UUID, at: datetime.datetime) -> ActingSession | None:
    """The session of this agent and name, if it goes on."""
    return (
        ActingSession.objects.filter(
            agent=agent, public_id=public_id, ended_at__isnull=True, expires_at__gt=at
        )
        .select_related("guardian__user")
        .first()
    )


def sessions_of(user: User) -> QuerySet[ActingSession]:
    """Who acted for a person, the latest first."""
    return (
        ActingSession.objects.filter(guardian__user=user)
        .select_related("agent")
        .order_by("-started_at", "-pk")
    )


def acts_in(sessions: Sequence[ActingSession]) -> dict[uuid.UUID, list[AuditEntry]]:
    """The acts done in each session, in their order; sessions without any are left out."""
    found: dict[uuid.UUID, list[AuditEntry]] = {}
    if not sessions:
        return found
    spans = Q()
    for session in sessions:
        spans |= Q(at__gte=session.started_at, at__lte=session.ended_at or session.expires_at)
    named = {str(session.public_id): session.public_id for session in sessions}
    entries = AuditEntry.objects.filter(spans, details__acting__in=list(named))
    for entry in entries.order_by("at", "pk"):
        found.setdefault(named[entry.details["acting"]], []).append(entry)
    return found
