"""« Donner mes droits » : choose a way, agree, read the answer. One question a page, each kept."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.rights import operations, queries
from billing.rights.access import (
    access_document,
    access_own_household,
    access_own_request,
    own_requests,
)
from billing.rights.identity import AskedIdentity
from billing.rights.models import RightsRequest
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.tenancy import require_tenant
from commons.upload_requests import document_response
from commons.uploads import UploadRefused
from portal.doors import family_page, show
from portal.rights_forms import (
    AgreementForm,
    DocumentForm,
    IdentityForm,
    TaxNumberForm,
    WayForm,
    ways_in_words,
)
from portal.screens import rights as screen
from ui.errors import explain
from ui.requests import SignedInRequest

Way = RightsRequest.Way
_IDENTITY_PAGES = {Way.CAF_MSA: "portal:rights-identity", Way.TAX: "portal:rights-tax-number"}


def _step_names() -> list[str]:
    return [_("Le moyen"), _("Votre accord"), _("La réponse")]


def _show(
    request: SignedInRequest,
    template: str,
    found: RightsRequest,
    *,
    step: int,
    form: Form | None = None,
    **more: object,
) -> HttpResponse:
    context = {"rights": found, "form": form, "step": step, "steps": _step_names(), **more}
    has_errors = bool(form and form.errors)
    return show(
        request, f"portal/rights/{template}.html", context, status=422 if has_errors else 200
    )


def _refuse(form: Form, error: DomainError) -> None:
    """Next to the field that the refusal names, else at the top."""
    field = str(error.details.get("reason", ""))
    form.add_error(field if field in form.fields else None, str(explain(error)))


@family_page("GET", "HEAD", "POST")
def requests(request: SignedInRequest) -> HttpResponse:
    """The requests of the household; begin one, or take up the one under way."""
    if request.method == "POST":
        household, guardian = access_own_household(request.user)
        begun = operations.begin_request(
            household=household,
            guardian=guardian,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
        return redirect(f"portal:{screen.resumes_at(begun)}", begun.public_id)
    found = list(own_requests(request.user)[:20])
    try:
        access_own_household(request.user)
        has_household = True
    except NotFound:
        has_household = False
    standing = next((one for one in found if one.is_open), None)
    context = {"requests": found, "standing": standing, "has_household": has_household}
    return show(request, "portal/rights/requests.html", context)


@family_page()
def request_page(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where a request stands; one that is not asked yet is taken up where it was left."""
    found = access_own_request(request.user, public_id)
    resumes_at = screen.resumes_at(found)
    if resumes_at != "rights-request":
        return redirect(f"portal:{resumes_at}", public_id)
    return _show(request, "request", found, step=3, page=screen.page_of(found))


