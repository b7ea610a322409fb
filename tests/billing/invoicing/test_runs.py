"""A month from its meals to its invoices, to the cent."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from billing.canteen.models import BookingException, Enrolment
from billing.canteen.operations import Payer
from billing.invoicing import access, operations, queries
from billing.invoicing.models import Anomaly, DraftInvoice, DraftLine, Invoice, InvoiceLine
from billing.ledger import queries as ledger
from billing.ledger.models import Account, Transfer
from billing.tariffs.models import PriceDecision
from commons.errors import NotFound
from commons.models import OutboxEvent
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import (
    DUE_ON,
    ISSUE_AT,
    OCTOBER,
    SEPTEMBER,
    issue,
    make_billed_family,
    make_regie,
    prepare,
    review,
)
from tests.factories.portal import account_of, make_account
from tests.factories.tariffs import ACTOR, make_resources, make_version


def exception(enrolment, day, kind="CANCELLED", *, is_late=False, year=2024):
    return BookingException.objects.create(
        enrolment=enrolment,
        day=datetime.date(year, 9, day),
        kind=kind,
        is_late=is_late,
        requested_at=ISSUE_AT,
        actor_kind="system",
        actor_id="tests",
    )


def enrolment_of(family):
    return family.pupil.enrolments.get()


def test_a_month_is_its_meals_times_their_price(tenant_db):
    family = make_billed_family()

    run = prepare()

    line = DraftLine.objects.get()
    assert (line.quantity, line.unit_price_cents, line.amount_cents) == (9, 300, 2700)
    assert [day.day for day in line.days] == [2, 5, 9, 12, 16, 19, 23, 26, 30]
    assert DraftInvoice.objects.get().payer_id == family.guardians[0].pk
    assert run.counts == {
        "invoices": 1, "total_cents": 2700, "lines": 1, "pupils": 1, "meals": 9, "unpriced_meals": 0
    }  # fmt: skip


def test_cancelled_in_time_is_not_billed_and_too_late_is(tenant_db):
    enrolment = enrolment_of(make_billed_family())
    exception(enrolment, 5)
    exception(enrolment, 9, is_late=True)
    exception(enrolment, 10, "EXTRA")

    prepare()

    line = DraftLine.objects.get()
    assert [day.day for day in line.days] == [2, 9, 10, 12, 16, 19, 23, 26, 30]
    assert line.amount_cents == 2700


def test_a_price_that_changes_inside_the_month_makes_two_lines(tenant_db):
    family = make_billed_family()
    make_resources(
        family.household,
        reference_tax_income_cents=30_000_00,
        tax_parts=Decimal("2.5"),
        valid_from=datetime.date(2024, 9, 16),
    )
    operations_prices(family)

    prepare()

    lines = DraftLine.objects.order_by("unit_price_cents")
    # 1 000.00 a month at 0.005: 5.00 euros from the 16th.
    assert [(line.quantity, line.unit_price_cents) for line in lines] == [(4, 300), (5, 500)]
    assert DraftInvoice.objects.get().total_cents == 4 * 300 + 5 * 500


def operations_prices(family):
    from billing.tariffs.operations import decide_price

    decide_price(
        pupil=family.pupil,
        service="HALF_BOARD",
        valid_from=datetime.date(2024, 9, 16),
        actor=ACTOR,
        at=ISSUE_AT,
    )


def test_what_is_outside_an_enrolment_is_not_billed(tenant_db):
    """From the 9th, up to and without the 26th; another's draft is no enrolment."""
    family = make_family()
    make_version("92")
    make_resources(family.household)
    enrolment = make_enrolment(family, start_on=datetime.date(2024, 9, 9))
    Enrolment.objects.filter(pk=enrolment.pk).update(valid_until=datetime.date(2024, 9, 26))
    other = make_billed_family()
    Enrolment.objects.filter(pupil=other.pupil).update(state="DRAFT")

    prepare()

    line = DraftLine.objects.get()
    assert (line.pupil_id, [day.day for day in line.days]) == (
        family.pupil.pk,
        [9, 12, 16, 19, 23],
    )


