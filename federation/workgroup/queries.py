"""What the group wrote, and who is of it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import QuerySet

from federation.workgroup.models import Comment, Definition, Invitation, Member

SHOWN_COMMENTS = 200


def digest_of(token: str) -> str:
    """What the table holds of an invitation's link."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitation(token: str, *, at: Any) -> Invitation | None:
    """The invitation of a link that still lets in."""
    found = Invitation.objects.filter(digest=digest_of(token), ended_at=None, expires_at__gt=at)
    return found.first()


def open_invitations(*, at: Any) -> list[Invitation]:
    """The invitations that wait, the latest first."""
    found = Invitation.objects.filter(ended_at=None, expires_at__gt=at)
    return list(found.order_by("-created_at", "-pk"))


def members() -> list[Member]:
    """Those who are of the group now, by name."""
    found = Member.objects.select_related("user").filter(ended_at=None)
    return list(found.order_by("user__last_name", "user__first_name", "pk"))


def comments_on(indicator: str) -> list[Comment]:
    """What members say of an indicator, the latest first; what was taken back is left out."""
    found = Comment.objects.select_related("author__user").filter(
        indicator=indicator, withdrawal=None
    )
    return list(found.order_by("-written_at", "-pk")[:SHOWN_COMMENTS])


def definitions_of(indicator: str) -> QuerySet[Definition]:
    """What was agreed of an indicator, the latest first."""
    return Definition.objects.filter(indicator=indicator).order_by("-revision")


def agreed() -> dict[str, Definition]:
    """The definition in force of each indicator that has one."""
    return {one.indicator: one for one in Definition.objects.order_by("indicator", "revision")}
