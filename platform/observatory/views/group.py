"""What members do: say something of a figure, write what was agreed; and who is of the group."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from federation.workgroup import access, operations, queries
from federation.workgroup.models import Role
from observatory.forms import CommentForm, DefinitionForm, InviteForm
from observatory.members import MemberRequest, members_page
from observatory.reading import Reader, sheet_of
from observatory.views.frame import show
from observatory.views.indicators import indicator_page
from ui.errors import explain


@members_page("POST")
def comment(request: MemberRequest, code: str) -> HttpResponse:
    """Say something of an indicator."""
    sheet = sheet_of(code)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return indicator_page(request, code, comment_form=form, status=422)
    operations.comment(
        indicator=sheet.code,
        text=form.cleaned_data["text"],
        author=request.member,
        at=timezone.now(),
    )
    return redirect(f"{reverse('observatory:indicator', args=[code])}#echanges")


@members_page("POST")
def take_back(request: MemberRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take one's comment back."""
    own = access.access_own_comment(request.member, public_id)
    operations.take_back(comment=own, at=timezone.now())
    return redirect(f"{reverse('observatory:indicator', args=[own.indicator])}#echanges")


@members_page("POST", editors=True)
def agree(request: MemberRequest, code: str) -> HttpResponse:
    """Write what the group agreed that an indicator means."""
    sheet = sheet_of(code)
    form = DefinitionForm(request.POST)
    if not form.is_valid():
        return indicator_page(request, code, definition_form=form, status=422)
    operations.agree(
        indicator=sheet.code,
        text=form.cleaned_data["text"],
        agreed_on=form.cleaned_data["agreed_on"],
        author=request.member,
        at=timezone.now(),
    )
    return redirect(f"{reverse('observatory:indicator', args=[code])}#sens")


@members_page("GET", "HEAD", "POST")
def members(request: MemberRequest) -> HttpResponse:
    """`/observatoire/membres/`: who is of the group; an editor invites here."""
    is_editor = request.member.role == Role.EDITOR
    departements = [(place.code, place.name) for place in Reader.now().places]
    form, link, status = InviteForm(request.POST or None, departements=departements), "", 200
    if request.method == "POST":
        if not is_editor:
            raise NotFound
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                token = operations.invite(
                    guest=operations.Guest(
                        email=said["email"],
                        first_name=said["first_name"],
                        last_name=said["last_name"],
                        role=Role(said["role"]),
                        departement_code=said["departement_code"],
                    ),
                    actor=Actor.user(request.member.user),
                    at=timezone.now(),
                )
            except DomainError as error:
                form.add_error("email", str(explain(error)))
            else:
                link, status = _link(request, token), 200
                form = InviteForm(departements=departements)
    context = {
        "form": form,
        "link": link,
        "is_editor": is_editor,
        "members": queries.members(),
        "invitations": queries.open_invitations(at=timezone.now()) if is_editor else [],
        "names": dict(departements),
        "own": request.member,
    }
    return show(request, "members", context, status=status)


def _link(request: HttpRequest, token: str) -> str:
    """The address that an editor hands to whom they invited; it is shown once."""
    return request.build_absolute_uri(reverse("observatory:join", args=[token]))


@members_page("POST", editors=True)
def member_act(request: MemberRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a membership, change its role, or give a new link: the button says which."""
    member = access.access_member(request.member, public_id)
    author, at, act = Actor.user(request.member.user), timezone.now(), request.POST.get("act", "")
    try:
        if act == "end":
            operations.end_membership(member=member, actor=author, at=at)
            messages.success(request, _("Cette personne n'est plus du groupe."))
        elif act in ("renew", "lost"):
            token = operations.renew_access(
                member=member, has_lost_factor=act == "lost", actor=author, at=at
            )
            context = {"link": _link(request, token), "member": member}
            return show(request, "renewed", context)
        elif act in Role.values:
            operations.set_role(member=member, role=Role(act), actor=author, at=at)
            messages.success(request, _("Le rôle est changé."))
    except DomainError as error:
        messages.error(request, str(explain(error)))
    return redirect("observatory:members")
