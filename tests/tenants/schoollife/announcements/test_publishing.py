"""Whom an announcement is for, when it is published, and what becomes of it afterwards."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from tenants.people.models import Guardianship, Schooling
from tenants.schoollife.announcements import access, operations, queries, refusals
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Notice,
    Recipient,
)
from tests.factories.announcements import (
    AT,
    DAY,
    account_of,
    administrator,
    draft,
    family_in,
    make_class,
    published,
    secretary_of,
)
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def college(tenant_db):
    return make_college()


def told(announcement):
    return {
        (one.pupil_id, one.guardian_id)
        for one in Recipient.objects.filter(announcement=announcement)
    }


def reads(user, announcement):
    return announcement in access.readable_announcements(user)


def test_each_guardian_is_told_on_their_own_account(college):
    family = family_in(make_class(college), guardians=2)
    announcement = published(college)

    assert told(announcement) == {(family.pupil.pk, guardian.pk) for guardian in family.guardians}
    assert all(reads(guardian.user, announcement) for guardian in family.guardians)
    assert Notice.objects.count() == 2


def test_a_family_of_another_college_is_not_told(college):
    family_in(make_class(college))
    stranger = family_in(make_class(make_college()))
    announcement = published(college)

    assert not reads(stranger.guardians[0].user, announcement)
    with pytest.raises(NotFound):
        access.access_announcement(stranger.guardians[0].user, announcement.public_id)


def test_the_departement_tells_all_colleges(college):
    ours, theirs = family_in(make_class(college)), family_in(make_class(make_college()))
    announcement = published(None)

    assert reads(ours.guardians[0].user, announcement)
    assert reads(theirs.guardians[0].user, announcement)


def test_a_guardian_whom_a_judge_excluded_is_not_told(college):
    family = family_in(make_class(college), guardians=2)
    excluded, kept = family.guardians
    Guardianship.objects.filter(guardian=excluded).update(valid_until=DAY)
    announcement = published(college)

    assert told(announcement) == {(family.pupil.pk, kept.pk)}
    assert not reads(excluded.user, announcement)


def test_a_guardian_whom_a_judge_excludes_afterwards_reads_it_no_more(college):
    family = family_in(make_class(college), guardians=2)
    excluded, kept = family.guardians
    announcement = published(college)
    Guardianship.objects.filter(guardian=excluded).update(valid_until=DAY)

    assert not reads(excluded.user, announcement)
    assert reads(kept.user, announcement)
    assert queries.follow(announcement, colleges=None, on=DAY).total.people == 1


def test_classes_levels_and_profiles_choose(college):
    sixth, third = make_class(college), make_class(college, "3e B", "3E")
    young, old = family_in(sixth), family_in(third)
    pupil = account_of(old.pupil)

    by_class = published(college, classes=[sixth])
    by_level = published(college, levels=["3E"], is_for_guardians=False, is_for_pupils=True)

    assert told(by_class) == {(young.pupil.pk, young.guardians[0].pk)}
    assert told(by_level) == {(old.pupil.pk, None)}
    assert reads(pupil, by_level)
    assert not reads(old.guardians[0].user, by_level)


def test_the_size_shown_before_is_what_is_told(college):
    first = family_in(make_class(college), guardians=2)
    family_in(make_class(college, "5e C", "5E"))
    first.guardians[1].user.email = None
    first.guardians[1].user.save()
    announcement = draft(college, is_for_pupils=True)

    size = queries.audience_size(announcement, on=DAY)

    assert (size.pupils, size.guardians, size.told_pupils, size.without_email) == (2, 3, 2, 1)
    assert operations.publish(announcement=announcement, actor=ACTOR, at=AT) == size.people


def test_nobody_is_told_of_a_draft_or_of_nobody(college):
    family = family_in(make_class(college))
    announcement = draft(college, classes=[make_class(college, "3e B", "3E")])

    assert not reads(family.guardians[0].user, announcement)
    with pytest.raises(refusals.NobodyThere):
        operations.publish(announcement=announcement, actor=ACTOR, at=AT)
    with pytest.raises(refusals.NoAudience):
        draft(college, is_for_guardians=False)
    with pytest.raises(refusals.ForeignClass):
        draft(college, classes=[make_class(make_college())])


def test_it_is_published_once(college):
    family_in(make_class(college))
    announcement = published(college)
    with pytest.raises(refusals.NotDraft):
        operations.publish(announcement=announcement, actor=ACTOR, at=AT)
    with pytest.raises(refusals.NotDraft):
        operations.rewrite(announcement=announcement, text=None, audience=None, actor=ACTOR, at=AT)


def test_a_scheduled_one_is_published_when_its_moment_comes(college):
    family = family_in(make_class(college))
    announcement = draft(college)
    operations.schedule(announcement=announcement, publish_at=AT + ONE_DAY, actor=ACTOR, at=AT)

    assert operations.publish_due(at=AT) == 0
    assert not reads(family.guardians[0].user, announcement)
    assert operations.publish_due(at=AT + ONE_DAY) == 1
    assert operations.publish_due(at=AT + ONE_DAY) == 0
    assert reads(family.guardians[0].user, announcement)


def test_a_scheduled_one_with_nobody_left_is_a_draft_again(college):
    family = family_in(make_class(college))
    announcement = draft(college)
    operations.schedule(announcement=announcement, publish_at=AT + ONE_DAY, actor=ACTOR, at=AT)
    Schooling.objects.filter(pupil=family.pupil).update(valid_until=DAY + ONE_DAY)

    assert operations.publish_due(at=AT + ONE_DAY) == 0
    announcement.refresh_from_db()
    assert announcement.state == AnnouncementState.DRAFT
    assert AuditEntry.objects.filter(
        action="announcements.announcement.put_back", details__code="ANNOUNCEMENTS_NOBODY"
    ).exists()


@pytest.mark.parametrize("days", [-1, 0])
def test_the_past_is_not_scheduled(college, days):
    with pytest.raises(refusals.ScheduledInThePast):
        operations.schedule(
            announcement=draft(college), publish_at=AT + days * ONE_DAY, actor=ACTOR, at=AT
        )


def test_a_last_day_that_is_over_is_refused(college):
    family_in(make_class(college))
    with pytest.raises(refusals.OverBeforeShown):
        published(college, shown_until=DAY)


def test_who_joins_while_it_runs_is_told_and_who_joins_after_is_not(college):
    its_class = make_class(college)
    first = family_in(its_class)
    announcement = published(college, shown_until=DAY + 2 * ONE_DAY)
    late = family_in(its_class)

    assert operations.complete_running(at=AT + ONE_DAY) == 1
    assert operations.complete_running(at=AT + ONE_DAY) == 0
    assert reads(late.guardians[0].user, announcement)
    assert Notice.objects.count() == 2

    family_in(its_class)
    assert operations.complete_running(at=AT + 2 * ONE_DAY) == 0
    assert told(announcement) == {(one.pupil.pk, one.guardians[0].pk) for one in (first, late)}


def test_what_says_no_last_day_runs_sixty_days(college):
    its_class = make_class(college)
    family_in(its_class)
    announcement = published(college)
    assert announcement.shown_until == DAY + 60 * ONE_DAY
    family_in(its_class)

    assert operations.complete_running(at=AT + 60 * ONE_DAY) == 0
    assert operations.complete_running(at=AT + 59 * ONE_DAY) == 1


def test_a_correction_says_so_and_keeps_the_former_text(college):
    family = family_in(make_class(college))
    announcement = published(college, asks_acknowledgement=True)
    reader = family.guardians[0]
    operations.acknowledge(announcement=announcement, reader=reader, actor=ACTOR, at=AT)

    operations.correct(
        announcement=announcement, title="Sortie au musée", body="Vendredi.",
        correction="Le jour a changé.", asks_again=True, actor=ACTOR, at=AT,
    )  # fmt: skip

    now = access.access_announcement(reader.user, announcement.public_id)
    (past,) = queries.past_versions_of(now)
    receipt = queries.receipts_of(reader, [now])[now.pk]
    assert (now.version, now.body, now.correction) == (2, "Vendredi.", "Le jour a changé.")
    assert (past.number, past.body) == (1, "Jeudi, prévoyez un repas froid.")
    assert queries.is_awaited(now, receipt)
    assert Notice.objects.filter(kind="CORRECTION", turn=2).count() == 1
    with pytest.raises(refusals.NothingCorrected):
        operations.correct(
            announcement=now, title=now.title, body=now.body, correction="",
            asks_again=False, actor=ACTOR, at=AT,
        )  # fmt: skip


def test_what_is_withdrawn_leaves_its_trace(college):
    family = family_in(make_class(college))
    announcement = published(college, asks_acknowledgement=True)
    operations.withdraw(announcement=announcement, reason="Erreur", actor=ACTOR, at=AT)

    now = access.access_announcement(family.guardians[0].user, announcement.public_id)
    assert (now.state, now.withdrawn_reason) == (AnnouncementState.WITHDRAWN, "Erreur")
    with pytest.raises(refusals.NotPublished):
        operations.acknowledge(
            announcement=announcement, reader=family.guardians[0], actor=ACTOR, at=AT
        )
    with pytest.raises(refusals.NotPublished):
        operations.remind(announcement=announcement, actor=ACTOR, at=AT)
    with pytest.raises(refusals.NotPublished):
        operations.withdraw(announcement=announcement, reason="", actor=ACTOR, at=AT)


def test_urgent_ones_are_counted_by_the_week(college):
    family_in(make_class(college))
    other = make_college()
    family_in(make_class(other))
    for _ in range(3):
        published(college, urgent_reason="Fuite de gaz")
    with pytest.raises(refusals.TooManyUrgent):
        published(college, urgent_reason="Encore")

    published(other, urgent_reason="La leur")
    published(college, urgent_reason="Une semaine après", at=AT + 7 * ONE_DAY)
    assert Announcement.objects.filter(is_urgent=True, state="PUBLISHED").count() == 5


def test_who_did_not_read_is_reminded_once_a_day(college):
    family = family_in(make_class(college), guardians=2)
    announcement = published(college)
    operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)

    assert operations.remind(announcement=announcement, actor=ACTOR, at=AT) == 1
    with pytest.raises(refusals.RemindedToday):
        operations.remind(announcement=announcement, actor=ACTOR, at=AT)
    assert operations.remind(announcement=announcement, actor=ACTOR, at=AT + ONE_DAY) == 1
    operations.note_read(announcement=announcement, reader=family.guardians[1], at=AT)
    with pytest.raises(refusals.EverybodyRead):
        operations.remind(announcement=announcement, actor=ACTOR, at=AT + 2 * ONE_DAY)


def test_a_family_is_reached_when_one_guardian_read(college):
    its_class = make_class(college)
    reached, other = family_in(its_class, guardians=2), family_in(its_class)
    announcement = published(college, asks_acknowledgement=True)
    operations.acknowledge(
        announcement=announcement, reader=reached.guardians[1], actor=ACTOR, at=AT
    )

    found = queries.follow(announcement, colleges=None, on=DAY)
    (line,) = found.classes
    assert (line.school_class, line.families, line.families_reached) == ("6e A", 2, 1)
    assert (line.people, line.people_read, line.people_acknowledged) == (3, 1, 1)
    lines = queries.families(announcement, colleges=None, on=DAY)
    assert {one.pupil_name: one.is_reached for one in lines} == {
        reached.pupil.full_name: True,
        other.pupil.full_name: False,
    }


def test_a_secretary_follows_their_college_in_what_the_departement_says(college):
    ours, theirs = family_in(make_class(college)), family_in(make_class(make_college()))
    announcement = published(None)
    secretary = secretary_of(college)

    assert access.access_followed(secretary, announcement.public_id) == announcement
    with pytest.raises(NotFound):
        access.access_own_announcement(secretary, announcement.public_id)
    colleges = access.followed_colleges(secretary)
    lines = queries.reader_lines(announcement, colleges=colleges, on=DAY)
    assert [one.pupil_id for one in lines] == [ours.pupil.pk]
    assert theirs.pupil.pk not in [one.pupil_id for one in lines]


def test_what_a_college_says_is_its_own(college):
    family_in(make_class(college))
    announcement = published(college)
    for stranger in (secretary_of(make_college()), administrator()):
        with pytest.raises(NotFound):
            access.access_followed(stranger, announcement.public_id)
        with pytest.raises(NotFound):
            access.access_own_announcement(stranger, announcement.public_id)
    with pytest.raises(NotFound):
        access.access_place(secretary_of(college), "")


def test_one_acknowledges_for_oneself(college):
    family = family_in(make_class(college), guardians=2)
    announcement = published(college, asks_acknowledgement=True)
    mine, other = family.guardians
    operations.acknowledge(announcement=announcement, reader=mine, actor=ACTOR, at=AT)
    first = operations.acknowledge(
        announcement=announcement, reader=mine, actor=ACTOR, at=AT + ONE_DAY
    )

    assert first.acknowledged_at == AT
    assert queries.receipts_of(other, [announcement]) == {}
    assert AuditEntry.objects.filter(action="announcements.announcement.acknowledged").count() == 1


def test_it_is_not_asked_where_it_is_not_asked(college):
    family = family_in(make_class(college))
    with pytest.raises(refusals.NoAcknowledgementAsked):
        operations.acknowledge(
            announcement=published(college), reader=family.guardians[0], actor=ACTOR, at=AT
        )


def test_what_is_published_at_once_becomes_events_of_the_outbox(college):
    family = family_in(make_class(college))
    published(college)

    assert operations.release(at=AT) == 1
    assert operations.release(at=AT) == 0
    (event,) = OutboxEvent.objects.filter(name="announcements.notice.due")
    notice = Notice.objects.get()
    assert event.payload == {"notice_id": notice.pk}
    assert notice.user == family.guardians[0].user
