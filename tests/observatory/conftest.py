"""A browser without JavaScript on the public host, members of the group, and released figures."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from federation.workgroup.models import Member, Role
from tenants.accounts.models import User
from tests.factories.shared_figures import release_months
from tests.signed_in import open_session

SHARE, PRICE = "canteen-take-up", "canteen-average-price"
PASSWORD = "Sept-rivieres-2026"
LATEST = datetime.date(2026, 10, 1)
MONTHS = [datetime.date(2025 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(13)]


class Visitor:
    """One visitor of the public host. After each request the test is back in the public schema."""

    def __init__(self) -> None:
        self.client = Client(headers={"host": settings.PUBLIC_HOST})

    def get(self, path: str, **data: Any) -> HttpResponse:
        return self._checked(self.client.get(path, data or None))

    def post(self, path: str, **data: Any) -> HttpResponse:
        return self._checked(self.client.post(path, data))

    def _checked(self, response: HttpResponse) -> HttpResponse:
        from django.db import connection

        connection.set_schema_to_public()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            html = response.content.decode()
            assert "⚠ UNDEFINED" not in html, re.findall(r"⚠ UNDEFINED (\S+)", html)
            assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|<style|\son[a-z]+=", html)
            assert len(response.content) < 60_000
        return response


@pytest.fixture
def public_db(tenant_db: None, own_cache: None) -> Iterator[None]:
    """Be in the public schema, as its own role, in a transaction undone at the end."""
    from tenants.registry import contexts

    with contexts.public():
        yield


@pytest.fixture
def visitor(public_db: None) -> Visitor:
    """Somebody without an account."""
    return Visitor()


@pytest.fixture
def figured(committed_tenant_db: None, own_cache: None) -> Iterator[Visitor]:
    """Somebody without an account, once départements released; committed, for all of them to see.

    Thirteen months of two indicators, of two départements; the last share of d94 is secret.
    """
    from tenants.registry import contexts

    with contexts.public():
        release_months("d92", SHARE, MONTHS, [10_000 + 100 * n for n in range(13)])
        release_months("d94", SHARE, MONTHS, [*(12_000 - 100 * n for n in range(12)), None])
        release_months("d92", PRICE, MONTHS, [4_000_000 + 1_000 * n for n in range(13)], 10_000)
        release_months("d94", PRICE, MONTHS, [3_000_000 - 9_000 * n for n in range(13)], 10_000)
        yield Visitor()


def make_member(email: str = "nadia@exemple.fr", *, role: Role = Role.MEMBER) -> Member:
    """A member of the group, with a password and no factor yet."""
    user = User(email=email, first_name="Nadia", last_name="Bensaïd")
    user.set_password(PASSWORD)
    user.save()
    return Member.objects.create(user=user, role=role, since=timezone.now())


def signed_in(member: Member) -> Visitor:
    """The browser of a member who has proved their factor."""
    found = Visitor()
    open_session(found.client, member.user)
    return found