@family_page("GET", "HEAD", "POST")
def way(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 1: how the household's resources will be known."""
    found = access_own_request(request.user, public_id)
    at = timezone.now()
    form = WayForm(
        request.POST if request.method == "POST" else None,
        options=ways_in_words(queries.ways_offered(on=timezone.localdate(at))),
        initial={"way": found.way},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["way"]
        if chosen in _IDENTITY_PAGES:
            return redirect(_IDENTITY_PAGES[chosen], public_id)
        try:
            changed = _choose(request, found, chosen)
        except DomainError as error:
            _refuse(form, error)
        else:
            return redirect(f"portal:{screen.resumes_at(changed)}", public_id)
    return _show(request, "step_way", found, step=1, form=form)


def _choose(
    request: SignedInRequest,
    found: RightsRequest,
    way: str,
    identity: AskedIdentity | None = None,
) -> RightsRequest:
    _household, guardian = access_own_household(request.user)
    return operations.choose_way(
        request=found,
        way=way,
        guardian=guardian,
        identity=identity,
        actor=Actor.user(request.user),
        at=timezone.now(),
    )


@family_page("GET", "HEAD", "POST")
def identity(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Whom the CAF or the MSA is asked about. What was typed before is not shown: it is sealed."""
    found = access_own_request(request.user, public_id)
    _household, guardian = access_own_household(request.user)
    initial = {
        "birth_name": guardian.last_name,
        "first_names": guardian.first_name,
        "birth_country": "99100",
    }
    children = list(queries.pupils_of(found.household)) if queries.asks_bursaries() else []
    form = IdentityForm(
        request.POST if request.method == "POST" else None, initial=initial, children=children
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = AskedIdentity(civil=form.civil(), children=form.children())
            _choose(request, found, Way.CAF_MSA, asked)
        except DomainError as error:
            _refuse(form, error)
        else:
            return redirect("portal:rights-agreement", public_id)
    return _show(request, "step_identity", found, step=1, form=form)


@family_page("GET", "HEAD", "POST")
def tax_number(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Whom the tax office is asked about."""
    found = access_own_request(request.user, public_id)
    form = TaxNumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = AskedIdentity(tax_number=form.cleaned_data["tax_number"])
        try:
            _choose(request, found, Way.TAX, asked)
        except DomainError as error:
            _refuse(form, error)
        else:
            return redirect("portal:rights-agreement", public_id)
    return _show(request, "step_tax_number", found, step=1, form=form)


@family_page("GET", "HEAD", "POST")
def agreement(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 2: agree that the source is asked; or, for the highest price, choose it for good."""
    found = access_own_request(request.user, public_id)
    if screen.resumes_at(found) != "rights-agreement":
        return redirect("portal:rights-request", public_id)
    if found.way == Way.MAXIMUM:
        return _maximum(request, found)
    agreed = queries.agreement_of(found)
    if agreed is None:
        return redirect("portal:rights-way", public_id)
    initial = {"version": agreed.text.version}
    form = AgreementForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _household, guardian = access_own_household(request.user)
        try:
            operations.consent_and_ask(
                request=found,
                text_version=form.cleaned_data["version"],
                guardian=guardian,
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            _refuse(form, error)
        else:
            return redirect("portal:rights-request", public_id)
    words = agreed.text.shown(require_tenant().name)
    return _show(request, "step_agreement", found, step=2, form=form, words=words)


def _maximum(request: SignedInRequest, found: RightsRequest) -> HttpResponse:
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.choose_maximum(
                request=found, actor=Actor.user(request.user), at=timezone.now()
            )
        except DomainError as error:
            _refuse(form, error)
        else:
            return redirect("portal:rights-request", found.public_id)
    return _show(request, "step_maximum", found, step=2, form=form)


@family_page("GET", "HEAD", "POST")
def add_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 3, by a document: a photograph or a PDF."""
    found = access_own_request(request.user, public_id)
    is_sent = request.method == "POST"
    form = DocumentForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            operations.give_document(
                request=found,
                kind=form.cleaned_data["kind"],
                stream=given,
                declared_name=given.name or "",
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except UploadRefused as error:
            form.add_error("file", str(explain(error)))
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Votre pièce est envoyée. Nous vous répondrons."))
            return redirect("portal:rights-request", public_id)
    return _show(request, "step_document", found, step=3, form=form)


@family_page()
def document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document that the household gave, as it is kept."""
    found = access_document(request.user, public_id)
    access_own_request(request.user, found.request.public_id)
    return document_response(found.storage_name, title=_("piece"))


@family_page("POST")
def ask_again(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the same question again to a source that did not answer."""
    found = access_own_request(request.user, public_id)
    try:
        operations.ask_source(request=found, actor=Actor.user(request.user), at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))
    return redirect("portal:rights-request", public_id)


@family_page("POST")
def take_back(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take one's agreement back."""
    found = access_own_request(request.user, public_id)
    try:
        operations.withdraw_consent(
            request=found, actor=Actor.user(request.user), at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Votre accord est retiré. Le service n'est plus interrogé."))
    return redirect("portal:rights-request", public_id)


@family_page("POST")
def give_up(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a request up."""
    found = access_own_request(request.user, public_id)
    try:
        operations.abandon_request(request=found, actor=Actor.user(request.user), at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("La demande est abandonnée. Le prix ne change pas."))
    return redirect("portal:rights")
