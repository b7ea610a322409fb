"""Agreements and monthly statements between départements, to read. Amounts are cents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons.money import format_euros
from console import around, columns
from console.filters import YesFilter
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from federation.reciprocity import queries
from federation.reciprocity.access import READS
from federation.reciprocity.models import Agreement, Statement
from ui import wording
from ui.reciprocity_texts import (
    DOMAIN_WORDS,
    agreement_state,
    direction_said,
    owed_said,
    statement_state,
)
from ui.requests import SignedInRequest


class ToSignFilter(YesFilter):
    title = _("à signer par nous")
    parameter_name = "a_signer"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return queries.to_sign(rows, on=timezone.localdate())


class ToAcceptFilter(YesFilter):
    title = _("à vérifier par nous")
    parameter_name = "a_accepter"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return queries.to_accept(rows)


class ToPayFilter(YesFilter):
    title = _("à payer par nous")
    parameter_name = "a_payer"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return queries.to_pay(rows)


@admin.register(Agreement, site=console_site)
class AgreementAdmin(ReadOnlyAdmin):
    reads = READS
    list_display = ("other", "directions", "valid_from", "state")
    list_filter = (ToSignFilter,)
    ordering = ("-pk",)
    words: ClassVar = {"proposed_by": queries.name_of, "proposed_to": queries.name_of}
    acts = ("sign-agreement", "end-agreement")
    explanation = _("Une convention dit quels Pass+ sont pris par quels partenaires.")
    empty_text = _("Aucune convention avec un autre département.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        return queries.with_its_parts(super().get_queryset(request))

    @column(_("Autre département"))
    def other(self, row: Agreement) -> str:
        return queries.name_of(queries.other_party(row))

    @column(_("Ce qu'elle ouvre"))
    def directions(self, row: Agreement) -> str:
        return " · ".join(direction_said(term) for term in row.terms.all())

    @column(_("État"))
    def state(self, row: Agreement) -> str:
        return agreement_state(row, on=timezone.localdate())

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        told = [Detail(gettext("État"), self.state(row))]
        told += [Detail(gettext("Elle ouvre"), direction_said(term)) for term in row.terms.all()]
        told += [
            Detail(
                gettext("Signée par %(name)s") % {"name": queries.name_of(one.signed_by)},
                f"{one.signatory}, {wording.full_date(one.signed_at)}",
            )
            for one in row.signatures.all()
        ]
        told += [
            Detail(
                gettext("Fin dite par %(name)s") % {"name": queries.name_of(one.ended_by)},
                f"{wording.full_date(one.ends_on)} : « {one.reason} »",
            )
            for one in row.endings.all()
        ]
        return [
            *super().details(request, row),
            *told,
            Detail(gettext("Empreinte du texte"), queries.digest_of(row)[:16]),
            Detail(
                gettext("Document"),
                gettext("Convention en PDF"),
                url=reverse("console:reciprocity-agreement-document", args=[row.public_id]),
            ),
        ]


@admin.register(Statement, site=console_site)
class StatementAdmin(ReadOnlyAdmin):
    reads = READS
    list_display = ("month_said", "other", "total", "state")
    list_filter = (ToAcceptFilter, ToPayFilter)
    ordering = ("-month", "pk")
    hides = (
        "first", "second", "first_owes_cents", "second_owes_cents", "digest", "month",
    )  # fmt: skip
    words: ClassVar = {"prepared_by": queries.name_of}
    acts = ("sign-clearing", "contest-clearing", "settle-clearing")
    explanation = _("Ce que deux départements se doivent pour un mois, ligne par ligne.")
    empty_text = _("Aucun relevé avec un autre département.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        return queries.with_its_signatures(super().get_queryset(request))

    @column(_("Mois"), order="month")
    def month_said(self, row: Statement) -> str:
        return wording.month_name(row.month)

    @column(_("Autre département"))
    def other(self, row: Statement) -> str:
        return queries.name_of(queries.other_of(row))

    @column(_("Au total"))
    def total(self, row: Statement) -> str:
        return owed_said(-row.owes_cents(queries.here()), self.other(row))

    @column(_("État"))
    def state(self, row: Statement) -> str:
        return statement_state(row)

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        owed = ((row.first, row.first_owes_cents), (row.second, row.second_owes_cents))
        told = [
            Detail(gettext("Mois"), self.month_said(row)),
            Detail(gettext("État"), self.state(row)),
            *(
                Detail(
                    gettext("Dû par %(name)s") % {"name": queries.name_of(schema)},
                    format_euros(cents),
                )
                for schema, cents in owed
            ),
            Detail(gettext("Au total"), self.total(row)),
            *(
                Detail(
                    gettext("Accepté par %(name)s") % {"name": queries.name_of(one.signed_by)},
                    f"{one.signatory}, {wording.full_date(one.signed_at)}",
                )
                for one in row.signatures.all()
            ),
        ]
        settled = getattr(row, "settlement", None)
        if settled is not None:
            said = f"{wording.full_date(settled.received_on)}, {settled.reference}"
            told.append(Detail(gettext("Payé"), said))
        return [
            *told,
            *super().details(request, row),
            Detail(gettext("Empreinte des lignes"), row.digest[:16]),
            Detail(
                gettext("Document"),
                gettext("Relevé en PDF"),
                url=reverse("console:clearing-document", args=[row.public_id]),
            ),
            Detail(
                gettext("Lignes"),
                gettext("Toutes les lignes, pour un tableur"),
                url=reverse("console:clearing-lines", args=[row.public_id]),
            ),
        ]

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        lines = queries.lines_of(row)[: around.SHOWN]
        heads = ("Validé le", "Jeune", "Partenaire", "Domaine", "Référence", "Montant")
        if not lines:
            return []
        return [
            around.Table(
                gettext("Lignes du relevé"),
                tuple(gettext(head) for head in heads),
                tuple(
                    (
                        around.Cell(wording.full_date(line.capture.captured_at), css=columns.SHORT),
                        around.Cell(queries.code_of(line.capture.holder)),
                        around.Cell(
                            f"{line.capture.partner_name} ({queries.code_of(line.capture.partner)})"
                        ),
                        around.Cell(str(DOMAIN_WORDS[line.capture.domain])),
                        around.Cell(str(line.capture.public_id)),
                        around.Cell(format_euros(line.signed_cents), css=columns.NUMBER),
                    )
                    for line in lines
                ),
            )
        ]
