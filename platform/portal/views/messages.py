"""« Messages » : the threads of a person with the collèges of their children, or with their own."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.upload_requests import document_response
from commons.uploads import UploadRefused
from portal.doors import family_page, refuse, show
from portal.message_forms import AppealForm, NewThreadForm, ReasonForm, ReplyForm, SearchForm
from portal.screens import messages as screen
from tenants.people.models import Pupil
from tenants.schoollife.messages import operations, queries
from tenants.schoollife.messages.access import (
    access_own_attachment,
    access_own_hiding,
    access_own_message,
    access_own_thread,
    own_participations,
)
from tenants.schoollife.messages.operations import Draft
from ui.errors import explain
from ui.requests import SignedInRequest

F = TypeVar("F", bound=forms.Form)


@family_page(pupils=True)
def inbox(request: SignedInRequest) -> HttpResponse:
    """The threads, latest first; or what holds the words asked."""
    parts = own_participations(request.user)
    form = SearchForm(request.GET if "q" in request.GET else None)
    asked = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    context = {
        "form": form,
        "asked": asked,
        "found": queries.search(parts, asked) if asked else (),
        "page": None if asked else queries.inbox(parts, after=request.GET.get("apres", "")),
    }
    return show(request, "portal/messages/inbox.html", context)


@family_page("GET", "HEAD", "POST", pupils=True)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a thread with a collège."""
    addressees = screen.choices_for(request.user, on=timezone.localdate())
    writer = queries.writer_of(request.user)
    is_pupil = isinstance(writer, Pupil)
    form = _form(request, NewThreadForm, addressees=addressees, is_pupil=is_pupil)
    if writer is not None and form.is_bound and form.is_valid():
        to = next(one.to for one in addressees if one.key == form.cleaned_data["to"])
        try:
            first = operations.write_to_college(
                writer=writer,
                college=to.college,
                pupil=to.pupil,
                draft=Draft(form.cleaned_data["subject"], form.cleaned_data["text"], form.given()),
                with_other_guardians=form.cleaned_data.get("together", False),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Votre message est envoyé."))
            return redirect("portal:message-thread", first.thread.public_id)
    context = {"form": form, "addressees": addressees}
    status = 422 if form.errors else 200
    return show(request, "portal/messages/new.html", context, status=status)


@family_page("GET", "HEAD", "POST", pupils=True)
def thread(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A thread, oldest message first, and the answer. What is shown is read."""
    part = access_own_thread(request.user, public_id)
    form = _form(request, ReplyForm)
    if form.is_bound and form.is_valid():
        try:
            operations.reply(
                participant=part,
                text=form.cleaned_data["text"],
                attached=form.given(),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Votre message est envoyé."))
            return redirect("portal:message-thread", public_id)
    page = queries.conversation(part, before=_number(request.GET.get("avant", "")))
    if page.latest_number > part.read_number:
        operations.mark_read(
            participant=part,
            number=page.latest_number,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    context = {
        "thread": part.thread,
        "part": part,
        "page": page,
        "lines": [(one, screen.name_of(one.author)) for one in page.messages],
        "members": [screen.name_of(one) for one in page.members if one.is_there],  # type: ignore[attr-defined]
        "form": form,
    }
    status = 422 if form.errors else 200
    return show(request, "portal/messages/thread.html", context, status=status)


@family_page("POST", pupils=True)
def leave(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Read nothing of what follows in a thread."""
    part = access_own_thread(request.user, public_id)
    operations.leave_thread(participant=part, actor=Actor.user(request.user), at=timezone.now())
    messages.success(request, _("Vous avez quitté cette conversation."))
    return redirect("portal:message-thread", public_id)


@family_page("GET", "HEAD", "POST", pupils=True)
def report(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Tell the collège that a message is not right."""
    message, part = access_own_message(request.user, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.report(
                message=message,
                participant=part,
                reason=form.cleaned_data["reason"],
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Merci. Le collège va regarder ce message."))
            return redirect("portal:message-thread", part.thread.public_id)
    context = {"form": form, "thread": part.thread, "shown": queries.shown_message(message, part)}
    status = 422 if form.errors else 200
    return show(request, "portal/messages/report.html", context, status=status)


@family_page("GET", "HEAD", "POST", pupils=True)
def appeal(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Contest that a message of one's own is hidden."""
    hiding, part = access_own_hiding(request.user, public_id)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.appeal(
                hiding=hiding,
                participant=part,
                words=form.cleaned_data["reason"],
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Le collège va vous répondre."))
            return redirect("portal:message-thread", part.thread.public_id)
    context = {"form": form, "thread": part.thread, "hiding": hiding}
    status = 422 if form.errors else 200
    return show(request, "portal/messages/appeal.html", context, status=status)


@family_page(pupils=True)
def attachment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document sent with a message that the person may read."""
    found = access_own_attachment(request.user, public_id)
    return document_response(found.storage_name, title=_("piece"))


def _form(request: SignedInRequest, kind: type[F], **more: Any) -> F:
    """A form that files may come with."""
    if request.method != "POST":
        return kind(**more)
    return kind(request.POST, request.FILES, **more)


def _number(written: str) -> int | None:
    """A number of a message, as an address gives it."""
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise NotFound(number=written[:20])
    return int(written)


def _refuse(form: ReplyForm, error: DomainError) -> None:
    """A refusal next to what it is about: of a document, next to the first."""
    if isinstance(error, UploadRefused):
        form.add_error("document_1", str(explain(error)))
    else:
        refuse(form, error)
