"""The credit note as a document: what is no longer billed of an invoice, and why."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from billing.invoicing import queries
from billing.invoicing.models import CreditNote, CreditNoteLine
from commons.money import format_euros
from ui import mail, wording
from ui.documents.files import File, plain_name
from ui.documents.invoices import days_said
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset

if TYPE_CHECKING:
    from tenants.registry.models import Departement


def credit_note_file(note: CreditNote, *, at: datetime.datetime) -> File:
    """A credit note as a PDF; `invoice` should be selected with it."""
    lines = list(queries.lines_of_credit_note(note))
    sheet = credit_note_sheet(note, lines, departement=mail.current_departement())
    return File(plain_name("avoir", note.number), typeset(sheet, at=at))


def credit_note_sheet(
    note: CreditNote, lines: Sequence[CreditNoteLine], *, departement: Departement
) -> Sheet:
    """What the document of a credit note says."""
    invoice = note.invoice
    return Sheet(
        title=_("Avoir %(number)s") % {"number": note.number},
        heading=_("Avoir sur la facture %(month)s") % {"month": wording.of_month(invoice.month)},
        sender=sender_of(
            departement, regie_name=invoice.regie_name, regie_siret=invoice.regie_siret
        ),
        addressee=(invoice.payer_name, *invoice.payer_address),
        facts=(
            (_("Avoir numéro"), note.number),
            (_("Fait le"), wording.full_date(note.issued_on)),
            (_("Facture numéro"), invoice.number),
            (_("Pourquoi"), note.reason),
        ),
        tables=tuple(_child(found) for found in _by_pupil(lines)),
        sums=_sums(note),
        notes=(_("Cette somme n'est plus à payer."),),
    )


def _by_pupil(lines: Sequence[CreditNoteLine]) -> list[list[CreditNoteLine]]:
    found: dict[int, list[CreditNoteLine]] = {}
    for line in lines:
        found.setdefault(line.invoice_line.pupil_id, []).append(line)
    return list(found.values())


def _child(lines: Sequence[CreditNoteLine]) -> Table:
    """What is credited of the meals of one child."""
    return Table(
        title=lines[0].invoice_line.pupil_name,
        columns=(_("Repas"), _("Nombre"), _("Montant")),
        numbers=(1, 2),
        rows=tuple(
            (
                (line.invoice_line.label, days_said(line.days)),
                (str(line.quantity) if line.quantity else "", ""),
                (format_euros(line.amount_cents), ""),
            )
            for line in lines
        ),
    )


def _sums(note: CreditNote) -> tuple[Fact, ...]:
    total = (_("Total de l'avoir"), format_euros(note.total_cents))
    if not note.over_paid_cents:
        return (total,)
    return (total, (_("À vous rembourser"), format_euros(note.over_paid_cents)))
