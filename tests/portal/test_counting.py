"""Which pages of the portal count, as what, and for whom."""

from __future__ import annotations

import ast
import inspect
import pkgutil

import pytest
import redis
import time_machine

from federation.usage import pseudonyms, store, touching
from federation.usage.models import Audience, Kind, PseudonymKey, Window
from federation.usage.operations import gather
from portal import counting, urls, views
from tests.factories.acting import begin, make_agent
from tests.factories.canteen import make_college, make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_to
from tests.factories.usage import paris

NOW = paris(8, 18)


@pytest.fixture(autouse=True)
def october():
    pseudonyms.forget()
    with time_machine.travel(NOW, tick=False):
        yield
    pseudonyms.forget()


@pytest.fixture
def parent_site(site):
    return site.sign_in(account_of(make_family(college=make_college(uai="0920001A"))))


def counted() -> dict[str, int]:
    """How many visits used each service, by its kind and code."""
    gather(at=NOW)
    rows = Audience.objects.exclude(kind=Kind.WHOLE)
    return {f"{row.kind} {row.service_code}": row.visits for row in rows}


def test_every_route_has_a_service_or_is_said_to_have_none():
    routes = {pattern.name for pattern in urls.urlpatterns}

    assert set(counting.SERVICES) == routes


def test_whoever_is_let_into_a_service_is_counted():
    """Each view that admits somebody says so: by a card, or by whatever protocol."""
    admitting = set()
    for module in pkgutil.iter_modules(views.__path__, "portal.views."):
        source = ast.parse(inspect.getsource(__import__(module.name, fromlist=["views"])))
        for function in ast.walk(source):
            if isinstance(function, ast.FunctionDef):
                calls = {
                    ast.unparse(call.func)
                    for call in ast.walk(function)
                    if isinstance(call, ast.Call)
                }
                if "operations.admit" in calls:
                    admitting.add(module.name)
                    assert "counting.used" in calls, f"{module.name}.{function.name}"
    assert admitting >= {"portal.views.shared_services", "portal.views.openid", "portal.views.cas"}


def test_pages_of_a_visit_count_once_by_service(parent_site):
    for path in ("/", "/factures/", "/", "/compte/"):
        parent_site.get(path)

    assert counted() == {"NATIF accueil": 1, "NATIF factures": 1, "NATIF compte": 1}
    day = Audience.objects.get(window=Window.DAY)
    assert (day.college_uai, day.profile, day.visits, day.visitors) == ("0920001A", "PARENT", 1, 1)


def test_what_nobody_is_signed_in_for_is_not_counted(site):
    for path in ("/", "/aide/", "/connexion/", "/combien/"):
        site.get(path)

    assert counted() == {}
    assert not PseudonymKey.objects.exists()


def test_a_refusal_is_no_visit(parent_site):
    parent_site.get("/services/inconnu/")
    parent_site.get("/services/inconnu/ouvrir/")

    assert counted() == {}


def test_a_service_of_a_third_party_counts_when_it_is_opened(parent_site):
    open_to(enable())

    assert parent_site.get("/services/presse/ouvrir/").status_code == 302
    parent_site.get("/services/presse/ouvrir/")

    assert counted() == {"TIERS presse": 1}


def test_an_agent_who_acts_for_a_family_is_not_a_visit_of_theirs(site):
    agent = make_agent()
    session = begin(agent, make_family(college=make_college(uai="0920001A")), at=NOW)
    site.sign_in(agent).get(f"/agir/{session.public_id}/")

    assert "Vous agissez" in site.get("/").content.decode()
    assert counted() == {}


def test_nothing_is_counted_where_it_is_switched_off(parent_site, settings):
    settings.USAGE_COUNTED = False
    parent_site.get("/")

    assert counted() == {}


def test_a_page_is_served_when_redis_is_gone(parent_site, settings, monkeypatch):
    """And the next ones do not even ask, for a while."""
    monkeypatch.setattr(touching, "_paused_until", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(redis.exceptions.ConnectionError):
        store.client().ping()

    assert parent_site.get("/").status_code == 200
    assert touching._paused_until > 0
    assert parent_site.get("/").status_code == 200
