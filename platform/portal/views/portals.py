"""« Vos autres portails »: what is linked, in both directions, to link one more, and to end it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib import auth, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from federation.ent import operations as ent
from federation.ent import vouching
from portal import portals
from portal.doors import family_page, lead_to, show
from portal.proving import recently_proved
from portal.views.departements import go, trusted
from portal.views.identities import explained
from tenants.accounts.sessions import facts_of
from tenants.identities import operations, queries, ways
from tenants.identities.departements import code_of_way, departement_of, may_link
from tenants.registry import directory
from tenants.registry.addresses import origin_of
from ui.requests import SignedInRequest
from ui.ways import portal_of

if TYPE_CHECKING:
    from tenants.registry.models import Departement

View = Callable[..., HttpResponse]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """Another portal: since when it opens this one, since when this one opens it."""

    departement: Departement
    received_at: datetime.datetime | None
    given_at: datetime.datetime | None
    url: str
    their_page: str


def _guardians_alone(view: View) -> View:
    """These pages do not exist for who may not link: agents, and people without a child here."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may_link(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@family_page()
@_guardians_alone
def portals_page(request: SignedInRequest) -> HttpResponse:
    """The links of the account, and the portals that could be linked."""
    portals.remember(request, request.user)
    lines = _lines(request)
    linked = {line.departement.code for line in lines if line.received_at}
    context = {"lines": lines, "possible": [one for one in _possible() if one.code not in linked]}
    return show(request, "portal/portals/portals.html", context)


def _lines(request: SignedInRequest) -> list[Line]:
    given = {one.departement_code: one.given_at for one in vouching.given_links(request.user)}
    received = {one.departement_code: one.linked_at for one in queries.received_links(request.user)}
    urls = {one.departement.code: one.url for one in portals.others(request)}
    found = []
    for code in sorted({*given, *received}):
        other = departement_of(code)
        if other is not None:
            found.append(
                Line(
                    departement=other,
                    received_at=received.get(code),
                    given_at=given.get(code),
                    url=urls[code],
                    their_page=f"{origin_of(other)}/compte/portails/",
                )
            )
    return found


def _possible() -> list[Departement]:
    """The départements whose word is taken here."""
    others = [departement_of(one.departement_code) for one in ways.offer().departements]
    return [one for one in others if one is not None]


@family_page("GET", "HEAD", "POST")
@_guardians_alone
@recently_proved
@explained
def link(request: SignedInRequest, portal: str) -> HttpResponse:
    """What linking does, in words; then to the other portal, to prove who one is there too."""
    provider = trusted(portal)
    if request.method == "POST":
        return go(request, provider, destination="", user=request.user)
    other = departement_of(provider.departement_code)
    assert other is not None  # `trusted` found it
    page = show(request, "portal/portals/link.html", {"other": other})
    parts = urlsplit(provider.issuer)
    return lead_to(page, f"{parts.scheme}://{parts.netloc}")


@family_page("POST")
@_guardians_alone
def unlink(request: SignedInRequest, portal: str) -> HttpResponse:
    """The other portal opens this one no more; who came in by it is out."""
    code = _code_of(portal)
    came_by_it = code_of_way(facts_of(request.session).way) == code
    operations.unlink(
        user=request.user,
        departement_code=code,
        actor=Actor.user(request.user),
        at=timezone.now(),
    )
    if came_by_it:  # this session ended with the others
        auth.logout(request)
    messages.success(request, _("C'est fait : %(portal)s n'ouvre plus celui-ci.") % _named(code))
    return redirect("portal:portals")


@family_page("POST")
@_guardians_alone
def take_back(request: SignedInRequest, portal: str) -> HttpResponse:
    """This portal opens the other one no more."""
    code = _code_of(portal)
    ent.take_back(
        user=request.user,
        departement_code=code,
        actor=Actor.user(request.user),
        at=timezone.now(),
    )
    messages.success(request, _("C'est fait : ce portail n'ouvre plus %(portal)s.") % _named(code))
    return redirect("portal:portals")


def _named(code: str) -> dict[str, str]:
    return {"portal": portal_of(code)}


def _code_of(slug: str) -> str:
    found = next((one for one in directory.neighbours() if one.slug == slug), None)
    if found is None:
        raise Http404
    return found.code
