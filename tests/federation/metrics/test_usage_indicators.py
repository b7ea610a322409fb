"""What is counted of visits, by hand: the indicators of the DNMA."""

from __future__ import annotations

import pytest

from federation.usage.operations import count_people, gather
from tenants.accounts.models import User
from tests.factories.canteen import make_college, make_family
from tests.factories.metrics import figures, units
from tests.factories.portal import account_of
from tests.factories.usage import PRESS, paris, visit, visits

pytestmark = pytest.mark.usefixtures("tenant_db")
PARENTS, PUPILS, AGENTS = "0920001A|PARENT", "0920001A|ELEVE", "|AUTRE"


def october() -> None:
    """At 0920001A two parents, one of whom comes twice, and three pupils; one pupil at 0920002B; an agent."""
    make_college(uai="0920001A", city="Nanterre")
    make_college(uai="0920002B", city="Nanterre")
    somebody, _other = visits(2, PARENTS, paris(7, 9))
    visit(PARENTS, paris(8, 9), visitor=somebody)
    visits(3, PUPILS, paris(7, 9))
    visit("0920002B|ELEVE", paris(9, 9), use=PRESS)
    visit(AGENTS, paris(7, 9))
    gather(at=paris(10, 9))


def test_visits_add_up_by_college_commune_and_profile():
    october()

    assert figures("visits") == {
        "0920001A PARENT": (3,),
        "0920001A ELEVE": (3,),
        "0920001A TOTAL": (6,),
        "0920002B ELEVE": (1,),
        "0920002B TOTAL": (1,),
        "NONE AUTRE": (1,),
        "NONE TOTAL": (1,),
        "COM-NANTERRE PARENT": (3,),
        "COM-NANTERRE ELEVE": (4,),
        "COM-NANTERRE TOTAL": (7,),
        "TOTAL PARENT": (3,),
        "TOTAL ELEVE": (4,),
        "TOTAL AUTRE": (1,),
        "TOTAL TOTAL": (8,),
    }
    assert units("visits")["TOTAL TOTAL"] == (7,)  # the units of visits are who made them


def test_a_visitor_is_counted_once_in_a_month():
    october()

    told = figures("unique-visitors")
    assert told["0920001A PARENT"] == (2,)
    assert told["COM-NANTERRE ELEVE"] == (4,)
    assert told["TOTAL TOTAL"] == (7,)


def test_visits_of_a_college_that_the_departement_does_not_know_are_of_none():
    make_college(uai="0920001A", city="Nanterre")
    visits(2, "0929999Z|PARENT", paris(7, 9))
    gather(at=paris(10, 9))

    assert figures("visits") == {
        "NONE PARENT": (2,),
        "NONE TOTAL": (2,),
        "TOTAL PARENT": (2,),
        "TOTAL TOTAL": (2,),
    }


def test_visits_of_a_visitor():
    october()

    told = figures("visits-per-visitor")
    assert told["0920001A PARENT"] == (3, 2)
    assert told["0920002B ELEVE"] == (1, 1)
    assert told["TOTAL TOTAL"] == (8, 7)


def people_of_the_college() -> None:
    """Three pupils, each with one parent; one parent and one pupil have an account."""
    college = make_college(uai="0920001A", city="Nanterre")
    families = [make_family(college=college) for _rank in range(3)]
    account_of(families[0])
    User.objects.update(last_login=paris(8, 9))
    count_people(at=paris(8, 12))


def test_adoption_is_who_came_among_who_could():
    people_of_the_college()
    visits(2, PARENTS, paris(8, 9))
    gather(at=paris(8, 10))

    told = figures("adoption")
    assert told["0920001A PARENT"] == (2, 3)
    assert told["0920001A ELEVE"] == (0, 3)
    assert told["TOTAL TOTAL"] == (2, 6)


def test_no_more_people_are_said_to_come_than_could():
    people_of_the_college()
    visits(4, PARENTS, paris(8, 9))  # one of them has left since
    gather(at=paris(8, 10))

    assert figures("adoption")["0920001A PARENT"] == (4, 4)


def test_activation_is_who_opened_an_account_among_who_could():
    people_of_the_college()

    told = figures("activation")
    assert told["0920001A PARENT"] == (1, 3)
    assert told["0920001A ELEVE"] == (0, 3)
    assert told["TOTAL TOTAL"] == (1, 6)
