"""Reads of accounts."""

from __future__ import annotations

import uuid

from tenants.accounts.models import User


def user_named(public_id: uuid.UUID) -> User | None:
    """The account of this identifier in the current département, if there is one."""
    return User.objects.filter(public_id=public_id).first()
