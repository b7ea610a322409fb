"""What of a collège's own records waits for its secretary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import ngettext

from console.tasks_today import Task, since
from tenants.accounts.capabilities import Capability
from tenants.schoollife.records import queries
from tenants.schoollife.records.access import kept_justifications

if TYPE_CHECKING:
    from tenants.accounts.models import User


def school_record_tasks(user: User) -> list[Task]:
    """The justifications to answer; no query for who leads no school life."""
    if not user.can(Capability.MANAGE_SCHOOL_LIFE):
        return []
    count, oldest = queries.waiting(kept_justifications(user))
    queue = reverse("console:school_records_justification_changelist")
    title = ngettext("absence à justifier", "absences à justifier", count)
    return [Task(count, title, since(oldest), f"{queue}?state__exact=GIVEN", "warn")]
