"""Pass+ between départements: what is agreed with each, where we stand, the statements and their files."""

from __future__ import annotations

import dataclasses
import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.acts import url_for
from console.acts.reciprocity import page_of_agreement, page_of_statement
from console.exports import csv_file
from console.views.frame import page_context, requires
from federation.passplus import clearing
from federation.reciprocity import queries
from federation.reciprocity.access import READS, access_agreement, access_statement
from federation.reciprocity.models import Agreement, Statement
from tenants.accounts.capabilities import Capability
from tenants.registry import directory
from tenants.registry.models import Departement
from ui.documents.between_departements import agreement_file
from ui.documents.clearing import statement_file, statement_name, statement_rows
from ui.documents.files import answer
from ui.reciprocity_texts import agreement_state, direction_said, owed_said, statement_state
from ui.requests import SignedInRequest

SHOWN_STATEMENTS = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """Another département: its agreement, where we stand, and what an agent may do."""

    departement: Departement
    state: str
    agreement_url: str
    opened: list[str]
    owed: str
    is_agreed: bool
    acts: list[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Month:
    """A statement in a list."""

    statement: Statement
    url: str
    other: str
    total: str
    state: str


@require_safe
@requires(*READS)
def page(request: SignedInRequest) -> HttpResponse:
    """A line for each département, then the latest statements."""
    latest: dict[str, Agreement] = {}
    for agreement in queries.agreements():
        latest.setdefault(queries.other_party(agreement), agreement)
    lines = [
        _line(request, other, latest.get(other.schema_name)) for other in directory.neighbours()
    ]
    months = [
        Month(
            statement=one,
            url=page_of_statement(one),
            other=(name := queries.name_of(queries.other_of(one))),
            total=owed_said(-one.owes_cents(queries.here()), name),
            state=statement_state(one),
        )
        for one in queries.statements()[:SHOWN_STATEMENTS]
    ]
    context = page_context(request, title=_("Entre départements"), lines=lines, months=months)
    return render(request, "console/pages/reciprocity.html", context)


def _line(request: SignedInRequest, other: Departement, agreement: Agreement | None) -> Line:
    today = timezone.localdate()
    standing = clearing.standing_with(other.schema_name)
    offered = []
    is_open = agreement is not None and not (
        queries.is_over(agreement, on=today)
        or (agreement.endings.all() and not queries.is_signed_by_both(agreement))
    )
    if request.user.can(Capability.MANAGE_PASSPLUS):
        if not is_open:
            offered.append((_("Proposer une convention"), url_for("propose-agreement", other)))
        elif agreement is not None and not queries.is_signed_here(agreement):
            offered.append((_("Signer la convention"), url_for("sign-agreement", agreement)))
    if agreement is not None and request.user.can(Capability.PREPARE_PARTNER_PAYMENTS):
        offered.append((_("Établir un relevé"), url_for("prepare-clearing", other)))
    return Line(
        departement=other,
        state=agreement_state(agreement, on=today) if agreement else _("Pas de convention"),
        agreement_url=page_of_agreement(agreement) if agreement else "",
        opened=[direction_said(term) for term in agreement.terms.all()] if agreement else [],
        owed=owed_said(standing.booked_cents, other.name),
        is_agreed=standing.is_agreed,
        acts=offered,
    )


@require_safe
@requires(*READS)
def document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/entre-departements/<uuid>/releve.pdf`"""
    return answer(statement_file(access_statement(request.user, public_id), at=timezone.now()))


@require_safe
@requires(*READS)
def agreement_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/entre-departements/<uuid>/convention.pdf`"""
    return answer(agreement_file(access_agreement(request.user, public_id), at=timezone.now()))


@require_safe
@requires(*READS)
def lines(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/entre-departements/<uuid>/lignes.csv`"""
    found = access_statement(request.user, public_id)
    return csv_file(statement_rows(found), name=statement_name(found))
