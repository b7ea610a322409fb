"""The threads of a collège with its families: its inbox, a thread, a new one, what is reported, templates."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from commons.upload_requests import document_response
from console import acts
from console.message_forms import NewThreadForm, ReplyForm
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people.models import Guardian, Pupil
from tenants.schoollife.messages import operations, queries
from tenants.schoollife.messages.access import (
    access_desk_attachment,
    access_desk_pupil,
    access_desk_thread,
    access_template,
    desk_colleges,
    desk_hidings,
    desk_participations,
    desk_reports,
    desk_templates,
)
from tenants.schoollife.messages.operations import Draft
from tenants.schoollife.messages.templating import filled
from ui.errors import explain
from ui.requests import SignedInRequest

_SECRETARY = (Capability.MANAGE_SCHOOL_LIFE,)
MOST_WAITING = 50  # of each, oldest first: those decided make room for the next
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@require_safe
@requires(*_SECRETARY)
def inbox(request: SignedInRequest) -> HttpResponse:
    """`/console/messages/?q=&non-lus=1&apres=`"""
    parts = desk_participations(request.user)
    asked = request.GET.get("q", "")[:100]
    colleges = [one.pk for one in desk_colleges(request.user)]
    is_unread = bool(request.GET.get("non-lus"))
    context = page_context(
        request,
        title=_("Messages"),
        asked=asked,
        found=[
            (one, queries.name_of(one.participant))
            for one in queries.search(parts, asked, college_ids=colleges)
        ]
        if asked
        else [],
        inbox=None
        if asked
        else queries.inbox(parts, after=request.GET.get("apres", ""), is_unread=is_unread),
        is_unread=is_unread,
        unread=queries.count_unread(parts),
    )
    return render(request, "console/pages/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*_SECRETARY)
def thread(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/messages/<uuid>/?avant=&modele=`; what is shown is read."""
    part = access_desk_thread(request.user, public_id)
    its = part.thread
    form = _bound(request, ReplyForm, initial={"text": _template(request, its.pupil)[1]})
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
            form.add_error(None, str(explain(error)))
        else:
            messages.success(request, _("Votre message est envoyé."))
            return HttpResponseRedirect(reverse("console:message-thread", args=[public_id]))
    before = request.GET.get("avant", "")
    number = int(before) if _NUMBER.fullmatch(before) else None
    page = queries.conversation(part, before=number)
    if page.latest_number > part.read_number:
        operations.mark_read(
            participant=part,
            number=page.latest_number,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    context = page_context(
        request,
        title=its.subject,
        thread=its,
        conversation=page,
        lines=[(one, queries.name_of(one.author), _hide_url(one)) for one in page.messages],
        members=[(one, queries.name_of(one), _remove_url(one)) for one in page.members],
        addable=_addable(part, page),
        templates=_templates(request),
        form=form,
    )
    return render(
        request, "console/pages/message_thread.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*_SECRETARY)
def new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/messages/ecrire/<élève>/?modele=`"""
    pupil, college = access_desk_pupil(request.user, public_id)
    subject, text = _template(request, pupil)
    people = queries.recipients_of(pupil, on=timezone.localdate())
    form = _bound(request, NewThreadForm, people=people, initial={"subject": subject, "text": text})
    if form.is_bound and form.is_valid():
        try:
            first = operations.write_to_family(
                college=college,
                pupil=pupil,
                recipients=form.chosen(),
                draft=Draft(form.cleaned_data["subject"], form.cleaned_data["text"], form.given()),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(explain(error)))
        else:
            messages.success(request, _("Votre message est envoyé."))
            page = reverse("console:message-thread", args=[first.thread.public_id])
            return HttpResponseRedirect(page)
    context = page_context(
        request,
        title=_("Écrire à la famille"),
        pupil=pupil,
        college=college,
        templates=_templates(request),
        form=form,
    )
    return render(
        request, "console/pages/message_new.html", context, status=422 if form.errors else 200
    )


@require_safe
@requires(*_SECRETARY)
def templates(request: SignedInRequest) -> HttpResponse:
    """`/console/messages/modeles/`"""
    rows = [(one, acts.url_for("end-message-template", one)) for one in _templates(request)]
    colleges = desk_colleges(request.user)
    context = page_context(
        request,
        title=_("Modèles de messages"),
        rows=rows,
        offered=[(one, acts.url_for("save-message-template", one)) for one in colleges],
    )
    return render(request, "console/pages/message_templates.html", context)


@require_safe
@requires(*_SECRETARY)
def moderation(request: SignedInRequest) -> HttpResponse:
    """`/console/messages/moderation/`"""
    context = page_context(
        request,
        title=_("Messages signalés"),
        reports=[
            (
                one,
                acts.url_for("hide-message", one.message),
                acts.url_for("leave-message-shown", one),
            )
            for one in queries.waiting_reports(desk_reports(request.user))[:MOST_WAITING]
        ],
        appeals=[
            (one, acts.url_for("answer-message-appeal", one))
            for one in queries.waiting_appeals(desk_hidings(request.user))[:MOST_WAITING]
        ],
    )
    return render(request, "console/pages/message_moderation.html", context)


@require_safe
@requires(*_SECRETARY)
def attachment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/messages/pieces/<uuid>/`"""
    found = access_desk_attachment(request.user, public_id)
    return document_response(found.storage_name, title=_("piece"))


def _bound(request: SignedInRequest, kind: Any, **more: Any) -> Any:
    if request.method != "POST":
        return kind(**more)
    form: forms.Form = kind(request.POST, request.FILES, **more)
    return form


def _templates(request: SignedInRequest) -> list[Any]:
    return list(queries.current_templates(desk_templates(request.user), on=timezone.localdate()))


def _template(request: SignedInRequest, pupil: Pupil | None) -> tuple[str, str]:
    """The subject and the text of the template that the address names, for a pupil."""
    try:
        key = uuid.UUID(request.GET.get("modele", ""))
    except ValueError:
        return "", ""
    found = access_template(request.user, key)
    return filled(found.subject, pupil=pupil), filled(found.text, pupil=pupil)


def _hide_url(shown: queries.Shown) -> str:
    return "" if shown.hiding else acts.url_for("hide-message", shown.message)


def _remove_url(member: Any) -> str:
    if member.is_college or not member.is_there:
        return ""
    return acts.url_for("remove-from-thread", member)


def _addable(part: Any, page: queries.Conversation) -> list[tuple[str, str]]:
    """The guardians who answer for the pupil and are not in the thread, each with the act."""
    pupil = part.thread.pupil
    if pupil is None:
        return []
    there = {one.guardian_id for one in page.members if one.is_there}  # type: ignore[attr-defined]
    return [
        (one.full_name, acts.url_for("add-guardian-to-thread", (part.thread, one)))
        for one in queries.recipients_of(pupil, on=timezone.localdate())
        if isinstance(one, Guardian) and one.pk not in there
    ]
