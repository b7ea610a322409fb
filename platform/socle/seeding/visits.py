"""Visits that nobody made, for who opens the demo: counted as real ones are, and marked as examples.

Since the start of the school year, on each day of school, more and more people come: pupils more than
parents, for what their pages are for. They go through the operations that count real visits, so that the
figures, the unique visitors and the collèges that are too small to be told are what those give.
"""

from __future__ import annotations

import datetime
import functools
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings

from commons.periods import Period
from commons.school_calendar import SchoolYear, teaching_days
from federation.usage import operations as usage
from federation.usage.models import Kind, Profile
from federation.usage.operations import Use
from tenants.accounts.models import User
from tenants.people import queries as people
from tenants.people.models import Guardianship, Pupil

ONE_DAY = datetime.timedelta(days=1)
# How likely somebody who has begun to come is to come on a day.
LIKELY = {
    Profile.PUPIL: 0.3, Profile.PARENT: 0.14, Profile.SCHOOL_STAFF: 0.5, Profile.OTHER: 0.2,
}  # fmt: skip
STAFF = frozenset({Profile.SCHOOL_STAFF, Profile.OTHER})
HOURS = (7, 8, 12, 13, 17, 18, 18, 19, 20, 20, 21)
PARENTS_FOR = ("cantine", "factures", "enfants", "compte", "services", "droits", "aide")
PARENTS_WEIGHTS = (30, 24, 12, 6, 5, 4, 3)
PUPILS_FOR = ("cantine", "services", "compte", "madmagz", "presse", "enseigno")
PUPILS_WEIGHTS = (16, 8, 3, 22, 14, 10)
HOME = Use(Kind.NATIVE, "accueil")
Visitor = tuple[uuid.UUID, Profile, str]


def count_example_visits(
    *, year: SchoolYear, today: datetime.date, draw: random.Random, third_parties: Sequence[str]
) -> None:
    """Count visits from the start of the school year until yesterday, month by month."""
    usage.forget_counts()  # of a demo that was erased, or cut
    first = year.period.start
    visitors = list(_visitors(on=today))
    # Each begins to come some day, half of them in the first weeks; the staff at once.
    begins = {
        visitor: first
        if profile in STAFF
        else first + ONE_DAY * min(draw.randrange(140), draw.randrange(140))
        for visitor, profile, _uai in visitors
    }
    for day in teaching_days(Period(first, today)) if first < today else ():
        for visitor, profile, place in visitors:
            if day >= begins[visitor] and draw.random() < LIKELY[profile]:
                _visit(visitor, profile, place, day=day, draw=draw, third_parties=third_parties)
    now = _moment(today, 12)
    usage.gather(at=now, are_examples=True)
    for day in (*_ends_of_months(first, today), today):
        usage.count_people(at=_moment(day, 12))


def _visitors(*, on: datetime.date) -> Iterator[Visitor]:
    """Pupils and their guardians, each of a collège, as `usage` would place them; and the staff."""
    pupils = list(Pupil.objects.filter(missing_since=None).order_by("birth_date", "sort_key", "pk"))
    schoolings = people.schoolings_on([pupil.pk for pupil in pupils], on)
    uais = {pupil_id: schooling.college.uai for pupil_id, schooling in schoolings.items()}
    for pupil in pupils:
        if pupil.pk in uais:
            yield pupil.public_id, Profile.PUPIL, uais[pupil.pk]
    for user in User.objects.filter(staff_roles__isnull=False).distinct().order_by("pk"):
        uai, _bar, profile = usage.place_of(user, on=on).partition("|")
        yield user.public_id, Profile(profile), uai
    links = Guardianship.objects.filter(people.in_force(on), pupil_id__in=uais)
    seen: set[int] = set()
    ordered = links.select_related("guardian").order_by(
        "pupil__birth_date", "pupil__sort_key", "pupil_id", "pk"
    )
    for link in ordered:
        if link.guardian_id not in seen:
            seen.add(link.guardian_id)
            yield link.guardian.public_id, Profile.PARENT, uais[link.pupil_id]


def _visit(
    visitor: uuid.UUID,
    profile: Profile,
    uai: str,
    *,
    day: datetime.date,
    draw: random.Random,
    third_parties: Sequence[str],
) -> None:
    """Home first, then a page or two, some minutes apart."""
    codes, weights = (
        (PUPILS_FOR, PUPILS_WEIGHTS) if profile is Profile.PUPIL else (PARENTS_FOR, PARENTS_WEIGHTS)
    )
    begun = _moment(day, draw.choice(HOURS), draw.randrange(60))
    touch = functools.partial(usage.touch, visitor=visitor, place=_said(f"{uai}|{profile.value}"))
    touch(use=HOME, at=begun)
    for rank, code in enumerate(draw.choices(codes, weights, k=draw.choice((1, 1, 2)))):
        if code in ("madmagz", "presse", "enseigno"):
            if code in third_parties:
                touch(use=Use(Kind.THIRD_PARTY, code), at=begun + datetime.timedelta(minutes=rank))
        else:
            touch(use=Use(Kind.NATIVE, code), at=begun + datetime.timedelta(minutes=rank))


def _said(place: str) -> Callable[[], str]:
    return lambda: place


def _moment(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    """A moment of a day, by the clocks of France."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=zone)


def _ends_of_months(first: datetime.date, today: datetime.date) -> Iterator[datetime.date]:
    return (day for day in Period(first, today + ONE_DAY).days() if (day + ONE_DAY).day == 1)
