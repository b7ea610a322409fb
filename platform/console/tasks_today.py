"""Something that waits for an agent, as the first page shows it."""

from __future__ import annotations

import dataclasses
import datetime

from django.utils.translation import gettext as _

from ui import wording


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """Something to do: how many, what, since when, where. Tone: bad, warn or good."""

    count: int
    title: str
    detail: str
    url: str
    tone: str


def since(moment: datetime.date | datetime.datetime | None) -> str:
    """« Depuis le 3 octobre », or nothing."""
    if moment is None:
        return ""
    return _("Depuis le %(day)s") % {"day": wording.short_date(moment)}
