"""What is written to families about their threads: that a message waits and from whom, never its text."""

import datetime

import pytest
import time_machine

from commons import outbox
from commons.models import OutboxEvent
from tenants.schoollife.announcements import notifying
from tenants.schoollife.announcements import operations as notifications
from tenants.schoollife.announcements.models import PushSubscription
from tenants.schoollife.announcements.moments import Chosen
from tenants.schoollife.announcements.notice_models import Mode
from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Hiding
from tests.factories.announcements import published
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    MINUTE,
    account,
    end_link,
    from_college,
    from_family,
    part,
    reply,
)
from tests.ui.test_messages import deliver, html_of, words

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family(tenant_db):
    made = make_family(guardians=2)
    for person in made.guardians:
        account(person)
    return made


def addresses(messages):
    return sorted(address for message in messages for address in message.to)


NIGHT = datetime.datetime(2024, 11, 8, 21, 30, tzinfo=datetime.UTC)  # a Friday, 22.30 in Paris
SATURDAY = NIGHT + datetime.timedelta(hours=12)
MONDAY = datetime.datetime(2024, 11, 11, 6, 1, tzinfo=datetime.UTC)


def told(mailbox, *, at=AT + MINUTE):
    """What is written by a moment: asked for when a message is sent, let go of once it is due."""
    mailbox.clear()
    for _turn in range(2):
        # The clock of the database is ahead of the test's: what is held bears a moment of the test's.
        waiting = OutboxEvent.objects.filter(
            next_attempt_at__gt=MONDAY + datetime.timedelta(days=7)
        )
        waiting.update(next_attempt_at=at)
        assert outbox.deliver_pending(at=at).failed == 0
        notifications.release(at=at)
    assert outbox.deliver_pending(at=at).failed == 0
    return list(mailbox)


def test_a_message_waits_and_from_whom_but_not_what_it_says(family, mailoutbox):
    from_college(family, family.guardians[0], text="Un secret.")

    (message,) = told(mailoutbox)

    assert message.to == [family.guardians[0].user.email]
    assert message.subject.replace("\xa0", " ") == f"Un message vous attend : {family.college.name}"
    for written in (message.body, words(html_of(message)), message.subject):
        assert "secret" not in written
        assert "Absence" not in written
    assert "/college/messages/" in message.body


def test_who_wrote_and_who_left_are_not_told(family, mailoutbox):
    mother, father = family.guardians
    first = from_family(family, together=True)
    assert addresses(told(mailoutbox)) == [father.user.email]

    reply(first, family.college)
    end_link(father, family.pupil, on=AT.date())
    assert addresses(told(mailoutbox)) == sorted([mother.user.email, father.user.email])
    reply(first, family.college)
    assert addresses(told(mailoutbox)) == [mother.user.email]


def test_a_pupil_is_told_at_their_own_address(family, mailoutbox):
    from_college(family, family.pupil)
    assert told(mailoutbox) == []

    account(family.pupil)
    family.pupil.user.email = "eleve@exemple.fr"
    family.pupil.user.save(update_fields=["email"])
    from_college(family, family.pupil)
    assert addresses(told(mailoutbox)) == ["eleve@exemple.fr"]


def test_an_author_is_told_of_moderation(family, mailoutbox):
    mine = from_family(family)
    theirs = from_college(family)
    operations.hide(message=theirs, reason="Erreur.", actor=CLERK, at=AT)
    assert deliver(mailoutbox, "school_messages.message.hidden") == []

    operations.hide(message=mine, reason="Hors sujet.", actor=CLERK, at=AT)
    (told,) = deliver(mailoutbox, "school_messages.message.hidden")
    assert told.to == [family.guardians[0].user.email]
    assert "Hors sujet." in told.body

    hiding = Hiding.objects.get(message=mine)
    operations.appeal(
        hiding=hiding,
        participant=part(mine, family.guardians[0]),
        words="Si.",
        actor=CLERK,
        at=AT,
    )
    operations.answer_appeal(hiding=hiding, is_lifted=True, answer="Pardon.", actor=CLERK, at=AT)
    (answered,) = deliver(mailoutbox, "school_messages.appeal.answered")
    assert "a remontré votre message" in answered.body
    assert "Pardon." in words(html_of(answered))


