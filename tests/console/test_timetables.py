"""The secretary gives a file, reads what it changes, and applies it: for their own collège alone."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from commons import jobs
from commons.models import Job
from console.acts import timetables, url_for
from tenants.accounts.capabilities import Role
from tenants.schoollife.timetable.models import Lesson, TimetableImport
from tests.console.test_acts import confirm, text
from tests.factories.canteen import make_college
from tests.factories.timetables import AT, calendar, event, make_class, prepare, take

PAGE = "/console/emplois-du-temps/"
LESSON = event("1", "20241105T090000", "20241105T100000", of_class="4e B", room="12")


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def college(site):
    found = make_college()
    make_class(found)
    return found


@pytest.fixture
def secretary(agent, college):
    return agent(Role.COLLEGE_SECRETARY, college.uai)


def given(secretary, college, content, **more):
    file = SimpleUploadedFile("edt.ics", content, content_type="text/calendar")
    return secretary.post(PAGE, college=college.uai, file=file, **more)


def test_a_file_is_read_shown_then_applied(secretary, college):
    answer = given(secretary, college, calendar([LESSON]))

    page = text(secretary.follow(answer))
    assert "À confirmer" in page
    assert "Cours ajoutés" in page
    assert not Lesson.objects.exists()
    confirm(secretary, url_for("apply-timetable", TimetableImport.objects.get()))
    assert Lesson.objects.get().subject == "Maths"
    assert "Appliqué" in text(secretary.get(PAGE))


def test_what_changes_is_shown_lesson_by_lesson(secretary, college):
    take(college, calendar([LESSON]))
    found = prepare(college, calendar([LESSON.replace("Salle : 12", "Salle : 14")]))

    page = text(secretary.get(f"{PAGE}{found.public_id}/"))

    assert "salle : 12 14" in page
    assert "Prévu Déplacé" in page


def test_a_damaged_file_says_its_lines(secretary, college):
    answer = given(secretary, college, calendar([LESSON.replace("T090000", "T990000")]))

    assert answer.status_code == 422
    page = answer.content.decode().replace("\xa0", " ")
    assert "Ligne 6 : La valeur ne peut pas être lue : DTSTART." in page
    assert not TimetableImport.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"school_class": "3e Z"}, "pas de classe de ce nom"),
        ({"first_day": "2024-11-04"}, "Donnez les deux dates"),
        ({"first_day": "2024-11-08", "last_day": "2024-11-04"}, "vient avant le premier"),
    ],
)
def test_what_is_asked_is_checked(secretary, college, more, said):
    answer = given(secretary, college, calendar([LESSON]), **more)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_a_large_file_is_refused(secretary, college, monkeypatch):
    monkeypatch.setattr("console.views.timetables.LONGEST_GIVEN", 50)

    assert given(secretary, college, calendar([LESSON])).status_code == 422


def test_another_colleges_secretary_neither_gives_nor_reads(agent, college):
    found = prepare(college, calendar([LESSON]))
    other = agent(Role.COLLEGE_SECRETARY, make_college().uai)

    assert other.get(f"{PAGE}{found.public_id}/").status_code == 404
    assert other.get(url_for("apply-timetable", found)).status_code == 404
    assert given(other, college, calendar([LESSON])).status_code == 422
    assert "edt.ics" not in text(other.get(PAGE))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.READER, Role.INSTRUCTOR])
def test_the_agents_of_the_departement_do_not(agent, college, role):
    found = prepare(college, calendar([LESSON]))
    site = agent(role)

    assert site.get(PAGE).status_code == 403
    assert site.get(f"{PAGE}{found.public_id}/").status_code == 403
    assert site.get("/console/timetable/lesson/").status_code == 403


def test_a_year_of_lessons_is_long_work(secretary, college, monkeypatch):
    monkeypatch.setattr(timetables, "MOST_AT_ONCE", 0)
    found = prepare(college, calendar([LESSON]))

    confirm(secretary, url_for("apply-timetable", found))
    job = Job.objects.get()
    done = jobs.perform(job.pk)

    assert done.result == {"timetable_import": str(found.public_id)}
    assert Lesson.objects.exists()
    page = text(secretary.get(f"/console/travaux/{job.public_id}/"))
    assert "un emploi du temps · Hauts-de-Seine" in page


def test_the_lessons_of_the_college_are_a_list(secretary, college):
    take(college, calendar([LESSON]))
    elsewhere = make_college()
    make_class(elsewhere)
    take(elsewhere, calendar([LESSON.replace("Matière : Maths", "Matière : Latin")]))

    page = text(secretary.get("/console/timetable/lesson/"))

    assert "Maths" in page
    assert "Latin" not in page


def test_a_lesson_is_called_by_its_subject_and_its_hour_here(secretary, college):
    take(college, calendar([LESSON]))

    page = text(secretary.get(f"/console/timetable/lesson/{Lesson.objects.get().pk}/"))

    assert "Maths, mardi 5 novembre à 9 h" in page.replace("\xa0", " ")


def test_what_is_not_taken_is_said(secretary, college):
    elsewhere = event("2", "20241105T110000", "20241105T120000", subject="Latin", of_class="Latin")
    found = prepare(college, calendar([LESSON, elsewhere]), at=AT + datetime.timedelta(minutes=1))

    page = text(secretary.get(f"{PAGE}{found.public_id}/"))

    assert "Ligne 11 : Aucune classe du collège n'est nommée : Latin." in page.replace(
        "&#x27;", "'"
    )
