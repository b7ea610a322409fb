"""Paying partners by two at once: prepared once, approved once, taken back once, undone against spent."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from billing.ledger import queries as ledger
from commons.actors import Actor
from commons.errors import DomainError
from federation.passplus.models import (
    Correction,
    Partner,
    PartnerRun,
    PartnerStatement,
    Payout,
    StatementLine,
)
from federation.passplus.queries import due_cents, purses_of
from federation.passplus.reimbursing import approving, correcting, operations, paying, preparing
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.passplus import make_card, make_partner
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    NOVEMBER,
    captured,
    prepared,
    with_account,
)
from tests.factories.reimbursing import paying as open_account
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
CARLA = Actor(kind="user", id="carla")


def said(act: Callable[[], Any], done: str) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return done


def paid_partner() -> Partner:
    partner = with_account(make_partner())
    captured(make_card(), partner, 30_00)
    return partner


def approving_by(actor: Actor) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.approve_run(run=PartnerRun.objects.get(), actor=actor, at=NOVEMBER),
        "approved",
    )


def test_two_who_prepare_at_once_make_one_run(monkeypatch):
    paid_partner()

    results = meeting(monkeypatch, preparing, "_open")(lambda: said(prepared, "prepared"))

    assert results == ["prepared", "PASSPLUS_RUN_UNDER_WAY"]
    assert StatementLine.objects.count() == 1


def test_two_who_approve_at_once_pay_once(monkeypatch):
    partner = paid_partner()
    open_account()
    prepared()
    acts = iter((approving_by(BRUNO), approving_by(CARLA)))

    results = meeting(monkeypatch, approving, "lock_run")(lambda: next(acts)())

    assert results == ["approved", "PASSPLUS_RUN_DECIDED"]
    assert (due_cents(partner), Payout.objects.count()) == (0, 1)
    assert PartnerStatement.objects.get().number.endswith("000001")
    assert ledger.trial_balance().is_balanced


def test_without_the_lock_both_approve_and_the_ledger_alone_stops_the_second(monkeypatch):
    """If this fails, the test above proves nothing."""
    paid_partner()
    open_account()
    prepared()
    monkeypatch.setattr(approving, "lock_run", lambda run: PartnerRun.objects.get(pk=run.pk))
    acts = iter((approving_by(BRUNO), approving_by(CARLA)))

    results = meeting(monkeypatch, approving, "_check_tickets")(lambda: next(acts)())

    assert results[0] == "approved"
    assert results[1] != "PASSPLUS_RUN_DECIDED"
    assert Payout.objects.count() == 1


def test_a_transfer_comes_back_once(monkeypatch):
    partner = paid_partner()
    open_account()
    operations.approve_run(run=prepared(), actor=BRUNO, at=NOVEMBER)

    def returning() -> str:
        payout = Payout.objects.get()
        on = datetime.date(2023, 11, 6)
        return said(
            lambda: operations.record_return(
                payout=payout, reason="AC04", on=on, actor=ANNE, at=NOVEMBER
            ),
            "returned",
        )

    results = meeting(monkeypatch, paying, "_lock")(returning)

    assert results == ["returned", "PASSPLUS_PAYOUT_RETURNED"]
    assert due_cents(partner) == 30_00


def test_two_corrections_of_a_ticket_take_it_back_once(monkeypatch):
    partner = paid_partner()
    ticket = partner.captures.get()
    for _ in range(2):
        operations.ask_correction(
            kind="TICKETS", wrongs=[Wrong(ticket.code)], reason="Annulé", actor=ANNE, at=NOVEMBER
        )
    corrections = list(Correction.objects.order_by("pk"))
    acts = iter(corrections)

    def approve() -> str:
        one = next(acts)
        return said(
            lambda: operations.approve_correction(correction=one, actor=BRUNO, at=NOVEMBER), "done"
        )

    results = meeting(monkeypatch, correcting.righting, "_locked_lines")(approve)

    assert results == ["done", "PASSPLUS_CORRECTION_TOO_MUCH"]
    assert purses_of(ticket.purse.card)[0].available_cents == 40_00
