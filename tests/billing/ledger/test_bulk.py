"""One account that gives to many, accounts opened alike, and a row written along with its movements."""

from __future__ import annotations

import pytest
from django.db import transaction

from billing.ledger import operations, queries
from billing.ledger.models import Account, AccountKind, Transfer
from billing.ledger.operations import Along, Gift, TransferRequest
from commons.audit import JOURNAL, journal_line
from commons.models import AuditEntry
from tests.factories.ledger import ACTOR, AT, make_account, make_wallet

pytestmark = pytest.mark.usefixtures("tenant_db")
_ALONG = f"along AS ({JOURNAL.replace('VALUES (', 'SELECT ').rstrip(')')} FROM whole RETURNING id)"


def give(source: Account, *gifts: Gift) -> None:
    with transaction.atomic():
        operations.give(debit_account_id=source.pk, gifts=gifts, code="grant", actor=ACTOR, at=AT)


def test_one_account_gives_to_many_and_the_books_agree():
    budget, first, second = make_account(), make_wallet(), make_wallet()

    give(budget, Gift(first.pk, 40_00, "a"), Gift(second.pk, 50_00, "b"), Gift(first.pk, 1, "c"))

    balances = [queries.balance(account_id=a.pk) for a in (budget, first, second)]
    assert [b.debits_posted for b in balances] == [90_01, 0, 0]
    assert [b.credits_posted for b in balances] == [0, 40_01, 50_00]
    assert list(Transfer.objects.order_by("pk").values_list("reference", "kind")) == [
        ("a", "POSTED"),
        ("b", "POSTED"),
        ("c", "POSTED"),
    ]
    assert queries.reconcile() == []


@pytest.mark.parametrize(
    ("gift", "refusal"),
    [
        ({"reference": "a"}, operations.ReferenceReused),
        ({"account_id": 10**12}, operations.ReferenceReused),
        ({"cents": 8_001}, operations.InsufficientBalance),
        ({"cents": 0}, ValueError),
    ],
)
def test_a_gift_that_cannot_be_made_undoes_them_all(gift, refusal):
    purse, club = make_wallet(80_00), make_account()
    give(purse, Gift(club.pk, 1_00, "a"))
    one = Gift(club.pk, 1_00, "b")._asdict() | gift

    with pytest.raises(refusal):
        give(purse, Gift(club.pk, 1_00, "z"), Gift(**one))

    assert queries.balance(account_id=club.pk).credits_posted == 1_00
    assert not Transfer.objects.filter(reference="z").exists()


def test_accounts_opened_alike_are_new_and_follow_their_rule():
    opened = operations.open_alike(
        kind=AccountKind.WALLET, codes=["p:1", "p:2"], names=["sport", "culture"],
        debits_must_not_exceed_credits=True,
    )  # fmt: skip

    found = Account.objects.in_bulk(opened.values())
    assert {code: found[pk].name for code, pk in opened.items()} == {
        "p:1": "sport",
        "p:2": "culture",
    }
    assert all(one.debits_must_not_exceed_credits for one in found.values())
    with pytest.raises(operations.ReferenceReused), transaction.atomic():
        operations.open_alike(kind=AccountKind.WALLET, codes=["p:3", "p:1"], names=["x", "x"])
    assert not Account.objects.filter(code="p:3").exists()


def along(*, reference: str, cents: int, source: Account, target: Account) -> None:
    line = journal_line(
        actor=ACTOR, action="test.along", subject_type="Test", subject_id=reference, at=AT
    )
    move = TransferRequest(
        debit_account_id=source.pk, credit_account_id=target.pk, amount_cents=cents,
        code="test", reference=reference,
    )  # fmt: skip
    with transaction.atomic():
        operations.post_along(transfers=[move], along=Along(_ALONG, line), actor=ACTOR, at=AT)


@pytest.mark.parametrize(
    ("reference", "cents", "refusal"),
    [("first", 1_00, operations.ReferenceReused), ("b", 81_00, operations.InsufficientBalance)],
)
def test_a_row_is_written_with_its_movements_or_not_at_all(reference, cents, refusal):
    purse, club = make_wallet(80_00), make_account()
    along(reference="first", cents=1_00, source=purse, target=club)

    with pytest.raises(refusal):
        along(reference=reference, cents=cents, source=purse, target=club)

    written = AuditEntry.objects.filter(action="test.along")
    assert list(written.values_list("subject_id", flat=True)) == ["first"]
    assert queries.balance(account_id=club.pk).credits_posted == 1_00
    assert queries.reconcile() == []
