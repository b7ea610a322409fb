"""« Messages », without a script: write with a document, be answered, search, report, contest."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Attachment, Hiding, Message, Report
from tests.factories.canteen import Family, make_family
from tests.factories.registrations import picture
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
from tests.portal.conftest import Site

NOW = AT
LIST, NEW = "/college/messages/", "/college/messages/nouveau/"


def text(response: Any) -> str:
    markup = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(markup))


def at(name: str, key: Any) -> str:
    return reverse(f"portal:message-{name}", args=[key])


def picture_file(name: str = "certificat.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().read(), "image/jpeg")


@pytest.fixture
def family(site: Site, clock: Any) -> Family:
    """Two parents; the first is signed in."""
    made = make_family(guardians=2)
    site.sign_in(account(made.guardians[0]))
    return made


def test_a_parent_writes_with_a_document_and_is_answered(site: Site, family: Family) -> None:
    assert "Aucune conversation" in text(site.get(LIST))
    asked = site.get(NEW)
    assert f"{family.pupil.first_name} · {family.college.name}" in text(asked)
    assert f"Question générale · {family.college.name}" in text(asked)

    sent = site.post(
        NEW,
        to=f"{family.pupil.public_id}:{family.college.uai}",
        subject="Absence",
        text="Bonjour,\nelle est malade.",
        document_1=picture_file(),
    )
    first = Message.objects.get()
    assert sent.headers["Location"] == at("thread", first.thread.public_id)
    shown = text(site.follow(sent))
    assert "Votre message est envoyé." in shown
    assert "certificat.jpg" in shown
    document = site.get(at("attachment", Attachment.objects.get().public_id))
    assert document.headers["Content-Type"] == "image/jpeg"

    assert "à lire" not in text(site.get("/college/"))
    reply(first, family.college, "Merci, bon rétablissement.")
    assert "Messages avec le collège 1 à lire" in text(site.get("/college/"))
    assert "1 nouveau" in text(site.get(LIST))
    assert "bon rétablissement" in text(site.get(at("thread", first.thread.public_id)))
    assert "nouveau" not in text(site.get(LIST))
    again = site.post(at("thread", first.thread.public_id), text="Merci.")
    assert again.status_code == 302
    assert Message.objects.count() == 3


def test_the_other_parent_sees_what_they_are_let_see(site: Site, family: Family) -> None:
    alone = from_family(family)
    together = from_family(family, together=True, text="Pour tous les deux.")
    father = Site().sign_in(account(family.guardians[1]))

    assert father.get(at("thread", alone.thread.public_id)).status_code == 404
    assert "Pour tous les deux." in text(father.get(at("thread", together.thread.public_id)))

    end_link(family.guardians[1], family.pupil, on=AT.date())
    reply(together, family.college, "Rendez-vous mardi.")
    shown = text(father.get(at("thread", together.thread.public_id)))
    assert "Rendez-vous" not in shown
    assert "Vous n'êtes plus dans cette conversation." in shown
    refused = father.post(at("thread", together.thread.public_id), text="Et moi ?")
    assert refused.status_code == 422


def test_a_wrong_form_keeps_what_was_typed(site: Site, family: Family) -> None:
    page = site.post(NEW, to="", subject="", text="Bonjour", document_1=picture_file())

    assert page.status_code == 422
    assert "Choisissez une réponse." in text(page)
    assert "Bonjour" in text(page)
    to = f"{family.pupil.public_id}:{family.college.uai}"
    wrong = SimpleUploadedFile("note.txt", b"bonjour", "text/plain")
    page = site.post(NEW, to=to, subject="A", text="Bonjour", document_1=wrong)
    assert page.status_code == 422
    assert "<details open>" in page.content.decode()
    other = make_family()
    page = site.post(NEW, to=f"{other.pupil.public_id}:{other.college.uai}", subject="A", text="B")
    assert page.status_code == 422
    assert not Message.objects.exists()


def test_a_pupil_writes_to_their_collège_and_no_further(site: Site, family: Family) -> None:
    pupil = Site().sign_in(account(family.pupil))
    other = from_family(make_family(college=family.college))

    page = pupil.get(NEW)
    assert "responsables" not in text(page)
    to = f"{family.pupil.public_id}:{family.college.uai}"
    sent = pupil.post(NEW, to=to, subject="Casier", text="Mon casier est cassé.")
    assert "Mon casier est cassé." in text(pupil.follow(sent))
    assert pupil.get(at("thread", other.thread.public_id)).status_code == 404
    assert site.get(at("thread", Message.objects.latest("pk").thread.public_id)).status_code == 404


def test_one_finds_ones_own_words(site: Site, family: Family) -> None:
    from_family(family, text="L’élève a rendez-vous chez le dentiste.")
    from_family(make_family(), text="Dentiste aussi.")

    found = text(site.get(LIST, q="dentistes"))
    assert "Aucun message ne contient ces mots" in found
    found = text(site.get(LIST, q="DENTIS"))
    assert "chez le dentiste" in found
    assert "Dentiste aussi" not in found
    assert "Aucun message" in text(site.get(LIST, q="<b>"))


def test_one_reports_leaves_and_contests(site: Site, family: Family) -> None:
    mine = from_family(family)
    theirs = from_college(family, text="Message <b>du</b> collège.")

    page = site.get(at("report", theirs.public_id))
    assert "&lt;b&gt;du" in page.content.decode()
    assert site.post(at("report", theirs.public_id), reason="").status_code == 422
    assert site.post(at("report", theirs.public_id), reason="Faux.").status_code == 302
    assert Report.objects.get().reason == "Faux."
    assert site.post(at("report", mine.public_id), reason="Faux.").status_code == 422
    assert site.get(at("appeal", mine.public_id)).status_code == 404

    operations.hide(message=mine, reason="Hors sujet.", actor=CLERK, at=AT)
    assert "Hors sujet." in text(site.get(at("thread", mine.thread.public_id)))
    assert site.post(at("appeal", mine.public_id), reason="Si.").status_code == 302
    assert Hiding.objects.get().appeal == "Si."
    assert "Le collège va répondre." in text(site.get(at("thread", mine.thread.public_id)))

    assert site.get(at("leave", mine.thread.public_id)).status_code == 405
    left = site.follow(site.post(at("leave", mine.thread.public_id)))
    assert "Vous n'êtes plus dans cette conversation." in text(left)


def test_the_pages_go_back_in_time(site: Site, family: Family) -> None:
    first = from_college(family)
    for _ in range(24):
        reply(first, family.college, "Encore.")
    page = at("thread", first.thread.public_id)

    assert "Bonjour, merci de rappeler." not in text(site.get(page))
    assert "avant=6" in site.get(page).content.decode()
    assert "Bonjour, merci de rappeler." in text(site.get(page, avant="6"))
    assert site.get(page, avant="x").status_code == 404
    assert part(first, family.guardians[0]).read_number == 25
    for _ in range(21):
        from_college(family)
    listed = site.get(LIST).content.decode()
    older = re.search(r"\?apres=([0-9-]+)", listed)
    assert older is not None
    assert listed.count("message-thread") == 0
    assert "Conversations plus anciennes" not in text(site.get(LIST, apres=older[1]))
