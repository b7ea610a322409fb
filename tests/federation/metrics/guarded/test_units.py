"""What secrecy stands on: units are counted, shares are whole, thresholds fit, and raw figures stay here."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from federation.metrics import queries
from federation.metrics.catalogue import indicator, indicators
from socle.command import main
from tests.factories.announcements import family_in, make_class
from tests.factories.canteen import make_college, make_enrolment
from tests.factories.metrics import OCTOBER, figures, units


@pytest.mark.usefixtures("tenant_db")
def test_a_household_of_two_children_is_one_in_each_cell_and_in_each_margin():
    college = make_college()
    first = family_in(make_class(college))
    second = family_in(make_class(college, "5e A", "5E"))
    second.pupil.household = first.household
    second.pupil.save(update_fields=["household"])
    make_enrolment(first)
    make_enrolment(second)

    assert figures("canteen-brackets")["TOTAL TOTAL"] == (2,)
    assert units("canteen-brackets") == {
        "NONE 6E": (1,),
        "NONE 5E": (1,),
        "NONE TOTAL": (1,),
        "TOTAL 6E": (1,),
        "TOTAL 5E": (1,),
        "TOTAL TOTAL": (1,),
    }


@pytest.mark.usefixtures("tenant_db")
def test_who_is_not_in_the_numerator_of_a_share_is_in_its_table():
    college = make_college(uai="0920001A")
    make_enrolment(family_in(make_class(college)))
    family_in(make_class(college))
    family_in(make_class(college))
    take_up = indicator("canteen-take-up")

    (whole,) = queries.compute(take_up, take_up.grain.period(OCTOBER))

    assert whole.dimensions[-1].name == "canteen-take-up"
    told = {key[-1]: cell.value for key, cell in whole.cells.items() if key[0] == "TOTAL"}
    assert told == {"numerator": 1, "rest": 2, "TOTAL": 3}


def test_what_households_earn_is_told_of_eleven_of_them_at_least():
    by_bracket = [one for one in indicators() if "bracket" in one.dimensions]

    assert by_bracket
    assert {one.rule.threshold for one in by_bracket} == {11}


def test_raw_figures_go_into_no_file():
    words = ["metrics", "compute", "visits", "--tenant", "92", "--month", "2024-10"]
    done = CliRunner().invoke(main, words)  # whose output is no terminal

    assert done.exit_code == 1
    assert "Ces chiffres ne sont pas protégés" in done.output
