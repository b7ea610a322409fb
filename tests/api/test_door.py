"""The API's door: past what only pages need, and past nothing that protects."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from api import views
from socle import middleware
from tenants.accounts.models import User
from tests.api.conftest import HOSTS

WHO = {"query": "{ viewer { email } }"}
# What a page of the same host says, whatever it shows.
OF_EVERY_ANSWER = (
    "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy", "Cache-Control",
)  # fmt: skip


def make_parent() -> User:
    return User.objects.create(email="parent@exemple.fr")


def test_it_says_of_safety_what_every_page_says(api):
    answer, page = api.send(WHO), api.get("/aide/")

    assert answer.status_code == page.status_code == 200
    assert {name: answer.headers[name] for name in OF_EVERY_ANSWER} == {
        name: page.headers[name] for name in OF_EVERY_ANSWER
    }
    assert answer.headers["X-Request-Reference"] != page.headers["X-Request-Reference"]
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_what_it_answers_to_a_session_is_kept_for_that_session(api):
    answer = api.sign_in(make_parent()).send(WHO)

    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_form_of_another_site_is_refused(tenant_db):
    strict = Client(enforce_csrf_checks=True, headers={"host": HOSTS["d92"]})
    strict.force_login(make_parent())

    refused = strict.post("/graphql/", json.dumps(WHO), content_type="application/json")

    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"


def test_it_measures_itself_under_its_own_address(api, monkeypatch):
    told = []
    monkeypatch.setattr(
        middleware.DURATIONS, "record", lambda _seconds, **given: told.append(given)
    )

    api.send(WHO)
    api.send({"query": "{"})

    assert [(one["http.route"], one["http.response.status_code"]) for one in told] == [
        ("graphql/", 200),
        ("graphql/", 400),
    ]


def test_what_breaks_in_it_is_a_page_of_error_with_its_reference(api, monkeypatch):
    def broken(_request):
        raise RuntimeError("Diallo")

    monkeypatch.setattr(views, "_answered", broken)
    api.client.raise_request_exception = False

    answer = api.send(WHO)

    assert answer.status_code == 500
    assert answer.headers["X-Request-Reference"] in answer.content.decode()
    assert "Diallo" not in answer.content.decode()


def test_the_public_host_has_no_such_door(tenant_db):
    answer = Client(headers={"host": "socle.test"}).post(
        "/graphql/", json.dumps(WHO), content_type="application/json"
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/graphql//", "/graphql/x", "/GRAPHQL/"])
def test_no_other_address_leads_to_it(api, path):
    answer = api._back(api.client.post(path, json.dumps(WHO), content_type="application/json"))

    assert answer.status_code == 404
