"""An issued invoice says what it said: names, address, régie; and each is told once."""

from __future__ import annotations

import datetime

import pytest

from billing.invoicing import queries
from billing.invoicing.models import Invoice, Regie
from commons import outbox
from commons.models import OutboxEvent
from tenants.people.models import Guardian, Pupil
from tests.factories.invoicing import ISSUE_AT, issue, make_billed_family, make_regie, prepare

pytestmark = pytest.mark.usefixtures("tenant_db")


def _living_at(guardian: Guardian) -> None:
    Guardian.objects.filter(pk=guardian.pk).update(
        street="1 rue de la Paix", postal_code="92000", city="Nanterre", country="France"
    )


def _rename_everybody() -> None:
    Guardian.objects.update(
        first_name="Autre", last_name="Nom", street="2 rue Neuve", postal_code="", city="Sceaux"
    )
    Pupil.objects.update(first_name="Autre", last_name="Enfant")
    Regie.objects.update(name="Autre régie", siret="22920050600018")


def test_an_invoice_keeps_the_names_and_the_address_of_its_day() -> None:
    family = make_billed_family()
    (guardian,) = family.guardians
    _living_at(guardian)
    Regie.objects.filter(pk=make_regie().pk).update(siret="22920050600017")
    (invoice,) = issue(prepare())
    child = family.pupil.full_name
    _rename_everybody()

    again = queries.invoice_with_payer(invoice.pk)

    assert again is not None
    assert again.payer_name == guardian.full_name != again.payer.full_name
    assert again.payer_address == ("1 rue de la Paix", "92000 Nanterre", "France")
    assert (again.regie_name, again.regie_siret) == ("Régie de restauration", "22920050600017")
    assert [line.pupil_name for line in queries.lines_of(again)] == [child]


def test_an_invoice_without_an_address_has_no_line_of_it() -> None:
    make_billed_family()

    (invoice,) = issue(prepare())

    assert invoice.payer_address == ()


def test_each_invoice_is_one_event_and_one_message(mailoutbox: list[object]) -> None:
    """Two parents who share, and another family; nothing for a bill of nothing."""
    shared, alone = make_billed_family(guardians=2), make_billed_family()

    invoices = issue(prepare())

    events = OutboxEvent.objects.filter(name="billing.invoice.issued").order_by("pk")
    assert [event.payload for event in events] == [
        {"invoice_id": invoice.pk} for invoice in invoices
    ]
    assert [event.aggregate for event in events] == [
        f"invoice:{invoice.pk}" for invoice in invoices
    ]
    OutboxEvent.objects.exclude(name="billing.invoice.issued").update(delivered_at=ISSUE_AT)
    mailoutbox.clear()
    now = datetime.datetime.now(datetime.UTC)
    assert outbox.deliver_pending(at=now) == outbox.Delivery(delivered=3, failed=0)
    told = sorted(message.to[0] for message in mailoutbox)  # type: ignore[attr-defined]
    payers = [*shared.guardians, *alone.guardians]
    assert told == sorted(f"payeur{guardian.pk}@exemple.fr" for guardian in payers)
    assert outbox.deliver_pending(at=now).delivered == 0
    assert len(mailoutbox) == Invoice.objects.count() == 3