def test_a_price_of_another_service_prices_nothing(tenant_db):
    family = make_billed_family()
    decision = PriceDecision.objects.get(pupil=family.pupil)
    PriceDecision.objects.create(
        pupil=family.pupil,
        service="OCCASIONAL",
        tariff_version=decision.tariff_version,
        unit_price_cents=450,
        inputs={},
        steps=[],
        source="NONE",
        valid_from=decision.valid_from,
        decided_at=ISSUE_AT,
    )

    prepare()

    assert DraftLine.objects.get().unit_price_cents == 300


@pytest.mark.parametrize(
    ("income", "cents", "shares"),
    [
        (18_000_00, 2700, [1350, 1350]),
        (18_138_00, 2718, [1359, 1359]),
        (18_060_00, 2709, [1355, 1354]),
    ],
)
def test_two_payers_share_to_the_cent(tenant_db, income, cents, shares):
    family = make_family(guardians=2)
    make_version("92")
    make_resources(family.household, reference_tax_income_cents=income, tax_parts=Decimal("2.5"))
    make_enrolment(family)

    prepare()

    # The odd cent is the first payer's: 27.09 ÷ 2 = 13.545, rounded half up.
    amounts = [
        DraftLine.objects.get(draft_invoice__payer=guardian).amount_cents
        for guardian in family.guardians
    ]
    assert (sum(amounts), amounts) == (cents, shares)


def test_three_payers_of_a_third_pay_the_whole(tenant_db):
    family = make_family(guardians=3)
    make_version("92")
    make_resources(family.household)
    shares = (3334, 3333, 3333)
    payers = [Payer(one, share) for one, share in zip(family.guardians, shares, strict=True)]
    make_enrolment(family, payers=payers)

    prepare()

    amounts = [line.amount_cents for line in DraftLine.objects.order_by("pk")]
    assert amounts == [900, 900, 900]


def test_val_de_marne_bills_fourteen_meals_at_2_80(in_tenant, tenant_db):
    """DOMAIN §8, case 19: quotient 1 100, 14 meals, 39.20 euros."""
    with in_tenant("d94"):
        family = make_family(school_year=2025)
        make_version("94")
        make_resources(
            family.household,
            basis="CAF_QF",
            quotient_familial=Decimal(1100),
            proof_kind="CAF_CERTIFICATE",
        )
        start = datetime.date(2025, 9, 1)
        enrolment = make_enrolment(family, weekdays=0b11011, school_year=2025, start_on=start)
        for day in (25, 26, 29, 30):  # 18 Mondays, Tuesdays, Thursdays and Fridays, less four
            exception(enrolment, day, year=2025)

        prepare(month=start, at=datetime.datetime(2025, 10, 2, 10, tzinfo=datetime.UTC))

        line = DraftLine.objects.get()
        assert (line.quantity, line.unit_price_cents, line.amount_cents) == (14, 280, 3920)


def test_preparing_again_replaces_the_drafts(tenant_db):
    family = make_billed_family()
    regie = make_regie()
    first = prepare(regie)
    exception(enrolment_of(family), 5)

    again = prepare(regie)

    assert again.pk == first.pk
    assert [draft.total_cents for draft in DraftInvoice.objects.all()] == [2400]


