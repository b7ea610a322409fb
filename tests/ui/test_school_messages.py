"""What is written to families about their threads: that a message waits and from whom, never its text."""

import datetime

import pytest

from commons import outbox
from commons.models import OutboxEvent
from tenants.schoollife.announcements import notifying
from tenants.schoollife.announcements.moments import Chosen
from tenants.schoollife.announcements.notice_models import Mode
from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Hiding
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
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


def test_a_message_waits_and_from_whom_but_not_what_it_says(family, mailoutbox):
    from_college(family, family.guardians[0], text="Un secret.")

    (message,) = deliver(mailoutbox, "school_messages.message.sent")

    assert message.to == [family.guardians[0].user.email]
    assert message.subject.replace("\xa0", " ") == f"Un message vous attend : {family.college.name}"
    for written in (message.body, words(html_of(message)), message.subject):
        assert "secret" not in written
        assert "Absence" not in written
    assert "/college/messages/" in message.body


def test_who_wrote_and_who_left_are_not_told(family, mailoutbox):
    mother, father = family.guardians
    first = from_family(family, together=True)
    assert addresses(deliver(mailoutbox, "school_messages.message.sent")) == [father.user.email]

    reply(first, family.college)
    end_link(father, family.pupil, on=AT.date())
    assert addresses(deliver(mailoutbox, "school_messages.message.sent")) == sorted(
        [mother.user.email, father.user.email]
    )
    reply(first, family.college)
    assert addresses(deliver(mailoutbox, "school_messages.message.sent")) == [mother.user.email]


def test_a_pupil_is_told_at_their_own_address(family, mailoutbox):
    from_college(family, family.pupil)
    assert deliver(mailoutbox, "school_messages.message.sent") == []

    account(family.pupil)
    family.pupil.user.email = "eleve@exemple.fr"
    family.pupil.user.save(update_fields=["email"])
    from_college(family, family.pupil)
    assert addresses(deliver(mailoutbox, "school_messages.message.sent")) == ["eleve@exemple.fr"]


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

    assert deliver(mailoutbox, "school_messages.message.sent") == []


NIGHT = datetime.datetime(2024, 11, 8, 21, 30, tzinfo=datetime.UTC)  # a Friday, 22.30 in Paris
SATURDAY = NIGHT + datetime.timedelta(hours=12)
MONDAY = datetime.datetime(2024, 11, 11, 6, 1, tzinfo=datetime.UTC)


def told_at(mailbox, at):
    mailbox.clear()
    assert outbox.deliver_pending(at=at).failed == 0
    return addresses(mailbox)


def test_nobody_is_woken_and_one_message_says_that_several_wait(family, mailoutbox):
    mother, father = family.guardians
    first = from_college(family, at=NIGHT)
    reply(first, family.college, at=NIGHT)
    OutboxEvent.objects.update(next_attempt_at=NIGHT)

    assert told_at(mailoutbox, NIGHT) == []
    waiting = OutboxEvent.objects.filter(name="school_messages.reader.due")
    assert waiting.count() == 2
    assert outbox.lag(at=SATURDAY)["waiting"] == 0
    assert told_at(mailoutbox, SATURDAY) == []
    operations.mark_read(participant=part(first, father), number=2, actor=CLERK, at=SATURDAY)
    assert told_at(mailoutbox, MONDAY) == [mother.user.email]


def test_who_chose_never_is_not_written_to(family, mailoutbox):
    mother, father = family.guardians
    notifying.choose(user=father.user, chosen=Chosen(mode=Mode.NONE), actor=CLERK, at=AT)
    from_college(family)

    assert addresses(deliver(mailoutbox, "school_messages.message.sent")) == [mother.user.email]


def test_who_chose_a_digest_is_told_in_the_evening(family, mailoutbox):
    mother = family.guardians[0]
    notifying.choose(user=mother.user, chosen=Chosen(mode=Mode.DIGEST), actor=CLERK, at=AT)
    from_college(family, mother)
    OutboxEvent.objects.update(next_attempt_at=AT)

    assert told_at(mailoutbox, AT) == []
    assert told_at(mailoutbox, AT + datetime.timedelta(hours=7, minutes=1)) == [mother.user.email]
