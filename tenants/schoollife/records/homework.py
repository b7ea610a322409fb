"""A pupil says that a homework is done, or that it is not after all. Nobody else sees it, the
journal of acts neither: its row is all that is written.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from tenants.people.models import Pupil
from tenants.schoollife.records.models import Homework, HomeworkDone


@transaction.atomic(durable=True)
def tick_homework(
    *, pupil: Pupil, homework: Homework, is_done: bool, at: datetime.datetime
) -> bool:
    """Tick a homework or untick it, whatever it was; whether that changed it."""
    ticked = HomeworkDone.objects.filter(pupil=pupil, homework=homework)
    if is_done:
        _, changed = HomeworkDone.objects.get_or_create(
            pupil=pupil, homework=homework, defaults={"done_at": at}
        )
    else:
        changed = bool(ticked.delete()[0])
    return changed