def test_issued_invoices_say_what_the_ledger_says(tenant_db):
    family = make_billed_family()

    (invoice,) = issue(prepare())

    assert (invoice.number, invoice.total_cents) == ("2024-000001", 2700)
    assert (invoice.issued_on, invoice.due_on) == (datetime.date(2024, 10, 2), DUE_ON)
    assert queries.due_cents(invoice) == 2700
    transfer = Transfer.objects.get()
    assert (transfer.amount_cents, transfer.reference) == (2700, f"invoice:{invoice.public_id}")
    revenue = Account.objects.get(code="revenue:restauration")
    assert (revenue.credits_posted, revenue.debits_posted) == (2700, 0)
    assert ledger.trial_balance().is_balanced
    assert ledger.reconcile() == []
    assert [line.pupil_id for line in queries.lines_of(invoice)] == [family.pupil.pk]
    told = OutboxEvent.objects.filter(name="billing.invoice.issued")
    assert [event.payload for event in told] == [{"invoice_id": invoice.pk}]


def test_the_day_of_issue_is_the_day_in_paris(tenant_db):
    make_billed_family()
    late_evening = datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)

    (invoice,) = issue(prepare(), late_evening, due_on=datetime.date(2025, 1, 31))

    assert (invoice.issued_on, invoice.number) == (datetime.date(2025, 1, 1), "2025-000001")


def test_numbers_have_no_hole_and_start_again_each_year(tenant_db):
    for _ in range(3):
        make_billed_family()
    regie = make_regie()
    first = issue(prepare(regie))
    second = issue(
        prepare(regie, OCTOBER, datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)),
        datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC),
        due_on=datetime.date(2024, 12, 4),
    )
    in_january = datetime.datetime(2025, 1, 6, 10, tzinfo=datetime.UTC)
    third = issue(
        prepare(regie, datetime.date(2024, 11, 1), in_january),
        in_january,
        due_on=datetime.date(2025, 2, 6),
    )

    assert [i.number for i in first] == ["2024-000001", "2024-000002", "2024-000003"]
    assert [i.number for i in second] == ["2024-000004", "2024-000005", "2024-000006"]
    assert [i.number for i in third] == ["2025-000001", "2025-000002", "2025-000003"]


def test_a_month_is_issued_once(tenant_db):
    make_billed_family()
    regie = make_regie()
    run = prepare(regie)
    issue(run)
    run.refresh_from_db()

    for act in (
        lambda: prepare(regie),
        lambda: review(run),
        lambda: operations.issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT),
    ):
        with pytest.raises(operations.RunAlreadyIssued):
            act()
    assert (Invoice.objects.count(), Transfer.objects.count()) == (1, 1)


def test_a_run_is_not_issued_before_its_review_nor_before_the_answers(tenant_db):
    family = make_billed_family()
    family.guardians[0].email = ""
    family.guardians[0].save(update_fields=["email"])
    run = prepare()

    with pytest.raises(operations.RunNotReviewed):
        operations.issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT)
    run = review(run)
    with pytest.raises(operations.AnomaliesUnanswered) as caught:
        operations.issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT)
    assert caught.value.details == {"count": 1}
    assert (Invoice.objects.count(), Transfer.objects.count()) == (0, 0)


def test_what_cannot_be_is_refused(tenant_db):
    make_billed_family()
    regie = make_regie()
    with pytest.raises(operations.MonthNotFirstDay):
        prepare(regie, datetime.date(2024, 9, 2))
    with pytest.raises(operations.MonthNotOver):
        prepare(regie, datetime.date(2024, 11, 1))
    run = review(prepare(regie))
    with pytest.raises(operations.DueDateTooEarly):
        operations.issue_run(run=run, due_on=datetime.date(2024, 10, 1), actor=ACTOR, at=ISSUE_AT)
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_invoice SET total_cents = 1",
        "DELETE FROM invoicing_invoice",
        "UPDATE invoicing_invoiceline SET amount_cents = 1",
        "DELETE FROM invoicing_invoiceline",
    ],
)
def test_the_database_keeps_invoices_as_they_were_issued(tenant_db, statement):
    make_billed_family()
    issue(prepare())

    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert (Invoice.objects.get().total_cents, InvoiceLine.objects.get().amount_cents) == (
        2700,
    ) * 2


