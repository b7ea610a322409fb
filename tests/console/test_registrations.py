"""The queue of registrations, the file, its acts; campaigns published with their problems, and renewed."""

from __future__ import annotations

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from commons import jobs
from commons.models import AuditEntry, Job
from console import acts
from federation.passplus import renewing
from federation.passplus.campaign_files import CAMPAIGNS_FOLDER
from federation.passplus.models import Campaign, Card
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations.operations import Declared
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.passplus import AUTUMN, STRICT, make_card, publish
from tests.factories.registrations import Kind, begin, elsewhere, give, grant, make_pupil, send

LIST = "/console/passplus/registration/"
STRICT_FILE = CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml"


@pytest.fixture(autouse=True)
def in_autumn():
    with time_machine.travel(AUTUMN, tick=False):
        yield


def waiting(campaign: Campaign, *, bursary: bool = False) -> Registration:
    declared = Declared(home_postal_code="92000", bursary=bursary)
    kinds = (Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    return send(begin(campaign, elsewhere()), *kinds, declared=declared)


def test_the_queue_is_granted_at_once_and_what_cannot_be_is_said(agent):
    campaign = publish()
    first, second = waiting(campaign), waiting(campaign)
    incomplete = send(begin(campaign, elsewhere()))
    site = agent(Role.INSTRUCTOR)
    assert "Inscriptions au Pass+" in text(site.get(f"{LIST}?attend=oui"))
    url = acts.url_for("grant-registrations", first, second, incomplete)

    shown = site.post(url, bursary_words="")
    assert "Il manque une preuve." in text(shown)
    _shown, done = confirm(site, url, bursary_words="")

    assert Card.objects.count() == 2
    assert done.status_code == 302
    incomplete.refresh_from_db()
    assert incomplete.state == "INCOMPLETE"


def test_a_file_shows_what_decides_and_leads_to_the_next_one(agent):
    campaign = publish()
    first, second = waiting(campaign, bursary=True), waiting(campaign)
    document = RegistrationDocument.objects.filter(registration=first).first()
    assert document is not None
    site = agent(Role.INSTRUCTOR)
    page = reverse("console:passplus_registration_change", args=[first.pk])

    shown = text(site.get(page))
    assert "Adresse déclarée" in shown
    assert "le visage est à vérifier" in shown
    site.get(reverse("console:registration-document", args=[document.public_id]))
    assert AuditEntry.objects.filter(action="passplus.registration.document_opened").count() == 1
    _shown, done = confirm(site, acts.url_for("grant-registrations", first), bursary_words="")

    following = reverse("console:passplus_registration_change", args=[second.pk])
    assert done.headers["Location"] == following


def test_photographs_and_bursaries_of_granted_cards_are_looked_at_in_bulk(agent):
    campaign = publish()
    granted = grant(waiting(campaign, bursary=True))
    give(granted, Kind.BURSARY_NOTICE)
    automatic = send(begin(campaign, make_pupil()), Kind.PHOTO, declared=None)
    site = agent(Role.INSTRUCTOR)
    assert text(site.get(f"{LIST}?a_regarder=oui")).count("Diallo") >= 2

    shown = text(site.post(acts.url_for("accept-registration-documents", granted, automatic)))
    assert "100,00 €" in shown
    confirm(site, acts.url_for("accept-registration-documents", granted, automatic))

    assert not RegistrationDocument.objects.filter(state="RECEIVED").exists()
    assert Card.objects.get(pk=granted.card_id).status == "BURSARY"


def test_who_reads_files_does_not_decide(agent):
    found = waiting(publish())
    site = agent(Role.READER)

    assert site.get(LIST).status_code == 200
    assert site.get(acts.url_for("grant-registrations", found)).status_code == 403
    document = found.documents.first()
    assert document is not None
    page = reverse("console:registration-document", args=[document.public_id])
    assert site.get(page).status_code == 403


def test_a_campaign_is_published_from_a_file_with_its_problems_by_line(agent):
    site = agent(Role.ADMINISTRATOR)
    url = reverse("console:campaign-publish")
    good = STRICT_FILE.read_text()
    wrong = good.replace("registered_before: 2024-07-01", "registered_before: juin", 1)

    refused = site.post(url, file=SimpleUploadedFile("c.yaml", wrong.encode()))
    assert refused.status_code == 422
    assert "Ligne" in text(refused) or "ligne" in text(refused)
    shown = site.post(url, text=good)
    assert "Cette campagne peut être publiée." in text(shown)
    assert not Campaign.objects.exists()
    done = site.post(url, text=good, step="publish")

    assert Campaign.objects.get().code == STRICT.code
    page = text(site.get(done.headers["Location"]))
    assert "Le compte est exact" in page
    assert "Campagne d'exemple" in page


def test_renewing_says_what_it_gives_and_gives_it_once(agent, monkeypatch):
    monkeypatch.setattr(renewing, "MOST_AT_ONCE", 0)  # as for a whole département
    former = publish()
    pupil = make_pupil().pupil
    make_card(former, pupil=pupil)
    newer = publish(replaced("92-pass-plus-2023b"))
    site = agent(Role.ADMINISTRATOR)
    url = acts.url_for("renew-cards", newer)
    assert "80,00 €" in text(site.get(url))

    _shown, done = confirm(site, url)
    job = Job.objects.get(kind="passplus.campaign.renew")
    assert done.headers["Location"] == reverse("console:job", args=[job.public_id])
    jobs.perform(job.pk)

    assert Card.objects.filter(campaign=newer).count() == 1
    assert "Fait" in text(site.get(done.headers["Location"]))
    assert "est à renouveler." in text(site.get(url))


def replaced(code: str):
    import dataclasses

    return dataclasses.replace(STRICT, code=code)
