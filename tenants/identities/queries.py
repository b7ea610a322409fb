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
    ProviderKind,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User


def providers() -> QuerySet[IdentityProvider]:
    """Every provider, latest first."""
    return IdentityProvider.objects.order_by("-opened_at", "-pk")


def open_provider(kind: str, departement_code: str = "") -> IdentityProvider | None:
    """The provider of a kind that is open, if there is one; of départements, the one of this code."""
    return IdentityProvider.objects.filter(
        kind=kind, departement_code=departement_code, closed_at__isnull=True
    ).first()


def open_providers() -> dict[str, IdentityProvider]:
    """The national ones that are open, by kind."""
    found = IdentityProvider.objects.filter(departement_code="", closed_at__isnull=True)
    return {provider.kind: provider for provider in found.order_by("kind")}


def trusted_departements() -> list[IdentityProvider]:
    """The other départements whose word is taken here, by code."""
    return list(
        IdentityProvider.objects.filter(
            kind=ProviderKind.DEPARTEMENT, closed_at__isnull=True
        ).order_by("departement_code")
    )


def identities_of(user: User) -> QuerySet[ExternalIdentity]:
    """The identities joined to an account today."""
    return ExternalIdentity.objects.filter(user=user, ended_at__isnull=True).order_by("kind", "pk")


def received_links(user: User) -> list[ExternalIdentity]:
    """The other départements by which a person comes in here, by code."""
    found = identities_of(user).filter(kind=ProviderKind.DEPARTEMENT)
    return list(found.order_by("departement_code"))


def received_link(user: User, departement_code: str) -> ExternalIdentity | None:
    """One of them."""
    return next(
        (one for one in received_links(user) if one.departement_code == departement_code), None
    )


def count_received(departement_code: str) -> int:
    """How many people come in by another département."""
    return ExternalIdentity.objects.filter(
        kind=ProviderKind.DEPARTEMENT, departement_code=departement_code, ended_at__isnull=True
    ).count()


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
