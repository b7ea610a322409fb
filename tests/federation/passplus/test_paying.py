"""The order to the bank, what the books say of it, and what comes back."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from lxml import etree
from sepaxml import SepaTransfer

from billing.ledger import queries as ledger
from billing.ledger.models import Account
from commons.models import AuditEntry, OutboxEvent
from federation.passplus import ibans
from federation.passplus.models import Partner, PaymentOrder, Payout
from federation.passplus.queries import due_cents
from federation.passplus.reimbursing import operations, pain001
from federation.passplus.reimbursing.anomalies import anomalies_of
from tests.factories.passplus import make_card, make_partner, noon
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    DECEMBER,
    NOVEMBER,
    approved,
    captured,
    paying,
    prepared,
    with_account,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
NS = {"p": pain001.NAMESPACE}


def ordered() -> int:
    account = Account.objects.get(code="passplus:payouts")
    return account.credits_posted - account.debits_posted


def content_of(order: PaymentOrder) -> bytes:
    return operations.read_payment_file(order=order, actor=ANNE, at=NOVEMBER)


def texts(content: bytes, path: str) -> list[str]:
    return etree.fromstring(content).xpath(f"//{path}/text()", namespaces=NS)


@pytest.fixture
def judo() -> Partner:
    partner = with_account(make_partner())
    captured(make_card(), partner, 12_34)
    return partner


def test_approving_orders_the_transfers_and_books_them(judo):
    paying()
    nobody = make_partner()
    captured(make_card(judo.captures.get().purse.card.campaign), nobody, 5_00)

    run = approved()

    (payout,) = Payout.objects.all()
    assert (payout.amount_cents, payout.end_to_end_id) == (12_34, "RP-2023-000001-1")
    assert (due_cents(judo), due_cents(nobody), ordered()) == (0, 5_00, 12_34)
    assert ledger.trial_balance().is_balanced
    content = content_of(run.order)
    schema = etree.XMLSchema(etree.parse(pain001.schema_path()))  # another reader of schemas
    schema.assertValid(etree.fromstring(content))
    assert texts(content, "p:GrpHdr/p:CtrlSum") == ["12.34"]
    assert texts(content, "p:ReqdExctnDt/p:Dt") == ["2023-11-07"]
    assert texts(content, "p:CdtrAcct/p:Id/p:IBAN") == ["FR1420041010050500013M02606"]
    assert texts(content, "p:Dbtr/p:Nm") == ["Regie Pass+ des Hauts-de-Seine"]
    assert content == content_of(run.order)
    assert AuditEntry.objects.filter(action="passplus.order.read").count() == 2


def test_a_file_says_what_another_writer_of_these_files_says():
    transfer = {
        "name": "Judo Club de Sèvres", "IBAN": "FR1420041010050500013M02606", "amount": 1234,
        "description": "Pass+ releve RP-1", "endtoend_id": "RP-1-1",
    }  # fmt: skip
    payer = pain001.Payer(name="Regie", iban="FR7630006000011234567890189", bic="AGRIFRPP")
    ours = pain001.order_file(
        message_id="PP1", made_at=NOVEMBER, executes_on=datetime.date(2023, 11, 7), payer=payer,
        transfers=[pain001.CreditTransfer(
            end_to_end_id="RP-1-1", cents=1234, name="Judo Club de Sèvres",
            iban="FR1420041010050500013M02606", text="Pass+ releve RP-1",
        )],
    )  # fmt: skip
    config = {"name": "Regie", "IBAN": payer.iban, "BIC": payer.bic, "batch": True,
              "currency": "EUR"}  # fmt: skip
    peer = SepaTransfer(config, schema=pain001.MESSAGE, clean=True)
    peer.add_payment(transfer | {"execution_date": datetime.date(2023, 11, 7)})
    theirs = peer.export(validate=True)

    def said(content: bytes) -> list[tuple[str, str]]:
        drawn = ("MsgId", "CreDtTm", "PmtInfId")  # theirs are drawn at random
        return [
            (etree.QName(node).localname, node.text)
            for node in etree.fromstring(content).iter()
            if node.text and node.text.strip() and etree.QName(node).localname not in drawn
        ]

    assert said(ours) == said(theirs)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Œuvres & Théâtre – l’Été", "OEuvres + Theatre - l'Ete"),
        ("/Club//des @ amis/", "Club/des amis"),
        ("道場", "-"),
    ],
)
def test_names_are_in_the_letters_of_sepa(text, plain):
    assert pain001.plain(text, 70) == plain


def test_without_a_paying_account_nothing_is_approved(judo):
    run = prepared()

    with pytest.raises(operations.PayingAccountMissing):
        operations.approve_run(run=run, actor=BRUNO, at=NOVEMBER)

    run.refresh_from_db()
    assert (run.state, Payout.objects.count(), due_cents(judo)) == ("PREPARED", 0, 12_34)
    for field, wrong in (("holder", {"holder": " "}), ("iban", {"iban": "FR00"}),
                         ("bic", {"bic": "AGRI"})):  # fmt: skip
        asked = {"holder": "Régie", "iban": "FR7630006000011234567890189", "bic": ""} | wrong
        with pytest.raises(operations.PayingAccountInvalid) as refusal:
            operations.open_paying_account(**asked, actor=ANNE, at=NOVEMBER)
        assert refusal.value.details == {"field": field}


def returned(payout: Payout, on: str = "2023-11-09") -> Payout:
    return operations.record_return(
        payout=payout, reason="AC04", on=datetime.date.fromisoformat(on), actor=ANNE,
        at=noon("2023-11-10"),
    )  # fmt: skip


def test_a_transfer_that_comes_back_is_due_again_and_its_account_is_set_aside(judo):
    paying()
    payout = approved().order.payouts.get()

    returned(payout)

    assert (due_cents(judo), ordered()) == (12_34, 0)
    assert OutboxEvent.objects.filter(name="passplus.payout.returned").count() == 1
    for on in ("2023-11-09", "2023-11-05", "2023-11-11"):
        with pytest.raises(operations.PayoutReturned):
            returned(payout, on)
    with pytest.raises(operations.NothingToReimburse):  # nothing new, and no account to pay to
        prepared("2023-12-01", at=DECEMBER)
    captured(make_card(judo.captures.get().purse.card.campaign), judo, 1_00, at=NOVEMBER)
    run = prepared("2023-12-01", at=DECEMBER)
    assert {one.kind for one in anomalies_of(run)} == {"SET_ASIDE"}
    operations.refuse_run(run=run, answer="", actor=ANNE, at=DECEMBER)

    with_account(judo, "DE89370400440532013000", at=DECEMBER)

    run = approved("2023-12-01", at=DECEMBER)
    again = run.order.payouts.order_by("pk")
    assert [one.end_to_end_id for one in again] == ["RP-2023-000001-2", "RP-2023-000002-1"]
    assert (due_cents(judo), ordered()) == (0, 13_34)
    assert ledger.trial_balance().is_balanced


def test_an_account_is_good_again_when_somebody_else_says_so(judo):
    paying()
    payout = returned(approved().order.payouts.get())
    with pytest.raises(operations.TrustBySamePerson):
        operations.trust_iban_again(payout=payout, actor=ANNE, at=DECEMBER)

    operations.trust_iban_again(payout=payout, actor=BRUNO, at=DECEMBER)

    run = approved("2023-12-01", at=DECEMBER)  # a run that only pays again
    assert run.order.total_cents == 12_34
    assert not run.statements.exists()
    with pytest.raises(operations.PayoutNotReturned):
        operations.trust_iban_again(payout=payout, actor=BRUNO, at=DECEMBER)


def test_the_database_pays_a_statement_once(judo):
    paying()
    payout = approved().order.payouts.get()
    payout.pk, payout.end_to_end_id = None, "again"

    with pytest.raises(IntegrityError), transaction.atomic():
        payout.save()


def test_a_changed_account_and_a_big_amount_are_said_before_they_are_paid(judo):
    paying()
    approved()
    given = ibans.give_iban(
        partner=judo, iban="DE89370400440532013000", holder="X", actor=ACTOR, at=NOVEMBER
    )
    ibans.confirm_iban(iban=given, actor=BRUNO, at=NOVEMBER)
    card = judo.captures.get().purse.card
    captured(card, judo, 20_00, at=NOVEMBER)

    run = prepared("2023-12-01", at=DECEMBER)

    assert [one.kind for one in anomalies_of(run)] == ["NEW_ACCOUNT"]
