"""Who of a collège has an account, a code, or neither; and the letters one had printed."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commons.actors import Actor
from console import activation_queries
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.activation import operations
from tenants.activation.access import access_letters
from ui.documents.files import File, answer, plain_name
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.GIVE_CODES)
def helped(request: SignedInRequest) -> HttpResponse:
    """`/console/comptes/?college=0920001A&classe=12`"""
    page = activation_queries.helped_page(
        request.user,
        uai=request.GET.get("college", "")[:8],
        class_key=request.GET.get("classe", "")[:20],
        at=timezone.now(),
    )
    context = page_context(request, title=_("Comptes et codes"), page=page)
    return render(request, "console/pages/helped.html", context)


@require_safe
@requires(Capability.GIVE_CODES)
def letters(request: SignedInRequest) -> HttpResponse:
    """`/console/lettres/`: one's own, of late."""
    rows = activation_queries.letters_rows(request.user, at=timezone.now())
    return render(
        request, "console/pages/letters.html", page_context(request, title=_("Lettres"), rows=rows)
    )


@require_safe
@requires(Capability.GIVE_CODES)
def letters_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/lettres/<uuid>/lettres.pdf`; each opening is written down."""
    found = access_letters(request.user, public_id)
    content = operations.open_letters(
        letters=found, actor=Actor.user(request.user), at=timezone.now()
    )
    day = timezone.localdate(found.made_at).isoformat()
    return answer(File(plain_name("lettres", day, str(found.public_id)[-8:]), content))
