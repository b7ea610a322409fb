"""The recipients fixed by one statement are those that a slow walk over people finds, whatever the people."""

from __future__ import annotations

import datetime
import random

import pytest
import time_machine

from tenants.people.models import Guardianship, Pupil, SchoolClass, Schooling
from tenants.schoollife.announcements import access, operations, queries
from tenants.schoollife.announcements.models import Recipient
from tenants.schoollife.announcements.refusals import NobodyThere
from tests.factories.announcements import AT, DAY, account_of, draft, family_in, make_class
from tests.factories.canteen import SCHOOL_YEAR, make_college
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
CLASSES = (("6e A", "6E"), ("6e B", "6E"), ("5e A", "5E"), ("3e A", "3E"))


def days(draw: random.Random) -> datetime.timedelta:
    return datetime.timedelta(days=draw.randint(-3, 3))


def populate(draw: random.Random) -> None:
    """Families of two collèges, some of whom left, came late, or changed; links that judges ended."""
    colleges = [make_college(), make_college()]
    classes = [make_class(college, *one) for college in colleges for one in CLASSES]
    for _ in range(14):
        family = family_in(draw.choice(classes), guardians=draw.randint(1, 3))
        if draw.random() < 0.4:
            account_of(family.pupil)
        schooling = Schooling.objects.get(pupil=family.pupil)
        if draw.random() < 0.4:
            schooling.valid_until = DAY + days(draw)
        if draw.random() < 0.2:
            schooling.school_class = None
        schooling.save()
        if draw.random() < 0.4:
            another = draw.choice(classes)
            Schooling.objects.create(
                pupil=family.pupil, college=another.college, school_class=another,
                school_year=SCHOOL_YEAR, valid_from=DAY + days(draw),
            )  # fmt: skip
        for link in Guardianship.objects.filter(pupil=family.pupil):
            if draw.random() < 0.3:
                link.valid_until = DAY + days(draw)
                link.save()


def announcement_of(draw: random.Random):
    college = draw.choice([None, *{one.college for one in SchoolClass.objects.order_by("pk")}])
    own = SchoolClass.objects.filter(college=college).order_by("pk")
    profile = draw.choice([(True, False), (False, True), (True, True)])
    return draft(
        college,
        is_for_guardians=profile[0],
        is_for_pupils=profile[1],
        levels=draw.sample(["6E", "5E", "4E", "3E"], draw.choice([0, 0, 1, 2])),
        classes=draw.sample(list(own), min(len(own), draw.choice([0, 0, 1, 2]))),
    )


def runs(row, day: datetime.date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or row.valid_until > day)


def walked(announcement, day: datetime.date) -> set[tuple[int, int | None]]:
    """One pupil after another, by what the words of the audience say."""
    classes = {one.school_class_id for one in announcement.target_classes.all()}
    found: set[tuple[int, int | None]] = set()
    for pupil in Pupil.objects.all():
        for schooling in pupil.schoolings.select_related("school_class"):
            its_class = schooling.school_class
            is_there = announcement.college_id in (None, schooling.college_id)
            is_everybody = not announcement.levels and not classes
            is_chosen = its_class is not None and (
                its_class.level in announcement.levels or its_class.pk in classes
            )
            if not (runs(schooling, day) and is_there and (is_everybody or is_chosen)):
                continue
            if announcement.is_for_pupils:
                found.add((pupil.pk, None))
            if announcement.is_for_guardians:
                found |= {
                    (pupil.pk, link.guardian_id)
                    for link in pupil.guardianships.all()
                    if runs(link, day)
                }
    return found


def fixed(announcement) -> set[tuple[int, int | None]]:
    rows = Recipient.objects.filter(announcement=announcement)
    return set(rows.values_list("pupil_id", "guardian_id"))


def readers(announcement, day: datetime.date) -> set[int]:
    """The accounts that are shown it, asked one after the other."""
    people = {link.guardian for link in Guardianship.objects.select_related("guardian__user")}
    people |= set(Pupil.objects.exclude(user=None).select_related("user"))
    return {
        person.user_id
        for person in people
        if person.user and access.readable_by(person, on=day).filter(pk=announcement.pk).exists()
    }


@pytest.mark.parametrize("seed", range(12))
def test_the_statement_finds_whom_a_walk_finds(seed):
    draw = random.Random(seed)
    populate(draw)
    announcement = announcement_of(draw)
    expected = walked(announcement, DAY)
    with time_machine.travel(AT, tick=False):
        size = queries.audience_size(announcement, on=DAY)
        try:
            operations.publish(announcement=announcement, actor=ACTOR, at=AT)
        except NobodyThere:
            assert expected == set()
            return

        assert fixed(announcement) == expected
        assert size.guardians == len({one for _pupil, one in expected if one})
        assert size.told_pupils == len([one for _pupil, one in expected if one is None])

        later = AT + datetime.timedelta(days=2)
        day = later.date()
        operations.complete(announcement=announcement, at=later)
        assert fixed(announcement) == expected | walked(announcement, day)

        accounts = set()
        for pupil_id, guardian_id in fixed(announcement):
            if guardian_id is None:
                accounts.add(Pupil.objects.get(pk=pupil_id).user_id)
                continue
            links = Guardianship.objects.filter(pupil_id=pupil_id, guardian_id=guardian_id)
            if any(runs(link, day) for link in links):
                accounts.add(links[0].guardian.user_id)
        announcement.refresh_from_db()
        assert readers(announcement, day) == accounts - {None}
