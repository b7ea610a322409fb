"""Agents, and the sessions in which they act for a family."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.acting import operations
from tenants.acting.models import ActingSession
from tests.factories.canteen import Family

AT = datetime.datetime(2024, 10, 8, 10, tzinfo=datetime.UTC)
REASON = "La mère appelle : elle ne trouve pas la facture."
MINUTE = datetime.timedelta(minutes=1)


def make_agent(role: Role = Role.INSTRUCTOR, email: str = "claire@exemple.fr") -> User:
    user = User.objects.create(email=email, first_name="Claire", last_name="Dumas")
    StaffRole.objects.create(
        user=user, role=role, college_uai="0921234A" if role is Role.COLLEGE_SECRETARY else ""
    )
    return user


def begin(
    agent: User,
    family: Family,
    *,
    reason: str = REASON,
    minutes: int = 30,
    at: datetime.datetime = AT,
) -> ActingSession:
    """An agent begins to act for a family's first guardian."""
    return operations.begin(
        agent=agent,
        guardian=family.guardians[0],
        reason=reason,
        lasts=minutes * MINUTE,
        actor=Actor.user(agent),
        at=at,
    )
