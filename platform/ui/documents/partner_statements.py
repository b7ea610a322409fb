"""The statement of a partner as a document, and as rows for a spreadsheet: the same figures twice."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from commons.money import format_euros
from federation.passplus.models import PartnerStatement, StatementLine
from federation.passplus.reimbursing import queries
from ui import mail, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset

if TYPE_CHECKING:
    from tenants.registry.models import Departement

ONE_DAY = datetime.timedelta(days=1)


def statement_file(statement: PartnerStatement, *, at: datetime.datetime) -> File:
    """An issued statement as a PDF."""
    sheet = statement_sheet(statement, departement=mail.current_departement())
    return File(plain_name("releve", statement.number), typeset(sheet, at=at))


def statement_sheet(statement: PartnerStatement, *, departement: Departement) -> Sheet:
    """What a statement says."""
    lines = list(queries.lines_of(statement))
    partner, run = statement.partner, statement.run
    issued = statement.issued_at
    assert issued is not None  # a statement without a number is no document
    return Sheet(
        title=_("Relevé %(number)s") % {"number": statement.number},
        heading=_("Relevé des tickets Pass+ validés"),
        sender=sender_of(departement, regie_name=_("Pass+"), regie_siret=""),
        addressee=(
            partner.name,
            *filter(None, (partner.street, f"{partner.postal_code} {partner.town}".strip())),
            f"SIRET {partner.siret}",
        ),
        facts=(
            (_("Numéro"), statement.number),
            (_("Du"), wording.full_date(run.since)),
            (_("Au"), wording.full_date(run.until - ONE_DAY)),
            (_("Émis le"), wording.full_date(issued)),
        ),
        tables=(
            Table(
                title=_("Ce que vous avez validé"),
                columns=(_("Ticket"), _("Validé le"), _("Montant"), _("Versé")),
                numbers=(2, 3),
                rows=tuple(_row(line) for line in lines),
            ),
        ),
        sums=sums_of(statement),
        notes=(_("Une ligne vous semble fausse ? Contestez-la depuis votre espace partenaire."),),
    )


def sums_of(statement: PartnerStatement) -> tuple[Fact, ...]:
    """What was validated, what is kept, what is withheld, what is paid."""
    sums: list[Fact] = [(_("Validé"), format_euros(statement.gross_cents))]
    if statement.kept_cents:
        sums.append((_("Part du Département"), format_euros(-statement.kept_cents)))
    if statement.withheld_cents:
        sums.append((_("Trop-payé retenu"), format_euros(-statement.withheld_cents)))
    sums.append((_("À vous verser"), format_euros(statement.due_cents)))
    return tuple(sums)


def label_of(line: StatementLine) -> str:
    """What a line is about, in words."""
    if line.source == "guest":
        return _("Pass+ du département %(code)s") % {"code": line.label}
    if line.source == "correction":
        return _("Correction : %(reason)s") % {"reason": line.label}
    return line.label


def _row(line: StatementLine) -> tuple[tuple[str, str], ...]:
    return (
        (label_of(line), ""),
        (wording.full_date(timezone.localtime(line.due_at)), ""),
        (format_euros(line.gross_cents), ""),
        (format_euros(line.due_cents), ""),
    )


def statement_rows(statement: PartnerStatement) -> list[list[str]]:
    """The lines of a statement for a spreadsheet, their titles first; amounts with a comma."""
    rows = [[_("Relevé"), _("Ticket"), _("Validé le"), _("Montant"), _("Versé")]]
    rows += [
        [
            statement.number,
            label_of(line),
            timezone.localtime(line.due_at).date().isoformat(),
            _plain(line.gross_cents),
            _plain(line.due_cents),
        ]
        for line in queries.lines_of(statement)
    ]
    return rows


def _plain(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
