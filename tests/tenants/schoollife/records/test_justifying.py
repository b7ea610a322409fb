"""Why a pupil was absent: who may say it, until when, what the collège answers, who reads it."""

from __future__ import annotations

import datetime
import io

import pytest

from commons import uploads
from commons.errors import NotFound
from commons.models import OutboxEvent
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole
from tenants.people.models import Guardianship
from tenants.schoollife.records import access, queries
from tenants.schoollife.records.models import Absence, Justification, JustificationDocument, Kind
from tenants.schoollife.records.operations import (
    AbsenceJustified,
    JustificationAnswered,
    JustificationInvalid,
    JustificationTooLate,
    accept_justification,
    ask_justification_again,
    justify_absence,
    justify_with_document,
    purge_records,
    set_records_rules,
)
from tests.factories.portal import account_of, make_account
from tests.factories.school_records import AT, absence_row, make_schooled_family, take
from tests.factories.tariffs import ACTOR
from tests.families_files import picture

pytestmark = pytest.mark.usefixtures("tenant_db")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def family():
    family = make_schooled_family(guardians=2)
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    return family


@pytest.fixture
def parent(family):
    return account_of(family)


def secretary_of(college, number=1):
    user = make_account(
        make_schooled_family().guardians[0], email=f"secretariat{number}@exemple.fr"
    )
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=college.uai)
    return user


def justify(parent, **traits):
    return justify_absence(
        **{
            "absence": Absence.objects.get(),
            "reason": "ILLNESS",
            "text": "",
            "given_by": parent,
            "actor": ACTOR,
            "at": AT,
            **traits,
        }
    )


def test_a_guardian_explains_and_the_college_accepts(family, parent):
    said = justify(parent)

    found = queries.absence_of(said.absence)
    assert (found.is_waiting, found.is_justified) == (True, False)

    accept_justification(justification=said, actor=ACTOR, at=AT)

    found = queries.absence_of(said.absence)
    assert (found.is_waiting, found.is_justified) == (False, True)
    assert not found.may_be_justified(on=AT.date())
    assert OutboxEvent.objects.filter(name="schoollife.justification.accepted").count() == 1


def test_the_college_asks_again_and_the_days_begin_again(family, parent):
    late = AT + 9 * DAY
    said = justify(parent, at=late)
    ask_justification_again(justification=said, answer="Jusqu'à quand ?", actor=ACTOR, at=late)

    second = justify(parent, text="Jusqu'à midi", at=late + 10 * DAY)

    assert list(Justification.objects.order_by("given_at")) == [said, second]
    ask_justification_again(
        justification=second, answer="Et encore ?", actor=ACTOR, at=late + 10 * DAY
    )
    with pytest.raises(JustificationTooLate):
        justify(parent, at=late + 21 * DAY)


def test_a_justification_waits_for_its_answer_before_another(parent):
    justify(parent)

    with pytest.raises(AbsenceJustified):
        justify(parent, reason="TRANSPORT")


def test_what_the_collège_justified_needs_no_word(family, parent):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil, justifiee="oui")])

    with pytest.raises(AbsenceJustified):
        justify(parent)


def test_it_is_answered_once(parent):
    said = justify(parent)
    accept_justification(justification=said, actor=ACTOR, at=AT)

    with pytest.raises(JustificationAnswered):
        ask_justification_again(justification=said, answer="Non", actor=ACTOR, at=AT)


@pytest.mark.parametrize(
    ("reason", "text"), [("OTHER", " "), ("", ""), ("HOLIDAYS", "Ski"), ("ILLNESS", "x" * 1001)]
)
def test_a_reason_is_one_of_the_list_and_another_needs_words(parent, reason, text):
    with pytest.raises(JustificationInvalid):
        justify(parent, reason=reason, text=text)

    assert not Justification.objects.exists()


