"""What is counted of the canteen, by hand."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.canteen import operations as canteen
from billing.canteen.models import BookingException
from billing.invoicing import operations as invoicing
from billing.invoicing.crediting import LineCredit
from billing.tariffs import operations as tariffs
from billing.tariffs.schedule_files import ScheduleFile, ServiceName, published_schedule
from tests.factories.announcements import family_in, make_class
from tests.factories.canteen import Family, make_college, make_enrolment
from tests.factories.invoicing import ISSUE_AT, issue, prepare
from tests.factories.metrics import OCTOBER, SEPTEMBER, figures, units
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_who_is_enrolled_among_who_is_schooled():
    here = make_college(uai="0920001A", city="Nanterre")
    there = make_college(uai="0920002B", city="Nanterre")
    families = [family_in(make_class(here)) for _rank in range(3)]
    families.append(family_in(make_class(there, "5e A", "5E")))
    make_enrolment(families[0])
    make_enrolment(families[1], service="OCCASIONAL")
    make_enrolment(families[3])

    told = figures("canteen-take-up")
    assert told["0920001A 6E"] == (1, 3)
    assert told["0920002B 5E"] == (1, 1)
    assert told["COM-NANTERRE TOTAL"] == (2, 4)
    assert told["TOTAL 6E"] == (1, 3)
    assert told["TOTAL TOTAL"] == (2, 4)


def billed(quotient: str, *, siblings_of: Family | None = None, level: str = "6E") -> Family:
    """A family enrolled on Mondays and Thursdays, whose quotient gives its price: half a hundredth of it."""
    college = siblings_of.college if siblings_of else make_college()
    family = family_in(make_class(college, f"{level} A", level))
    if siblings_of:
        family.pupil.household = siblings_of.household
        family.pupil.save(update_fields=["household"])
    else:
        make_resources(family.household, quotient_familial=Decimal(quotient), basis="FISCAL_QF")
    make_enrolment(family)
    return family


def costed() -> ScheduleFile:
    """The schedule of Hauts-de-Seine, which says that a meal costs 10.00."""
    schedule = published_schedule("92")
    definition = schedule.services[ServiceName.HALF_BOARD]
    return dataclasses.replace(
        schedule,
        services={ServiceName.HALF_BOARD: dataclasses.replace(definition, cost_cents=10_00)},
    )


def september(schedule: ScheduleFile | None = None) -> list[Family]:
    """Nine meals each: at 3.00 for two of a household, and at 5.00."""
    tariffs.publish_schedule(schedule=schedule or published_schedule("92"), actor=ACTOR, at=AT)
    first = billed("600")
    families = [first, billed("600", siblings_of=first, level="5E"), billed("1000", level="5E")]
    issue(prepare())
    return families


def test_the_price_of_a_meal_by_what_a_household_earns():
    september()

    told = figures("canteen-average-price", SEPTEMBER)
    assert told["Q0400 6E"] == (27_00, 9)
    assert told["Q0400 TOTAL"] == (54_00, 18)
    assert told["Q0800 5E"] == (45_00, 9)
    assert told["TOTAL 5E"] == (72_00, 18)
    assert told["TOTAL TOTAL"] == (99_00, 27)


def test_two_children_of_a_household_are_one_unit_of_secrecy():
    september()

    counted = units("canteen-average-price", SEPTEMBER)
    assert counted["Q0400 6E"] == (1, 1)
    assert counted["Q0400 5E"] == (1, 1)
    assert counted["Q0400 TOTAL"] == (1, 1)
    assert counted["TOTAL TOTAL"] == (2, 2)


def test_a_credit_note_after_the_month_changes_it():
    family = september()[2]
    line = family.guardians[0].invoices.get().lines.get()
    invoicing.credit_invoice(
        invoice=line.invoice,
        lines=[
            LineCredit(line, meals=2, days=(datetime.date(2024, 9, 5), datetime.date(2024, 9, 9)))
        ],
        reason="Voyage scolaire",
        actor=ACTOR,
        at=ISSUE_AT,
    )

    assert figures("canteen-average-price", SEPTEMBER)["Q0800 5E"] == (35_00, 7)


def test_a_meal_that_two_parents_pay_is_one_meal():
    make_version("92")
    family = family_in(make_class(make_college()), guardians=2)
    make_resources(family.household)
    make_enrolment(family)
    issue(prepare())

    assert figures("canteen-average-price", SEPTEMBER)["TOTAL TOTAL"] == (27_00, 9)
    assert figures("canteen-average-price", OCTOBER) == {}


def test_the_part_of_the_cost_that_families_pay():
    september(costed())

    told = figures("canteen-family-share", SEPTEMBER)
    assert told["Q0400 6E"] == (27_00, 90_00)
    assert told["Q0800 5E"] == (45_00, 90_00)
    assert told["TOTAL TOTAL"] == (99_00, 270_00)


def test_a_tariff_that_states_no_cost_has_no_part_of_it():
    september()

    assert figures("canteen-family-share", SEPTEMBER) == {}


def enrolled(**resources: Any) -> Family:
    family = family_in(make_class(make_college(city="Nanterre")))
    if resources:
        make_resources(family.household, **resources)
    make_enrolment(family)
    return family


def three_households() -> None:
    """One of a quotient of 399.99, one that chose the highest price, one that gave nothing."""
    make_version("92")
    enrolled(quotient_familial=Decimal("399.99"))
    enrolled(choose_maximum=True)
    enrolled()


def test_enrolled_pupils_by_what_their_household_earns():
    three_households()

    assert figures("canteen-brackets") == {
        "Q0000 6E": (1,),
        "Q0000 TOTAL": (1,),
        "NONE 6E": (2,),
        "NONE TOTAL": (2,),
        "TOTAL 6E": (3,),
        "TOTAL TOTAL": (3,),
    }


def test_who_gave_no_proof_at_all_among_who_is_enrolled():
    three_households()

    told = figures("canteen-non-take-up")
    assert told == {"6E": (1, 3), "TOTAL": (1, 3)}


def test_a_proof_that_comes_late_changes_a_month_that_is_over():
    family = enrolled()
    assert figures("canteen-non-take-up")["TOTAL"] == (1, 1)

    make_resources(family.household, valid_from=datetime.date(2024, 10, 1))

    assert figures("canteen-non-take-up")["TOTAL"] == (0, 1)


def test_meals_of_a_pupil_who_eats():
    september()

    told = figures("canteen-meals-per-pupil", SEPTEMBER)
    assert told["COM-NANTERRE 6E"] == (9, 1)
    assert told["COM-NANTERRE 5E"] == (18, 2)
    assert told["TOTAL TOTAL"] == (27, 3)


def test_meals_cancelled_too_late_among_those_cancelled():
    enrolment = make_enrolment(family_in(make_class(make_college(city="Nanterre"))))
    monday, thursday = datetime.date(2024, 10, 7), datetime.date(2024, 10, 10)
    eve = datetime.datetime(2024, 10, 6, 10, tzinfo=datetime.UTC)
    canteen.cancel_meals(enrolment=enrolment, days=[monday, thursday], actor=ACTOR, at=eve)
    late = BookingException.objects.filter(is_late=True).values_list("day", flat=True)
    assert list(late) == [monday]

    told = figures("canteen-late-cancellations")
    assert told["COM-NANTERRE"] == (1, 2)
    assert told["TOTAL"] == (1, 2)
    assert units("canteen-late-cancellations")["TOTAL"] == (1, 1)
