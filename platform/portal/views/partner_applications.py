"""Becoming a partner: a code by e-mail opens the application, four steps, an answer, a signature.

Who is here has no account: the session names the application once its code was typed, for two hours.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commons.errors import DomainError, NotFound
from federation.passplus import agreeing, applicants, applying, queries
from federation.passplus.models import PartnerApplication
from federation.passplus.terms import terms_in_force
from portal.doors import refuse, show
from portal.partner_forms import (
    BeginForm,
    BodyForm,
    CodeForm,
    DeclarationsForm,
    OfferForm,
    PayeeForm,
)
from portal.screens import partner_applications as screen
from ui import errors, visitors
from ui.documents import agreements
from ui.documents.files import File, answer, plain_name
from ui.errors import explain
from ui.guessing import ASKS

State = PartnerApplication.State
View = Callable[..., HttpResponse]
_STEPS: dict[str, tuple[Any, Callable[..., PartnerApplication]]] = {
    "body": (BodyForm, applying.describe_body),
    "offer": (OfferForm, applying.describe_offer),
    "declarations": (DeclarationsForm, applying.declare),
    "payee": (PayeeForm, applying.give_payee),
}


def applicant_page(view: View) -> View:
    """Give the view the application of this session; without one, lead to where it begins."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, **keys: object) -> HttpResponse:
        found = applicants.opened(request.session, at=timezone.now())
        if found is None:
            return redirect("portal:partner-apply")
        return view(request, found, **keys)

    return never_cache(guarded)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """What a partner is, and the first two questions; a code goes to the address."""
    form = BeginForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        place = visitors.place_of(request)
        if ASKS.is_over(place):
            form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
        else:
            ASKS.count(place)
            try:
                applicants.begin(request.session, **form.cleaned_data, at=timezone.now())
            except DomainError as error:
                refuse(form, error)
            else:
                return redirect("portal:partner-apply-code")
    standing = applicants.opened(request.session, at=timezone.now())
    context = {"form": form, "years": queries.least_years(), "standing": standing}
    status = 422 if form.errors else 200
    return show(request, "portal/partners/begin.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that was sent. The session is another from then on."""
    if not applicants.has_asked(request.session):
        return redirect("portal:partner-apply")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = applicants.open_with(
                request.session, code=form.cleaned_data["code"], at=timezone.now()
            )
        except DomainError as error:
            form.add_error("code", str(explain(error)))
        else:
            return redirect(screen.resumes_at(found))
    status = 422 if form.errors else 200
    return show(request, "portal/partners/code.html", {"form": form}, status=status)


@sensitive_post_parameters("iban")
@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page
def step(request: HttpRequest, found: PartnerApplication, *, step: str) -> HttpResponse:
    """One of the four steps; each is saved when it is sent."""
    if found.state not in {State.DRAFT, State.TO_COMPLETE}:
        return redirect("portal:partner-application")
    form_class, act = _STEPS[step]
    more = {"kind": found.kind} if step == "declarations" else {}
    form = form_class(
        request.POST if request.method == "POST" else None,
        initial=form_class.initial_of(found),
        **more,
    )
    if request.method == "POST" and form.is_valid():
        actor, at = applying.applicant(found), timezone.now()
        try:
            saved = act(application=found, **form.said(), actor=actor, at=at)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(screen.next_after(step, saved))
    context = {
        "form": form, "rank": list(_STEPS).index(step) + 1, "steps": screen.step_names(),
        "lines": screen.fields_of(form), "application": found, "before": screen.before(step),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show(request, "portal/partners/step.html", context, status=status)


@require_safe
@applicant_page
def application(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """Where an application stands, all it says, and what to do now."""
    context = {"application": found, "page": screen.page_of(found)}
    return show(request, "portal/partners/application.html", context)


@require_POST
@applicant_page
def submit(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """Send it to the département."""
    try:
        applying.submit_application(
            application=found, actor=applying.applicant(found), at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Votre demande est envoyée. Nous vous écrirons."))
    return redirect("portal:partner-application")


@require_POST
@applicant_page
def abandon(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """Give it up."""
    try:
        applying.abandon_application(
            application=found, actor=applying.applicant(found), at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    return redirect("portal:partner-application")


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page
def agreement(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """Read what is to be signed, and sign it with a code."""
    if found.state != State.ACCEPTED or found.terms is None:
        return redirect("portal:partner-application")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            agreeing.sign_agreement(
                application=found,
                code=form.cleaned_data["code"],
                typeset=agreements.typesetter(at=at),
                actor=applying.applicant(found),
                at=at,
            )
        except DomainError as error:
            form.add_error("code", str(explain(error)))
        else:
            messages.success(
                request, _("La convention est signée. Bienvenue parmi les partenaires.")
            )
            return redirect("portal:partner-application")
    context = {"form": form, "application": found, "said": agreeing.to_sign(found, found.terms)}
    status = 422 if form.errors else 200
    return show(request, "portal/partners/agreement.html", context, status=status)


@require_POST
@applicant_page
def agreement_code(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """Have the code sent that signs."""
    try:
        agreeing.send_signing_code(application=found, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Un code part vers %(email)s.") % {"email": found.email})
    return redirect("portal:partner-agreement")


@require_safe
@applicant_page
def agreement_document(request: HttpRequest, found: PartnerApplication) -> HttpResponse:
    """What was signed, byte for byte; before, what is to be signed."""
    del request
    name = plain_name("convention-pass-plus", found.siret)
    try:
        return answer(File(name, bytes(agreeing.agreement_of(found).document)))
    except NotFound:
        at = timezone.now()
        said = agreeing.to_sign(found, found.terms or terms_in_force(at=at))
        return answer(File(name, agreements.typesetter(at=at)(said)))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the application on this device."""
    applicants.leave(request.session)
    return redirect("portal:partner-apply")
