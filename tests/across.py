"""One browser on the hosts of two départements, which speak to each other as over HTTP.

What one département asks another goes through the whole site again (`httpx.WSGITransport`), in this
process and the test's own transactions: only the network in between is left out.
"""

from __future__ import annotations

import contextlib
import html
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core import signals
from django.core.cache import cache
from django.db import close_old_connections
from django.http import HttpResponse
from django.utils import timezone

from federation.ent import keys
from federation.ent import operations as ent
from tenants.accounts.models import User
from tenants.identities import operations
from tenants.identities.models import ExternalIdentity
from tenants.people.models import Guardian
from tests.factories.portal import make_account
from tests.factories.shared_services import put_keys
from tests.factories.tariffs import ACTOR, AT
from tests.portal.conftest import HOSTS, Site

CODES = {"d92": "92", "d94": "94"}
SCHEMAS = {host: schema for schema, host in HOSTS.items()}
PASSWORD = "Un mot de passe assez long 7"


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[str]]:
    """The wire between départements; what was asked over it. What is kept of it is this test's alone."""
    from socle.wsgi import application
    from tenants.registry.connecting import connection

    settings.PORTAL_ORIGIN = "http://{host}"
    asked: list[str] = []
    plain = httpx.request

    def carry(method: str, url: str, **options: Any) -> httpx.Response:
        if urlsplit(url).hostname not in SCHEMAS:
            return plain(method, url, **options)
        asked.append(f"{method} {url}")
        previous = connection.tenant
        transport = httpx.WSGITransport(app=application)
        try:
            with (
                _connections_kept(),
                httpx.Client(transport=transport, trust_env=False) as client,
            ):
                return client.request(method, url, **options)
        finally:
            connection.set_tenant(previous)

    monkeypatch.setattr(httpx, "request", carry)
    shared = cache.key_prefix
    cache.key_prefix = uuid.uuid4().hex
    yield asked
    cache.key_prefix = shared


@contextlib.contextmanager
def _connections_kept() -> Iterator[None]:
    """As Django's own test client: the end of a request, one in another too, is not that of the test's."""
    both = (signals.request_started, signals.request_finished)
    were_connected = [one.disconnect(close_old_connections) for one in both]
    try:
        yield
    finally:
        for one, was_connected in zip(both, were_connected, strict=True):
            if was_connected:
                one.connect(close_old_connections)


@contextlib.contextmanager
def inside(schema: str) -> Iterator[None]:
    """Be in a département for a block; then in Hauts-de-Seine again."""
    from tenants.registry import contexts

    with contexts.tenant(schema):
        yield


class Browser:
    """One person at one computer: a cookie jar for each host, as a browser has."""

    def __init__(self) -> None:
        self.sites = {schema: Site(schema) for schema in HOSTS}

    def site(self, url: str) -> tuple[Site, str]:
        """Where an address is, and the rest of it."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return self.sites[SCHEMAS[parts.hostname or ""]], f"{parts.path}{query}"

    def get(self, url: str) -> HttpResponse:
        """One page, wherever it leads."""
        site, path = self.site(url)
        with inside(site.schema):
            response = site.get(path)
        response.at = url
        return response

    def post(self, url: str, **data: Any) -> HttpResponse:
        site, path = self.site(url)
        with inside(site.schema):
            response = site.post(path, **data)
        response.at = url
        return response

    def walk(self, response: HttpResponse) -> HttpResponse:
        """The page where redirects end, on whatever host; `.way` says which pages led there."""
        way = [response.at]
        while response.status_code == 302:
            response = self.get(absolute(response))
            way.append(response.at)
            assert len(way) < 20, way
        response.way = way
        return response

    def sign_in(self, schema: str, user: User, to: str = "/") -> HttpResponse:
        """By the page of a département, with the password."""
        url = f"http://{HOSTS[schema]}/connexion/"
        return self.walk(self.post(url, name=user.email, password=PASSWORD, next=to))

    def be(self, schema: str, user: User) -> Browser:
        """Signed in there, the page left out."""
        with inside(schema):
            self.sites[schema].sign_in(user)
        return self

    def who(self, schema: str) -> str:
        """Whose session a host has; empty if nobody's."""
        with inside(schema):
            return str(self.sites[schema].client.session.get("_auth_user_id", ""))


def absolute(response: HttpResponse) -> str:
    """Where a redirect leads."""
    location = response.headers["Location"]
    if location.startswith("/"):
        parts = urlsplit(response.at)
        return f"{parts.scheme}://{parts.netloc}{location}"
    return str(location)


def at(schema: str, path: str = "/") -> str:
    """The address of a page."""
    return f"http://{HOSTS[schema]}{path}"


def agree_both() -> None:
    """Two départements take each other's word, and each lets the other."""
    for schema, other in (("d92", "94"), ("d94", "92")):
        with inside(schema):
            put_keys()
            operations.trust(departement_code=other, actor=ACTOR, at=AT)
            ent.agree(departement_code=other, actor=ACTOR, at=AT)


def with_password(guardian: Guardian, **traits: Any) -> User:
    """The account of a guardian, who knows its password."""
    user = make_account(guardian, **traits)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def linked(users: dict[str, User], *, vouching: str, trusting: str) -> None:
    """Two accounts linked already, as by the pages: the pseudonym there, the agreement here."""
    code, other = CODES[vouching], CODES[trusting]
    with inside(vouching):
        ent.give_link(user=users[vouching], departement_code=other, actor=ACTOR, at=timezone.now())
        subject = keys.subject_of(users[vouching], service_code=f"departement-{other}")
    with inside(trusting):
        ExternalIdentity.objects.create(
            kind="DEPARTEMENT",
            departement_code=code,
            subject=subject,
            user=users[trusting],
            proof="BOTH",
            linked_at=timezone.now(),
        )


def link(browser: Browser, *, here: str, there: str, user_there: User) -> HttpResponse:
    """Be signed in here, and link the portal there: prove it there, agree, come back."""
    slug = HOSTS[there].partition(".")[0]
    asked = browser.post(at(here, f"/compte/portails/{slug}/relier/"))
    page = browser.walk(asked)
    assert "/connexion/" in page.at, page.at  # whoever is signed in there proves it again
    wanted = parse_qs(urlsplit(page.at).query)["next"][0]
    agreeing = browser.sign_in(there, user_there, to=wanted)
    return browser.walk(answer_of(browser, agreeing, "yes"))


def answer_of(browser: Browser, page: HttpResponse, answer: str) -> HttpResponse:
    """What the form of the page of agreement is answered."""
    action = re.search(r'action="(/openid/accord/[^"]*)"', page.content.decode())
    assert action is not None, (page.at, page.way)
    parts = urlsplit(page.at)
    address = f"{parts.scheme}://{parts.netloc}{html.unescape(action[1])}"
    return browser.post(address, answer=answer)
