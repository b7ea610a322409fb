"""What is written to families when an event leaves the outbox: to whom, in which words, about whom."""

import datetime
import html
import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from billing.canteen.models import EnrolmentPayer
from billing.invoicing import operations
from billing.invoicing.models import Invoice
from billing.payments import operations as payments
from billing.payments import queries as payment_queries
from billing.payments.providers.protocol import Progress
from billing.payments.settling import end_without_page
from billing.tariffs import operations as tariffs
from billing.tariffs.models import PriceDecision
from commons import outbox
from commons.actors import Actor
from commons.models import OutboxEvent
from tenants.people.models import Pupil
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.ledger import make_account as make_ledger_account
from tests.factories.ledger import move
from tests.factories.payments import (
    at_the_bank,
    look,
    make_invoice,
    make_merchant,
    opened,
    paid,
    said,
    start,
    started,
)
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR, make_resources, make_version
from ui import mail

AT = datetime.datetime(2126, 11, 24, 12, tzinfo=datetime.UTC)
PHONE = "Une question\u00a0? Appelez le 09\u00a069\u00a032\u00a060\u00a092."
ADDRESS = re.compile(r"https?://[^\s\"<]+")

pytestmark = pytest.mark.usefixtures("tenant_db")


def deliver(mailbox, name, *, at=AT):
    """The messages that one kind of event makes; what other acts asked for is left aside."""
    OutboxEvent.objects.exclude(name=name).update(delivered_at=at)
    mailbox.clear()
    assert outbox.deliver_pending(at=at).failed == 0
    return list(mailbox)


def html_of(message):
    ((content, kind),) = message.alternatives
    assert kind == "text/html"
    return content


def words(markup):
    return html.unescape(re.sub(r"[ \t\n]+", " ", re.sub(r"<[^>]+>", " ", markup)))


def name_child(family, first_name):
    Pupil.objects.filter(pk=family.pupil.pk).update(first_name=first_name)


@pytest.fixture
def invoiced():
    """A family with an invoice of nine meals at 3.00 euros."""
    family = make_billed_family()
    name_child(family, "Ibrahima")
    (invoice,) = issue(prepare(make_regie()))
    return family, invoice


def test_invoice_is_told_to_its_payer(invoiced, mailoutbox):
    family, invoice = invoiced

    (message,) = deliver(mailoutbox, "billing.invoice.issued")

    payer = family.guardians[0]
    page = f"https://hauts-de-seine.socle.test/factures/{invoice.public_id}/"
    assert message.to == [payer.email]
    assert message.subject == (
        "Facture de septembre\u00a02024\u00a0: 27,00\u00a0€ à payer avant le"
        " vendredi\u00a01er\u00a0novembre"
    )
    assert message.body == (
        f"Bonjour {payer.first_name},\n\n"
        "Votre facture de cantine de septembre\u00a02024 est de 27,00\u00a0€.\n"
        "Payez avant le vendredi\u00a01er\u00a0novembre.\n\n"
        "- Ibrahima\u00a0: 9 repas, 27,00\u00a0€\n\n"
        f"Voir la facture, jour par jour\u00a0:\n{page}\n\n"
        f"{PHONE}\n\n--\nLe département des Hauts-de-Seine\n"
    )


def test_payment_is_told_to_its_payer_with_what_is_left(invoiced, mailoutbox):
    family, invoice = invoiced
    make_merchant(invoice.regie)
    at = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
    payment = paid((invoice, 2_000), at=at)

    (message,) = deliver(mailoutbox, "billing.payment.paid")

    payer = family.guardians[0]
    assert message.to == [payer.email]
    assert message.subject == "Paiement reçu\u00a0: 20,00\u00a0€"
    assert message.body == (
        f"Bonjour {payer.first_name},\n\n"
        "Nous avons bien reçu votre paiement de 20,00\u00a0€, le mardi\u00a08\u00a0octobre.\n\n"
        "- Facture de septembre\u00a02024\u00a0: 20,00\u00a0€\n\n"
        "Il vous reste 7,00\u00a0€ à payer.\n\n"
        "Voir ce paiement et télécharger le reçu\u00a0:\n"
        f"https://hauts-de-seine.socle.test/paiements/{payment.public_id}/\n\n"
        f"{PHONE}\n\n--\nLe département des Hauts-de-Seine\n"
    )


