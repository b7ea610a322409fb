"""Drafts at the console: started, written, checked by the line, tried, published."""

from __future__ import annotations

import csv
import datetime
import io
import re

import pytest
import time_machine

from billing.simulation import queries
from billing.simulation.models import ScheduleDraft
from billing.simulation.operations import publish_draft, save_draft, start_draft
from billing.simulation.queries import shipped_schedule
from billing.tariffs import repricing
from billing.tariffs.models import PriceDecision
from billing.tariffs.queries import version_on
from billing.tariffs.schedule_files import published_schedule
from billing.tariffs.schedule_texts import schedule_text
from commons import jobs
from commons.models import Job
from console import acts
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.canteen import make_college, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

NOW = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)
DRAFTS = "/console/tarifs/brouillons/"
LATER = datetime.date(2025, 9, 1)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def drafted(text: str = "") -> ScheduleDraft:
    text = text or schedule_text(published_schedule("92"))
    return start_draft(name="Rentrée 2025", text=text, actor=ACTOR, at=AT)


def dearer() -> ScheduleDraft:
    return drafted(schedule_text(published_schedule("92")).replace("max: 7.00", "max: 7.50"))


def page_of(draft: ScheduleDraft) -> str:
    return f"{DRAFTS}{draft.public_id}/"


def enrol(count: int, **proof: object) -> None:
    college = make_college()
    for _rank in range(count):
        family = make_family(college=college)
        make_enrolment(family)
        if proof:
            make_resources(family.household, **proof)


def test_a_draft_starts_from_a_version_or_from_another_departements_file(agent):
    version = make_version()
    site = agent(Role.ADMINISTRATOR)
    asked = site.get(f"{DRAFTS}nouveau/").content.decode()
    assert "Un barème livré avec Socle" in asked

    own = site.post(f"{DRAFTS}nouveau/", name="Le nôtre", source=f"version:{version.public_id}")
    other = site.post(f"{DRAFTS}nouveau/", name="Le leur", source="fichier:94-2025")

    first, second = ScheduleDraft.objects.order_by("pk")
    assert (own.status_code, own["Location"]) == (302, page_of(first))
    assert "max: 7.00" in first.text
    assert "5.95" in second.text
    assert other["Location"] == page_of(second)
    listed = text(site.get(DRAFTS))
    assert "Le nôtre" in listed
    assert "Le leur" in listed


def test_a_source_that_does_not_exist_is_refused(agent):
    site = agent(Role.ADMINISTRATOR)

    answer = site.post(f"{DRAFTS}nouveau/", name="Rien", source="fichier:../../secret")

    assert answer.status_code == 422
    assert not ScheduleDraft.objects.exists()


def test_a_text_is_checked_by_the_line_and_saved_whatever_it_says(agent):
    make_version()
    draft = drafted()
    site = agent(Role.ADMINISTRATOR)
    broken = draft.text.replace("max: 7.00", "max: 0.10")
    line = next(rank for rank, one in enumerate(broken.splitlines(), 1) if "max: 0.10" in one)
    answers = {"name": draft.name, "text": broken, "revision": 1}

    checked = site.post(page_of(draft), step="check", **answers)
    kept = ScheduleDraft.objects.get().text
    saved = site.post(page_of(draft), step="save", **answers)

    assert checked.status_code == 200
    assert f"Ligne {line} :" in text(checked)
    assert "max: 0.10" in text(checked)
    assert kept == draft.text
    assert saved.status_code == 302
    assert ScheduleDraft.objects.get().text == broken
    assert f"Ligne {line} :" in text(site.get(page_of(draft)))


def test_a_draft_shows_its_curve_beside_the_one_in_force_and_what_differs(agent):
    make_version()
    draft = dearer()
    site = agent(Role.ADMINISTRATOR)

    page = site.get(page_of(draft))

    html = page.content.decode()
    assert 'class="is-before"' in html
    assert 'class="is-line"' in html
    assert "rule. max 7.00 7.50" in text(page)
    # 1 500 € of quotient pays 7.00 € today and 7.50 € by the draft.
    assert re.search(r"1.500 € 7,00 € 7,50 €", text(page))


