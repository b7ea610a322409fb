"""Families that can sign in, for tests of the portal and of messages."""

from __future__ import annotations

from typing import Any

from tenants.accounts.models import User
from tenants.people.models import Guardian
from tests.factories.canteen import Family


def make_account(guardian: Guardian, **traits: Any) -> User:
    """An account for a guardian; nobody knows its password."""
    user = User(
        **{
            "email": f"parent{guardian.pk}@exemple.fr",
            "first_name": guardian.first_name,
            "last_name": guardian.last_name,
            **traits,
        }
    )
    user.set_unusable_password()
    user.save()
    guardian.user = user
    guardian.save(update_fields=["user"])
    return user


def account_of(family: Family, rank: int = 0) -> User:
    """The account of a family's first guardian, or of another."""
    return make_account(family.guardians[rank])
