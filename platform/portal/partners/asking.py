"""What a page of the partners asks for: done in the name of who is here, then said; or why it is not."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.utils import timezone

from commons.actors import Actor
from commons.errors import DomainError, Forbidden
from federation.passplus.operations import PartnerInvalid
from portal.doors import refuse
from portal.partners import spaces
from ui import wording
from ui.errors import explain, explain_code


def asked(
    request: spaces.PartnerRequest,
    form: forms.Form,
    act: Callable[..., object],
    *,
    said: str = "",
    **given: object,
) -> bool:
    """Do what a valid form asks for; a refusal is said in the form. Whether it is done."""
    try:
        act(**given, actor=Actor.user(request.partner_user), at=timezone.now())
    except Forbidden:
        raise
    except PartnerInvalid as error:  # what cannot be, next to it, in words that are not an agent's
        field = str(error.details.get("field", ""))
        words = explain_code("PASSPLUS_APPLICATION_INVALID", {}, phone="")
        form.add_error(field if field in form.fields else None, str(words))
        return False
    except DomainError as error:
        refuse(form, error)
        return False
    if said:
        say(request, said)
    return True


def done(
    request: spaces.PartnerRequest, act: Callable[..., object], *, said: str, **given: object
) -> None:
    """Do an act that a button asks for, as a manager; a refusal is said at the top of the page."""
    try:
        act(
            **given,
            by=request.member,
            actor=Actor.user(request.partner_user),
            at=timezone.now(),
        )
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        say(request, said)


def say(request: spaces.PartnerRequest, text: str) -> None:
    """A good news at the top of the next page."""
    messages.success(request, wording.typographic(text))
