"""The page of an act: the questions, the effect, then the act itself.

GET shows the questions, or the effect at once when there is none. POST without `fingerprint` shows
the effect of the answers. POST with the fingerprint of the effect that was shown does it, unless
the facts have changed in between: then the new effect is shown, and nothing is done.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from console import acts, proofs
from console.views.frame import page_context
from ui.errors import explain
from ui.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
def act_page(request: SignedInRequest, name: str) -> HttpResponse:
    """Preview an act, and do it."""
    act = acts.find(name)
    if not request.user.can(act.capability):
        raise PermissionDenied
    if act.is_sensitive and not proofs.is_lately_proved(request):
        return proofs.ask_again(request)
    targets = act.targets(request.user, request.GET.getlist("sur"))
    if request.method == "GET":
        return _ask(request, act, targets)
    form = act.form(request.POST, request.FILES, targets)
    if not form.is_valid():
        return _show(request, act, targets, form=form, status=422)
    return _answer(request, act, targets, form)


def _ask(request: SignedInRequest, act: acts.Act, targets: list[Any]) -> HttpResponse:
    if act.asks:
        return _show(request, act, targets, form=act.form(None, None, targets))
    form = act.form({}, {}, targets)
    form.is_valid()
    try:
        effect = act.preview(targets=targets, answers=form.cleaned_data, at=timezone.now())
    except NotFound:
        raise
    except DomainError as error:
        effect = acts.Effect(refusals=(str(explain(error)),))
    return _show(request, act, targets, form=form, effect=effect)


def _answer(request: SignedInRequest, act: acts.Act, targets: list[Any], form: Any) -> HttpResponse:
    """The effect of the answers; or, when it was just shown and still holds, the act."""
    at = timezone.now()
    shown = request.POST.get("fingerprint", "")
    try:
        effect = act.preview(targets=targets, answers=form.cleaned_data, at=at)
        if not shown or request.POST.get("step") == "change":
            is_asking = request.POST.get("step") == "change"
            return _show(request, act, targets, form=form, effect=None if is_asking else effect)
        if effect.refusals or shown != effect.fingerprint:
            messages.warning(
                request, _("La situation a changé depuis l'aperçu. Rien n'a été fait. Relisez.")
            )
            return _show(request, act, targets, form=form, effect=effect, status=409)
        outcome = act.perform(
            targets=targets, answers=form.cleaned_data, actor=Actor.user(request.user), at=at
        )
    except NotFound:
        raise
    except DomainError as error:
        form.add_error(None, str(explain(error)))
        return _show(request, act, targets, form=form, status=422)
    for refusal in outcome.refusals:
        messages.error(request, refusal)
    if outcome.done:
        messages.success(request, outcome.message)
    else:
        messages.warning(request, _("Rien n'a été fait."))
    return HttpResponseRedirect(outcome.url)


def _show(
    request: SignedInRequest,
    act: acts.Act,
    targets: list[Any],
    *,
    form: Any,
    effect: acts.Effect | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "act": act,
        "form": form,
        "effect": effect,
        "about": act.about(targets),
        "back_url": act.back(targets),
        "answers": _answers(form) if effect else [],
        "step": 2 if effect else 1,
    }
    return render(
        request,
        "console/acts/act.html",
        {**page_context(request, title=act.title), **context},
        status=status,
    )


def _answers(form: Any) -> list[dict[str, Any]]:
    """The answers given, to be sent again with the confirmation."""
    if not form.is_bound:
        return []
    given = []
    for field in form:
        values = field.data if isinstance(field.data, list | tuple) else [field.data]
        given += [
            {"name": field.html_name, "value": value, "label": field.label}
            for value in values
            if value not in (None, "")
        ]
    return given
