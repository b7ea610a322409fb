"""The sheet of a partner and the account it is paid to: what it says, what waits, what it asks to change.

For those who manage the partner. Nothing that families read, and no account, changes before somebody of
the département looked at it.
"""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from federation.passplus import operations, sheet_queries, till_access
from portal.partners import spaces
from portal.partners.asking import asked, done
from portal.partners.doors import partner_page, show
from portal.partners.forms import AccountForm, SheetForm
from portal.screens import partner_sheet as screen


@partner_page(manager=True)
def sheet(request: spaces.PartnerRequest) -> HttpResponse:
    """What families read, the account, what waits for an answer, and what changed before."""
    return show(request, "sheet", {"page": screen.page_of(request.member.partner)})


@partner_page("GET", "HEAD", "POST", manager=True)
def change(request: spaces.PartnerRequest) -> HttpResponse:
    """Ask for another sheet; what waits already is what one starts from."""
    partner = request.member.partner
    waiting = sheet_queries.waiting_sheet(partner)
    form = SheetForm(
        request.POST if request.method == "POST" else None,
        initial=SheetForm.initial_of(partner, waiting),
    )
    if form.is_valid() and asked(
        request,
        form,
        operations.propose_sheet,
        said=_("Votre demande est partie. Nous la lisons, puis nous vous écrivons."),
        by=request.member,
        sheet=form.cleaned_data,
    ):
        return redirect("portal:partner-sheet")
    context = {"form": form, "lines": screen.questions(form), "waiting": waiting}
    return show(request, "sheet_change", context, status=422 if form.errors else 200)


@partner_page("POST", manager=True)
def withdraw(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a demand back: the sheet stays as it is."""
    proposal = till_access.access_proposal(request.member, public_id)
    done(
        request,
        operations.withdraw_sheet,
        said=_("La demande est retirée. Votre fiche reste ainsi."),
        proposal=proposal,
    )
    return redirect("portal:partner-sheet")


@partner_page("GET", "HEAD", "POST", manager=True)
def account(request: spaces.PartnerRequest) -> HttpResponse:
    """Give another account: the one before is paid until somebody else checked this one."""
    partner = request.member.partner
    form = AccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and asked(
        request,
        form,
        operations.give_iban,
        said=_("Ce compte attend une vérification. Un e-mail vous le confirme."),
        partner=partner,
        iban=form.cleaned_data["iban"],
        holder=form.cleaned_data["account_holder"],
    ):
        return redirect("portal:partner-sheet")
    context = {"form": form, "page": screen.page_of(partner)}
    return show(request, "account", context, status=422 if form.errors else 200)
