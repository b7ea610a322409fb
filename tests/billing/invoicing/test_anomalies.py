"""Each anomaly, with rows computed by hand; and its absence."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from billing.canteen.models import BookingException, EnrolmentPayer, ServiceDay
from billing.invoicing.reviewing import SEVERITIES, find_anomalies
from billing.tariffs.models import PriceDecision
from tenants.people.models import Schooling
from tests.factories.canteen import make_college
from tests.factories.invoicing import (
    ISSUE_AT,
    OCTOBER,
    issue,
    make_billed_family,
    make_regie,
    prepare,
)
from tests.factories.tariffs import ACTOR, make_resources

IN_NOVEMBER = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)


def found(run, code):
    """What a kind of anomaly says: subject → details."""
    return {
        (subject, key): details
        for (kind, subject, key), details in find_anomalies(run).items()
        if kind == code
    }


@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_an_ordinary_month_has_no_anomaly(tenant_db, code):
    make_billed_family()
    make_billed_family()

    assert found(prepare(), code) == {}


def test_price_changed_by_more_than_half(tenant_db):
    up, little = make_billed_family(), make_billed_family()
    regie = make_regie()
    issue(prepare(regie))
    for family, income in ((up, 30_000_00), (little, 26_970_00)):
        make_resources(
            family.household,
            reference_tax_income_cents=income,
            tax_parts=Decimal("2.5"),
            valid_from=OCTOBER,
        )
        _decide(family, OCTOBER)

    run = prepare(regie, OCTOBER, IN_NOVEMBER)

    # 3.00 → 5.00 is two thirds more; 3.00 → 4.50 (quotient 899.00) is half, not more.
    assert found(run, "price_changed") == {
        ("pupil", up.pupil.pk): {"before_cents": 300, "now_cents": 500}
    }


def _decide(family, day):
    from billing.tariffs.operations import decide_price

    decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=day, actor=ACTOR, at=IN_NOVEMBER
    )


def test_invoice_more_than_three_times_the_median(tenant_db):
    families = [make_billed_family() for _ in range(3)]
    dear = families[0]
    PriceDecision.objects.filter(pupil=dear.pupil).update(valid_until=datetime.date(2024, 9, 3))
    make_resources(dear.household, choose_maximum=True, valid_from=datetime.date(2024, 9, 3))
    _decide_on(dear, datetime.date(2024, 9, 3))
    for day in range(3, 28):
        if datetime.date(2024, 9, day).weekday() in (1, 4):
            _extra(dear, day)

    run = prepare()

    # 1 meal at 3.00, 8 at 7.00 and 8 added at 7.00: 115.00; the median is 27.00.
    assert found(run, "invoice_far_above_median") == {
        ("payer", dear.guardians[0].pk): {"total_cents": 11500, "median_cents": 2700}
    }


def _decide_on(family, day):
    from billing.tariffs.operations import decide_price

    decide_price(pupil=family.pupil, service="HALF_BOARD", valid_from=day, actor=ACTOR, at=ISSUE_AT)


def _extra(family, day):
    BookingException.objects.create(
        enrolment=family.pupil.enrolments.get(),
        day=datetime.date(2024, 9, day),
        kind="EXTRA",
        is_late=False,
        requested_at=ISSUE_AT,
        actor_kind="system",
        actor_id="tests",
    )


def test_enrolled_without_price(tenant_db):
    family = make_billed_family()
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2024, 9, 20))

    run = prepare()

    assert found(run, "enrolled_without_price") == {
        ("pupil", family.pupil.pk): {"days": 3, "first_day": "2024-09-23"}
    }
    assert run.counts["meals"] == 6


def test_no_payer(tenant_db):
    family = make_billed_family()
    EnrolmentPayer.objects.filter(enrolment__pupil=family.pupil).delete()

    assert found(prepare(), "no_payer") == {("pupil", family.pupil.pk): {"enrolments": 1}}


def test_shares_that_do_not_make_the_whole(tenant_db):
    family = make_billed_family(guardians=2)
    EnrolmentPayer.objects.filter(guardian=family.guardians[1]).delete()

    assert found(prepare(), "shares_not_whole") == {("pupil", family.pupil.pk): {"share_bp": 5000}}


def test_meals_on_a_closed_day(tenant_db):
    family = make_billed_family()
    _extra(family, 10)
    _extra(family, 15)  # a Sunday: no service day at all
    ServiceDay.objects.filter(day=datetime.date(2024, 9, 10)).update(is_open=False)

    run = prepare()

    assert found(run, "meals_on_closed_day") == {
        ("pupil", family.pupil.pk): {"days": ["2024-09-10", "2024-09-15"]}
    }
    assert run.counts["meals"] == 9


def test_pupil_in_two_colleges(tenant_db):
    family = make_billed_family()
    other = make_college()
    Schooling.objects.create(
        pupil=family.pupil,
        college=other,
        school_year=2024,
        regime="HALF_BOARD",
        valid_from=datetime.date(2024, 9, 16),
    )

    assert found(prepare(), "pupil_in_two_colleges") == {
        ("pupil", family.pupil.pk): {"uais": sorted([family.college.uai, other.uai])}
    }


def test_zero_invoice(tenant_db):
    family = make_billed_family()
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2024, 9, 2))
    decision = PriceDecision.objects.filter(pupil=family.pupil).first()
    PriceDecision.objects.create(
        pupil=family.pupil,
        service="HALF_BOARD",
        tariff_version=decision.tariff_version,
        unit_price_cents=0,
        inputs={},
        steps=[],
        source="NONE",
        valid_from=datetime.date(2024, 9, 2),
        decided_at=ISSUE_AT,
    )

    assert found(prepare(), "zero_invoice") == {("payer", family.guardians[0].pk): {"lines": 1}}


def test_duplicate_guardian(tenant_db):
    first, second, third = make_billed_family(), make_billed_family(), make_billed_family()
    for family, street in ((first, "1 rue A"), (second, "1 rue A"), (third, "2 rue B")):
        guardian = family.guardians[0]
        guardian.sort_key, guardian.street, guardian.postal_code = "diallo awa", street, "92000"
        guardian.save(update_fields=["sort_key", "street", "postal_code"])

    one, two = first.guardians[0].pk, second.guardians[0].pk
    assert found(prepare(), "duplicate_guardian") == {
        ("payer", one): {"others": [two]},
        ("payer", two): {"others": [one]},
    }


def test_payer_whom_no_invoice_can_reach(tenant_db):
    family, written_to = make_billed_family(), make_billed_family()
    for guardian in (family.guardians[0], written_to.guardians[0]):
        guardian.email = ""
        guardian.save(update_fields=["email"])
    written_to.guardians[0].street, written_to.guardians[0].city = "1 rue A", "Nanterre"
    written_to.guardians[0].save(update_fields=["street", "city"])

    assert found(prepare(), "unreachable_payer") == {
        ("payer", family.guardians[0].pk): {"total_cents": 2700}
    }