def test_payment_that_leaves_nothing_says_so(invoiced, mailoutbox):
    _family, invoice = invoiced
    make_merchant(invoice.regie)
    paid((invoice, invoice.total_cents))

    (message,) = deliver(mailoutbox, "billing.payment.paid")

    assert "Il ne reste rien à payer." in message.body
    assert "Il ne reste rien à payer." in words(html_of(message))
    assert "Il vous reste" not in message.body


def test_payment_taken_back_before_it_was_told_is_told_once(invoiced, mailoutbox):
    """The bank was quicker than the worker: no thanks, then no money."""
    family, invoice = invoiced
    make_merchant(invoice.regie)
    said(paid((invoice, invoice.total_cents)), Progress.RETURNED)

    assert deliver(mailoutbox, "billing.payment.paid") == []
    OutboxEvent.objects.filter(name="billing.payment.returned").update(delivered_at=None)
    (message,) = deliver(mailoutbox, "billing.payment.returned")

    payer = family.guardians[0]
    assert message.to == [payer.email]
    assert message.subject == "Paiement non reçu\u00a0: 27,00\u00a0€"
    assert message.body == (
        f"Bonjour {payer.first_name},\n\n"
        "Votre banque a repris votre paiement de 27,00\u00a0€.\n"
        "Il reste à payer\u00a0:\n\n"
        "- Facture de septembre\u00a02024\u00a0: 27,00\u00a0€\n\n"
        f"Payer\u00a0:\nhttps://hauts-de-seine.socle.test/factures/{invoice.public_id}/\n\n"
        f"{PHONE}\n\n--\nLe département des Hauts-de-Seine\n"
    )


def test_direct_debit_that_fails_is_told(invoiced, mailoutbox):
    _family, invoice = invoiced
    make_merchant(invoice.regie)
    said(opened((invoice, 2_000)), Progress.FAILED)

    (message,) = deliver(mailoutbox, "billing.payment.failed")

    assert "Votre banque a refusé votre paiement de 20,00\u00a0€." in message.body
    assert (
        "Il reste à payer\u00a0:\n\n- Facture de septembre\u00a02024\u00a0: 27,00\u00a0€"
        in message.body
    )
    assert "Votre banque a refusé votre paiement de 20,00\u00a0€" in words(html_of(message))


def test_payment_that_never_had_a_page_is_told_on_the_screen_only(invoiced, mailoutbox):
    _family, invoice = invoiced
    make_merchant(invoice.regie)
    end_without_page(payment=start((invoice, 2_000)), reason="key", at=timezone.now())

    assert deliver(mailoutbox, "billing.payment.failed") == []


@pytest.mark.parametrize(
    "name", ["billing.invoice.issued", "canteen.enrolment.created", "billing.payment.paid"]
)
def test_message_has_one_action_and_loads_nothing(invoiced, mailoutbox, name):
    _family, invoice = invoiced
    make_merchant(invoice.regie)
    paid((invoice, invoice.total_cents))

    (message,) = deliver(mailoutbox, name)

    markup = html_of(message)
    (address,) = ADDRESS.findall(message.body)
    assert re.findall(r'href="([^"]*)"', markup) == [address]
    assert ADDRESS.findall(markup) == [address]
    assert not re.search(r"<(img|script|link|iframe)|\bsrc=|url\(", markup)
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_html_says_what_the_plain_text_says(invoiced, mailoutbox):
    (message,) = deliver(mailoutbox, "billing.invoice.issued")

    said = words(html_of(message))
    for line in message.body.split("\n"):
        if line and not line.startswith(("https:", "--", "Voir la facture")):
            assert line.removeprefix("- ").rstrip(".") in said, line
    assert "Voir la facture" in said


