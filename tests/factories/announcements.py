"""Announcements for tests: families with accounts in classes of a collège, drafts and what is published."""

from __future__ import annotations

import datetime
from typing import Any

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import College, Guardian, Pupil, SchoolClass, Schooling
from tenants.schoollife.announcements import operations
from tenants.schoollife.announcements.models import Announcement
from tenants.schoollife.announcements.writing import Audience, Text
from tests.factories.canteen import SCHOOL_YEAR, Family, make_family
from tests.factories.tariffs import ACTOR

# A Tuesday, at eleven here: nobody is in their quiet time.
AT = datetime.datetime(2024, 10, 8, 9, tzinfo=datetime.UTC)
DAY = AT.date()


def make_class(college: College, name: str = "6e A", level: str = "6E") -> SchoolClass:
    found, _is_new = SchoolClass.objects.get_or_create(
        college=college, school_year=SCHOOL_YEAR, name=name, defaults={"level": level}
    )
    return found


def family_in(
    school_class: SchoolClass | None = None, *, guardians: int = 1, college: College | None = None
) -> Family:
    """A pupil of a class, whose guardians have accounts with addresses."""
    family = make_family(
        guardians=guardians, college=school_class.college if school_class else college
    )
    if school_class is not None:
        Schooling.objects.filter(pupil=family.pupil).update(school_class=school_class)
    for guardian in family.guardians:
        account_of(guardian)
    return family


def account_of(person: Guardian | Pupil, **traits: Any) -> User:
    """Their account, made."""
    name = person.first_name.lower()
    user = User.objects.create(
        **{"email": f"{name}@exemple.fr", "first_name": person.first_name, **traits}
    )
    person.user = user
    person.save(update_fields=["user"])
    return user


def secretary_of(college: College) -> User:
    user = User.objects.create(email=f"secretariat.{college.uai}@exemple.fr".lower())
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=college.uai)
    return user


def administrator() -> User:
    user = User.objects.create(email="administration@exemple.fr")
    StaffRole.objects.create(user=user, role=Role.ADMINISTRATOR)
    return user


def draft(college: College | None, *, at: datetime.datetime = AT, **traits: Any) -> Announcement:
    """A draft; traits are those of its text and of its audience."""
    text = {name: traits.pop(name) for name in list(traits) if name in Text.__slots__}
    return operations.write(
        college=college,
        text=Text(
            **{"title": "Sortie au musée", "body": "Jeudi, prévoyez un repas froid.", **text}
        ),
        audience=Audience(**traits),
        actor=ACTOR,
        at=at,
    )


def published(
    college: College | None, *, at: datetime.datetime = AT, **traits: Any
) -> Announcement:
    """One that is published."""
    made = draft(college, at=at, **traits)
    operations.publish(announcement=made, actor=ACTOR, at=at)
    made.refresh_from_db()
    return made