def test_the_last_day_is_the_one_the_rules_say(parent):
    set_records_rules(fewest_marks=10, days_to_justify=2, years_kept=1, actor=ACTOR, at=AT)

    with pytest.raises(JustificationTooLate):
        justify(parent, at=AT + 3 * DAY)
    justify(parent, at=AT + 2 * DAY)


def test_both_guardians_read_it_and_nobody_else(family, parent):
    other_parent = make_account(family.guardians[1], email="autre@exemple.fr")
    stranger = account_of(make_schooled_family())
    said = justify_with_document(
        absence=Absence.objects.get(),
        reason="ILLNESS",
        text="",
        given_by=parent,
        stream=io.BytesIO(picture()),
        declared_name="certificat.jpg",
        actor=ACTOR,
        at=AT,
    )
    document = JustificationDocument.objects.get(justification=said)

    for user in (parent, other_parent):
        assert access.access_own_absence(user, said.absence.public_id) == said.absence
        assert access.access_justification_document(user, document.public_id) == document
    with pytest.raises(NotFound):
        access.access_own_absence(stranger, said.absence.public_id)
    with pytest.raises(NotFound):
        access.access_justification_document(stranger, document.public_id)


def test_who_no_longer_answers_for_the_pupil_reads_nothing(family, parent):
    absence = Absence.objects.get()
    Guardianship.objects.filter(guardian=family.guardians[0]).update(
        valid_until=datetime.date(2024, 11, 1)
    )

    with pytest.raises(NotFound):
        access.access_own_absence(parent, absence.public_id)
    assert not access.readable_pupils(parent).exists()


def test_an_agent_who_acts_for_a_family_reads_none_of_it(family, parent):
    absence = Absence.objects.get()
    parent.acting = object()  # what `portal.acting` sets

    assert not access.readable_pupils(parent).exists()
    with pytest.raises(NotFound):
        access.access_own_absence(parent, absence.public_id)


def test_the_secretary_of_that_college_alone_has_it_to_read(family, parent):
    said = justify(parent)
    ours, elsewhere = secretary_of(family.college), secretary_of(make_schooled_family().college, 2)

    assert list(access.kept_justifications(ours)) == [said]
    assert not access.kept_justifications(elsewhere).exists()
    with pytest.raises(NotFound):
        access.access_kept_justification(elsewhere, said.public_id)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.READER])
def test_agents_of_the_departement_see_none_of_it(family, parent, role):
    said = justify(parent)
    agent = make_account(make_schooled_family().guardians[0], email="agent@exemple.fr")
    StaffRole.objects.create(user=agent, role=role)

    assert not access.kept_justifications(agent).exists()
    assert family.pupil not in access.readable_pupils(agent)
    with pytest.raises(NotFound):
        access.access_read_pupil(agent, family.pupil.public_id)
    with pytest.raises(NotFound):
        access.access_kept_justification(agent, said.public_id)


def test_a_refused_document_leaves_no_file_and_no_word(family, parent):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil, justifiee="oui")])

    with pytest.raises(AbsenceJustified):
        justify_with_document(
            absence=Absence.objects.get(),
            reason="ILLNESS",
            text="",
            given_by=parent,
            stream=io.BytesIO(picture()),
            declared_name="certificat.jpg",
            actor=ACTOR,
            at=AT,
        )

    far = AT + 4000 * DAY
    assert uploads.sweep_orphans((), before=far) == []


def test_documents_are_erased_with_their_year(family, parent):
    justify_with_document(
        absence=Absence.objects.get(),
        reason="ILLNESS",
        text="",
        given_by=parent,
        stream=io.BytesIO(picture()),
        declared_name="certificat.jpg",
        actor=ACTOR,
        at=AT,
    )

    done = purge_records(at=AT + 800 * DAY)

    assert done["documents"] == 1
    assert not Justification.objects.exists()
    assert uploads.sweep_orphans((), before=AT + 4000 * DAY) == []
