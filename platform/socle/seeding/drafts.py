"""A draft of the demo: another département's schedule, to be tried on one's own pupils."""

from __future__ import annotations

import datetime

from billing.simulation import operations, queries
from billing.tariffs.schedule_texts import schedule_text
from commons.actors import Actor

ACTOR = Actor.command("socle seed")
VAL_DE_MARNE, HAUTS_DE_SEINE = "94", "92"


def draft_another(*, code: str, at: datetime.datetime) -> None:
    """The grid of Val-de-Marne; in Val-de-Marne, the rate of Hauts-de-Seine."""
    other = HAUTS_DE_SEINE if code == VAL_DE_MARNE else VAL_DE_MARNE
    shipped = [one for one in queries.shipped_schedules() if one.schedule.departement == other]
    schedule = shipped[-1].schedule
    operations.start_draft(
        name=f"Et avec : {schedule.label}"[: operations.LONGEST_NAME],
        text=schedule_text(schedule),
        actor=ACTOR,
        at=at,
    )
