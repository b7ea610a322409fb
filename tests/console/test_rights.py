"""Agents and their queue of requests: age, delays, what they decide and what the family reads."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.urls import reverse

from billing.rights import operations, queries
from billing.rights.models import RightsRequest
from commons.models import AuditEntry
from console import acts
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.canteen import Family
from tests.factories.rights import AGENT, NOW, begin, make_asking_family, prices, to_inspect

QUEUE = "/console/rights/rightsrequest/"
FIGURES = {"proof_kind": "CAF_CERTIFICATE", "basis": "CAF_QF", "quotient": "1100"}


@pytest.fixture
def family(site: Any) -> Family:
    return make_asking_family()


@pytest.fixture
def request_(family: Family) -> RightsRequest:
    return to_inspect(family)


def test_the_queue_says_how_long_each_waits_and_which_are_late(
    agent: Any, request_: RightsRequest
) -> None:
    begin(make_asking_family())
    site = agent(Role.INSTRUCTOR)
    RightsRequest.objects.filter(pk=request_.pk).update(
        waiting_since=NOW() - datetime.timedelta(days=4), due_at=NOW() - datetime.timedelta(days=1)
    )

    whole, waiting, late = (
        text(site.get(f"{QUEUE}{query}")) for query in ("", "?attend=oui", "?en_retard=oui")
    )

    assert "4 jours" in waiting
    assert "Une pièce est arrivée" in late
    assert str(request_.household) in late
    assert "Commencée" in whole
    assert "Commencée" not in waiting.partition("Attend depuis")[2]


def test_a_request_is_taken_then_decided_from_its_page(
    agent: Any, family: Family, request_: RightsRequest
) -> None:
    site = agent(Role.INSTRUCTOR)
    page = f"{QUEUE}{request_.pk}/"
    assert "Prendre" in text(site.get(page))
    confirm(site, acts.url_for("take-rights-requests", request_))
    assert "Claire Dumas" in text(site.get(page))

    shown, done = confirm(site, acts.url_for("decide-rights-request", request_), **FIGURES)

    assert "1100,00" in text(shown)
    assert "2,80" in text(shown)
    assert "La famille est prévenue." in text(site.get(done.url))
    assert [cents for cents, _ in prices(family)][:2] == [595, 280]


def test_what_another_agent_has_is_not_decided(
    agent: Any, family: Family, request_: RightsRequest
) -> None:
    operations.take_request(request=request_, actor=AGENT, at=NOW())
    site = agent(Role.INSTRUCTOR)

    _shown, done = confirm(site, acts.url_for("decide-rights-request", request_), **FIGURES)

    assert "Une autre personne étudie cette demande." in text(done)
    assert prices(family) == [(595, True)]


def test_a_document_is_asked_of_several_families_at_once(
    agent: Any, request_: RightsRequest
) -> None:
    other = to_inspect(make_asking_family())
    decided = to_inspect(make_asking_family())
    operations.refuse_request(request=decided, words="Non.", actor=AGENT, at=NOW())
    site = agent(Role.INSTRUCTOR)

    url = acts.url_for("ask-rights-document", request_, other, decided)
    _shown, done = confirm(site, url, words="La page 2 manque.")

    assert "2 demandes" in text(site.get(done.url))
    states = RightsRequest.objects.filter(pk__in=[request_.pk, other.pk])
    assert {one.state for one in states} == {"TO_COMPLETE"}
    assert not queries.queue().exists()


def test_figures_that_cannot_be_are_said_before_anything_is_done(
    agent: Any, request_: RightsRequest
) -> None:
    site = agent(Role.INSTRUCTOR)

    url = acts.url_for("decide-rights-request", request_)
    shown = site.post(url, proof_kind="NONE", basis="CAF_QF", quotient="600")

    assert 'name="fingerprint"' not in shown.content.decode()
    request_.refresh_from_db()
    assert request_.state == "TO_INSPECT"


def test_a_document_is_opened_by_who_decides_and_it_is_written_down(
    agent: Any, request_: RightsRequest
) -> None:
    address = reverse("console:rights-document", args=[queries.documents_of(request_)[0].public_id])
    reader = agent(Role.READER)
    assert address not in reader.get(f"{QUEUE}{request_.pk}/").content.decode()
    assert reader.get(address).status_code == 403
    site = agent(Role.INSTRUCTOR)
    assert address in site.get(f"{QUEUE}{request_.pk}/").content.decode()

    opened = site.get(address)

    assert opened.headers["Content-Type"] == "application/pdf"
    entry = AuditEntry.objects.get(action="rights.document.opened")
    assert entry.subject_id == str(request_.public_id)


@pytest.mark.parametrize("reason", ["RESOURCES_OVERLAP", "TARIFF_ALREADY_BILLED", "OTHER_CHILDREN"])
def test_every_reason_has_words(agent: Any, request_: RightsRequest, reason: str) -> None:
    RightsRequest.objects.filter(pk=request_.pk).update(reason=reason)
    site = agent(Role.INSTRUCTOR)

    page = text(site.get(f"{QUEUE}{request_.pk}/"))

    assert reason not in page


def test_keys_are_on_no_page(agent: Any, request_: RightsRequest) -> None:
    from tests.factories.rights import make_source

    source = make_source("https://particulier.api.gouv.fr")
    site = agent(Role.ADMINISTRATOR)

    page = site.get(f"/console/rights/rightssource/{source.pk}/").content.decode()

    assert "token-own" not in page
    assert "scell" not in page.lower().replace("personne ne lit leurs clés", "")