def test_nothing_is_told_of_a_thread_that_went(family, mailoutbox):
    from_college(family)
    operations.purge(actor=CLERK, at=AT + datetime.timedelta(days=800))

    assert told(mailoutbox) == []


def test_nobody_is_woken_and_one_message_says_that_several_wait(family, mailoutbox):
    mother, father = family.guardians
    first = from_college(family, at=NIGHT)
    reply(first, family.college, at=NIGHT)

    assert told(mailoutbox, at=NIGHT) == []
    assert told(mailoutbox, at=SATURDAY) == []
    operations.mark_read(participant=part(first, father), number=2, actor=CLERK, at=SATURDAY)
    assert addresses(told(mailoutbox, at=MONDAY)) == [mother.user.email]
    assert told(mailoutbox, at=MONDAY) == []


def test_who_has_no_account_is_not_woken_either(tenant_db, mailoutbox):
    family = make_family()
    mother = family.guardians[0]
    mother.email = "sans.compte@exemple.fr"
    mother.save(update_fields=["email"])
    first = from_college(family, at=NIGHT)
    reply(first, family.college, at=NIGHT)

    assert told(mailoutbox, at=NIGHT) == []
    assert OutboxEvent.objects.filter(name="school_messages.reader.due").count() == 1
    assert outbox.lag(at=SATURDAY)["waiting"] == 0
    assert told(mailoutbox, at=SATURDAY) == []
    assert addresses(told(mailoutbox, at=MONDAY)) == ["sans.compte@exemple.fr"]


def test_who_chose_never_is_not_written_to(family, mailoutbox):
    mother, father = family.guardians
    notifying.choose(user=father.user, chosen=Chosen(mode=Mode.NONE), actor=CLERK, at=AT)
    from_college(family)

    assert addresses(told(mailoutbox)) == [mother.user.email]


def test_a_digest_gathers_messages_and_announcements(family, mailoutbox):
    mother, father = family.guardians
    end_link(father, family.pupil, on=AT.date())
    notifying.choose(user=mother.user, chosen=Chosen(mode=Mode.DIGEST), actor=CLERK, at=AT)
    first = from_college(family, mother)
    reply(first, family.college)
    from_college(family, mother, text="Un secret.")
    evening = AT + datetime.timedelta(hours=7, minutes=1)

    assert told(mailoutbox) == []
    with time_machine.travel(AT, tick=False):
        published(family.college)
    (message,) = told(mailoutbox, at=evening)

    assert message.to == [mother.user.email]
    assert message.subject == "1 annonce et 2 messages vous attendent"
    for text in (message.body, words(html_of(message))):
        assert "Sortie au musée" in text
        assert text.count(family.college.name) >= 2
        assert "secret" not in text
    assert told(mailoutbox, at=evening) == []


def test_a_digest_of_messages_alone_leads_to_them(family, mailoutbox):
    mother = family.guardians[0]
    notifying.choose(user=mother.user, chosen=Chosen(mode=Mode.DIGEST), actor=CLERK, at=AT)
    read = from_college(family, mother)
    from_college(family, mother)
    told(mailoutbox)
    operations.mark_read(participant=part(read, mother), number=1, actor=CLERK, at=AT)

    (message,) = told(mailoutbox, at=AT + datetime.timedelta(hours=7, minutes=1))
    assert message.subject == "1 message vous attend"
    assert "/college/messages/" in message.body
    assert "annonce" not in message.body


def test_a_device_is_told_that_a_message_waits(family, mailoutbox):
    mother = family.guardians[0]
    device = PushSubscription.objects.create(
        user=mother.user, device="Téléphone", endpoint_digest="x", sealed=b"", added_at=AT
    )
    from_college(family, mother)
    outbox_of = OutboxEvent.objects.filter(name="announcements.push.due")
    OutboxEvent.objects.update(next_attempt_at=AT)
    assert outbox.deliver_pending(at=AT).failed == 0
    notifications.release(at=AT)

    assert [event.payload["device_id"] for event in outbox_of] == [device.pk]
