"""Two at once: an announcement is published once, said read once, printed once; a digest is one."""

from __future__ import annotations

import threading

import pytest

from commons.models import AuditEntry, OutboxEvent
from tenants.schoollife.announcements import (
    notifying,
    operations,
    printing,
    publishing,
    reading,
)
from tenants.schoollife.announcements.models import Digest, LetterBatch, Notice, Receipt
from tenants.schoollife.announcements.moments import Chosen
from tests.factories.announcements import AT, DAY, draft, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


@pytest.fixture
def family(committed_tenant_db):
    return family_in(make_class(make_college()))


def kinds(results):
    return sorted(type(one).__name__ for one in results)


def test_one_announcement_is_published_once(family, monkeypatch):
    announcement = draft(family.college)

    def publish():
        return operations.publish(announcement=announcement, actor=ACTOR, at=AT)

    assert kinds(meeting(monkeypatch, publishing, "lock")(publish)) == ["NotDraft", "int"]
    assert Notice.objects.count() == 1
    action = "announcements.announcement.published"
    assert AuditEntry.objects.filter(action=action).count() == 1


def test_one_says_that_they_read_once(family, monkeypatch):
    announcement = published(family.college, asks_acknowledgement=True)

    def acknowledge():
        return operations.acknowledge(
            announcement=announcement, reader=family.guardians[0], actor=ACTOR, at=AT
        )

    assert kinds(meeting(monkeypatch, reading, "write_down")(acknowledge)) == ["Receipt"] * 2
    assert Receipt.objects.count() == 1
    action = "announcements.announcement.acknowledged"
    assert AuditEntry.objects.filter(action=action).count() == 1


def test_two_secretaries_print_a_home_once(family, monkeypatch):
    announcement = published(family.college)
    homes = printing.homes_to_print(announcement, choice="NOT_READ", colleges=None, on=DAY)

    def print_all():
        return operations.print_letters(
            announcement=announcement,
            homes=homes,
            typeset=lambda *_told: b"%PDF",
            actor=ACTOR,
            at=AT,
        )

    results = meeting(monkeypatch, printing, "_keep")(print_all)
    assert kinds(results) == ["LetterBatch", "PrintedMeanwhile"]
    assert LetterBatch.objects.count() == 1


def test_the_last_urgent_one_of_a_week_is_one(family, monkeypatch):
    for _ in range(2):
        published(family.college, urgent_reason="Fuite de gaz")
    waiting = [draft(family.college, urgent_reason="Encore") for _ in range(2)]

    def publish():
        return operations.publish(announcement=waiting.pop(), actor=ACTOR, at=AT)

    results = meeting(monkeypatch, publishing, "_check_urgent")(publish)
    assert kinds(results) == ["TooManyUrgent", "int"]


def test_two_clocks_make_one_digest(family, monkeypatch):
    user = family.guardians[0].user
    operations.choose(user=user, chosen=Chosen(mode="DIGEST"), actor=ACTOR, at=AT)
    published(family.college)
    evening = AT.replace(hour=16)

    results = meeting(monkeypatch, notifying, "wake_relay_on_commit")(
        lambda: operations.release(at=evening)
    )

    assert sorted(results) == [0, 1]
    assert Digest.objects.count() == 1
    assert OutboxEvent.objects.filter(name="announcements.digest.made").count() == 1


def test_two_clocks_let_go_of_a_notice_once(family, monkeypatch):
    """The second looks while the first has it in hand, and passes over it without waiting."""
    published(family.college)
    is_in, is_over, wake = threading.Event(), threading.Event(), notifying.wake_relay_on_commit

    def slowly():
        if not is_in.is_set():
            is_in.set()
            is_over.wait(2)
        wake()

    def second():
        assert is_in.wait(10)
        try:
            return operations.release(at=AT)
        finally:
            is_over.set()

    monkeypatch.setattr(notifying, "wake_relay_on_commit", slowly)
    results = run_in_threads([lambda: operations.release(at=AT), second])

    assert results == [1, 0]
    assert OutboxEvent.objects.filter(name="announcements.notice.due").count() == 1
