"""What is counted of the school's life and of what agents answer, by hand."""

from __future__ import annotations

import datetime

import pytest

from billing.rights import operations as rights
from billing.rights.models import RightsRequest
from tenants.people.models import Guardian, Guardianship, Schooling
from tenants.schoollife.announcements import operations as announcements
from tenants.schoollife.records.models import Absence, Kind
from tenants.schoollife.records.operations import accept_justification, justify_absence
from tests.factories import acting
from tests.factories import school_messages as messages
from tests.factories.announcements import family_in, make_class, published
from tests.factories.canteen import make_college, make_family
from tests.factories.metrics import OCTOBER, figures, units
from tests.factories.portal import account_of
from tests.factories.rights import AGENT, NOW, PARENT, begin, make_asking_family, to_inspect
from tests.factories.school_records import absence_row, make_schooled_family, take
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
NOVEMBER = datetime.date(2024, 11, 1)
HOUR = datetime.timedelta(hours=1)
HERE, THERE = "0920001A", "0920002B"


def test_guardians_who_opened_what_they_were_told():
    college = make_college(uai=HERE)
    families = [family_in(make_class(college)) for _rank in range(3)]
    told_first, told_second = published(college), published(college)
    reader = families[0].guardians[0]
    announcements.note_read(announcement=told_first, reader=reader, at=acting.AT)
    announcements.note_read(announcement=told_second, reader=reader, at=acting.AT)
    other = families[1].guardians[0]
    announcements.note_read(announcement=told_first, reader=other, at=acting.AT)

    told = figures("announcements-read", OCTOBER)
    assert told[HERE] == (3, 6)
    assert told["TOTAL"] == (3, 6)
    assert units("announcements-read", OCTOBER)["TOTAL"] == (2, 3)


def test_how_long_a_family_waits_for_the_answer_of_its_college():
    first, second = (make_family(college=make_college(uai=uai)) for uai in (HERE, THERE))
    asked = messages.from_family(first)
    messages.reply(asked, first.college, at=messages.AT + 5 * HOUR)
    messages.reply(asked, first.college, at=messages.AT + 50 * HOUR)  # the first one counts
    asked = messages.from_family(second)
    messages.reply(asked, second.college, at=messages.AT + 2.5 * HOUR)
    messages.from_family(second)  # nobody answered
    messages.from_college(first)

    told = figures("messages-response-time", NOVEMBER)
    assert told[HERE] == (5, 1)
    assert told[THERE] == (3, 1)
    assert told["COM-NANTERRE"] == (8, 2)


def absent() -> None:
    """Two absences of a pupil and one of another, of three; one is justified, one is a lateness."""
    college = make_college(uai=HERE)
    first, second, _third = (make_schooled_family(college=college) for _rank in range(3))
    take(
        college,
        Kind.ABSENCES,
        [
            absence_row(first.pupil, 1),
            absence_row(first.pupil, 2, debut="2024-11-05 08:00", fin="2024-11-05 12:00"),
            absence_row(second.pupil, 3),
            absence_row(second.pupil, 4, type="retard", fin="2024-11-04 08:10"),
        ],
    )
    justification = justify_absence(
        absence=Absence.objects.get(record_id="A3"),
        reason="ILLNESS",
        text="",
        given_by=account_of(second),
        actor=ACTOR,
        at=messages.AT,
    )
    accept_justification(justification=justification, actor=ACTOR, at=messages.AT + 7 * HOUR)


def test_absences_of_so_many_pupils_and_those_that_are_justified():
    absent()

    told = figures("absences", NOVEMBER)
    assert told[f"{HERE} OTHER"] == (3, 3)
    assert told["TOTAL TOTAL"] == (3, 3)
    assert units("absences", NOVEMBER)["TOTAL TOTAL"] == (2, 3)
    assert figures("absences-justified", NOVEMBER)[HERE] == (1, 3)
    assert figures("justifications-response-time", NOVEMBER)[HERE] == (7, 1)
    assert figures("absences", OCTOBER)["TOTAL TOTAL"] == (0, 3)


def test_an_absence_that_a_file_takes_back_is_none():
    college = make_college(uai=HERE)
    pupil = make_schooled_family(college=college).pupil
    take(
        college,
        Kind.ABSENCES,
        [absence_row(pupil, 1), absence_row(pupil, 2, debut="2024-11-04 07:00")],
    )
    assert figures("absences", NOVEMBER)["TOTAL TOTAL"] == (2, 1)

    take(college, Kind.ABSENCES, [absence_row(pupil, 1)])

    assert figures("absences", NOVEMBER)["TOTAL TOTAL"] == (1, 1)


def test_pupils_who_live_in_another_departement_than_their_college():
    college = make_college(uai=HERE)
    for homes in (["75011"], ["92000"], ["92000", "75011"], ["ailleurs"]):
        family = make_family(college=college, guardians=len(homes))
        for guardian, home in zip(family.guardians, homes, strict=True):
            Guardian.objects.filter(pk=guardian.pk).update(postal_code=home)
        Guardianship.objects.filter(pupil=family.pupil).update(legal_role=1)

    told = figures("pupils-living-elsewhere", OCTOBER)
    assert told[HERE] == (1, 2)
    assert told["TOTAL"] == (1, 2)


def test_pupils_who_hold_a_bursary_among_those_of_whom_it_is_known():
    college = make_college(uai=HERE)
    for holds in (True, False, False, None):
        family = family_in(make_class(college))
        Schooling.objects.filter(pupil=family.pupil).update(is_boursier=holds)

    told = figures("bursary-holders", OCTOBER)
    assert told[f"{HERE} 6E"] == (1, 3)
    assert told["TOTAL TOTAL"] == (1, 3)


def test_times_an_agent_acts_for_a_family():
    agent, family = acting.make_agent(), make_family()
    account_of(family)
    acting.begin(agent, family)

    assert figures("acting-sessions", OCTOBER) == {"": (1,)}
    assert figures("acting-sessions", NOVEMBER) == {}


def test_how_long_a_household_waits_for_its_rights_and_who_waits_for_nobody():
    """A document refused after 50 hours and a half; a household that chooses the maximum."""
    request = to_inspect(make_asking_family())
    rights.refuse_request(request=request, words="Illisible.", actor=AGENT, at=NOW())
    since = datetime.datetime(2024, 10, 7, 9, tzinfo=datetime.UTC)
    RightsRequest.objects.update(waiting_since=since, closed_at=since + 50.5 * HOUR)
    maximum = rights.choose_maximum(request=begin(make_family()), actor=PARENT, at=NOW())
    RightsRequest.objects.filter(pk=maximum.pk).update(closed_at=since)

    assert figures("rights-response-time", OCTOBER) == {"DOCUMENT": (51, 1), "TOTAL": (51, 1)}
    assert figures("rights-automatic", OCTOBER) == {"MAXIMUM": (1, 1), "TOTAL": (1, 1)}
