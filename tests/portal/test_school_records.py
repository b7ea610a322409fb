"""Marks, absences and homework on a family's pages: said in words, and of one's own children alone."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardianship
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    HomeworkDone,
    Justification,
    JustificationDocument,
    Kind,
)
from tenants.schoollife.records.operations import (
    accept_justification,
    ask_justification_again,
    set_records_rules,
)
from tests.factories.portal import account_of, make_account
from tests.factories.school_records import (
    AT,
    absence_row,
    homework_row,
    make_schooled_family,
    mark_row,
    take,
)
from tests.factories.tariffs import ACTOR
from tests.families_files import picture


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_schooled_family(guardians=2)


@pytest.fixture
def signed_in(site, family):
    return site.sign_in(account_of(family))


def pupil_account(family):
    family.pupil.user = User.objects.create(login=f"enfant.{family.pupil.pk}")
    family.pupil.save(update_fields=["user"])
    return family.pupil.user


def page(site, family, name):
    return site.get(f"/college/{family.pupil.public_id}/{name}/")


def text(response):
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def class_of(family, count, **traits):
    """As many marks of one assessment as told, one of them the family's child's: 14."""
    rows = [mark_row(family.pupil, 0, **traits)]
    for number in range(1, count):
        other = make_schooled_family(college=family.college)
        rows.append(mark_row(other.pupil, number, note=str(number), **traits))
    take(family.college, Kind.MARKS, rows)


def test_a_mark_is_said_in_words_and_in_its_context(signed_in, family):
    class_of(family, 10)

    html = text(page(signed_in, family, "notes"))

    assert "14 sur 20" in html
    # Of 1, 2, 3, 4, 5, 6, 7, 8, 9 and 14.
    assert (
        "C'est plus que la note du milieu. La moitié de la classe a 5,5 ou plus."
        in html.replace("&#x27;", "'")
    )
    assert "Les notes vont de 1 à 14." in html


def test_a_small_group_has_no_median(signed_in, family):
    class_of(family, 9)

    html = text(page(signed_in, family, "notes"))

    assert "14 sur 20" in html
    assert "milieu." not in html
    assert "vont de" not in html


def test_the_rules_say_how_small(signed_in, family):
    set_records_rules(fewest_marks=5, days_to_justify=10, years_kept=1, actor=ACTOR, at=AT)
    class_of(family, 5)

    assert "Les notes vont de 1 à 14." in text(page(signed_in, family, "notes"))


def test_a_level_is_in_words_and_an_absence_too(signed_in, family):
    take(
        family.college,
        Kind.MARKS,
        [
            mark_row(family.pupil, 1, note="", niveau="3"),
            mark_row(family.pupil, 2, note="", statut="dispensé", evaluation_id="E2"),
        ],
    )

    html = text(page(signed_in, family, "notes"))

    assert "Niveau 3 sur 4 : maîtrise satisfaisante" in html
    assert "Dispensé" in html


def test_a_withdrawn_mark_is_not_shown(signed_in, family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    take(family.college, Kind.MARKS, [])

    assert "pas encore de note" in text(page(signed_in, family, "notes"))


@pytest.mark.parametrize("name", ["notes", "absences", "devoirs"])
def test_the_child_of_another_is_not_found(signed_in, name):
    other = make_schooled_family()

    assert page(signed_in, other, name).status_code == 404


@pytest.mark.parametrize("name", ["notes", "absences", "devoirs"])
def test_who_no_longer_answers_for_the_child_finds_nothing(signed_in, family, name):
    Guardianship.objects.filter(guardian=family.guardians[0]).update(
        valid_until=datetime.date(2024, 11, 4)
    )

    assert page(signed_in, family, name).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.COLLEGE_SECRETARY])
@pytest.mark.parametrize("name", ["notes", "absences", "devoirs"])
def test_agents_have_no_page_of_a_child(site, family, name, role):
    agent = make_account(make_schooled_family().guardians[0])
    of = family.college.uai if role == Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=agent, role=role, college_uai=of)

    assert page(site.sign_in(agent), family, name).status_code == 404


def test_a_pupil_reads_their_own_and_not_what_parents_wrote(site, signed_in, family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    absence = Absence.objects.get()
    signed_in.post(
        f"/college/{family.pupil.public_id}/absences/{absence.public_id}/",
        reason="OTHER",
        text="Une affaire entre adultes",
    )
    own = site.sign_in(pupil_account(family))

    assert "Lundi 4 novembre" in text(page(own, family, "absences")).replace("lundi", "Lundi")
    html = text(own.get(f"/college/{family.pupil.public_id}/absences/{absence.public_id}/"))
    assert "Le collège va répondre" in html
    assert "adultes" not in html


def test_an_absence_is_told_explained_and_answered(signed_in, family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    absence = Absence.objects.get()
    address = f"/college/{family.pupil.public_id}/absences/{absence.public_id}/"
    html = text(page(signed_in, family, "absences"))
    assert "À expliquer avant la fin du jeudi 14 novembre." in html

    sent = signed_in.post(address, reason="ILLNESS", text="Grippe")

    assert sent.status_code == 302
    assert "Grippe" in text(signed_in.get(address))
    said = Justification.objects.get()
    ask_justification_again(justification=said, answer="Jusqu'à quand ?", actor=ACTOR, at=AT)
    html = text(signed_in.get(address)).replace("&#x27;", "'")
    assert "Jusqu'à quand ?" in html
    assert signed_in.post(address, reason="ILLNESS", text="Midi").status_code == 302
    accept_justification(justification=Justification.objects.get(state="GIVEN"), actor=ACTOR, at=AT)
    assert "Justifiée" in text(signed_in.get(address))
    assert signed_in.post(address, reason="ILLNESS").status_code == 422


def test_a_document_is_read_by_both_parents_and_by_nobody_else(site, signed_in, family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    absence = Absence.objects.get()
    signed_in.post(
        f"/college/{family.pupil.public_id}/absences/{absence.public_id}/",
        reason="ILLNESS",
        file=SimpleUploadedFile("certificat.jpg", picture(), "image/jpeg"),
    )
    document = JustificationDocument.objects.get()
    address = f"/college/absences/pieces/{document.public_id}/"

    assert signed_in.get(address)["Content-Type"] == "image/jpeg"
    other_parent = make_account(family.guardians[1], email="autre@exemple.fr")
    assert site.sign_in(other_parent).get(address).status_code == 200
    stranger = account_of(make_schooled_family())
    assert site.sign_in(stranger).get(address).status_code == 404


def test_a_wrong_document_is_said_next_to_its_field_and_keeps_what_was_typed(signed_in, family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    absence = Absence.objects.get()

    refused = signed_in.post(
        f"/college/{family.pupil.public_id}/absences/{absence.public_id}/",
        reason="ILLNESS",
        text="Grippe",
        file=SimpleUploadedFile("notes.txt", b"bonjour", "text/plain"),
    )

    assert refused.status_code == 422
    assert b"Grippe" in refused.content
    assert not Justification.objects.exists()


def test_a_pupil_ticks_their_homework_and_a_parent_sees_it(site, signed_in, family):
    take(family.college, Kind.HOMEWORK, [homework_row()])
    given = Homework.objects.get()
    address = f"/college/{family.pupil.public_id}/devoirs/"
    assert "Exercices 4 et 5, page 32" in text(signed_in.get(address))
    assert signed_in.post(address, homework=given.public_id, is_done="1").status_code == 404

    own = site.sign_in(pupil_account(family))
    assert own.post(address, homework=given.public_id, is_done="1").status_code == 302

    assert HomeworkDone.objects.get().pupil == family.pupil
    own.post(address, homework=given.public_id)
    assert not HomeworkDone.objects.exists()


def test_the_homework_of_another_class_is_not_there_to_tick(site, family):
    make_schooled_family(college=family.college, class_name="3C")
    take(family.college, Kind.HOMEWORK, [homework_row(classe="3C")])
    own = site.sign_in(pupil_account(family))
    address = f"/college/{family.pupil.public_id}/devoirs/"

    assert "Rien à faire" in text(own.get(address))
    sent = own.post(address, homework=Homework.objects.get().public_id, is_done="1")
    assert sent.status_code == 404
