"""The page where a family reads which agents acted for it."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from tenants.acting.queries import acts_in, is_running, sessions_of
from ui.acting_texts import act_words

if TYPE_CHECKING:
    from tenants.accounts.models import User

SHOWN = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """One session: whose, when, why, and the acts done in it, in words."""

    public_id: uuid.UUID
    agent: str
    reason: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    widened_for: str
    is_running: bool
    acts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class VisitsPage:
    """The latest sessions, and whether there are earlier ones."""

    visits: tuple[Visit, ...]
    has_earlier: bool


def visits(user: User, *, at: datetime.datetime) -> VisitsPage:
    """The latest sessions in which an agent acted for a person."""
    found = list(sessions_of(user)[: SHOWN + 1])
    sessions = found[:SHOWN]
    acts = acts_in(sessions)
    return VisitsPage(
        visits=tuple(
            Visit(
                public_id=session.public_id,
                agent=session.agent.get_full_name(),
                reason=session.reason,
                started_at=session.started_at,
                ended_at=session.ended_at or session.expires_at,
                widened_for=session.widened_for,
                is_running=is_running(session, at=at),
                acts=tuple(
                    words
                    for entry in acts.get(session.public_id, ())
                    if (words := act_words(entry.action))
                ),
            )
            for session in sessions
        ),
        has_earlier=len(found) > SHOWN,
    )
