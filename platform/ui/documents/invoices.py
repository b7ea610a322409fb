"""The invoice as a document: what it said when it was issued, and what is left to pay today."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.invoicing import queries
from billing.invoicing.models import CreditNote, Invoice, InvoiceLine
from commons.money import format_euros
from ui import mail, statuses, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset
from ui.price_story import price_text
from ui.templatetags.ui import percent

if TYPE_CHECKING:
    from tenants.registry.models import Departement

_WHOLE_BP = 10_000


def invoice_file(invoice: Invoice, *, at: datetime.datetime) -> File:
    """An invoice as a PDF; `ledger_account` should be selected with it."""
    sheet = invoice_sheet(
        invoice,
        list(queries.lines_of(invoice)),
        list(queries.credit_notes_of(invoice)),
        departement=mail.current_departement(),
        at=at,
    )
    return File(plain_name("facture", invoice.number), typeset(sheet, at=at))


def invoice_sheet(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    credited: Sequence[CreditNote],
    *,
    departement: Departement,
    at: datetime.datetime,
) -> Sheet:
    """What the document of an invoice says."""
    left = max(queries.due_cents(invoice), 0)
    return Sheet(
        title=_("Facture %(number)s") % {"number": invoice.number},
        heading=_heading(invoice),
        sender=sender_of(
            departement, regie_name=invoice.regie_name, regie_siret=invoice.regie_siret
        ),
        addressee=(invoice.payer_name, *invoice.payer_address),
        facts=_facts(invoice, left, credited),
        tables=tuple(_child(found) for found in _by_pupil(lines)),
        sums=(
            (_("Total de la facture"), format_euros(invoice.total_cents)),
            *(_credit(note) for note in credited),
            (
                _("Reste à payer au %(day)s") % {"day": wording.full_date(at)},
                format_euros(left),
            ),
        ),
        notes=_notes(invoice, left, departement),
        link=_link(invoice) if left else None,
    )


def _heading(invoice: Invoice) -> str:
    heading = (
        _("Facture complémentaire %(month)s")
        if invoice.is_complementary
        else _("Facture %(month)s")
    )
    return heading % {"month": wording.of_month(invoice.month)}


def _credit(note: CreditNote) -> Fact:
    said = {"number": note.number, "day": wording.full_date(note.issued_on)}
    return _("Avoir %(number)s du %(day)s") % said, format_euros(-note.total_cents)


def _facts(invoice: Invoice, left: int, credited: Sequence[CreditNote]) -> tuple[Fact, ...]:
    facts = [
        (_("Facture numéro"), invoice.number),
        (_("Faite le"), wording.full_date(invoice.issued_on)),
    ]
    if left:
        day = f"{wording.long_date(invoice.due_on)} {invoice.due_on.year}"
        facts.append((_("À payer avant"), day))
    else:
        is_cancelled = sum(note.total_cents for note in credited) == invoice.total_cents
        state = "invoice.CANCELLED" if is_cancelled else "invoice.PAID"
        facts.append((_("État"), str(statuses.status(state).label)))
    return tuple(facts)


def _by_pupil(lines: Sequence[InvoiceLine]) -> list[list[InvoiceLine]]:
    found: dict[int, list[InvoiceLine]] = {}
    for line in lines:
        found.setdefault(line.pupil_id, []).append(line)
    return list(found.values())


def _child(lines: Sequence[InvoiceLine]) -> Table:
    """The meals of one child, with the days under each; the share only where it is one."""
    is_shared = any(line.share_bp != _WHOLE_BP for line in lines)
    columns = [_("Repas"), _("Nombre"), _("Prix"), _("Montant")]
    if is_shared:
        columns.insert(3, _("Votre part"))
    rows = []
    for line in lines:
        cells = [
            (line.label, _said_below(line)),
            (str(line.quantity), ""),
            (price_text(line.unit_price_cents, is_example=queries.has_example_price(line)), ""),
            (format_euros(line.amount_cents), ""),
        ]
        if is_shared:
            cells.insert(3, (percent(line.share_bp), ""))
        rows.append(tuple(cells))
    return Table(
        title=lines[0].pupil_name,
        columns=tuple(columns),
        numbers=tuple(range(1, len(columns))),
        rows=tuple(rows),
    )


def _said_below(line: InvoiceLine) -> str:
    """The days; and what other invoices bill of them already."""
    days = days_said(line.days)
    if not line.already_billed_cents:
        return days
    already = _("déjà facturé : %(cents)s") % {"cents": format_euros(line.already_billed_cents)}
    return f"{days} ; {wording.typographic(already)}"


def days_said(days: Sequence[datetime.date]) -> str:
    """`2, 5 et 9 septembre`: each day of an invoice, month by month."""
    return " ; ".join(
        f"{wording.and_list(wording.day_number(day) for day in found)}"
        f"{wording.NO_BREAK_SPACE}{wording.MONTHS[month.month - 1]}"
        for month, found in wording.group_by_month(days)
    )


def _notes(invoice: Invoice, left: int, departement: Departement) -> tuple[str, ...]:
    if not left:
        return (_("Vous n'avez rien à payer pour cette facture."),)
    return (
        departement.payment_help
        or _("Payez à la régie de votre collège, par chèque ou en espèces."),
        wording.typographic(
            _("Donnez toujours le numéro de la facture : %(number)s.") % {"number": invoice.number}
        ),
    )


def _link(invoice: Invoice) -> tuple[str, str]:
    address = mail.portal_address(reverse("portal:invoice", args=[invoice.public_id]))
    return _("Voir la facture sur le portail des familles"), address
