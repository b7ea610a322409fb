"""« Changer de département », without a script: two steps on each side, to the end, and taken back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from federation.exchange.models import Arrival, Departure
from tenants.registry import contexts
from tests.factories.canteen import make_family
from tests.factories.exchange import agree, family_of
from tests.factories.portal import account_of
from tests.portal.conftest import Site

LIST = "/compte/demenager/"
pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def agreed(site: Site, page: Any, **answers: Any) -> Any:
    """The second step, filled in and sent."""
    return site.post(
        page.headers["Location"], items=["PASS_PLUS"], agrees="on", version="2026-11", **answers
    )


def test_a_guardian_opens_an_arrival_in_two_steps_and_withdraws_it():
    agree(valid_from=datetime.date(2023, 9, 1))
    family = family_of()
    site = Site().sign_in(account_of(family))

    first = site.post(f"{LIST}arriver/", child=family.pupil.public_id, departement="94")
    status = site.follow(agreed(site, first))

    arrival = Arrival.objects.get()
    assert (arrival.pupil_id, arrival.items) == (family.pupil.pk, ["PASS_PLUS"])
    assert "Nous cherchons" in status.content.decode()
    assert "Val-de-Marne" in arrival.consent_text
    assert "Nous cherchons" in site.get(LIST).content.decode()
    site.post(f"{LIST}arriver/{arrival.public_id}/retirer/")
    arrival.refresh_from_db()
    assert arrival.ended == "WITHDRAWN"


def test_a_child_who_is_not_here_yet_is_told_by_name():
    agree()
    site = Site().sign_in(account_of(family_of()))

    first = site.post(f"{LIST}arriver/", child="autre", departement="94")
    wrong = agreed(site, first, first_name="Noé", birth_date="01/02/2012")
    assert wrong.status_code == 422
    agreed(site, first, last_name="Diallo", first_name="Noé", birth_date="01/02/2012")

    assert Arrival.objects.get().pupil is None


def test_a_guardian_lets_go_where_the_child_is_left():
    agree()
    with contexts.tenant("d94"):
        family = family_of()
        user = account_of(family)
    site = Site("d94")
    with contexts.tenant("d94"):
        site.sign_in(user)
        first = site.post(f"{LIST}partir/", child=family.pupil.public_id, departement="92")
        agreed(site, first)
        assert Departure.objects.get().items == ["PASS_PLUS"]


def test_without_an_agreement_nothing_can_be_asked():
    site = Site().sign_in(account_of(family_of()))

    assert "Aucun autre département" in site.get(LIST).content.decode()
    assert site.get(f"{LIST}arriver/accord/?departement=94&child=autre").status_code == 302


def test_what_another_family_asked_is_not_found():
    agree()
    family, other = family_of(), make_family()
    site = Site().sign_in(account_of(family))
    first = site.post(f"{LIST}arriver/", child=family.pupil.public_id, departement="94")
    agreed(site, first)
    arrival = Arrival.objects.get()

    stranger = Site().sign_in(account_of(other))
    stranger.client.raise_request_exception = False
    for path in (f"{LIST}arriver/{arrival.public_id}/",):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{LIST}arriver/{arrival.public_id}/retirer/").status_code == 404
