"""One click from a card to the services of the demo, which say who they think one is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from django.utils import timezone

from commons.outbox import deliver_pending
from federation.ent.models import EnabledService
from federation.webhooks import operations as webhooks
from federation.webhooks.models import Outcome
from socle.seeding import cast, standin_services
from socle.seeding.shared_services import enable_services
from socle.seeding.webhooks import tell_some
from tenants.accounts.models import User
from tenants.people.models import Schooling
from tests.factories.canteen import START, make_family
from tests.factories.portal import account_of
from tests.factories.tariffs import AT
from tests.peers.service_provider import form_of
from tests.ports import free_port
from tests.served_here import site_served

ROOT = Path(__file__).resolve().parents[2]
HOST = "hauts-de-seine.socle.test"
PASSWORD = "Socle-demo-2026"


class Browser(requests.Session):
    """Follows links between the portal, whose name only it knows, and the services."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.trust_env = False
        self.portal = f"http://{HOST}:{port}"
        self._here = f"http://127.0.0.1:{port}"

    def open(self, url: str, method: str = "GET", **data: str) -> requests.Response:
        url = urljoin(self.portal, url)
        for _ in range(12):
            is_portal = url.startswith(self.portal)
            path = url.removeprefix(self.portal) if is_portal else url
            response = self.request(
                method,
                f"{self._here}{path}" if is_portal else url,
                headers={"Host": urlsplit(self.portal).netloc} if is_portal else {},
                data=data or None,
                allow_redirects=False,
            )
            if response.status_code not in (302, 303):
                return response
            url, method, data = urljoin(url, response.headers["Location"]), "GET", {}
        raise AssertionError("it turns round")

    def post(self, path: str, **data: str) -> requests.Response:  # type: ignore[override]
        page = self.open(path if path != "/deconnexion/" else "/compte/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page
        return self.open(path, "POST", csrfmiddlewaretoken=found[1], **data)

    def carry(self, page: requests.Response) -> requests.Response:
        """Send the form of a page that carries a message to a service."""
        form = form_of(page)
        return self.open(form.url, "POST", **form.fields)


@pytest.fixture
def browser(committed_tenant_db, settings) -> Iterator[Browser]:
    family = make_family()
    Schooling.objects.update(valid_from=timezone.localdate())
    user: User = account_of(family)
    user.set_password(PASSWORD)
    user.save()
    settings.SERVICES_BASE = f"http://127.0.0.1:{free_port()}"
    with site_served() as port:
        settings.PORTAL_ORIGIN = f"http://{{host}}:{port}"
        (departement, *_others) = cast.DEPARTEMENTS
        enable_services(departement, is_whole=True, since=START, at=AT)
        command = standin_services.command(
            address=settings.SERVICES_BASE, secret=settings.SECRET_KEY, departements=[departement]
        )
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                visitor = Browser(port)
                visitor.post("/connexion/", name=str(user.email), password=PASSWORD)
                yield visitor
            finally:
                process.terminate()
    assert sys.executable == command[0]


def test_one_click_opens_each_service_and_one_sign_out_closes_them(browser):
    first_name = User.objects.get().first_name

    magazine = browser.open("/services/madmagz/ouvrir/").text
    press = browser.open("/services/presse/ouvrir/").text
    library = browser.carry(browser.open("/services/mediatheque/ouvrir/")).text

    assert "Bienvenue chez Madmagz" in magazine
    assert f"<dd>{first_name}</dd>" in magazine
    assert "Bienvenue chez La presse des collégiens" in press
    assert "Votre prénom" not in press
    assert "Bienvenue chez La médiathèque" in library
    assert "<dd>National_TUT</dd>" in library
    pages = (magazine, press, library)
    names = [re.search(r"chez nous</dt><dd>([^<]+)", page)[1] for page in pages]
    assert len(set(names)) == 3

    leaving = browser.post("/deconnexion/")
    left = browser.open(leaving.headers["Refresh"].removeprefix("0; url="))
    assert "La déconnexion est faite." in left.text
    deliver_pending(at=timezone.now())

    for service in EnabledService.objects.filter(service_code__in=("madmagz", "presse")):
        again = browser.open(service.launch_url + "?iss=" + browser.portal)
        assert "Connexion" in again.text
    library = EnabledService.objects.get(service_code="mediatheque")
    assert "Connexion" in browser.open(library.launch_url).text


def test_the_library_asks_who_comes_and_signs_out_of_everything(browser):
    service = EnabledService.objects.get(service_code="mediatheque")
    library = browser.carry(browser.open(service.launch_url))
    assert "Bienvenue chez La médiathèque" in library.text

    left = browser.open(f"{service.launch_url}partir/")

    assert "Vous êtes déconnecté." in left.text
    assert "Connexion" in browser.open("/services/").text


def test_who_has_not_signed_in_signs_in_on_the_way(browser):
    browser.post("/deconnexion/")
    service = EnabledService.objects.get(service_code="presse")

    page = browser.open(service.launch_url).text
    following = re.search(r'name="next" value="([^"]+)"', page)
    assert following
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    arrived = browser.open(
        "/connexion/",
        "POST",
        csrfmiddlewaretoken=token[1],
        name=str(User.objects.get().email),
        password=PASSWORD,
        next=following[1].replace("&amp;", "&"),
    )

    assert "Bienvenue chez La presse des collégiens" in arrived.text


def test_the_software_of_the_demo_is_told_and_one_is_down(browser):
    tell_some(slug="hauts-de-seine", at=timezone.now())

    outcomes = {webhooks.send_next(at=timezone.now()) for _ in range(2)}

    assert outcomes == {Outcome.TAKEN, Outcome.REFUSED}
    assert webhooks.send_next(at=timezone.now()) is None
