"""A browser without JavaScript on a département's host, for tests inside that tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from tests.factories.canteen import Family, make_family
from tests.factories.portal import account_of
from tests.signed_in import open_session

PASSWORD = "Socle-demo-2026"
HOSTS = {"d92": "hauts-de-seine.socle.test", "d94": "val-de-marne.socle.test"}


class Site:
    """One visitor of one host. After each request the test is back in its tenant."""

    def __init__(self, schema: str = "d92") -> None:
        self.schema = schema
        self.client = Client(headers={"host": HOSTS[schema]}, raise_request_exception=True)

    def get(self, path: str, **data: Any) -> HttpResponse:
        return self._checked(self.client.get(path, data or None))

    def post(self, path: str, **data: Any) -> HttpResponse:
        return self._checked(self.client.post(path, data))

    def follow(self, response: HttpResponse) -> HttpResponse:
        """The page a redirect leads to."""
        assert response.status_code == 302, response.status_code
        return self.get(response.headers["Location"])

    def sign_in(self, user: Any) -> Site:
        open_session(self.client, user)
        return self

    def _checked(self, response: HttpResponse) -> HttpResponse:
        self._come_back()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            html = response.content.decode()
            assert "⚠ UNDEFINED" not in html, re.findall(r"⚠ UNDEFINED (\S+)", html)
            assert "{{" not in html, "a tag was not rendered"
            assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", html)
            assert response.streaming or len(response.content) < 60_000
        return response

    def _come_back(self) -> None:
        from django.db import connection

        from tenants.registry import directory

        connection.set_tenant(directory.by_schema(self.schema))


@pytest.fixture
def site(tenant_db: None) -> Site:
    """A visitor of Hauts-de-Seine."""
    return Site()


@pytest.fixture(autouse=True)
def empty_cache(own_cache: None) -> None:
    """Failed sign-ins are counted in the cache."""


@pytest.fixture
def parent(tenant_db: None) -> Any:
    """Somebody with an account and no child."""
    from tenants.accounts.models import User

    user = User(email="parent@exemple.fr", first_name="Awa", last_name="Traoré")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The moment that the test's module calls NOW, until it moves it."""
    with time_machine.travel(request.module.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def guardian(site: Site, clock: Any) -> Family:
    """A family whose first guardian is signed in at that moment."""
    family = make_family()
    site.sign_in(account_of(family))
    return family
