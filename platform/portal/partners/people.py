"""Who works for a partner, and its tills. Managers change them; everybody chooses where they stand."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from federation.passplus import operations, till_access, till_queries
from federation.passplus.models import PartnerRole, Till
from portal.partners import spaces
from portal.partners.asking import asked, done, say
from portal.partners.doors import partner_page, show
from portal.partners.forms import InvitationForm, TillForm


@partner_page("GET", "HEAD", "POST", manager=True)
def team(request: spaces.PartnerRequest) -> HttpResponse:
    """Who works here, who was invited, and a form to invite."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and asked(
        request,
        form,
        operations.invite_member,
        said=_("L'invitation est partie. Elle sert pendant sept jours."),
        partner=request.member.partner,
        email=form.cleaned_data["email"],
        role=form.cleaned_data["role"],
        by=request.member,
    ):
        return redirect("portal:partner-team")
    partner = request.member.partner
    context = {
        "form": form,
        "members": till_queries.members_of(partner),
        "invitations": till_queries.invitations_of(partner, at=timezone.now()),
    }
    return show(request, "team", context, status=422 if form.errors else 200)


@partner_page("POST", manager=True)
def withdraw(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    operations.withdraw_invitation(
        invitation=till_access.access_invitation(request.member, public_id),
        by=request.member,
        actor=Actor.user(request.partner_user),
        at=timezone.now(),
    )
    say(request, _("L'invitation est retirée. Son lien ne sert plus."))
    return redirect("portal:partner-team")


@partner_page("POST", manager=True)
def change_role(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a colleague the other role."""
    colleague = till_access.access_colleague(request.member, public_id)
    wanted = PartnerRole.TILL if colleague.is_manager else PartnerRole.MANAGER
    done(
        request,
        operations.change_role,
        said=_("C'est fait : le rôle est changé."),
        member=colleague,
        role=wanted,
    )
    return redirect("portal:partner-team")


@partner_page("POST", manager=True)
def end_member(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody leaves: they see nothing of the partner any more."""
    colleague = till_access.access_colleague(request.member, public_id)
    done(
        request,
        operations.end_member,
        said=_("C'est fait : cette personne n'a plus accès."),
        member=colleague,
    )
    return redirect("portal:partner-team")


@partner_page("GET", "HEAD", "POST")
def tills(request: spaces.PartnerRequest) -> HttpResponse:
    """The tills: where one stands, and for a manager a form to open one."""
    form = TillForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and asked(
        request,
        form,
        operations.open_till,
        said=_("La caisse est ouverte."),
        name=form.cleaned_data["name"],
        by=request.member,
    ):
        return redirect("portal:partner-tills")
    at = timezone.now()
    found = till_queries.open_tills(request.member.partner)
    context = {
        "form": form,
        "tills": [
            (till, till_queries.running_permit(till, at=at), _renaming(till)) for till in found
        ],
        "here": spaces.chosen_till(request, request.member),
    }
    return show(request, "tills", context, status=422 if form.errors else 200)


@partner_page("POST")
def stand(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose the till where one stands."""
    spaces.choose_till(request, till_access.access_till(request.member, public_id))
    return redirect("portal:partner-home")


def _renaming(till: Till) -> TillForm:
    """The form that renames a till; the names of its fields are told apart from the other tills'."""
    return TillForm(initial={"name": till.name}, auto_id=f"till-{till.pk}-%s")


@partner_page("POST", manager=True)
def rename(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a till another name."""
    till = till_access.access_till(request.member, public_id)
    form = TillForm(request.POST)
    if form.is_valid():
        done(
            request,
            operations.rename_till,
            said=_("La caisse a changé de nom."),
            till=till,
            name=form.cleaned_data["name"],
        )
    else:
        messages.error(request, " ".join(map(str, form.errors["name"])))
    return redirect("portal:partner-tills")


@partner_page("POST", manager=True)
def close(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close a till; what was validated there stays."""
    till = till_access.access_till(request.member, public_id)
    done(
        request,
        operations.close_till,
        said=_("La caisse est fermée. Son historique reste."),
        till=till,
    )
    return redirect("portal:partner-tills")
