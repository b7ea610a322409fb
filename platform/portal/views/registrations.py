"""« Inscrire au Pass+ » : four steps at most, each kept; then where it stands, to its end."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.upload_requests import document_response
from commons.uploads import UploadRefused
from federation.passplus.engine.registering import NotEligible
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import operations
from federation.passplus.registrations.access import (
    access_open_campaign,
    access_own_registration,
    access_registrable_pupil,
    access_registration_document,
    offers_of,
    own_registrations,
    registrable_pupils,
)
from federation.passplus.registrations.declaring import read_declared
from portal.doors import family_page, refuse, show
from portal.registration_forms import PhotoForm, PieceForm, SituationForm
from portal.screens import registration as screen
from portal.screens.registration import RegistrationPage
from tenants.people import queries as people
from ui import wording
from ui.errors import explain
from ui.registration_texts import why_not
from ui.requests import SignedInRequest

State = Registration.State
Kind = RegistrationDocument.Kind


def _show(
    request: SignedInRequest,
    template: str,
    found: Registration,
    page: RegistrationPage,
    *,
    step: str = "",
    form: Form | None = None,
    **more: object,
) -> HttpResponse:
    before = page.before(step) if step else ""
    context = {
        "registration": found,
        "page": page,
        "form": form,
        "steps": page.names(),
        "step": page.number(step) if step else 0,
        "before": f"portal:{before}" if before and found.state == State.DRAFT else "",
        **more,
    }
    has_errors = bool(form and form.errors)
    return show(
        request,
        f"portal/registrations/{template}.html",
        context,
        status=422 if has_errors else 200,
    )


def _next(found: Registration, page: RegistrationPage, step: str) -> HttpResponse:
    """The step that follows; for what was sent already, where it stands."""
    name = page.after(step) if found.state == State.DRAFT else "registration"
    return redirect(f"portal:{name}", found.public_id)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(key=text[:40]) from None


@family_page("GET", "HEAD", "POST")
def registrations(request: SignedInRequest) -> HttpResponse:
    """Each child in each campaign that is open: begin, take up again, follow, or read why not."""
    at = timezone.now()
    if request.method == "POST":
        return _begin(request)
    offers = offers_of(request.user, at=at)
    shown = {offer.own.pk for offer in offers if offer.own}
    context = {
        "offers": [
            (offer, why_not(offer.in_the_way, is_too_late=offer.is_too_late)) for offer in offers
        ],
        "former": [one for one in own_registrations(request.user)[:20] if one.pk not in shown],
        "has_pupils": registrable_pupils(request.user).exists(),
    }
    return show(request, "portal/registrations/registrations.html", context)


def _begin(request: SignedInRequest) -> HttpResponse:
    pupil, guardian = access_registrable_pupil(request.user, _key(request.POST.get("child", "")))
    campaign = access_open_campaign(_key(request.POST.get("campaign", "")))
    try:
        begun = operations.begin_registration(
            campaign=campaign,
            pupil=pupil,
            guardian=guardian,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, _refusal(error))
        return redirect("portal:registrations")
    return redirect("portal:registration", begun.public_id)


def _refusal(error: DomainError) -> str:
    """A refusal in words; of a child to whom the campaign is not open, with what is in the way."""
    if not isinstance(error, NotEligible):
        return str(explain(error))
    todo = _("Vérifiez vos réponses. Le collège se trompe ? Prévenez son secrétariat.")
    return wording.typographic(f"{why_not(error.details['facts'], is_too_late=False)} {todo}")


@family_page()
def registration(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where it stands; one that is not sent is taken up where it was left."""
    found = access_own_registration(request.user, public_id)
    page = screen.page_of(found, at=timezone.now())
    resumes_at = screen.resumes_at(found, page)
    if resumes_at != "registration":
        return redirect(f"portal:{resumes_at}", public_id)
    return _show(request, "registration", found, page)


