"""What partners are paid: priced, prepared by one, approved by another, booked to the cent."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger import queries as ledger
from billing.ledger.models import Account
from commons.models import AuditEntry, OutboxEvent
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import Line
from federation.passplus.models import PartnerRun, PartnerStatement, StatementLine
from federation.passplus.queries import due_cents, standing_of
from federation.passplus.reimbursing import operations, queries
from tests.factories.passplus import make_card, make_partner, noon
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    DECEMBER,
    NOVEMBER,
    approved,
    captured,
    prepared,
    priced,
)

pytestmark = pytest.mark.usefixtures("tenant_db")


def balance(code: str) -> int:
    account = Account.objects.filter(code=code).first()
    return 0 if account is None else account.credits_posted - account.debits_posted


def test_what_was_validated_before_the_day_is_on_a_statement_and_the_rest_waits():
    card, judo, chess = make_card(), make_partner(), make_partner()
    captured(card, judo, 12_50)
    captured(card, judo, 7_25)
    captured(card, chess, 5_00)
    captured(card, judo, 3_00, at=noon("2023-11-01"))

    run = prepared()

    totals = queries.totals_of_run(run)
    assert dataclasses.astuple(totals) == (2, 3, 24_75, 0, 0, 24_75)
    assert (run.since, run.until) == (datetime.date(2023, 10, 2), datetime.date(2023, 11, 1))
    assert [(due_cents(judo), due_cents(chess))] == [(22_75, 5_00)]  # nothing moved yet
    assert queries.unstated_cents(judo, at=DECEMBER) == 3_00


def test_another_person_approves_and_numbers_follow_without_a_hole():
    card, judo, chess = make_card(), make_partner(), make_partner()
    captured(card, judo, 10_00)
    captured(card, chess, 5_00)
    operations.refuse_run(run=prepared(), answer="Trop tôt", actor=BRUNO, at=NOVEMBER)
    run = prepared()
    with pytest.raises(operations.RunBySamePerson):
        operations.approve_run(run=run, actor=ANNE, at=NOVEMBER)
    assert not PartnerStatement.objects.exclude(number="").exists()

    operations.approve_run(run=run, actor=BRUNO, at=NOVEMBER)

    issued = PartnerStatement.objects.filter(run=run).order_by("number")
    assert [one.number for one in issued] == ["RP-2023-000001", "RP-2023-000002"]
    assert OutboxEvent.objects.filter(name="passplus.statement.issued").count() == 2
    assert AuditEntry.objects.filter(action="passplus.run.approved").count() == 1
    with pytest.raises(operations.RunDecided):
        operations.approve_run(run=run, actor=BRUNO, at=NOVEMBER)
    with pytest.raises(operations.NothingToReimburse):
        prepared()


def test_the_database_too_wants_two_people_and_one_statement_for_a_ticket():
    captured(make_card(), make_partner(), 10_00)
    run = prepared()
    line = StatementLine.objects.get()

    with pytest.raises(IntegrityError, match="passplus_run_needs_two_people"), transaction.atomic():
        PartnerRun.objects.filter(pk=run.pk).update(
            state="APPROVED", decided_by=ANNE.id, decided_at=NOVEMBER
        )
    line.pk = None
    with pytest.raises(IntegrityError, match="passplus_on_one_statement"), transaction.atomic():
        line.save()
    with pytest.raises(operations.RunUnderWay):
        prepared()


def test_the_rules_of_the_day_of_the_capture_apply_with_their_rate_and_their_cap():
    culture = priced(valid_from="2023-10-10", lines=[
        Line(rate=Decimal(95), domain=Domain.CULTURE, cap_cents=20_00),
        Line(rate=Decimal(100)),
    ])  # fmt: skip
    card, cinema = make_card(), make_partner(Domain.CULTURE)
    captured(card, cinema, 5_55, purse="culture")  # before the rules: all of it
    captured(card, cinema, 5_55, purse="culture", at=noon("2023-10-10"))  # 5.2725, so 5.27
    captured(card, cinema, 5_50, purse="culture", at=noon("2023-10-11"))  # 5.225, so 5.23
    captured(card, cinema, 22_00, purse="culture", at=noon("2023-10-12"))  # 20.90, capped

    run = approved()

    statement = PartnerStatement.objects.get(run=run)
    lines = [line.due_cents for line in queries.lines_of(statement)]
    assert lines == [5_55, 5_27, 5_23, 20_00]
    assert (statement.gross_cents, statement.kept_cents, statement.due_cents) == (
        38_60, 2_55, 36_05,
    )  # fmt: skip
    assert [line.rules for line in queries.lines_of(statement)] == [None] + [culture] * 3
    assert balance("passplus:kept") == 2_55
    assert due_cents(cinema) == 36_05
    assert ledger.trial_balance().is_balanced
    assert standing_of(card.campaign).is_whole


@given(
    cents=st.integers(1, 1_000_00),
    rate=st.decimals(0, 100, places=2),
    cap=st.none() | st.integers(0, 500_00),
)
def test_what_is_paid_is_never_more_than_validated_and_within_half_a_cent(cents, rate, cap):
    due = Line(rate=rate, cap_cents=cap).due_cents(cents)

    exact = min(cents * rate / 100, Decimal(cents if cap is None else cap))
    assert 0 <= due <= cents
    assert abs(due - exact) <= Decimal("0.5")
    assert due - exact != Decimal("-0.5")  # the half goes up


def test_rules_follow_one_another_and_never_reach_back_into_what_was_paid():
    first = priced(code="a", valid_from="2023-09-01")
    second = priced(code="b", valid_from="2023-10-15")
    captured(make_card(), make_partner(), 10_00)
    approved()

    first.refresh_from_db()
    assert first.valid_until == second.valid_from
    assert priced(code="b", valid_from="2023-10-15") == second
    with pytest.raises(operations.PricingTooEarly) as refusal:
        priced(code="c", valid_from="2023-10-31")
    assert refusal.value.details == {"first_day": datetime.date(2023, 11, 1)}
    with pytest.raises(operations.PricingPublished):
        priced(code="b", valid_from="2023-12-01")


def test_a_day_that_is_not_over_and_the_last_hour_are_not_paid():
    card, judo = make_card(), make_partner()
    captured(card, judo, 10_00, at=noon("2023-11-02") - datetime.timedelta(minutes=59))
    with pytest.raises(operations.RunTooEarly):
        prepared(until="2023-11-03", at=noon("2023-11-02"))
    with pytest.raises(operations.NothingToReimburse):
        prepared(until="2023-11-02", at=noon("2023-11-02"))

    assert not PartnerRun.objects.exists()
