"""A payer says what is wrong in a line; the answer is a credit note, or a reason."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction

from billing.invoicing import access, operations, queries
from billing.invoicing.models import CreditNote, Dispute, Invoice
from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import make_family
from tests.factories.invoicing import ISSUE_AT, issue, make_billed_family, prepare
from tests.factories.ledger import make_account, move
from tests.factories.payments import make_merchant, start
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = ISSUE_AT + datetime.timedelta(days=5)
FIFTH = datetime.date(2024, 9, 5)


@pytest.fixture
def family():
    return make_billed_family()


@pytest.fixture
def line(family):
    """Nine meals at 3.00 euros."""
    (invoice,) = issue(prepare())
    return invoice.lines.get()


def dispute(line, **traits):
    given = {"text": " Ali était malade. ", "days": [FIFTH], "actor": ACTOR, "at": LATER, **traits}
    return operations.dispute_line(line=line, **given)


def accept(one, **traits):
    given = {"cents": 300, "answer": "Vous aviez prévenu.", "actor": ACTOR, "at": LATER, **traits}
    return operations.accept_dispute(dispute=one, **given)


def refuse(one, **traits):
    given = {"answer": "Le repas a été servi.", "actor": ACTOR, "at": LATER, **traits}
    return operations.refuse_dispute(dispute=one, **given)


def due(line) -> int:
    return queries.due_cents(
        Invoice.objects.select_related("ledger_account").get(pk=line.invoice_id)
    )


def test_a_disputed_line_waits_for_an_answer_and_stays_to_be_paid(family, line):
    one = dispute(line)

    assert (one.state, one.text, one.days) == ("OPEN", "Ali était malade.", [FIFTH])
    assert one.guardian == family.guardians[0]
    assert due(line) == 2_700
    make_merchant(line.invoice.regie)
    assert start((line.invoice, 2_700)).amount_cents == 2_700
    assert AuditEntry.objects.get(action="billing.dispute.opened").subject_id == str(one.public_id)


@pytest.mark.parametrize(
    ("traits", "error"),
    [
        ({"text": "  "}, operations.DisputeTextMissing),
        ({"text": "a" * 2_001}, operations.DisputeTextTooLong),
        ({"days": [datetime.date(2024, 9, 3)]}, operations.DisputedDayNotBilled),
    ],
)
def test_what_cannot_be_disputed_is_refused(line, traits, error):
    with pytest.raises(error):
        dispute(line, **traits)
    assert not Dispute.objects.exists()


def test_one_dispute_of_a_line_is_open_at_a_time(line):
    one = dispute(line)

    with pytest.raises(operations.DisputeAlreadyOpen):
        dispute(line)
    refuse(one)
    assert dispute(line, text="Voici le certificat.").is_open


def test_a_line_that_was_credited_whole_is_not_disputed(line):
    operations.cancel_invoice(invoice=line.invoice, reason="Erreur", actor=ACTOR, at=LATER)

    with pytest.raises(operations.LineCreditedWhole):
        dispute(line)


def test_an_accepted_dispute_is_a_credit_note(line):
    one = accept(dispute(line))

    note = CreditNote.objects.get()
    assert (one.state, one.answer, one.credit_note) == ("ACCEPTED", "Vous aviez prévenu.", note)
    assert (note.total_cents, note.reason, note.number) == (
        300,
        "Vous aviez prévenu.",
        "AV-2024-000001",
    )
    assert (due(line), one.answered_by) == (2_400, ACTOR.id)
    told = OutboxEvent.objects.filter(name="billing.dispute.answered").get()
    assert told.payload == {"dispute_id": one.pk}


def test_meals_are_credited_with_the_days_that_were_named(line):
    accept(dispute(line), cents=0, meals=1)

    (credited,) = CreditNote.objects.get().lines.all()
    assert (credited.quantity, credited.amount_cents, credited.days) == (1, 300, [FIFTH])


def test_a_paid_line_is_owed_back(line):
    move(make_account(), line.invoice.ledger_account, 2_700)

    accept(dispute(line))

    assert queries.over_paid_cents(line.invoice) == 300


def test_a_refused_dispute_changes_nothing_else(line):
    one = refuse(dispute(line))

    assert (one.state, one.answer, due(line)) == ("REFUSED", "Le repas a été servi.", 2_700)
    assert not CreditNote.objects.exists()
    assert OutboxEvent.objects.filter(name="billing.dispute.answered").count() == 1


@pytest.mark.parametrize("answer", [accept, refuse])
def test_an_answer_is_given_once_and_says_something(line, answer):
    one = dispute(line)
    with pytest.raises(operations.DisputeAnswerMissing):
        answer(one, answer=" ")
    refuse(one)

    with pytest.raises(operations.DisputeAlreadyAnswered):
        answer(one)
    assert Dispute.objects.get().state == "REFUSED"
    assert not CreditNote.objects.exists()


def test_an_acceptance_that_cannot_be_credited_leaves_it_open(line):
    one = dispute(line)

    for traits, error in (
        ({"cents": 2_701}, operations.MoreThanBilled),
        ({"cents": 0}, operations.NothingToCredit),
    ):
        with pytest.raises(error):
            accept(one, **traits)
    assert Dispute.objects.get().is_open
    assert due(line) == 2_700


@pytest.mark.parametrize(
    ("traits", "constraint"),
    [
        ({}, "invoicing_one_open_dispute_per_line"),
        ({"state": "ACCEPTED", "answer": "Oui", "answered_at": LATER}, "has_its_credit"),
        ({"state": "REFUSED"}, "answered_when_over"),
        ({"text": ""}, "dispute_says_why"),
    ],
)
def test_the_database_itself_keeps_disputes_whole(line, traits, constraint):
    one = dispute(line)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Dispute.objects.create(
            **{
                "invoice_line": line,
                "guardian": one.guardian,
                "text": "Encore",
                "opened_at": LATER,
                **traits,
            }
        )


def test_a_line_is_disputed_by_its_own_payer_alone(family, line):
    """Neither another family, nor the other parent, nor an identifier of another line."""
    mine, other = account_of(family), account_of(make_family())
    named = line.invoice.public_id, line.public_id

    assert access.access_own_line(mine, *named) == line
    for user, invoice_id, line_id in (
        (other, *named),
        (mine, named[0], line.invoice.public_id),
        (mine, line.public_id, named[1]),
    ):
        with pytest.raises(NotFound):
            access.access_own_line(user, invoice_id, line_id)


def test_a_dispute_is_read_by_agents_who_read_money(family, line):
    one = dispute(line)

    with pytest.raises(NotFound):
        access.access_dispute(account_of(family), one.public_id)
