"""A collège's threads in its console: read, answer with a template, write first, hide, be contested."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.urls import reverse

from console import acts
from tenants.accounts.capabilities import Role
from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Attachment, Hiding, Message, MessageTemplate, Report
from tests.console.test_acts import confirm, text
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    draft,
    end_link,
    from_college,
    from_family,
    given,
    numbers_read,
    part,
    reply,
)
from tests.portal.test_messages import picture_file


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_family(guardians=2)


@pytest.fixture
def desk(agent, family):
    """The secretary of the family's collège."""
    return agent(Role.COLLEGE_SECRETARY, family.college.uai)


def page(name, *keys):
    return reverse(f"console:{name}", args=keys)


def test_a_secretary_reads_and_answers_with_a_template(desk, family):
    confirm(
        desk,
        acts.url_for("save-message-template", family.college),
        name="Bien reçu",
        subject="Votre message",
        text="Bonjour, c'est noté pour [élève].",
    )
    first = from_family(family, draft=draft(attached=(given("mot.jpg"),)))
    listed = text(desk.get(page("messages")))
    assert "1 conversation à lire" in listed
    assert family.pupil.full_name in listed

    thread = page("message-thread", first.thread.public_id)
    shown = desk.get(thread)
    assert "mot.jpg" in text(shown)
    assert "0 conversation à lire" in text(desk.get(page("messages")))
    document = desk.get(page("message-attachment", Attachment.objects.get().public_id))
    assert document.headers["Content-Type"] == "image/jpeg"

    template = MessageTemplate.objects.get()
    filled = desk.get(thread, modele=str(template.public_id))
    assert f"c&#x27;est noté pour {family.pupil.full_name}." in filled.content.decode()
    sent = desk.post(thread, text="C'est noté.", document_1=picture_file())
    assert sent.status_code == 302
    assert numbers_read(family.guardians[0], first) == [1, 2]
    assert Attachment.objects.count() == 2
    confirm(desk, acts.url_for("end-message-template", template))
    assert "Aucun modèle" in text(desk.get(page("message-templates")))


def test_a_secretary_writes_first_to_whom_they_choose(desk, family):
    assert "Écrire à la famille" in text(desk.get(page("pupil-file", family.pupil.public_id)))
    new = page("message-new", family.pupil.public_id)
    assert f"{family.pupil.full_name}, l'élève" in text(desk.get(new)).replace("&#x27;", "'")

    refused = desk.post(new, subject="Rendez-vous", text="Bonjour")
    assert "Choisissez au moins une personne." in text(refused)
    stranger = make_family().guardians[0]
    refused = desk.post(new, recipients=[stranger.public_id], subject="A", text="B")
    assert refused.status_code == 422
    sent = desk.post(
        new, recipients=[family.guardians[1].public_id], subject="Rendez-vous", text="Bonjour"
    )

    first = Message.objects.get()
    assert sent.headers["Location"] == page("message-thread", first.thread.public_id)
    assert numbers_read(family.guardians[0], first) is None
    assert numbers_read(family.guardians[1], first) == [1]


def test_another_collège_sees_nothing(agent, family):
    first = from_family(family, draft=draft(attached=(given(),)))
    other = agent(Role.COLLEGE_SECRETARY, make_family().college.uai)
    report = Report.objects.create(
        message=first, participant=part(first, family.college), reason="x", reported_at=AT
    )

    assert "Aucune conversation" in text(other.get(page("messages")))
    assert "Aucun message ne contient" in text(other.get(page("messages"), q="malade"))
    assert "Aucun message signalé" in text(other.get(page("message-moderation")))
    for address in (
        page("message-thread", first.thread.public_id),
        page("message-new", family.pupil.public_id),
        page("message-attachment", Attachment.objects.get().public_id),
        acts.url_for("hide-message", first),
        acts.url_for("leave-message-shown", report),
        acts.url_for("remove-from-thread", part(first, family.guardians[0])),
        acts.url_for("add-guardian-to-thread", (first.thread, family.guardians[1])),
        acts.url_for("save-message-template", family.college),
    ):
        assert other.get(address).status_code == 404, address


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COLLEGE_SECRETARY])
def test_the_other_agents_have_no_such_page(agent, family, role):
    first = from_family(family)
    site = agent(role)

    for address in (
        page("messages"),
        page("message-thread", first.thread.public_id),
        page("message-moderation"),
        page("message-templates"),
        acts.url_for("hide-message", first),
    ):
        assert site.get(address).status_code == 403, address
    assert "Modèles de messages" not in text(site.get(page("index")))


def test_a_reported_message_is_hidden_or_left(desk, family):
    rude, fine = from_family(family, together=True), from_family(family, together=True)
    for one in (rude, fine):
        operations.report(
            message=one,
            participant=part(one, family.guardians[1]),
            reason="Blessant.",
            actor=CLERK,
            at=AT,
        )
    queue = page("message-moderation")
    assert text(desk.get(queue)).count("Blessant.") == 2

    _shown, done = confirm(desk, acts.url_for("hide-message", rude), reason="Propos blessants.")
    assert done.status_code == 302
    confirm(desk, acts.url_for("leave-message-shown", Report.objects.get(message=fine)))
    assert "Aucun message signalé" in text(desk.get(queue))
    again = desk.post(acts.url_for("hide-message", rude), reason="Encore.")
    assert "déjà masqué" in text(again)

    hiding = Hiding.objects.get()
    operations.appeal(
        hiding=hiding,
        participant=part(rude, family.guardians[0]),
        words="Mais non.",
        actor=CLERK,
        at=AT,
    )
    assert "Mais non." in text(desk.get(queue))
    confirm(desk, acts.url_for("answer-message-appeal", hiding), is_lifted="on", answer="D'accord.")
    hiding.refresh_from_db()
    assert hiding.lifted_at == AT


def test_people_are_added_and_removed(desk, family):
    first = from_college(family, family.guardians[0])
    thread = page("message-thread", first.thread.public_id)
    assert "ne lit pas" in text(desk.get(thread))

    confirm(desk, acts.url_for("add-guardian-to-thread", (first.thread, family.guardians[1])))
    confirm(desk, acts.url_for("remove-from-thread", part(first, family.guardians[0])))
    reply(first, family.college)

    assert numbers_read(family.guardians[0], first) == [1]
    assert numbers_read(family.guardians[1], first) == [2]
    assert "sorti" in text(desk.get(thread))
    end_link(family.guardians[1], family.pupil, on=AT.date())
    address = acts.url_for("add-guardian-to-thread", (first.thread, family.guardians[1]))
    assert desk.get(address).status_code == 404


def test_the_collège_searches_and_goes_back(desk, family):
    first = from_family(family, text="Le casier est cassé.")
    for _ in range(21):
        from_college(family)

    assert "Le casier est cassé." in text(desk.get(page("messages"), q="casier"))
    listed = desk.get(page("messages")).content.decode()
    older = re.search(r"\?apres=([0-9-]+)", listed)
    assert older is not None
    assert str(first.thread.public_id) not in listed
    assert (
        str(first.thread.public_id) in desk.get(page("messages"), apres=older[1]).content.decode()
    )
