"""The school's daily life in the demo: each room's data in a module of its own, called from here."""

from __future__ import annotations

import datetime

from socle.seeding.announcements import announce
from socle.seeding.school_messages import write_some_messages
from socle.seeding.timetables import give_timetables


def seed_school_life(*, today: datetime.date, at: datetime.datetime) -> None:
    """What the collèges of a département told their families."""
    give_timetables(today=today, at=at)
    announce(today=today, at=at)
    write_some_messages(at=at)