@family_page("GET", "HEAD", "POST")
def situation(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 1: what nothing says yet; the rest is shown, and asked of nobody."""
    found = access_own_registration(request.user, public_id)
    at = timezone.now()
    page = screen.page_of(found, at=at)
    if found.state not in (State.DRAFT, State.INCOMPLETE):
        return redirect("portal:registration", public_id)
    form = SituationForm(
        request.POST if request.method == "POST" else None,
        questions=page.standing.questions,
        name=found.pupil.first_name,
        initial=_initial(request, found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            told = operations.tell_situation(
                registration=found,
                declared=form.declared(),
                actor=Actor.user(request.user),
                at=at,
            )
        except NotEligible as error:
            form.add_error(None, _refusal(error))
        except DomainError as error:
            refuse(form, error)
        else:
            return _next(told, screen.page_of(told, at=at), screen.SITUATION)
    return _show(request, "step_situation", found, page, step=screen.SITUATION, form=form)


def _initial(request: SignedInRequest, found: Registration) -> dict[str, object]:
    """What was said before; else the person's own postal code, never the other parent's."""
    if found.declared:
        return dict(read_declared(found.declared).as_dict())
    guardian = people.guardian_of(request.user)
    return {"home_postal_code": guardian.postal_code if guardian else ""}


@family_page("GET", "HEAD", "POST")
def photo(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 2: the photograph, with how to take it."""
    found = access_own_registration(request.user, public_id)
    page = screen.page_of(found, at=timezone.now())
    if not page.may_add_photo:
        return redirect("portal:registration", public_id)
    is_sent = request.method == "POST"
    form = PhotoForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid() and _give(request, found, form, Kind.PHOTO):
        found.refresh_from_db()
        return _next(found, page, screen.PHOTO)
    return _show(
        request,
        "step_photo",
        found,
        page,
        step=screen.PHOTO,
        form=form,
        later=f"portal:{page.after(screen.PHOTO)}" if found.state == State.DRAFT else "",
    )


@family_page("GET", "HEAD", "POST")
def pieces(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 3: the documents that are still of use, one after the other; they may come later."""
    found = access_own_registration(request.user, public_id)
    page = screen.page_of(found, at=timezone.now())
    if not page.may_add_piece:
        is_draft = found.state == State.DRAFT
        return redirect(f"portal:{screen.SEND if is_draft else 'registration'}", public_id)
    is_sent = request.method == "POST"
    form = PieceForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        kinds=page.wanted,
    )
    if is_sent and form.is_valid() and _give(request, found, form, form.cleaned_data["kind"]):
        messages.success(request, _("Votre pièce est envoyée."))
        found.refresh_from_db()
        after = screen.page_of(found, at=timezone.now())
        if found.state == State.DRAFT and after.wanted:
            return redirect("portal:registration-pieces", public_id)
        return _next(found, after, screen.PIECES)
    return _show(request, "step_pieces", found, page, step=screen.PIECES, form=form)


def _give(request: SignedInRequest, found: Registration, form: Form, kind: str) -> bool:
    given = form.cleaned_data["file"]
    try:
        operations.give_document(
            registration=found,
            kind=kind,
            stream=given,
            declared_name=given.name or "",
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except (UploadRefused, operations.PhotoRefused) as error:
        form.add_error("file", str(explain(error)))
    except DomainError as error:
        refuse(form, error)
    else:
        return True
    return False


@family_page("GET", "HEAD", "POST")
def send(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The last step: all of it on one page, then sent."""
    found = access_own_registration(request.user, public_id)
    if found.state != State.DRAFT:
        return redirect("portal:registration", public_id)
    page = screen.page_of(found, at=timezone.now())
    if not page.standing.is_told:
        return redirect("portal:registration-situation", public_id)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.submit_registration(
                registration=found, actor=Actor.user(request.user), at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, _refusal(error))
        else:
            return redirect("portal:registration", public_id)
    return _show(request, "step_send", found, page, step=screen.SEND, form=form)


@family_page("POST")
def withdraw(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give it up: what was said and given is erased."""
    found = access_own_registration(request.user, public_id)
    try:
        operations.withdraw_registration(
            registration=found, actor=Actor.user(request.user), at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
        return redirect("portal:registration", public_id)
    messages.success(request, _("L'inscription est abandonnée. Vos réponses sont effacées."))
    return redirect("portal:registrations")


@family_page()
def document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document or a photograph that the person gave, as it is kept."""
    found = access_registration_document(request.user, public_id)
    access_own_registration(request.user, found.registration.public_id)
    return document_response(found.storage_name, title=_("piece"))
