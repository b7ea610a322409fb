"""What is written to people about announcements: a title and a link, and never what they may not read."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from commons.outbox import deliver_pending
from tenants.people.models import Guardianship
from tenants.schoollife.announcements import operations
from tenants.schoollife.announcements.moments import Chosen
from tests.factories.announcements import AT, DAY, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family(tenant_db):
    with time_machine.travel(AT, tick=False):
        return family_in(make_class(make_college(name="Collège Rosa Parks")), guardians=2)


def deliver(*, at=AT):
    with time_machine.travel(at, tick=False):
        operations.release(at=at)
    deliver_pending(at=timezone.now())
    return mail.outbox


def test_an_announcement_is_told_with_its_title_and_not_its_text(family):
    announcement = published(family.college, asks_acknowledgement=True)

    messages = deliver()

    assert {message.to[0] for message in messages} == {one.user.email for one in family.guardians}
    message = messages[0]
    assert message.subject == "Sortie au musée"
    for text in (message.body, message.alternatives[0].content):
        text = text.replace("&#x27;", "'")
        assert "Collège Rosa Parks" in text
        assert "On vous demande de dire que vous l'avez lue." in text
        assert f"/college/annonces/{announcement.public_id}/" in text
        assert "repas froid" not in text


def test_a_message_can_be_stopped_in_one_click(family):
    published(family.college)
    message = deliver()[0].message()

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://hauts-de-seine.")
    assert "/college/notifications/arreter/" in message["List-Unsubscribe"]


def test_what_changed_before_it_is_sent_is_not_told(family):
    announcement = published(family.college)
    mother, father = family.guardians
    operations.note_read(announcement=announcement, reader=mother, at=AT)
    Guardianship.objects.filter(guardian=father).update(valid_until=DAY)
    assert deliver() == []


def test_what_was_withdrawn_is_not_told(family):
    announcement = published(family.college)
    operations.withdraw(announcement=announcement, reason="", actor=ACTOR, at=AT)
    assert deliver() == []


def test_a_correction_and_a_reminder_say_so(family):
    announcement = published(family.college)
    deliver()
    operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)
    operations.remind(announcement=announcement, actor=ACTOR, at=AT)
    operations.correct(
        announcement=announcement, title="Sortie au musée", body="Vendredi.",
        correction="Le jour a changé.", asks_again=False, actor=ACTOR, at=AT,
    )  # fmt: skip
    mail.outbox.clear()

    subjects = [message.subject.replace("\xa0", " ") for message in deliver()]
    assert sorted(subjects) == [
        "Annonce corrigée : Sortie au musée",
        "Annonce corrigée : Sortie au musée",
        "Rappel : Sortie au musée",
    ]


def test_an_evening_s_digest_is_one_message(family):
    user = family.guardians[0].user
    operations.choose(user=user, chosen=Chosen(mode="DIGEST"), actor=ACTOR, at=AT)
    Guardianship.objects.filter(guardian=family.guardians[1]).update(valid_until=DAY)
    published(family.college)
    withdrawn = published(family.college, title="Erreur")
    published(family.college, title="Photo de classe")
    operations.withdraw(announcement=withdrawn, reason="", actor=ACTOR, at=AT)

    (message,) = deliver(at=AT + datetime.timedelta(hours=9))

    assert message.to == [user.email]
    assert message.subject == "2 annonces vous attendent"
    assert "- Sortie au musée · Collège Rosa Parks" in message.body
    assert "- Photo de classe · Collège Rosa Parks" in message.body
    assert "Erreur" not in message.body
