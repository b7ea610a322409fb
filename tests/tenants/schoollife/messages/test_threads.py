"""Threads between families and collèges: who is in them, what they read, what is refused."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction

from commons.actors import Actor
from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from commons.uploads import UploadTypeRefused
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.schoollife.messages import access, limits, operations, queries
from tenants.schoollife.messages.models import (
    LONGEST_TEXT,
    Attachment,
    Message,
    Participant,
    Stay,
    Thread,
)
from tests.factories.canteen import make_college, make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    DAY,
    MINUTE,
    account,
    draft,
    end_link,
    file_of,
    from_college,
    from_family,
    given,
    make_secretary,
    numbers_read,
    part,
    reply,
    restore_link,
)


def test_a_guardian_writes_and_the_collège_answers(tenant_db):
    family = make_family(guardians=2)
    mother, father = family.guardians

    first = from_family(family)
    answer = reply(first, family.college)

    assert (first.number, answer.number) == (1, 2)
    assert numbers_read(mother, first) == [1, 2]
    assert numbers_read(father, first) is None
    desk = part(first, family.college)
    assert (desk.latest_number, desk.read_number, desk.has_unread) == (2, 0, True)
    assert [one.payload for one in OutboxEvent.objects.order_by("pk")] == [
        {"message_id": first.pk},
        {"message_id": answer.pk},
    ]
    assert [one.action for one in AuditEntry.objects.order_by("pk")] == [
        "school_messages.thread.opened",
        "school_messages.message.sent",
        "school_messages.message.sent",
    ]


def test_the_other_parent_is_in_when_the_writer_says_so(tenant_db):
    family = make_family(guardians=2)

    first = from_family(family, together=True)

    assert numbers_read(family.guardians[1], first) == [1]


def test_who_has_no_authority_is_never_asked_in_by_another(tenant_db):
    family = make_family(guardians=2)
    family.guardians[1].guardianships.update(legal_role=0, relation="FAMILY")

    first = from_family(family, together=True)

    assert numbers_read(family.guardians[1], first) is None


def test_who_comes_in_late_reads_what_follows(tenant_db):
    family = make_family(guardians=2)
    first = from_family(family)

    operations.add_guardian(
        thread=first.thread, guardian=family.guardians[1], actor=CLERK, at=AT + MINUTE
    )
    reply(first, family.college)

    assert numbers_read(family.guardians[1], first) == [2]


def test_who_leaves_and_comes_back_has_not_read_what_was_between(tenant_db):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_college(family)
    operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT)
    reply(first, family.college)

    operations.add_guardian(thread=first.thread, guardian=father, actor=CLERK, at=AT)
    operations.add_guardian(thread=first.thread, guardian=father, actor=CLERK, at=AT)
    reply(first, family.college)

    assert numbers_read(father, first) == [1, 3]
    found = queries.told(access.own_participations(account(father))).get()
    assert (found.unread, found.excerpt) == (2, "Bien reçu.")


def test_a_parent_who_loses_the_right_reads_nothing_of_what_follows(tenant_db):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_college(family)

    end_link(father, family.pupil, on=AT.date())
    reply(first, family.college)

    assert numbers_read(father, first) == [1]
    with pytest.raises(operations.OutOfThread):
        reply(first, father)


def test_who_has_the_right_again_is_not_back_by_themselves(tenant_db):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_college(family)
    end_link(father, family.pupil, on=AT.date())
    reply(first, family.college)

    restore_link(father, family.pupil, on=AT.date())
    reply(first, family.college)

    assert numbers_read(father, first) == [1]


def test_the_clock_has_them_leave_too(tenant_db):
    family, other = make_family(guardians=2), make_family()
    first = from_college(family)
    from_college(other)
    end_link(family.guardians[1], family.pupil, on=AT.date())

    assert operations.let_go(at=AT) == 1

    assert Stay.objects.filter(left_at__isnull=False).get().participant == part(
        first, family.guardians[1]
    )
    assert operations.let_go(at=AT) == 0


def test_one_writes_to_the_collège_of_ones_own_child_alone(tenant_db):
    family, other = make_family(), make_family()

    for wrong in (
        {"pupil": other.pupil},
        {"college": other.college},
        {"college": other.college, "pupil": other.pupil},
        {"college": other.college, "pupil": None},
    ):
        with pytest.raises(operations.MayNotWrite):
            from_family(family, **wrong)

    assert not Thread.objects.exists()


def test_a_pupil_writes_in_their_own_name_to_their_own_collège(tenant_db):
    family, other = make_family(), make_family()

    first = from_family(family, writer=family.pupil, pupil=None)

    assert first.thread.pupil == family.pupil
    assert set(first.thread.participants.values_list("college", "pupil")) == {
        (family.college.pk, None),
        (None, family.pupil.pk),
    }
    for wrong in ({"college": other.college}, {"pupil": other.pupil}):
        with pytest.raises(operations.MayNotWrite):
            from_family(family, writer=family.pupil, **wrong)


def test_a_guardian_writes_in_general(tenant_db):
    family = make_family()

    first = from_family(family, pupil=None)
    end_link(family.guardians[0], family.pupil, on=AT.date())

    with pytest.raises(operations.OutOfThread):
        reply(first, family.guardians[0])


def test_a_collège_writes_about_its_pupils_to_their_families(tenant_db):
    family, other = make_family(), make_family()

    first = from_college(family, family.guardians[0], family.pupil)

    assert numbers_read(family.pupil, first) == [1]
    with pytest.raises(operations.NobodyToWriteTo):
        from_college(family, other.guardians[0])
    with pytest.raises(operations.NobodyToWriteTo):
        from_college(family, other.pupil)
    family.pupil.schoolings.update(valid_until=AT.date())
    with pytest.raises(operations.MayNotWrite):
        from_college(family)
    with pytest.raises(operations.MayNotWrite):
        reply(first, family.college)


def test_a_thread_of_others_does_not_exist(tenant_db):
    family, other = make_family(), make_family()
    first = from_family(family)
    outsiders = (account(other.guardians[0]), account(family.pupil), account(other.pupil))

    for user in outsiders:
        with pytest.raises(NotFound):
            access.access_own_thread(user, first.thread.public_id)
        with pytest.raises(NotFound):
            access.access_own_message(user, first.public_id)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COLLEGE_SECRETARY])
def test_no_agent_of_the_département_reads(tenant_db, role):
    family = make_family()
    first = from_family(family)
    agent = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=agent, role=role)

    assert not access.desk_participations(agent).exists()
    with pytest.raises(NotFound):
        access.access_desk_thread(agent, first.thread.public_id)


def test_a_secretary_reads_their_own_collège_alone(tenant_db):
    family, other = make_family(), make_family()
    first = from_family(family, draft=draft(attached=(given(),)))
    ours, theirs = make_secretary(family.college), make_secretary(other.college)
    document = Attachment.objects.get()

    assert access.access_desk_thread(ours, first.thread.public_id).college == family.college
    assert access.access_desk_attachment(ours, document.public_id) == document
    for read, key in (
        (access.access_desk_thread, first.thread.public_id),
        (access.access_desk_message, first.public_id),
        (access.access_desk_attachment, document.public_id),
        (access.access_desk_participant, part(first, family.guardians[0]).public_id),
    ):
        with pytest.raises(NotFound):
            read(theirs, key)


def test_an_attachment_is_read_by_who_reads_its_message(tenant_db):
    family = make_family(guardians=2)
    mother, father = family.guardians
    first = from_family(family, draft=draft(attached=(given("mot.jpg"), given("suite.jpg"))))
    operations.add_guardian(thread=first.thread, guardian=father, actor=CLERK, at=AT)
    one, two = Attachment.objects.order_by("rank")

    assert (one.name, two.name, one.content_type) == ("mot.jpg", "suite.jpg", "image/jpeg")
    assert access.access_own_attachment(account(mother), one.public_id) == one
    with pytest.raises(NotFound):
        access.access_own_attachment(account(father), one.public_id)


def test_what_is_refused_leaves_nothing(tenant_db, settings):
    family = make_family()

    with pytest.raises(UploadTypeRefused):
        from_family(family, draft=draft(attached=(given(), file_of())))
    with pytest.raises(operations.TooManyDocuments):
        from_family(family, draft=draft(attached=(given(),) * (limits.MOST_DOCUMENTS + 1)))
    for text in ("  \n ", "a" * (LONGEST_TEXT + 1), "\x00\x07"):
        with pytest.raises(operations.TextMissing):
            from_family(family, text=text)

    assert not Thread.objects.exists()
    assert not Attachment.objects.exists()


def test_a_text_is_kept_as_people_write(tenant_db):
    first = from_family(make_family(), text=" Bonjour,\r\n\r\n\r\n\r\nmerci\x00.\u202e ")

    assert first.text == "Bonjour,\n\nmerci."


def test_one_person_does_not_flood_a_collège(tenant_db):
    family = make_family()
    first = from_family(family)
    for _ in range(limits.OF_FAMILIES[1] - 1):
        reply(first, family.guardians[0])

    with pytest.raises(operations.TooManyMessages) as refused:
        reply(first, family.guardians[0])
    reply(first, family.college)

    assert refused.value.details == {"most": limits.OF_FAMILIES[1], "hours": 1}
    assert reply(first, family.guardians[0], at=AT + MINUTE * 70).number == 22


def test_reading_goes_forward_only_and_no_further_than_one_may(tenant_db):
    family = make_family()
    first = from_family(family)
    reply(first, family.college)
    reading = part(first, family.guardians[0])
    actor = Actor.user(account(family.guardians[0]))

    def reads(number: int) -> int:
        return operations.mark_read(
            participant=reading, number=number, actor=actor, at=AT
        ).read_number

    assert reading.read_number == 1
    assert [reads(2), reads(1), reads(99)] == [2, 2, 2]


def test_an_answer_does_not_hide_what_one_had_not_read(tenant_db):
    family = make_family(guardians=2)
    mother, father = family.guardians
    first = from_college(family)
    reply(first, father)

    reply(first, mother)

    assert part(first, mother).read_number == 0
    found = queries.told(access.own_participations(account(mother))).get()
    assert found.unread == 2


def test_a_message_is_never_edited(tenant_db):
    first = from_family(make_family())

    for change in ({"text": "autre"}, {"number": 7}, {"participant": None}):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Message.objects.filter(pk=first.pk).update(**change)


def test_the_collège_stays(tenant_db):
    family = make_family()
    first = from_family(family)

    with pytest.raises(operations.CollegeStays):
        operations.leave_thread(participant=part(first, family.college), actor=CLERK, at=AT)


def test_an_inbox_goes_by_pages_latest_first(tenant_db):
    family = make_family()
    started = [from_family(family, at=AT + DAY * rank) for rank in range(5)]
    again = from_family(make_family(college=family.college), at=AT)
    own = access.own_participations(account(family.guardians[0]))
    desk = access.desk_participations(make_secretary(family.college))

    def walked(parts, size):
        key, found = "", []
        while True:
            page = queries.inbox(parts, after=key, size=size)
            found += [one.thread_id for one in page.parts]
            if not page.next_key:
                return found
            key = page.next_key

    threads = [one.thread_id for one in reversed(started)]
    assert walked(own, 2) == walked(own, 5) == threads
    assert walked(desk, 4) == [*threads[:-1], again.thread_id, threads[-1]]
    assert queries.inbox(desk, after="n'importe quoi").parts[0].thread_id == threads[0]
    assert queries.count_unread(desk) == 6
    assert queries.count_unread(own) == 0


def test_a_thread_goes_by_pages_latest_last(tenant_db):
    family = make_family()
    first = from_family(family)
    for _ in range(4):
        reply(first, family.college)
    desk = part(first, family.college)

    page = queries.conversation(desk, size=2)
    before = queries.conversation(desk, size=2, before=page.earlier)
    start = queries.conversation(desk, size=2, before=before.earlier)

    shown = [[one.message.number for one in found.messages] for found in (page, before, start)]
    assert shown == [[4, 5], [2, 3], [1]]
    assert start.earlier is None
    assert (page.is_in, page.latest_number) == (True, 5)


def test_a_stay_that_ends_where_it_began_reads_nothing(tenant_db):
    family = make_family(guardians=2)
    father = family.guardians[1]
    first = from_family(family)
    operations.add_guardian(thread=first.thread, guardian=father, actor=CLERK, at=AT)

    operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT)
    reply(first, family.college)

    assert numbers_read(father, first) == []


def test_a_pupil_of_no_collège_is_written_to_by_none(tenant_db):
    family = make_family()

    with pytest.raises(operations.MayNotWrite):
        operations.write_to_family(
            college=make_college(),
            pupil=family.pupil,
            recipients=family.guardians,
            draft=draft(),
            actor=CLERK,
            at=AT,
        )
    assert not Participant.objects.exists()


def test_a_link_to_come_is_none_yet(tenant_db):
    family = make_family()
    tomorrow = AT.date() + datetime.timedelta(days=1)
    family.guardians[0].guardianships.update(valid_from=tomorrow)

    with pytest.raises(operations.MayNotWrite):
        from_family(family)