def test_enrolment_is_told_with_its_days_and_its_price(mailoutbox):
    family = make_family()
    name_child(family, "Ibrahima")
    make_version("92")
    make_resources(family.household)
    make_enrolment(family)
    account_of(family)

    (message,) = deliver(mailoutbox, "canteen.enrolment.created")

    page = f"https://hauts-de-seine.socle.test/enfants/{family.pupil.public_id}/"
    first_day = "lundi\u00a02\u00a0septembre"
    assert message.subject == f"Cantine\u00a0: l'inscription d'Ibrahima commence le {first_day}"
    assert message.body == (
        f"Bonjour {family.guardians[0].first_name},\n\n"
        f"L'inscription d'Ibrahima à la cantine est faite, à partir du {first_day}.\n\n"
        f"- Collège\u00a0: {family.college.name}\n"
        "- Jours de repas\u00a0: lundi et jeudi\n"
        "- Prix du repas\u00a0: 3,00\u00a0€ (exemple)\n\n"
        f"Annuler un repas ou comprendre le prix\u00a0:\n{page}\n\n"
        f"{PHONE}\n\n--\nLe département des Hauts-de-Seine\n"
    )
    assert "Voir la page d'Ibrahima" in words(html_of(message))


def test_enrolment_without_a_price_says_none(mailoutbox):
    family = make_family()
    make_enrolment(family)
    account_of(family)

    (message,) = deliver(mailoutbox, "canteen.enrolment.created")

    assert "Prix du repas" not in message.body + words(html_of(message))


def test_each_parent_is_told_their_own_part_and_nothing_of_the_other(mailoutbox):
    family = make_billed_family(guardians=2)
    issue(prepare(make_regie()))

    invoices = deliver(mailoutbox, "billing.invoice.issued")

    assert sorted(message.to for message in invoices) == sorted(
        [guardian.email] for guardian in family.guardians
    )
    for message in invoices:
        (other,) = [one for one in family.guardians if [one.email] != message.to]
        everything = f"{message.subject} {message.body} {html_of(message)}"
        assert "13,50\u00a0€" in everything
        assert "27,00" not in everything
        assert other.first_name not in everything
        assert other.email not in everything
        assert "quotient" not in everything
    ours, theirs = (ADDRESS.findall(message.body)[0] for message in invoices)
    assert ours != theirs


def test_payers_alone_are_told_of_an_enrolment(mailoutbox):
    family = make_family(guardians=2)
    for rank in (0, 1):
        account_of(family, rank)
    enrolment = make_enrolment(family)
    EnrolmentPayer.objects.filter(enrolment=enrolment, guardian=family.guardians[1]).delete()
    family.guardians[0].user.email = "payeuse@exemple.fr"
    family.guardians[0].user.save()

    messages = deliver(mailoutbox, "canteen.enrolment.created")

    assert [message.to for message in messages] == [["payeuse@exemple.fr"]]


def test_families_billed_together_read_nothing_of_one_another(mailoutbox):
    family, other = make_billed_family(), make_billed_family()
    issue(prepare(make_regie()))

    messages = {message.to[0]: message for message in deliver(mailoutbox, "billing.invoice.issued")}

    assert set(messages) == {one.guardians[0].email for one in (family, other)}
    ours = messages[family.guardians[0].email]
    everything = f"{ours.subject} {ours.body} {html_of(ours)}"
    assert family.pupil.first_name in everything
    for stranger in (other.pupil.first_name, other.guardians[0].first_name):
        assert not re.search(rf"\b{stranger}\b", everything)
    theirs = Invoice.objects.get(payer=other.guardians[0])
    assert str(theirs.public_id) not in everything


def test_address_of_the_account_comes_before_the_one_the_collège_knows(invoiced, mailoutbox):
    family, _invoice = invoiced
    user = account_of(family)

    (message,) = deliver(mailoutbox, "billing.invoice.issued")

    assert message.to == [user.email] != [family.guardians[0].email]


def test_payer_without_an_address_gets_nothing_and_stops_nobody(mailoutbox):
    silent, told = make_billed_family(), make_billed_family()
    silent.guardians[0].email = ""
    silent.guardians[0].save()
    issue(prepare(make_regie()))

    messages = deliver(mailoutbox, "billing.invoice.issued")

    assert [message.to for message in messages] == [[told.guardians[0].email]]
    assert not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()


