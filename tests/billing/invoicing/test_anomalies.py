"""Each anomaly, with rows computed by hand; and its absence."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from billing.canteen import operations as canteen
from billing.canteen.models import BookingException, EnrolmentPayer, ServiceDay
from billing.invoicing.reviewing import SEVERITIES, find_anomalies
from billing.tariffs.models import PriceDecision
from tenants.people.models import Pupil, Schooling
from tests.factories.canteen import make_college, make_family
from tests.factories.invoicing import (
    ISSUE_AT,
    OCTOBER,
    issue,
    make_billed_family,
    make_regie,
    prepare,
)
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR, make_resources
from ui.messages import recipient_of

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


def _reprice(family, cents):
    """Another unit price for the same days."""
    decision = PriceDecision.objects.get(pupil=family.pupil)
    PriceDecision.objects.filter(pk=decision.pk).update(valid_until=decision.valid_from)
    PriceDecision.objects.create(
        pupil=family.pupil,
        service="HALF_BOARD",
        tariff_version=decision.tariff_version,
        unit_price_cents=cents,
        inputs={},
        steps=[],
        source="NONE",
        valid_from=decision.valid_from,
        decided_at=ISSUE_AT,
    )


@pytest.mark.parametrize(("cents", "is_far"), [(900, False), (901, True)])
def test_three_times_the_median_is_not_more_than_three_times(tenant_db, cents, is_far):
    dear, *_others = [make_billed_family() for _ in range(3)]
    _reprice(dear, cents)

    # Nine meals at 9.00: 81.00, three times 27.00. At 9.01: 81.09.
    assert bool(found(prepare(), "invoice_far_above_median")) is is_far


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
    _exception(family, day, "EXTRA")


def _exception(family, day, kind, *, is_late=False):
    BookingException.objects.create(
        enrolment=family.pupil.enrolments.get(),
        day=datetime.date(2024, 9, day),
        kind=kind,
        is_late=is_late,
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
    assert (run.counts["meals"], run.counts["unpriced_meals"]) == (6, 3)


def test_enrolled_without_price_counts_the_meals_that_would_be_billed(tenant_db):
    family = make_billed_family()
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2024, 9, 20))
    _exception(family, 23, "CANCELLED")
    _exception(family, 26, "CANCELLED", is_late=True)
    _exception(family, 24, "EXTRA")

    # Not the 23rd, cancelled in time; the 24th, added; the 26th, cancelled too late; the 30th.
    assert found(prepare(), "enrolled_without_price") == {
        ("pupil", family.pupil.pk): {"days": 3, "first_day": "2024-09-24"}
    }


def test_no_payer(tenant_db):
    family = make_billed_family()
    EnrolmentPayer.objects.filter(enrolment__pupil=family.pupil).delete()

    assert found(prepare(), "no_payer") == {("pupil", family.pupil.pk): {"enrolments": 1}}


@pytest.mark.parametrize(
    ("state", "valid_from", "valid_until"),
    [
        ("DRAFT", "2024-09-02", "2025-09-01"),
        ("ENDED", "2024-06-03", "2024-09-01"),
        ("ACTIVE", "2024-10-01", "2025-09-01"),
        ("ENDED", "2024-09-10", "2024-09-10"),
    ],
)
@pytest.mark.parametrize("code", ["no_payer", "shares_not_whole", "college_without_open_day"])
def test_an_enrolment_of_another_time_is_not_odd_in_this_month(
    tenant_db, code, state, valid_from, valid_until
):
    """A draft; one that ended before; one that starts after; one replaced on its first day."""
    make_billed_family()
    other = make_family()
    enrolment = other.pupil.enrolments.create(
        college=other.college,
        school_year=2024,
        weekdays=9,
        state=state,
        valid_from=valid_from,
        valid_until=valid_until,
        created_at=ISSUE_AT,
    )
    if code == "shares_not_whole":
        enrolment.payers.create(guardian=other.guardians[0], share_bp=5000)

    assert found(prepare(), code) == {}


def test_college_without_an_open_day(tenant_db):
    family, other = make_billed_family(), make_billed_family()
    ServiceDay.objects.filter(college=family.college, day__lt=OCTOBER).update(is_open=False)

    run = prepare()

    assert found(run, "college_without_open_day") == {("College", family.college.pk): {"pupils": 1}}
    assert [draft.payer_id for draft in run.drafts.all()] == [other.guardians[0].pk]


def test_a_month_without_school_is_open_nowhere_and_that_is_no_anomaly(tenant_db):
    make_billed_family()
    august = datetime.date(2025, 8, 1)

    run = prepare(month=august, at=datetime.datetime(2025, 9, 1, 10, tzinfo=datetime.UTC))

    assert found(run, "college_without_open_day") == {}


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


def _schooled_elsewhere(family, valid_from="2024-09-16", school_year=2024):
    other = make_college()
    Schooling.objects.create(
        pupil=family.pupil,
        college=other,
        school_year=school_year,
        regime="HALF_BOARD",
        valid_from=valid_from,
    )
    return other


def test_pupil_in_two_colleges(tenant_db):
    family = make_billed_family()
    other = _schooled_elsewhere(family)

    assert found(prepare(), "pupil_in_two_colleges") == {
        ("pupil", family.pupil.pk): {"uais": sorted([family.college.uai, other.uai])}
    }


def test_a_pupil_who_moves_is_not_in_two_colleges(tenant_db):
    moved, later, last_year = make_billed_family(), make_billed_family(), make_billed_family()
    Schooling.objects.filter(pupil=moved.pupil).update(valid_until=datetime.date(2024, 9, 16))
    _schooled_elsewhere(moved)
    _schooled_elsewhere(later, "2024-10-01")
    _schooled_elsewhere(last_year, "2023-09-01", 2023)  # never ended: it ends with its year
    unenrolled = make_family()
    _schooled_elsewhere(unenrolled)

    assert found(prepare(), "pupil_in_two_colleges") == {}


def test_meals_at_a_college_the_pupil_has_left(tenant_db):
    moved, gone, staying = make_billed_family(), make_billed_family(), make_billed_family()
    Schooling.objects.filter(pupil=moved.pupil).update(valid_until=datetime.date(2024, 9, 16))
    _schooled_elsewhere(moved)
    Pupil.objects.filter(pk=gone.pupil.pk).update(missing_since=datetime.date(2024, 9, 20))
    Schooling.objects.filter(pupil=staying.pupil).update(valid_until=datetime.date(2024, 10, 1))

    # Mondays and Thursdays: the 16th, 19th, 23rd, 26th and 30th; the last three.
    assert found(prepare(), "not_schooled_there") == {
        ("pupil", moved.pupil.pk): {
            "days": 5,
            "first_day": "2024-09-16",
            "uais": [moved.college.uai],
        },
        ("pupil", gone.pupil.pk): {
            "days": 3,
            "first_day": "2024-09-23",
            "uais": [gone.college.uai],
        },
    }


def test_a_pupil_who_left_is_billed_no_longer_once_the_enrolment_ends(tenant_db):
    family = make_billed_family()
    leaving = datetime.date(2024, 9, 16)
    Schooling.objects.filter(pupil=family.pupil).update(valid_until=leaving)
    regie = make_regie()
    assert found(prepare(regie), "not_schooled_there") != {}

    canteen.end_enrolment(
        enrolment=family.pupil.enrolments.get(),
        end_on=leaving,
        actor=ACTOR,
        at=ISSUE_AT,
        by_agent=True,
    )

    run = prepare(regie)
    assert found(run, "not_schooled_there") == {}
    assert run.counts["meals"] == 4


def test_a_schooling_of_the_year_before_does_not_reach_into_this_one(tenant_db):
    family = make_billed_family()
    Schooling.objects.filter(pupil=family.pupil).update(
        school_year=2023, valid_from=datetime.date(2023, 9, 1)
    )

    details = found(prepare(), "not_schooled_there")["pupil", family.pupil.pk]
    assert (details["days"], details["first_day"]) == (9, "2024-09-02")


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


def test_duplicate_guardian_by_e_mail(tenant_db):
    """One name and one e-mail; the same without e-mail or street are two people, for all we know."""
    emails = ("awa@exemple.fr", "awa@exemple.fr", "autre@exemple.fr", "", "")
    guardians = []
    for email in emails:
        (guardian,) = make_billed_family().guardians
        guardian.sort_key, guardian.email = "diallo awa", email
        guardian.save(update_fields=["sort_key", "email"])
        guardians.append(guardian)

    one, two = guardians[0].pk, guardians[1].pk
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

    run = prepare()
    assert found(run, "unreachable_payer") == {
        ("payer", family.guardians[0].pk): {"total_cents": 2700}
    }
    assert found(run, "payer_to_post") == {
        ("payer", written_to.guardians[0].pk): {"total_cents": 2700}
    }


def test_who_has_an_account_is_reached_by_its_address(tenant_db):
    """As `ui.messages.recipient_of` writes to them."""
    family, to_post = make_billed_family(), make_billed_family()
    for other in (family, to_post):
        account_of(other)
        other.guardians[0].refresh_from_db()
        other.guardians[0].email = ""
        other.guardians[0].save(update_fields=["email"])
    to_post.guardians[0].street, to_post.guardians[0].city = "1 rue A", "Nanterre"
    to_post.guardians[0].save(update_fields=["street", "city"])

    run = prepare()

    assert recipient_of(family.guardians[0]) is not None
    assert found(run, "unreachable_payer") == {}
    assert found(run, "payer_to_post") == {}
