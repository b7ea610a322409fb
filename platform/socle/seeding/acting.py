"""An agent who helped a family on the telephone, for who opens the demo."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tenants.acting import operations
from tenants.people.models import Guardian

MINUTE = datetime.timedelta(minutes=1)


def help_one_family(*, at: datetime.datetime) -> None:
    """Three days ago the département's instructor read a family's portal for ten minutes."""
    agent = User.objects.filter(staff_roles__role=Role.INSTRUCTOR).order_by("pk").first()
    guardian = Guardian.objects.filter(user__isnull=False).order_by("user_id").first()
    if agent is None or guardian is None:
        return
    actor, start = Actor.user(agent), at - datetime.timedelta(days=3)
    session = operations.begin(
        agent=agent,
        guardian=guardian,
        reason="Vous appelez : vous ne trouvez pas votre facture.",
        lasts=30 * MINUTE,
        actor=actor,
        at=start,
    )
    operations.end(session=session, actor=actor, at=start + 10 * MINUTE)
