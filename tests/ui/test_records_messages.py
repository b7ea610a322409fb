"""What is written to a family about an absence, and what the collège answers."""

from __future__ import annotations

import pytest

from tenants.people.models import Guardianship
from tenants.schoollife.records.models import Absence, Kind
from tenants.schoollife.records.operations import (
    accept_justification,
    ask_justification_again,
    justify_absence,
)
from tests.factories.portal import account_of, make_account
from tests.factories.school_records import AT, absence_row, make_schooled_family, take
from tests.factories.tariffs import ACTOR
from tests.ui.test_messages import deliver, html_of, words

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family():
    return make_schooled_family(guardians=2)


@pytest.fixture
def parent(family):
    """Who is to be told; the other parent is not."""
    Guardianship.objects.filter(pupil=family.pupil).update(is_contact=False)
    Guardianship.objects.filter(guardian=family.guardians[0]).update(is_contact=True)
    make_account(family.guardians[1], email="autre@exemple.fr")
    return account_of(family)


def explained(parent):
    return justify_absence(
        absence=Absence.objects.get(),
        reason="ILLNESS",
        text="Une grippe",
        given_by=parent,
        actor=ACTOR,
        at=AT,
    )


def test_who_is_to_be_told_is_told_of_an_absence(family, parent, mailoutbox):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])

    (told,) = deliver(mailoutbox, "schoollife.absence.recorded")

    assert told.to == [parent.email]
    assert told.subject == f"{family.pupil.first_name} n'était pas au collège"
    said = words(html_of(told)).replace("\xa0", " ")
    assert "lundi 4 novembre, de 8 h à 12 h" in said
    assert "Dites pourquoi avant la fin du jeudi 14 novembre." in said
    assert f"/absences/{Absence.objects.get().public_id}/" in told.body


def test_a_lateness_is_called_so(family, parent, mailoutbox):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil, type="retard")])

    (told,) = deliver(mailoutbox, "schoollife.absence.recorded")

    assert "en retard" in told.subject


def test_nobody_is_told_of_an_absence_explained_meanwhile(family, parent, mailoutbox):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    explained(parent)

    assert deliver(mailoutbox, "schoollife.absence.recorded") == []


def test_nobody_is_told_of_an_absence_withdrawn_meanwhile(family, parent, mailoutbox):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    take(family.college, Kind.ABSENCES, [])

    assert deliver(mailoutbox, "schoollife.absence.recorded") == []


def test_who_explained_has_the_answer_and_never_their_own_words_by_mail(family, parent, mailoutbox):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    ask_justification_again(
        justification=explained(parent), answer="Jusqu'à quand ?", actor=ACTOR, at=AT
    )
    (asked,) = deliver(mailoutbox, "schoollife.justification.asked_again")
    accept_justification(justification=explained(parent), actor=ACTOR, at=AT)
    (accepted,) = deliver(mailoutbox, "schoollife.justification.accepted")

    assert asked.to == accepted.to == [parent.email]
    assert "Jusqu'à quand ?" in asked.body
    assert "justifiée" in accepted.subject
    assert "grippe" not in asked.body + accepted.body
