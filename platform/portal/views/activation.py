"""The first connection, with a code on paper. Whatever is wrong in step 1, the answer is the same."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from commons.errors import DomainError
from portal import activations, signing_in
from portal.account_forms import CodeForm, GuardianForm, PasswordForm
from portal.doors import refuse
from tenants.accounts.models import Way
from tenants.activation import identifiers, operations, queries
from tenants.people.models import Guardian
from ui import wording

if TYPE_CHECKING:
    from django import forms

    from tenants.activation.models import ActivationCode


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """For whom step 2 is."""

    name: str
    children: str
    school_line: str
    login: str
    is_guardian: bool
    has_account: bool


@sensitive_post_parameters("code", "birth_date")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Step 1: the code, and a birth date."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            code, status = activations.try_code(
                request, form, operations.check_code, refused=(DomainError,)
            )
            if code is not None:
                auth.logout(request)  # whoever was signed in here is somebody else
                login = identifiers.draw(code.person.first_name, code.person.last_name)
                ticket = activations.Ticket(code_id=code.public_id, login=login)
                written = activations.give(request.session, ticket)
                return _second_step(request, code, ticket, _form_of(code), written=written)
    context = {"form": form, "steps": _step_names(), "step": 1}
    return render(request, "portal/activation/step_code.html", context, status=status)


@sensitive_post_parameters("password", "again", "ticket")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest) -> HttpResponse:
    """Step 2: for whom it is, an address, a password."""
    ticket = activations.read(request.session, request.POST.get("ticket", ""))
    at = timezone.now()
    code = queries.code_named(ticket.code_id) if ticket else None
    if ticket is None or code is None or not code.works_at(at):
        activations.forget(request.session)
        if request.method == "POST":
            messages.error(request, _("Cette page est restée ouverte trop longtemps. Recommencez."))
        return redirect("portal:activation")
    form = _form_of(code, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = operations.use_code(
                code=code,
                password=given["password"],
                login=ticket.login,
                email=given.get("email", ""),
                at=at,
            )
        except DomainError as error:
            refuse(form, error)
        else:
            activations.forget(request.session)
            response = signing_in.enter(request, user, way=Way.PAPER_CODE.value)
            _welcome(request, user.login or "", has_email=bool(given.get("email")))
            return response
    written = request.POST["ticket"]
    return _second_step(request, code, ticket, form, written=written, status=422)


def _welcome(request: HttpRequest, login: str, *, has_email: bool) -> None:
    said = _("C'est fait. Votre mot de passe est enregistré.")
    if login:
        said += " " + _("Votre identifiant : %(login)s. Notez-le.") % {"login": login}
    if has_email:
        said += " " + _("Ouvrez le message reçu pour confirmer votre adresse.")
    messages.success(request, wording.typographic(said))


def _step_names() -> list[str]:
    return [_("Le code"), _("Votre mot de passe")]


def _form_of(code: ActivationCode, data: object = None) -> forms.Form:
    asks_address = code.guardian is not None and not code.is_recovery
    return (GuardianForm if asks_address else PasswordForm)(data)  # type: ignore[arg-type]


def _second_step(
    request: HttpRequest,
    code: ActivationCode,
    ticket: activations.Ticket,
    form: forms.Form,
    *,
    written: str,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "steps": _step_names(),
        "step": 2,
        "holder": _holder(code, ticket),
        "ticket": written,
    }
    return render(request, "portal/activation/step_password.html", context, status=status)


def _holder(code: ActivationCode, ticket: activations.Ticket) -> Holder:
    """What the page says of the person; of an account that exists, the name it signs in with."""
    person, on = code.person, timezone.localdate()
    user = person.user
    children = queries.children_on(person, on=on) if isinstance(person, Guardian) else []
    return Holder(
        name=person.full_name,
        children=wording.and_list(child.first_name for child in children),
        school_line="" if isinstance(person, Guardian) else queries.school_line(person, on=on),
        login=(user.login or user.email or "") if user else ticket.login,
        is_guardian=isinstance(person, Guardian),
        has_account=user is not None,
    )
