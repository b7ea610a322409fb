"""Threads for tests: a family and its collège, in the autumn of 2024, and what they write."""

from __future__ import annotations

import datetime
import io
import itertools
from typing import Any

from commons.actors import Actor
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import College, Guardian, Guardianship, Pupil
from tenants.schoollife.messages import access, operations
from tenants.schoollife.messages.models import Message, Participant
from tenants.schoollife.messages.operations import Draft, Given
from tests.factories.canteen import Family
from tests.factories.portal import make_account
from tests.factories.registrations import picture

AT = datetime.datetime(2024, 11, 8, 10, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
CLERK = Actor.command("test")
_numbers = itertools.count(1)


def make_secretary(college: College) -> User:
    """Somebody of a collège's secretariat."""
    user = User.objects.create(
        email=f"secretariat{next(_numbers)}@exemple.fr", first_name="Odile", last_name="Roux"
    )
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=college.uai)
    return user


def account(person: Guardian | Pupil) -> User:
    """The account of a guardian or a pupil, made when it is first asked for."""
    if person.user is None and isinstance(person, Guardian):
        make_account(person)
    elif person.user is None:
        person.user = User.objects.create(login=f"eleve.{next(_numbers)}", first_name="Élève")
        person.save(update_fields=["user"])
    assert person.user is not None
    return person.user


def draft(text: str = "Bonjour, Inès est malade.", **traits: Any) -> Draft:
    return Draft(**{"subject": "Absence de mardi", "text": text, **traits})


def given(name: str = "certificat.jpg") -> Given:
    """A document that may be kept."""
    return Given(stream=picture(), name=name)


def from_family(
    family: Family,
    *,
    writer: Guardian | Pupil | None = None,
    together: bool = False,
    text: str = "Bonjour, Inès est malade.",
    at: datetime.datetime = AT,
    **traits: Any,
) -> Message:
    """A thread that a guardian, the first unless said, begins about the pupil."""
    person = writer or family.guardians[0]
    return operations.write_to_college(
        **{
            "writer": person,
            "college": family.college,
            "pupil": family.pupil,
            "draft": draft(text),
            "with_other_guardians": together,
            "actor": Actor.user(account(person)),
            "at": at,
            **traits,
        }
    )


def from_college(
    family: Family,
    *recipients: Guardian | Pupil,
    text: str = "Bonjour, merci de rappeler.",
    at: datetime.datetime = AT,
) -> Message:
    """A thread that the collège begins, with all the guardians unless they are named."""
    return operations.write_to_family(
        college=family.college,
        pupil=family.pupil,
        recipients=recipients or family.guardians,
        draft=draft(text),
        actor=CLERK,
        at=at,
    )


def part(message: Message, member: College | Guardian | Pupil) -> Participant:
    """Somebody's part in the thread of a message."""
    column = {College: "college", Guardian: "guardian", Pupil: "pupil"}[type(member)]
    return Participant.objects.get(**{"thread": message.thread, column: member})


def reply(
    message: Message,
    member: College | Guardian | Pupil,
    text: str = "Bien reçu.",
    *,
    at: datetime.datetime = AT + MINUTE,
    actor: Actor | None = None,
) -> Message:
    """An answer in the thread of a message."""
    if actor is None:
        actor = CLERK if isinstance(member, College) else Actor.user(account(member))
    return operations.reply(participant=part(message, member), text=text, actor=actor, at=at)


def numbers_read(person: Guardian | Pupil, message: Message) -> list[int] | None:
    """The numbers of the messages of a thread a person reads; None if they never were in it."""
    from tenants.schoollife.messages.queries import everything_of

    found = access.own_participations(account(person)).filter(thread=message.thread).first()
    return None if found is None else [one.message.number for one in everything_of(found)]


def end_link(guardian: Guardian, pupil: Pupil, *, on: datetime.date) -> None:
    """A judge decided: the feed ends the link that day."""
    links = Guardianship.objects.filter(guardian=guardian, pupil=pupil, valid_until__isnull=True)
    links.update(valid_until=on)


def restore_link(guardian: Guardian, pupil: Pupil, *, on: datetime.date) -> None:
    """The feed gives the link again."""
    Guardianship.objects.create(
        pupil=pupil, guardian=guardian, relation="FATHER", legal_role=2, valid_from=on
    )


def file_of(content: bytes = b"x", name: str = "note.txt") -> Given:
    """A document as it comes, whatever it is."""
    return Given(stream=io.BytesIO(content), name=name)
