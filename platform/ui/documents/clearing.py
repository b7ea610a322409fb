"""The monthly statement of two départements, as each of them keeps it: the same lines, the same sums."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from commons.money import format_euros
from federation.reciprocity import queries
from federation.reciprocity.models import Statement, StatementLine
from ui import mail, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset
from ui.reciprocity_texts import DOMAIN_WORDS

if TYPE_CHECKING:
    from tenants.registry.models import Departement

SHOWN_REFERENCE = 13  # the moment of an UUID 7 and its first figures: two lines never share them


def statement_name(statement: Statement) -> str:
    """What the file of a statement is called, whatever its kind."""
    other = queries.code_of(queries.other_of(statement))
    return f"releve-pass-plus-{other}-{statement.month:%Y-%m}"


def statement_file(statement: Statement, *, at: datetime.datetime) -> File:
    """A statement as a PDF."""
    sheet = statement_sheet(statement, departement=mail.current_departement())
    return File(plain_name(statement_name(statement)), typeset(sheet, at=at))


def statement_rows(statement: Statement) -> list[list[str]]:
    """A statement line by line, its titles first, as a spreadsheet reads it; amounts in euros."""
    titles = [
        _("Référence"), _("Validé le"), _("Département du jeune"), _("Département du partenaire"),
        _("Partenaire"), _("Domaine"), _("Reprise"), _("Montant"),
    ]  # fmt: skip
    return [titles] + [
        [
            str(line.capture.public_id),
            line.capture.captured_at.astimezone(queries.PARIS).isoformat(timespec="seconds"),
            queries.code_of(line.capture.holder),
            queries.code_of(line.capture.partner),
            line.capture.partner_name,
            str(DOMAIN_WORDS[line.capture.domain]),
            _("oui") if line.is_reversal else _("non"),
            f"{Decimal(line.signed_cents) / 100:.2f}".replace(".", ","),
        ]
        for line in queries.lines_of(statement)
    ]


def statement_sheet(statement: Statement, *, departement: Departement) -> Sheet:
    """What a statement says: one table per direction, who owes, and who agreed."""
    other = queries.other_of(statement)
    lines = queries.lines_of(statement)
    title = _("Relevé Pass+ %(month)s, %(first)s et %(second)s") % {
        "month": wording.of_month(statement.month),
        "first": queries.name_of(statement.first),
        "second": queries.name_of(statement.second),
    }
    return Sheet(
        title=title,
        heading=_("Relevé Pass+ %(month)s") % {"month": wording.of_month(statement.month)},
        sender=sender_of(departement, regie_name="", regie_siret=""),
        addressee=(queries.name_of(other),),
        facts=(
            (_("Établi le"), wording.full_date(statement.prepared_at)),
            (_("Établi par"), queries.name_of(statement.prepared_by)),
            (_("Empreinte des lignes"), statement.digest[:16]),
            *_signatures(statement),
        ),
        tables=tuple(
            _table(holder, partner, [one for one in lines if one.capture.holder == holder])
            for holder, partner in (
                (statement.first, statement.second),
                (statement.second, statement.first),
            )
        ),
        sums=_sums(statement),
        notes=(
            _("Chaque ligne est dans le grand livre des deux départements, sous sa référence."),
            _("Aucune ligne ne dit quel jeune a utilisé son Pass+."),
        ),
    )


def _signatures(statement: Statement) -> list[Fact]:
    return [
        (
            _("Accepté par %(name)s") % {"name": queries.name_of(one.signed_by)},
            f"{one.signatory}, {wording.full_date(one.signed_at)}",
        )
        for one in sorted(statement.signatures.all(), key=lambda one: one.signed_by)
    ]


def _table(holder: str, partner: str, lines: list[StatementLine]) -> Table:
    title = _("Pass+ %(holder)s, partenaires %(partner)s") % {
        "holder": queries.name_of(holder),
        "partner": queries.name_of(partner),
    }
    return Table(
        title=title,
        columns=(_("Validé le"), _("Partenaire"), _("Référence"), _("Montant")),
        numbers=(3,),
        rows=tuple(
            (
                (
                    wording.full_date(line.capture.captured_at),
                    _("Reprise") if line.is_reversal else "",
                ),
                (line.capture.partner_name, str(DOMAIN_WORDS[line.capture.domain])),
                (str(line.capture.public_id)[:SHOWN_REFERENCE], ""),
                (format_euros(line.signed_cents), ""),
            )
            for line in lines
        )
        or ((("–", ""), (_("Aucune validation"), ""), ("", ""), (format_euros(0), "")),),
    )


def _sums(statement: Statement) -> tuple[Fact, ...]:
    first, second = queries.name_of(statement.first), queries.name_of(statement.second)
    net = statement.owes_cents(statement.first)
    payer, paid = (first, second) if net > 0 else (second, first)
    sums = (
        (_("Dû par %(name)s") % {"name": first}, format_euros(statement.first_owes_cents)),
        (_("Dû par %(name)s") % {"name": second}, format_euros(statement.second_owes_cents)),
    )
    if not net:
        return (*sums, (_("À payer"), format_euros(0)))
    return (
        *sums,
        (
            _("À payer par %(payer)s à %(paid)s") % {"payer": payer, "paid": paid},
            format_euros(abs(net)),
        ),
    )
