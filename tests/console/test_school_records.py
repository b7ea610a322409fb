"""A collège's secretary: files compared then taken, families answered; and nobody else's collège."""

from __future__ import annotations

import html
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from console import acts
from tenants.accounts.capabilities import Role
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import (
    Absence,
    Justification,
    JustificationDocument,
    Kind,
    Mark,
    RecordsImport,
)
from tenants.schoollife.records.operations import justify_absence, justify_with_document
from tests.console.test_acts import confirm, text
from tests.factories.portal import account_of
from tests.factories.school_records import (
    AT,
    absence_row,
    csv_file,
    homework_row,
    make_schooled_family,
    mark_row,
    take,
)
from tests.factories.tariffs import ACTOR
from tests.families_files import picture

FILES = "/console/vie-scolaire/fichiers/"
LISTS = tuple(
    f"/console/school_records/{name}/" for name in ("mark", "absence", "homework", "justification")
)


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_schooled_family()


@pytest.fixture
def secretary(agent, family):
    return agent(Role.COLLEGE_SECRETARY, family.college.uai)


def read(response):
    """What the page says."""
    return html.unescape(text(response))


def give(site, family, rows, kind=Kind.MARKS):
    sent = SimpleUploadedFile("notes.csv", csv_file(kind, rows), "text/csv")
    return site.post(FILES, kind=kind.value, college=family.college.uai, file=sent)


def explained(family, **traits):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    return justify_absence(
        **{
            "absence": Absence.objects.get(),
            "reason": "ILLNESS",
            "text": "Une grippe",
            "given_by": account_of(family),
            "actor": ACTOR,
            "at": AT,
            **traits,
        }
    )


def test_a_file_is_compared_looked_at_then_taken(secretary, family):
    compared = give(secretary, family, [mark_row(family.pupil), mark_row("J0", 2)])
    page = read(secretary.follow(compared))
    assert not Mark.objects.exists()
    assert "Ajouté : 1" in page
    assert "Ligne 3, colonne « eleve » : Aucun élève du collège n'a cet identifiant." in page

    shown, done = confirm(
        secretary, acts.url_for("take-records", RecordsImport.objects.get()), is_forced=""
    )

    assert "Ajouté" in text(shown)
    assert done.status_code == 302
    assert Mark.objects.get().pupil == family.pupil


def test_a_file_that_withdraws_much_is_taken_when_the_secretary_says_so(secretary, family):
    rows = [mark_row(family.pupil, number) for number in range(20)]
    take(family.college, Kind.MARKS, rows)
    give(secretary, family, rows[:1])
    url = acts.url_for("take-records", RecordsImport.objects.latest("pk"))

    assert "vérifiez que le fichier est entier" in text(secretary.post(url))
    confirm(secretary, url, is_forced="on")

    assert queries.standing_marks().count() == 1


def test_a_file_that_cannot_be_read_says_why_next_to_its_field(secretary, family):
    sent = SimpleUploadedFile("notes.csv", "élève;".encode("latin-1"), "text/csv")

    refused = secretary.post(FILES, kind="MARKS", college=family.college.uai, file=sent)

    assert refused.status_code == 422
    assert "Le fichier n'est pas en UTF-8, à la ligne 1." in read(refused)
    assert not RecordsImport.objects.exists()


def test_a_secretary_gives_no_file_for_another_college(secretary):
    other = make_schooled_family()

    assert give(secretary, other, [mark_row(other.pupil)]).status_code == 422
    assert not RecordsImport.objects.exists()


def test_families_are_answered_from_the_queue(secretary, family):
    said = explained(family)
    assert family.pupil.first_name in text(secretary.get(LISTS[3]))
    assert "Une grippe" in text(secretary.get(f"{LISTS[3]}{said.pk}/"))

    shown, done = confirm(secretary, acts.url_for("accept-justifications", said))

    assert "Ces absences sont justifiées." in text(shown)
    assert done.status_code == 302
    said.refresh_from_db()
    assert said.state == Justification.State.ACCEPTED
    refused = text(secretary.get(acts.url_for("accept-justifications", said)))
    assert "Le collège a déjà répondu." in refused


def test_the_first_page_says_how_many_families_wait(agent, secretary, family):
    explained(family)

    assert "1 absence à justifier" in read(secretary.get("/console/"))
    elsewhere = agent(Role.READER)
    assert "à justifier" not in read(elsewhere.get("/console/"))


def test_a_precision_is_asked_in_words(secretary, family):
    said = explained(family)

    confirm(secretary, acts.url_for("ask-justification-again", said), answer="Jusqu'à quand ?")

    said.refresh_from_db()
    assert (said.state, said.answer) == ("ASKED_AGAIN", "Jusqu'à quand ?")


def test_a_document_is_opened_by_that_college_alone(agent, secretary, family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    justify_with_document(
        absence=Absence.objects.get(),
        reason="ILLNESS",
        text="",
        given_by=account_of(family),
        stream=io.BytesIO(picture()),
        declared_name="certificat.jpg",
        actor=ACTOR,
        at=AT,
    )
    address = f"/console/vie-scolaire/pieces/{JustificationDocument.objects.get().public_id}/"

    assert secretary.get(address)["Content-Type"] == "image/jpeg"
    assert agent(Role.READER).get(address).status_code == 403


def test_the_secretary_of_another_college_sees_none_of_it(agent, family):
    said = explained(family)
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    take(family.college, Kind.HOMEWORK, [homework_row()])
    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil, note="9")], apply=False)
    site = agent(Role.COLLEGE_SECRETARY, make_schooled_family().college.uai)

    for address in LISTS:
        assert family.pupil.first_name not in text(site.get(address))
    assert "Exercices" not in text(site.get(LISTS[2]))
    assert site.get(f"{LISTS[0]}{Mark.objects.get().pk}/").status_code == 404
    assert site.get(f"{LISTS[3]}{said.pk}/").status_code == 404
    assert site.get(f"{FILES}{dry.public_id}/").status_code == 404
    assert site.get(acts.url_for("take-records", dry)).status_code == 404
    assert site.get(acts.url_for("accept-justifications", said)).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.READER])
def test_agents_of_the_departement_see_none_of_it(agent, family, role):
    said = explained(family)
    site = agent(role)

    for address in (*LISTS, FILES, acts.url_for("accept-justifications", said)):
        assert site.get(address).status_code == 403


def test_an_administrator_sets_the_rules(agent):
    site = agent(Role.ADMINISTRATOR)

    shown, done = confirm(
        site,
        acts.url_for("set-records-rules"),
        fewest_marks="15",
        days_to_justify="5",
        years_kept="0",
    )

    assert "10 → 15" in text(shown)
    assert done.status_code == 302
    assert queries.rules().fewest_marks == 15
    assert "10 notes" not in text(site.get("/console/school_records/recordsrules/"))
