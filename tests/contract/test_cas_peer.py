"""A CAS client written by others (python-cas, PyPI) signs people in with our CAS server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cas import CASClient, CASClientV3
from django.test import Client
from django.utils import timezone

from commons.outbox import deliver_pending
from tenants.people.models import Schooling
from tests.contract.test_openid_peer import HOST, Told
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import open_service, register_cas
from tests.listening_here import listening
from tests.served_here import site_served

SERVICE = "https://presse.example/lire"


class Place:
    """The served site, a browser signed in there, and clients of its server."""

    def __init__(self, port: int, browser: Client) -> None:
        self.port, self.browser = port, browser

    def client(self, version: int = 3, service: str = SERVICE) -> CASClientV3:
        session = requests.Session()
        session.headers["Host"] = f"{HOST}:{self.port}"
        session.trust_env = False
        made: CASClientV3 = CASClient(
            version=version,
            service_url=service,
            server_url=f"http://127.0.0.1:{self.port}/cas/",
            session=session,
        )
        return made

    def go(self, url: str) -> str:
        """Where a link to the site leads the browser."""
        from django.db import connection

        from tenants.registry import directory

        parts = urlsplit(url)
        try:
            return str(self.browser.get(f"{parts.path}?{parts.query}").headers["Location"])
        finally:
            connection.set_tenant(directory.by_schema("d92"))

    def ticket(self, client: CASClientV3) -> str:
        return parse_qs(urlsplit(self.go(client.get_login_url())).query)["ticket"][0]


@pytest.fixture
def place(committed_tenant_db) -> Iterator[Place]:
    family = make_family()
    Schooling.objects.update(valid_from=timezone.localdate())
    with listening(Told) as address, site_served() as port:
        register_cas(open_service("presse", "PROFILE", "COLLEGE"), SERVICE, logout_url=address)
        browser = Client(headers={"host": f"{HOST}:{port}"})
        browser.force_login(account_of(family))
        yield Place(port, browser)


def test_it_learns_who_came_once(place):
    client = place.client()
    ticket = place.ticket(client)

    user, attributes, _proxy = client.verify_ticket(ticket)

    assert len(user) == 43
    assert attributes["ent_profile"] == "National_TUT"
    assert client.verify_ticket(ticket) == (None, {}, None)


def test_another_service_learns_nothing_of_a_ticket_and_spends_it(place):
    client = place.client()
    ticket = place.ticket(client)

    assert place.client(service="https://autre.example/").verify_ticket(ticket)[0] is None
    assert client.verify_ticket(ticket)[0] is None


def test_the_second_version_learns_the_same_name(place):
    second = place.client(version=2)

    user, attributes, _proxy = second.verify_ticket(place.ticket(second))

    assert user == place.client().verify_ticket(place.ticket(place.client()))[0]
    assert not attributes


def test_it_is_told_when_the_person_signs_out(place):
    Told.heard.clear()
    client = place.client()
    ticket = place.ticket(client)
    client.verify_ticket(ticket)

    back = place.go(client.get_logout_url(SERVICE))
    deliver_pending(at=timezone.now())

    assert back == SERVICE
    (body,) = Told.heard
    said = parse_qs(body)["logoutRequest"][0]
    assert client.verify_logout_request(said, ticket)
    assert not client.verify_logout_request(said, "ST-autre")
