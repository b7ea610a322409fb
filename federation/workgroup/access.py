"""Whom the group lets in, and to what. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid

from commons.errors import NotFound
from commons.tenancy import current_tenant
from federation.workgroup.models import Comment, Member, Role
from tenants.accounts.models import User


def member_of(user: User) -> Member | None:
    """The membership of an account of the public host; nobody's in a département."""
    if current_tenant() is not None or not user.is_active:
        return None
    return Member.objects.select_related("user").filter(user=user, ended_at=None).first()


def access_member(editor: Member, public_id: uuid.UUID) -> Member:
    """
    A member, for an editor.

    :raises NotFound: if absent, gone, or asked for by who is no editor
    """
    found = None
    if editor.role == Role.EDITOR:
        current = Member.objects.select_related("user").filter(ended_at=None)
        found = current.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(member=str(public_id))
    return found


def access_own_comment(author: Member, public_id: uuid.UUID) -> Comment:
    """
    One's own comment, that one has not taken back.

    :raises NotFound: if absent, another's, or taken back
    """
    own = Comment.objects.filter(public_id=public_id, author=author, withdrawal=None).first()
    if own is None:
        raise NotFound(comment=str(public_id))
    return own
