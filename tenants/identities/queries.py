"""Reads on providers, identities and requests to recognise somebody."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from tenants.identities import claims as claims_of
from tenants.identities.claims import Claims
from tenants.identities.models import (
    ExternalIdentity,
    IdentityProvider,
    LinkCandidate,
    LinkRequest,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User


def providers() -> QuerySet[IdentityProvider]:
    """Every provider, latest first."""
    return IdentityProvider.objects.order_by("-opened_at", "-pk")


def open_provider(kind: str) -> IdentityProvider | None:
    """The provider of a kind that is open, if there is one."""
    return IdentityProvider.objects.filter(kind=kind, closed_at__isnull=True).first()


def open_providers() -> dict[str, IdentityProvider]:
    """Those that are open, by kind."""
    found = IdentityProvider.objects.filter(closed_at__isnull=True).order_by("kind")
    return {provider.kind: provider for provider in found}


def identities_of(user: User) -> QuerySet[ExternalIdentity]:
    """The identities joined to an account today."""
    return ExternalIdentity.objects.filter(user=user, ended_at__isnull=True).order_by("kind", "pk")


def identity_named(public_id: str) -> ExternalIdentity | None:
    """One identity, with its account; none once it has ended."""
    found = ExternalIdentity.objects.filter(public_id=public_id, ended_at__isnull=True)
    return found.select_related("user").first()


def requests() -> QuerySet[LinkRequest]:
    """Requests to recognise somebody, those that wait longest first."""
    return LinkRequest.objects.order_by("waiting_since", "pk")


def request_named(public_id: uuid.UUID) -> LinkRequest | None:
    """One request: the caller knows that it is the session's own."""
    return LinkRequest.objects.filter(public_id=public_id).first()


def refused_before(request: LinkRequest) -> LinkRequest | None:
    """The answer that this subject was given the time before, if it was a refusal."""
    refused = LinkRequest.objects.filter(
        kind=request.kind, subject=request.subject, state=LinkRequest.State.REFUSED
    )
    return refused.order_by("-closed_at", "-pk").first()


def candidates_of(request: LinkRequest) -> QuerySet[LinkCandidate]:
    """Who it may be."""
    return request.candidates.select_related("guardian", "pupil").order_by("pk")


def claims_in(request: LinkRequest) -> Claims | None:
    """What the provider said; nothing once the request is over."""
    held = request.sealed_claims
    return claims_of.unsealed(bytes(held)) if held else None
