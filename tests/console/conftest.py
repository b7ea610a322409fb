"""Agents at their console, inside Hauts-de-Seine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.portal.conftest import Site, empty_cache, site

__all__ = ("Site", "empty_cache", "site")


@pytest.fixture
def agent(site: Site) -> Callable[..., Any]:
    """Sign in as an agent with this role."""

    def sign_in(role: Role, uai: str = "") -> Site:
        user = User.objects.create(
            email=f"{role.value.lower()}@exemple.fr", first_name="Claire", last_name="Dumas"
        )
        StaffRole.objects.create(user=user, role=role, college_uai=uai)
        return site.sign_in(user)

    return sign_in