def test_event_delivered_again_makes_the_same_message(invoiced, mailoutbox):
    (first,) = deliver(mailoutbox, "billing.invoice.issued")
    OutboxEvent.objects.filter(name="billing.invoice.issued").update(delivered_at=None)

    (again,) = deliver(mailoutbox, "billing.invoice.issued", at=AT + settings.OUTBOX_LEASE)

    assert again.extra_headers["Message-ID"] == first.extra_headers["Message-ID"]
    assert again.body == first.body


def test_messages_of_one_event_are_told_apart(mailoutbox):
    family = make_family(guardians=2)
    for rank in (0, 1):
        account_of(family, rank)
    make_enrolment(family)

    messages = deliver(mailoutbox, "canteen.enrolment.created")

    identities = {message.extra_headers["Message-ID"] for message in messages}
    assert len(identities) == len(messages) == 2
    assert not any(message.to[0] in identity for message in messages for identity in identities)


def test_other_departement_writes_in_its_own_name_and_leads_to_its_own_host(mailoutbox, in_tenant):
    with in_tenant("d94"):
        family = make_family()
        account_of(family)
        make_enrolment(family)
        (message,) = deliver(mailoutbox, "canteen.enrolment.created")

    assert "https://val-de-marne.socle.test/enfants/" in message.body
    assert message.body.endswith("Le département du Val-de-Marne\n")
    assert "hauts-de-seine" not in f"{message.body} {html_of(message)}".lower()


def test_names_are_text_in_plain_and_escaped_in_html(mailoutbox):
    family = make_family()
    name_child(family, "Zoé <b>& Cie</b>")
    account_of(family)
    make_enrolment(family)

    (message,) = deliver(mailoutbox, "canteen.enrolment.created")

    assert "Zoé <b>& Cie</b>" in message.subject
    assert "Zoé <b>& Cie</b>" in message.body
    assert "<b>" not in html_of(message)


def test_invoice_that_asks_for_nothing_says_so_in_its_subject():
    invoice = Invoice(month=datetime.date(2024, 9, 1), total_cents=0, due_on=timezone.localdate())

    message = mail.compose(
        "invoice_issued",
        event=OutboxEvent(pk=1, name="billing.invoice.issued"),
        recipient=mail.Recipient(email="a@exemple.fr", first_name="Awa"),
        part="a",
        context={"invoice": invoice, "children": [], "action_url": "https://exemple.fr/"},
    )

    assert message.subject == "Facture de septembre\u00a02024\u00a0: rien à payer"
    assert "Vous n'avez rien à payer." in message.body
    assert "Payez avant" not in message.body + html_of(message)


@pytest.mark.usefixtures("bank")
def test_a_refund_is_told_to_who_paid(mailoutbox):
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice)
    at_the_bank(payment, "card")
    payment = look(payment)
    part = payment_queries.parts_of(payment).select_related("payment").get()
    refund = payments.ask_refund(
        part=part, amount_cents=1_240, reason="Repas annulés", actor=ACTOR, at=AT
    )
    refund = payments.approve_refund(refund=refund, actor=Actor("user", "x"), at=AT)
    payments.look_at_refund(refund=refund, at=AT)

    (message,) = deliver(mailoutbox, "billing.refund.done")

    assert message.to == [invoice.payer.email]
    assert message.subject == "Vous êtes remboursé de 12,40\u00a0€"
    for body in (message.body, words(html_of(message))):
        assert "Nous vous rendons 12,40\u00a0€" in body
        assert "Repas annulés" in body
    assert f"/factures/{invoice.public_id}/" in message.body


def correct(invoice, **traits):
    given = {"reason": "Absence signalée.", "actor": ACTOR, "at": AT, **traits}
    return operations.credit_invoice(
        invoice=invoice, lines=[operations.LineCredit(invoice.lines.get(), meals=2)], **given
    )


