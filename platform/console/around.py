"""What hangs on a row, shown under it on its page: the lines of an invoice, the people of a household.

A table shows the rows of one model, to who may open that model's list; others do not see it at all.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _

from billing.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from billing.invoicing.queries import (
    credit_notes_of,
    has_example_price,
    lines_of,
    lines_of_credit_note,
)
from billing.tariffs.models import HouseholdResources
from commons.money import format_euros
from console import columns, records
from tenants.people.models import Guardianship, HouseholdMember, Pupil
from ui import wording
from ui.price_story import price_text
from ui.templatetags.ui import percent

if TYPE_CHECKING:
    from console.sites import ConsoleSite
    from tenants.people.models import Guardian, Household
    from ui.requests import SignedInRequest

SHOWN = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A text, the page it opens if any, and the class of its column."""

    text: str
    url: str = ""
    css: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A named table; its cells stand under `heads`, in the same order."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Each head with the class of its column; a table has at least one row."""
        return [(head, cell.css) for head, cell in zip(self.heads, self.rows[0], strict=True)]


class Drawer:
    """Draws the tables around a row for one agent, with links to what this agent may open."""

    def __init__(self, site: ConsoleSite, request: SignedInRequest) -> None:
        self._site = site
        self._request = request

    def of_invoice(self, invoice: Invoice) -> list[Table]:
        """The lines: what each child ate, at what price."""
        lines = self._allowed(InvoiceLine, lines_of(invoice))
        return self._table(
            _("Lignes de la facture"),
            (_("Enfant"), _("Repas"), _("Jours"), _("Nombre"), _("Prix"), _("Part"), _("Montant")),
            [
                (
                    self._link(line.pupil, line.pupil_name),
                    Cell(line.label),
                    Cell(_days(line.days)),
                    _number(line.quantity),
                    _number(_line_price(line)),
                    _number(percent(line.share_bp)),
                    _number(format_euros(line.amount_cents)),
                )
                for line in lines
            ],
        ) + self._credit_notes(invoice)

    def _credit_notes(self, invoice: Invoice) -> list[Table]:
        notes = self._allowed(CreditNote, credit_notes_of(invoice))
        return self._table(
            _("Avoirs"),
            (_("Numéro"), _("Fait le"), _("Motif"), _("Total")),
            [
                (
                    self._link(note, note.number),
                    Cell(wording.full_date(note.issued_on), css=columns.SHORT),
                    Cell(note.reason),
                    _number(format_euros(note.total_cents)),
                )
                for note in notes
            ],
        )

    def of_credit_note(self, note: CreditNote) -> list[Table]:
        """What it credits of each line."""
        return self._table(
            _("Lignes de l'avoir"),
            (_("Enfant"), _("Repas"), _("Jours"), _("Nombre"), _("Montant")),
            [
                (
                    self._link(line.invoice_line.pupil, line.invoice_line.pupil_name),
                    Cell(line.invoice_line.label),
                    Cell(_days(line.days) or records.NOTHING),
                    _number(line.quantity or records.NOTHING),
                    _number(format_euros(line.amount_cents)),
                )
                for line in self._allowed(CreditNoteLine, lines_of_credit_note(note))
            ],
        )

    def of_guardian(self, guardian: Guardian) -> list[Table]:
        """The children, the households and the invoices of a guardian."""
        links = self._allowed(
            Guardianship,
            guardian.guardianships.select_related("pupil").order_by("pupil__sort_key", "pk"),
        )
        memberships = self._allowed(
            HouseholdMember,
            _begun(guardian.memberships).select_related("household").order_by("-valid_from", "-pk"),
        )
        invoices = self._allowed(Invoice, guardian.invoices.order_by("-month", "-pk"))
        return (
            self._table(
                _("Enfants"),
                (_("Enfant"), _("Lien"), _("Part"), _("Depuis"), _("Jusqu'au")),
                [
                    (
                        self._link(link.pupil, link.pupil.full_name),
                        Cell(link.get_relation_display()),
                        _number(percent(link.payer_share_bp)),
                        *_period(link),
                    )
                    for link in links
                ],
            )
            + self._table(
                _("Foyers"),
                (_("Foyer"), _("Depuis"), _("Jusqu'au")),
                [
                    (self._link(row.household, row.household.label), *_period(row))
                    for row in memberships
                ],
            )
            + self._table(
                _("Factures"),
                (_("Numéro"), _("Mois"), _("À payer avant le"), _("Total")),
                [
                    (
                        self._link(invoice, invoice.number),
                        Cell(wording.month_name(invoice.month)),
                        Cell(wording.full_date(invoice.due_on), css=columns.SHORT),
                        _number(format_euros(invoice.total_cents)),
                    )
                    for invoice in invoices
                ],
            )
        )

    def of_household(self, household: Household) -> list[Table]:
        """The members, the children and the resources of a household."""
        members = self._allowed(
            HouseholdMember,
            _begun(household.members).select_related("guardian").order_by("-valid_from", "pk"),
        )
        pupils = self._allowed(Pupil, household.pupils.order_by("birth_date", "sort_key", "pk"))
        resources = self._allowed(
            HouseholdResources, household.resources.order_by("-valid_from", "-pk")
        )
        return (
            self._table(
                _("Adultes du foyer"),
                (_("Nom"), _("Depuis"), _("Jusqu'au")),
                [
                    (self._link(row.guardian, row.guardian.full_name), *_period(row))
                    for row in members
                ],
            )
            + self._table(
                _("Enfants"),
                (_("Nom"), _("Né le")),
                [
                    (
                        self._link(pupil, pupil.full_name),
                        Cell(wording.full_date(pupil.birth_date), css=columns.SHORT),
                    )
                    for pupil in pupils
                ],
            )
            + self._table(
                _("Ressources"),
                (_("Pièce"), _("Quotient"), _("Depuis"), _("Jusqu'au")),
                [
                    (
                        self._link(row, row.get_proof_kind_display()),
                        _number(_quotient(row)),
                        *_period(row),
                    )
                    for row in resources
                ],
            )
        )

    def _allowed(self, model: type[Any], rows: Any) -> Any:
        """The first rows, for who may open the model's list; nothing for others."""
        admin = self._site._registry[model]  # noqa: SLF001
        return rows[:SHOWN] if admin.has_view_permission(self._request) else ()

    def _table(
        self, title: str, heads: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]
    ) -> list[Table]:
        listed = tuple(rows)
        return [Table(title, heads, listed)] if listed else []

    def _link(self, row: Any, text: str) -> Cell:
        admin: Any = self._site._registry[type(row)]  # noqa: SLF001
        may_open = admin.has_view_permission(self._request)
        return Cell(text, url=admin.page_of(row) if may_open else "")


def _begun(memberships: Any) -> Any:
    """Without those taken back before they began, whose period is empty."""
    return memberships.exclude(valid_until=F("valid_from"))


def _number(value: object) -> Cell:
    return Cell(str(value), css=columns.NUMBER)


def _line_price(line: InvoiceLine) -> str:
    """The price of a meal, as `lines_of` reads it."""
    return price_text(line.unit_price_cents, is_example=has_example_price(line))


def _period(row: Any) -> tuple[Cell, Cell]:
    """The first day and the last one of a row that keeps the day after its last."""
    return (
        Cell(wording.full_date(row.valid_from), css=columns.SHORT),
        Cell(records.written_value(row.valid_until, "valid_until"), css=columns.SHORT),
    )


def _days(days: list[datetime.date]) -> str:
    """`1er, 4 et 8`: the month is the invoice's."""
    return wording.and_list(wording.day_number(day) for day in sorted(days))


def _quotient(row: HouseholdResources) -> str:
    return records.written_value(row.quotient_familial, "quotient_familial")