def test_an_invoice_is_seen_by_its_payer_alone(tenant_db):
    family, other = make_billed_family(), make_billed_family()
    issue(prepare())
    mine = account_of(family)
    make_account(other.guardians[0])
    theirs = Invoice.objects.get(payer=other.guardians[0])

    assert access.access_invoice(mine, Invoice.objects.get(payer__user=mine).public_id)
    with pytest.raises(NotFound):
        access.access_invoice(mine, theirs.public_id)
    assert [invoice.payer_id for invoice in queries.invoices_of(mine)] == [family.guardians[0].pk]


def test_an_answer_stays_while_the_figures_do(tenant_db):
    family = make_billed_family()
    family.guardians[0].email = ""
    family.guardians[0].save(update_fields=["email"])
    regie = make_regie()
    run = review(prepare(regie))
    anomaly = run.anomalies.get()
    operations.answer_anomaly(anomaly=anomaly, answer=" Courrier. ", actor=ACTOR, at=ISSUE_AT)

    review(prepare(regie))
    kept = Anomaly.objects.get(pk=anomaly.pk)
    assert (kept.answer, kept.answered_by) == ("Courrier.", ACTOR.id)

    exception(enrolment_of(family), 5)
    review(prepare(regie))
    asked_again = Anomaly.objects.get(pk=anomaly.pk)
    assert (asked_again.answer, asked_again.details) == ("", {"total_cents": 2400})


def _odd_run(family):
    family.guardians[0].email = ""
    family.guardians[0].save(update_fields=["email"])
    regie = make_regie()
    return regie, review(prepare(regie))


def test_an_answer_to_a_figure_that_changed_is_refused(tenant_db):
    """Between the page and the answer, somebody prepared and reviewed again."""
    family = make_billed_family()
    regie, run = _odd_run(family)
    read = run.anomalies.get()
    exception(enrolment_of(family), 5)
    review(prepare(regie))

    for traits in ({}, {"shown": {"total_cents": 2700}}):
        with pytest.raises(operations.AnomalyChanged):
            operations.answer_anomaly(
                anomaly=read, answer="Courrier.", actor=ACTOR, at=ISSUE_AT, **traits
            )
    standing = Anomaly.objects.get(pk=read.pk)
    assert (standing.answer, standing.answered_at) == ("", None)

    shown = {"total_cents": 2400}
    operations.answer_anomaly(
        anomaly=read, answer="Courrier.", shown=shown, actor=ACTOR, at=ISSUE_AT
    )
    assert Anomaly.objects.get(pk=read.pk).details == shown


def test_an_answer_to_what_is_no_longer_odd_is_refused(tenant_db):
    family = make_billed_family()
    regie, run = _odd_run(family)
    read = run.anomalies.get()
    family.guardians[0].email = "retrouve@exemple.fr"
    family.guardians[0].save(update_fields=["email"])
    review(prepare(regie))

    with pytest.raises(operations.AnomalyChanged):
        operations.answer_anomaly(anomaly=read, answer="Courrier.", actor=ACTOR, at=ISSUE_AT)
    assert not Anomaly.objects.exists()


def test_an_empty_answer_is_refused(tenant_db):
    family = make_billed_family()
    family.guardians[0].email = ""
    family.guardians[0].save(update_fields=["email"])
    anomaly = review(prepare()).anomalies.get()

    with pytest.raises(operations.AnswerMissing):
        operations.answer_anomaly(anomaly=anomaly, answer="  ", actor=ACTOR, at=ISSUE_AT)
    assert Anomaly.objects.get(pk=anomaly.pk).answered_at is None


def test_a_run_is_only_for_agents_who_read_money(tenant_db):
    family = make_billed_family()
    run = prepare()

    with pytest.raises(NotFound):
        access.access_run(account_of(family), run.public_id)


def test_september_is_named_by_its_first_day(tenant_db):
    make_billed_family()
    assert prepare(month=SEPTEMBER).month == datetime.date(2024, 9, 1)