def test_a_credit_note_is_told_to_its_payer(invoiced, mailoutbox):
    _family, invoice = invoiced
    correct(invoice)

    (message,) = deliver(mailoutbox, "billing.credit_note.issued")

    page = f"https://hauts-de-seine.socle.test/factures/{invoice.public_id}/"
    assert message.subject == "Facture de septembre\u00a02024\u00a0: 6,00\u00a0€ en moins"
    assert message.body.split("\n\n")[1:3] == [
        (
            "Votre facture de cantine de septembre\u00a02024 baisse de 6,00\u00a0€.\n"
            "Le motif\u00a0: Absence signalée.\n"
            "Il reste 21,00\u00a0€ à payer."
        ),
        f"Voir la facture et l'avoir\u00a0:\n{page}",
    ]
    assert "baisse de 6,00" in words(html_of(message))


def test_a_cancelled_invoice_says_what_is_given_back(invoiced, mailoutbox):
    _family, invoice = invoiced
    move(make_ledger_account(), invoice.ledger_account, 2_700)
    operations.cancel_invoice(invoice=invoice, reason="Erreur.", actor=ACTOR, at=AT)

    (message,) = deliver(mailoutbox, "billing.credit_note.issued")

    assert message.subject == "Votre facture de septembre\u00a02024 est annulée"
    assert "Vous n'avez plus rien à payer pour ce mois." in message.body
    assert "27,00\u00a0€ sont à vous rembourser." in message.body


@pytest.mark.parametrize("is_accepted", [True, False])
def test_the_answer_to_a_dispute_is_one_message(invoiced, mailoutbox, is_accepted):
    _family, invoice = invoiced
    dispute = operations.dispute_line(line=invoice.lines.get(), text="Absent", actor=ACTOR, at=AT)
    if is_accepted:
        operations.accept_dispute(dispute=dispute, meals=1, answer="Oui.", actor=ACTOR, at=AT)
    else:
        operations.refuse_dispute(dispute=dispute, answer="Non.", actor=ACTOR, at=AT)

    (message,) = deliver(mailoutbox, "billing.dispute.answered")

    assert message.subject == "Notre réponse sur votre facture de septembre\u00a02024"
    if is_accepted:
        assert "Nous sommes d'accord\u00a0: votre facture baisse de 3,00\u00a0€." in message.body
    else:
        assert "Nous avons vérifié\u00a0: la facture ne change pas." in message.body
    answer = "Oui." if is_accepted else "Non."
    assert f"Notre réponse\u00a0: {answer}" in message.body
    OutboxEvent.objects.filter(name="billing.credit_note.issued").update(delivered_at=None)
    assert deliver(mailoutbox, "billing.credit_note.issued") == []


@pytest.mark.parametrize("is_accepted", [True, False])
def test_the_answer_to_a_contested_price_is_one_message(mailoutbox, is_accepted):
    family = make_billed_family()
    contest = tariffs.contest_price(
        decision=PriceDecision.objects.get(),
        guardian=family.guardians[0],
        text="Trop cher",
        actor=ACTOR,
        at=AT,
    )
    if is_accepted:
        day = datetime.date(2126, 11, 25)
        make_resources(
            family.household,
            reference_tax_income_cents=9_000_00,
            tax_parts=Decimal("2.5"),
            valid_from=day,
        )
        tariffs.accept_contest(contest=contest, valid_from=day, answer="Oui.", actor=ACTOR, at=AT)
    else:
        tariffs.refuse_contest(contest=contest, answer="Non.", actor=ACTOR, at=AT)

    (message,) = deliver(mailoutbox, "tariffs.contest.answered")

    assert message.to == [family.guardians[0].email]
    assert message.subject.startswith("Notre réponse sur le prix du repas")
    if is_accepted:
        assert "Nous sommes d'accord\u00a0: le prix est de 1,50\u00a0€" in message.body
    else:
        assert "Nous avons vérifié\u00a0: le prix ne change pas." in message.body
    assert f"Notre réponse\u00a0: {'Oui.' if is_accepted else 'Non.'}" in message.body
    assert f"/enfants/{family.pupil.public_id}/cantine/prix/" in message.body