def test_what_a_colleague_saved_is_shown_and_nothing_typed_is_lost(agent):
    draft = drafted()
    site = agent(Role.ADMINISTRATOR)
    theirs, ours = draft.text.replace("7.00", "7.10"), draft.text.replace("7.00", "7.90")
    save_draft(
        public_id=draft.public_id, revision=1, name=draft.name, text=theirs, actor=ACTOR, at=AT
    )

    refused = site.post(page_of(draft), step="save", name=draft.name, text=ours, revision=1)
    kept = ScheduleDraft.objects.get().text
    again = site.post(page_of(draft), step="save", name=draft.name, text=ours, revision=2)

    assert refused.status_code == 409
    assert "max: 7.90" in text(refused)
    assert "max: 7.10" in text(refused)
    assert 'name="revision" value="2"' in refused.content.decode()
    assert kept == theirs
    assert again.status_code == 302
    assert ScheduleDraft.objects.get().text == ours


def test_a_draft_is_tried_on_the_pupils_enrolled_and_taken_away_as_a_file(agent):
    make_version()
    enrol(12)
    enrol(15, quotient_familial=600)
    draft = dearer()
    site = agent(Role.ADMINISTRATOR)
    url = f"{page_of(draft)}simulation/"

    page = site.get(url)

    said = text(page)
    assert page.status_code == 200
    assert "27 élèves inscrits" in said
    assert re.search(r"Paient plus 12 Paient moins 0 Paient autant 15", said)
    assert "Rien n'est dit de moins de onze élèves" in said.replace("&#x27;", "'")
    query = "?service=HALF_BOARD&first_day=2024-09-01&last_day=2025-08-31"
    data = site.get(f"{url}{query}&format=json").json()
    assert (data["total"]["losers"], data["total"]["mean_rise_cents"]) == (12, 50)
    assert data["budget"]["families_after_cents"] > data["budget"]["families_before_cents"]
    answer = site.get(f"{url}{query}&format=csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert ["Ensemble", "Tous", "27", "12", "0", "15", "0,50"] in [line[:7] for line in lines]
    assert answer["Content-Disposition"] == 'attachment; filename="simulation-2024-10-02.csv"'


def test_a_simulation_that_cannot_be_made_says_why(agent):
    draft = drafted()
    broken = drafted("format: 1\n")
    site = agent(Role.ADMINISTRATOR)

    without_version = site.get(f"{page_of(draft)}simulation/")
    cannot_be_read = site.get(f"{page_of(broken)}simulation/")
    backwards = site.get(
        f"{page_of(draft)}simulation/?service=HALF_BOARD&first_day=2025-01-01&last_day=2024-01-01"
    )

    assert without_version.status_code == cannot_be_read.status_code == 422
    assert "Aucun tarif n'est fixé" in text(without_version).replace("&#x27;", "'")
    assert "lignes à corriger" in text(cannot_be_read)
    assert backwards.status_code == 422


def test_a_draft_is_published_after_its_effect_is_shown(agent):
    standing = make_version()
    draft = dearer()
    site = agent(Role.ADMINISTRATOR)

    shown, done = confirm(site, acts.url_for("publish-draft", draft), valid_from="2025-09-01")

    assert "lundi 1 septembre 2025" in text(shown) or "1er septembre" in text(shown)
    assert "7.50" in text(shown)
    assert done.status_code == 302
    version = version_on("HALF_BOARD", LATER)
    assert version is not None
    assert version.pk != standing.pk
    assert ScheduleDraft.objects.get().state == "PUBLISHED"
    closed = site.get(page_of(draft))
    assert "textarea" not in closed.content.decode()


def test_a_large_departement_has_the_worker_publish_it(agent, monkeypatch):
    make_version()
    enrol(2)
    monkeypatch.setattr(queries, "LONG_WORK", 1)
    draft = dearer()
    site = agent(Role.ADMINISTRATOR)

    _shown, done = confirm(site, acts.url_for("publish-draft", draft), valid_from="2025-09-01")

    assert version_on("HALF_BOARD", LATER) == version_on("HALF_BOARD", NOW.date())
    job = Job.objects.get()
    assert done["Location"] == f"/console/travaux/{job.public_id}/"
    assert "Brouillons de barèmes" in text(site.get(done["Location"]))

    jobs.perform(job.pk)
    jobs.perform(job.pk)  # a worker that died is followed by another

    over = site.get(done["Location"]).content.decode()
    assert 'href="/console/tarifs/"' in over
    prices = PriceDecision.objects.filter(valid_from=LATER)
    assert [row.unit_price_cents for row in prices] == [750, 750]
    assert ScheduleDraft.objects.get().state == "PUBLISHED"


def test_a_work_that_ended_unsaid_is_not_done_again(agent, monkeypatch):
    make_version()
    enrol(1)
    monkeypatch.setattr(queries, "LONG_WORK", 1)
    draft = dearer()
    confirm(
        agent(Role.ADMINISTRATOR), acts.url_for("publish-draft", draft), valid_from="2025-09-01"
    )
    publish_draft(
        public_id=draft.public_id, revision=draft.revision, valid_from=LATER, actor=ACTOR, at=AT
    )

    done = jobs.perform(Job.objects.get().pk)

    assert (done.state, done.error_code) == ("DONE", "")
    assert PriceDecision.objects.filter(valid_from=LATER).count() == 1


def test_the_effect_is_shown_without_deciding_a_price(agent, monkeypatch):
    make_version()
    monkeypatch.setattr(repricing, "reprice", None)  # calling it would fail

    shown = agent(Role.ADMINISTRATOR).post(
        acts.url_for("publish-draft", dearer()), valid_from="2025-09-01"
    )

    assert "7.50" in text(shown)
    assert ScheduleDraft.objects.get().state == "OPEN"


def test_a_draft_that_cannot_be_published_says_its_lines(agent):
    make_version()
    draft = drafted("format: 1\n")
    site = agent(Role.ADMINISTRATOR)

    shown = site.post(acts.url_for("publish-draft", draft), valid_from="2025-09-01")

    assert "fingerprint" not in shown.content.decode()
    assert "services" in text(shown)


def test_a_draft_is_put_away(agent):
    draft = drafted()
    site = agent(Role.ADMINISTRATOR)

    _shown, done = confirm(site, acts.url_for("drop-draft", draft))

    assert done.status_code == 302
    assert site.get(page_of(draft)).status_code == 404
    assert "Rentrée 2025" not in text(site.get(DRAFTS))


@pytest.mark.parametrize("role", [Role.READER, Role.INSTRUCTOR, Role.REGISSEUR])
def test_who_does_not_manage_tariffs_sees_no_draft(agent, role):
    draft = drafted()
    site = agent(role)

    for address in (DRAFTS, f"{DRAFTS}nouveau/", page_of(draft), f"{page_of(draft)}proposer/"):
        assert site.get(address).status_code == 403
    assert site.post(page_of(draft), name="x", text="x", revision=1).status_code == 403
    assert site.get(acts.url_for("publish-draft", draft)).status_code == 403


LIMITS = {
    "service": "HALF_BOARD",
    "first_day": "2024-09-01",
    "last_day": "2025-08-31",
    "is_alike": "on",
    "lowest": "0",
    "highest": "7,00",
    "kept_brackets": "1",
    "multiple": "5",
}


def test_prices_are_proposed_from_a_budget_and_become_a_draft(agent):
    make_version()
    enrol(13)
    enrol(13, quotient_familial=600)
    grid = drafted(schedule_text(shipped_schedule("94-2025")))
    site = agent(Role.ADMINISTRATOR)
    url = f"{page_of(grid)}proposer/"

    asked = site.get(url)
    shown = site.post(url, families_at_least="6000", **LIMITS)
    done = site.post(url, families_at_least="6000", step="draft", **LIMITS)

    assert asked.status_code == shown.status_code == 200
    said = text(shown).replace("&#x27;", "'")
    assert "Aucune autre grille ne fait payer plus à moins d'élèves." in said
    assert re.search(r"300.001 quotients", said)
    made = ScheduleDraft.objects.order_by("pk").last()
    assert done["Location"] == page_of(made)
    assert made.name == "Rentrée 2025, prix proposés"
    assert made.text != grid.text


def test_limits_that_cannot_hold_say_which_to_loosen(agent):
    make_version()
    enrol(13)
    grid = drafted(schedule_text(shipped_schedule("94-2025")))
    rate = drafted()
    site = agent(Role.ADMINISTRATOR)

    refused = site.post(f"{page_of(grid)}proposer/", families_at_least="900000", **LIMITS)
    no_grid = site.post(f"{page_of(rate)}proposer/", families_at_least="1", **LIMITS)
    unread = site.post(f"{page_of(grid)}proposer/", families_at_least="beaucoup", **LIMITS)

    assert refused.status_code == no_grid.status_code == unread.status_code == 422
    assert "le budget" in text(refused)
    assert "le prix le plus haut" in text(refused)
    assert "grille de quotients" in text(no_grid)
    assert ScheduleDraft.objects.count() == 2
