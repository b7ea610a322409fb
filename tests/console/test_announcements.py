"""A secretary announces, sees who has read, reminds and prints the rest."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenants.accounts.capabilities import Role
from tenants.schoollife.announcements import operations
from tenants.schoollife.announcements.models import Announcement, LetterBatch, Notice
from tests.factories.announcements import AT, draft, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR
from tests.families_files import pdf
from tests.pdfs import text_of
from tests.portal import households

ANSWERS = {
    "title": "Sortie au musée",
    "body": "Jeudi, prévoyez un repas froid.",
    "profiles": ["GUARDIANS"],
    "classes": ["6e A"],
    "asks_acknowledgement": "on",
}


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def college(tenant_db):
    return make_college()


@pytest.fixture
def secretary(agent, college):
    return agent(Role.COLLEGE_SECRETARY, college.uai)


def text(response):
    return households.text(response).replace("\xa0", " ")


def act(site, name, key, **answers):
    """The effect, then the act; what both pages say."""
    url = f"/console/actes/{name}/?sur={key}"
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    if stamp is None:
        return text(shown), ""
    return text(shown), text(site.follow(site.post(url, **answers, fingerprint=stamp[1])))


def page_of(announcement):
    return reverse("console:announcement", args=[announcement.public_id])


def test_a_secretary_announces_sees_who_has_read_and_prints_the_rest(secretary, college):
    its_class = make_class(college)
    reached, other = family_in(its_class), family_in(its_class)
    family_in(make_class(college, "3e B", "3E"))

    form = secretary.follow(secretary.get(reverse("console:announcement-places")))
    assert "6e A" in text(form)
    shown, done = act(secretary, "write-announcement", f"college-{college.uai}", **ANSWERS)
    assert "Responsables prévenus 2" in shown
    assert "Le brouillon est enregistré." in done
    announcement = Announcement.objects.get()
    shown, done = act(secretary, "publish-announcement", announcement.public_id)
    assert "Élèves concernés 2" in shown
    assert "L'annonce est publiée." in done
    assert Notice.objects.count() == 2

    operations.acknowledge(
        announcement=announcement, reader=reached.guardians[0], actor=ACTOR, at=AT
    )
    page = text(secretary.get(page_of(announcement)))
    assert "Familles touchées 1 / 2" in page
    assert "6e A 1 / 2 1 / 2 1 / 2" in page
    assert other.pupil.full_name in page

    shown, done = act(secretary, "remind-readers", announcement.public_id)
    assert "Personnes prévenues 1" in shown
    assert "Le rappel part." in done
    shown, done = act(secretary, "print-announcement", announcement.public_id, choice="NOT_READ")
    assert "Lettres 1" in shown
    batch = LetterBatch.objects.get()
    answer = secretary.get(reverse("console:announcement-letters-document", args=[batch.public_id]))
    assert other.pupil.full_name in text_of(answer.content)
    assert reached.pupil.full_name not in text_of(answer.content)
    again, nothing = act(secretary, "print-announcement", announcement.public_id, choice="NOT_READ")
    assert "Il n'y a aucune lettre à imprimer." in again
    assert nothing == ""
    assert "lettre du 8 octobre 2024" in text(secretary.get(page_of(announcement)))


def test_a_class_s_families_are_shown_one_class_at_a_time(secretary, college):
    first, second = make_class(college), make_class(college, "3e B", "3E")
    one, other = family_in(first), family_in(second)
    announcement = published(college)

    page = text(secretary.get(page_of(announcement), classe=str(second.pk)))
    assert other.pupil.full_name in page
    assert one.pupil.full_name not in page


def test_a_secretary_of_another_college_finds_nothing(agent, college):
    family_in(make_class(college))
    announcement = published(college)
    stranger = agent(Role.COLLEGE_SECRETARY, make_college().uai)

    assert stranger.get(page_of(announcement)).status_code == 404
    assert announcement.title not in text(
        stranger.get(reverse("console:announcements_announcement_changelist"))
    )
    url = f"/console/actes/publish-announcement/?sur={announcement.public_id}"
    assert stranger.post(url).status_code == 404
    url = f"/console/actes/write-announcement/?sur=college-{college.uai}"
    assert stranger.get(url).status_code == 404
    assert stranger.get("/console/actes/write-announcement/?sur=departement").status_code == 404


def test_who_announces_nothing_has_no_such_page(agent, college):
    reader = agent(Role.READER)
    assert reader.get(reverse("console:announcement-places")).status_code == 403


def test_an_administrator_announces_to_all_and_reads_no_college_s(agent, college):
    family_in(make_class(college))
    own = published(college, title="Entre nous")
    administrator = agent(Role.ADMINISTRATOR)

    shown, done = act(
        administrator, "write-announcement", "departement", **ANSWERS | {"classes": []}
    )
    assert "Responsables prévenus 1" in shown
    assert "au nom du Département" in done
    assert administrator.get(page_of(own)).status_code == 404


def test_a_draft_is_changed_scheduled_and_withdrawn(secretary, college):
    family_in(make_class(college))
    announcement = draft(college)
    _shown, done = act(
        secretary, "rewrite-announcement", announcement.public_id,
        **ANSWERS | {"title": "Sortie au théâtre"},
    )  # fmt: skip
    assert "Sortie au théâtre" in done
    shown, done = act(
        secretary, "schedule-announcement", announcement.public_id, day="2024-10-09", hour="8"
    )
    assert "Publiée le mercredi 9 octobre à 8 h." in shown
    assert "Programmée" in done
    _shown, done = act(
        secretary, "withdraw-announcement", announcement.public_id, reason="Reportée"
    )
    assert "Retirée" in done
    assert operations.publish_due(at=AT.replace(day=10)) == 0


def test_a_correction_shows_both_texts(secretary, college):
    family_in(make_class(college))
    announcement = published(college)
    _shown, done = act(
        secretary, "correct-announcement", announcement.public_id,
        title="Sortie au musée", body="Vendredi.", correction="Le jour a changé.",
    )  # fmt: skip
    assert "Vendredi." in done
    assert "Version 1, remplacée le" in done
    assert "Jeudi, prévoyez un repas froid." in done


def test_a_document_is_joined(secretary, college):
    family_in(make_class(college))
    announcement = published(college)
    path = reverse("console:announcement-attach", args=[announcement.public_id])

    given = SimpleUploadedFile("programme.pdf", pdf(), content_type="application/pdf")
    assert "programme.pdf" in text(secretary.follow(secretary.post(path, file=given)))
    refused = SimpleUploadedFile("programme.exe", b"MZ", content_type="application/pdf")
    assert "programme.exe" not in text(secretary.follow(secretary.post(path, file=refused)))
    assert "Choisissez d'abord un document." in text(secretary.follow(secretary.post(path)))


def test_an_administrator_sets_how_people_are_told(agent):
    administrator = agent(Role.ADMINISTRATOR)
    url = "/console/actes/set-notification-defaults/"
    answers = {
        "mode": "DIGEST", "quiet_from": "21", "quiet_until": "7", "digest_hour": "17",
        "urgent_per_week": "2",
    }  # fmt: skip
    shown = administrator.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    done = text(administrator.follow(administrator.post(url, **answers, fingerprint=stamp[1])))
    assert "Les réglages sont enregistrés." in done
    assert "Un résumé le soir" in done
