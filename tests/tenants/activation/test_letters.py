"""Whom letters are for, class by class, and what a printing gives."""

import uuid

import pytest
import time_machine

from tenants.activation import operations, queries
from tenants.activation.letters import Printing
from tenants.activation.models import ActivationCode, Audience
from tenants.activation.operations import NobodyToWriteTo
from tenants.people.models import Guardianship, Pupil, SchoolClass, Schooling
from tests.factories.canteen import SCHOOL_YEAR, make_family
from tests.factories.codes import AT, given_code
from tests.factories.portal import make_account
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
ON = AT.date()


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


def in_class(family, name, pupil=None):
    its_class, _new = SchoolClass.objects.get_or_create(
        college=family.college, school_year=SCHOOL_YEAR, name=name, level="6E"
    )
    Schooling.objects.filter(pupil=pupil or family.pupil).update(school_class=its_class)
    return its_class


def sister_of(family, first_name="Awa"):
    """In the same collège, of the same guardians."""
    sister = Pupil.objects.create(
        last_name="Diallo",
        first_name=first_name,
        birth_date=family.pupil.birth_date.replace(year=2010),
        sort_key=f"diallo {first_name.lower()}",
        search_key=f"diallo {first_name.lower()}",
    )
    Schooling.objects.create(
        pupil=sister, college=family.college, school_year=SCHOOL_YEAR, valid_from="2024-09-02"
    )
    for guardian in family.guardians:
        Guardianship.objects.create(
            pupil=sister,
            guardian=guardian,
            relation="MOTHER",
            legal_role=1,
            valid_from="2010-05-04",
        )
    return sister


@pytest.fixture
def family(tenant_db):
    """In 6e B, with a sister in 5e A."""
    found = make_family()
    in_class(found, "6e B")
    in_class(found, "5e A", sister_of(found))
    return found


def recipients(college, school_class=None, audience=Audience.GUARDIANS, *, again=False):
    return queries.recipients(college, school_class, audience=audience, on=ON, again=again, at=AT)


def test_a_guardian_of_two_gets_one_letter_with_both_in_the_first_class(family):
    neighbour = make_family(college=family.college)
    in_class(neighbour, "4e C")

    found = recipients(family.college)

    assert [(one.class_name, one.person) for one in found] == [
        ("4e C", neighbour.guardians[0]),
        ("5e A", family.guardians[0]),
    ]
    assert found[1].children == ("Awa Diallo", family.pupil.full_name)


def test_pupils_come_class_by_class(family):
    found = recipients(family.college, audience=Audience.PUPILS)

    assert [(one.class_name, one.person.first_name) for one in found] == [
        ("5e A", "Awa"),
        ("6e B", family.pupil.first_name),
    ]


def test_who_has_an_account_or_a_code_that_waits_is_left_out(family):
    neighbour = make_family(college=family.college)
    in_class(neighbour, "6e B")
    make_account(neighbour.guardians[0])
    assert [one.person for one in recipients(family.college)] == [family.guardians[0]]

    given_code(family.guardians[0])

    assert recipients(family.college) == []
    assert len(recipients(family.college, again=True)) == 1
    assert recipients(family.college, again=True)[0].person == family.guardians[0]


def test_a_contact_who_neither_decides_nor_pays_gets_none(family):
    Guardianship.objects.update(legal_role=0, is_financial=False, payer_share_bp=0)

    assert recipients(family.college) == []


def test_nobody_of_another_college(family):
    assert recipients(make_family().college) != recipients(family.college)
    assert all(one.person not in family.guardians for one in recipients(make_family().college))


def print_all(family, found, job_id):
    return operations.print_letters(
        printing=Printing(Audience.GUARDIANS, family.college, job_id=job_id),
        recipients=found,
        typeset=lambda letters: b"%PDF" + str(len(letters)).encode(),
        actor=ACTOR,
        at=AT,
    )


def test_a_printing_done_twice_is_done_once(family):
    job_id = uuid.uuid4()
    found = recipients(family.college)

    first = print_all(family, found, job_id)
    again = print_all(family, found, job_id)

    assert first == again
    assert (first.count, ActivationCode.objects.count()) == (1, 1)


def test_an_account_opened_while_letters_were_set_is_not_opened_again(family):
    neighbour = make_family(college=family.college)
    in_class(neighbour, "6e B")
    found = recipients(family.college)
    make_account(neighbour.guardians[0])

    print_all(family, found, uuid.uuid4())

    assert ActivationCode.objects.get().guardian == family.guardians[0]


def test_nothing_is_printed_for_nobody(family):
    with pytest.raises(NobodyToWriteTo):
        print_all(family, [], uuid.uuid4())


def test_the_page_of_a_class_says_who_has_what(family):
    guardian = family.guardians[0]
    its_class = SchoolClass.objects.get(name="6e B")
    assert [one.state for one in queries.standing_of_class(its_class, at=AT).guardians] == ["NONE"]

    given_code(guardian)
    (waiting,) = queries.standing_of_class(its_class, at=AT).guardians
    assert (waiting.state, waiting.children) == ("CODE", (family.pupil.first_name,))
    assert waiting.waits_until is not None

    make_account(guardian)
    assert [one.state for one in queries.standing_of_class(its_class, at=AT).guardians] == [
        "ACCOUNT"
    ]
    assert [one.state for one in queries.standing_of_class(its_class, at=AT).pupils] == ["NONE"]
