"""Messages written, left, read and hidden at once: numbers without holes, and who was there was there."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from commons.actors import Actor
from tenants.schoollife.messages import (
    limits,
    membership,
    moderating,
    operations,
    sending,
    templating,
)
from tenants.schoollife.messages.models import Hiding, Message, MessageTemplate, Participant
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    MINUTE,
    account,
    from_college,
    from_family,
    numbers_read,
    part,
    reply,
)
from tests.threads import meeting, run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def test_two_answers_at_once_have_a_number_each(monkeypatch):
    family = make_family()
    first = from_college(family)

    done = meeting(monkeypatch, sending, "_post")(lambda: reply(first, family.college).number)

    assert done == [2, 3]
    assert part(first, family.guardians[0]).latest_number == 3


def test_who_leaves_while_somebody_writes_leaves_after_the_message(monkeypatch):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_college(family)
    post, is_in = sending._post, threading.Event()

    def slowly(*args: Any, **options: Any) -> Message:
        message = post(*args, **options)
        is_in.set()
        until_somebody_waits_for_us()
        return message

    def leave() -> None:
        assert is_in.wait(20)
        operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT)

    monkeypatch.setattr(sending, "_post", slowly)
    done = run_in_threads([lambda: reply(first, family.college).number, leave])
    monkeypatch.undo()
    reply(first, family.college)

    assert done == [2, None]
    assert numbers_read(father, first) == [1, 2]
    assert not any(one.read_number > one.latest_number for one in Participant.objects.all())
    assert part(first, father).latest_number == 2


def test_who_left_before_a_message_has_not_read_it(monkeypatch):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_college(family)
    leave, is_in = membership.leave, threading.Event()

    def slowly(*args: Any, **options: Any) -> bool:
        found = leave(*args, **options)
        is_in.set()
        until_somebody_waits_for_us()
        return found

    def answer() -> int:
        assert is_in.wait(20)
        return reply(first, family.college).number

    monkeypatch.setattr(membership, "leave", slowly)
    run_in_threads(
        [
            lambda: operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT),
            answer,
        ]
    )

    assert numbers_read(father, first) == [1]
    assert part(first, father).latest_number == 1


def test_two_marks_at_once_keep_the_furthest(monkeypatch):
    family = make_family()
    first = from_college(family)
    reply(first, family.college)
    mother = part(first, family.guardians[0])
    marks = [2, 1]

    def mark() -> int:
        return operations.mark_read(
            participant=Participant.objects.get(pk=mother.pk),
            number=marks.pop(0),
            actor=CLERK,
            at=AT,
        ).read_number

    assert meeting(monkeypatch, Participant, "refresh_from_db")(mark) == [2, 2]


def test_the_last_message_that_may_be_written_is_written_once(monkeypatch):
    family = make_family()
    mother = family.guardians[0]
    actor = Actor.user(account(mother))
    threads = [from_family(family, at=AT) for _ in range(limits.OF_FAMILIES[1] - 1)]
    waiting = threads[:2]

    def write() -> str:
        try:
            reply(waiting.pop(), mother, at=AT + MINUTE, actor=actor)
        except operations.TooManyMessages:
            return "too many"
        return "sent"

    assert meeting(monkeypatch, limits, "check")(write) == ["sent", "too many"]


def test_a_message_is_hidden_once_by_two_at_once(monkeypatch):
    first = from_family(make_family())

    def hide() -> str:
        try:
            operations.hide(message=first, reason="Blessant.", actor=CLERK, at=AT)
        except operations.AlreadyHidden:
            return "already"
        return "hidden"

    assert meeting(monkeypatch, moderating, "_decide")(hide) == ["hidden", "already"]
    assert Hiding.objects.count() == 1


def test_one_name_has_one_template_though_two_save_it_at_once(monkeypatch):
    college = make_family().college

    def save() -> None:
        operations.save_template(
            college=college, name="Retard", subject="Retard", text="Bonjour", actor=CLERK, at=AT
        )

    assert meeting(monkeypatch, templating, "_journal")(save) == [None, None]
    assert MessageTemplate.objects.filter(valid_until__isnull=True).count() == 1
