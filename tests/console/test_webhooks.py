"""An administrator has a piece of software told what happens, sees how it fares, and replays."""

from __future__ import annotations

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from federation.webhooks import operations, signing
from federation.webhooks.models import Delivery, DeliveryState, Endpoint, EndpointState
from tenants.accounts.capabilities import Role
from tests.factories.tariffs import ACTOR
from tests.factories.webhooks import EVENT, open_endpoint, receiving, tell
from tests.portal.households import text

LOG = "/console/webhooks/delivery/"


@pytest.fixture
def site(agent):
    return agent(Role.ADMINISTRATOR)


def act(site, act_name, key="", **answers):
    """The effect, then the act; what both pages say."""
    url = f"/console/actes/{act_name}/" + (f"?sur={key}" if key else "")
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    if stamp is None:
        return text(shown), ""
    return text(shown), text(site.follow(site.post(url, **answers, fingerprint=stamp[1])))


def page_of(endpoint: Endpoint) -> str:
    return reverse("console:webhooks_endpoint_change", args=[endpoint.pk])


def test_the_secret_of_a_piece_of_software_is_read_once(site):
    answers = {
        "name": "Éditeur", "url": "https://vendor.example/in", "events": [EVENT],
        "contact_email": "astreinte@vendor.example",
    }  # fmt: skip
    refused, nothing = act(site, "create-endpoint", **answers | {"url": "http://vendor.example/"})
    shown, done = act(site, "create-endpoint", **answers)

    assert "Donnez une adresse en https" in refused
    assert nothing == ""
    assert "Repas annulé" in shown
    secret = re.search(r"Secret : (whsec_\S+)\.", done.replace("\u00a0", " "))[1]
    endpoint = Endpoint.objects.get()
    assert signing.secrets_of(endpoint, at=timezone.now()) == [secret]
    page = text(site.get(page_of(endpoint)))
    assert "astreinte" in page
    assert "Aucun appel depuis deux semaines." in page
    assert secret not in page


def test_the_page_draws_how_it_fares_and_opens_its_log(site):
    with receiving() as (_receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/200,500/")
        for _ in range(2):
            tell()
            operations.send_next(at=timezone.now())
    other, _secret = open_endpoint(name="Un autre")
    operations.try_endpoint(endpoint=other, actor=ACTOR, at=timezone.now())

    response = site.get(page_of(endpoint))
    page = text(response)
    log = site.get(f"{LOG}?endpoint__id__exact={endpoint.pk}").content.decode()
    failed = Delivery.objects.get(endpoint=endpoint, state=DeliveryState.WAITING)
    record = text(site.get(f"{LOG}{failed.pk}/"))

    assert response.content.decode().count('class="c-chart c-columns"') == 2
    assert "Échecs, par jour" in page
    assert "Repas annulé" in page
    assert "Tous ses envois" in page
    assert len(re.findall(r">\s*Repas annulé\s*</a>\s*</t", log)) == 2
    assert not re.search(r">\s*Essai\s*</a>\s*</t", log)
    assert "500" in record
    assert "Refusé" in record
    assert failed.ids["enrolment"] in record
    assert "Repas annulé" in text(site.get(f"{LOG}?evenement={EVENT}"))
    assert "Aucune ligne" in text(site.get(f"{LOG}?evenement=billing.invoice.issued"))


def test_events_are_chosen_anew(site):
    endpoint, _secret = open_endpoint()
    shown, done = act(
        site, "subscribe-endpoint", endpoint.public_id, events=["billing.invoice.issued"]
    )

    assert "Facture émise" in shown
    assert "Les événements sont changés." in done
    endpoint.refresh_from_db()
    assert endpoint.events == ["billing.invoice.issued"]


def test_sending_is_paused_then_resumed(site):
    endpoint, _secret = open_endpoint()
    _shown, paused = act(site, "pause-endpoint", endpoint.public_id)
    assert "Les envois sont en pause." in paused
    assert "Reprendre" in paused
    refused, _nothing = act(site, "try-endpoint", endpoint.public_id)
    assert "Ce logiciel est en pause." in refused

    _shown, resumed = act(site, "resume-endpoint", endpoint.public_id)

    assert "Les envois reprennent." in resumed
    endpoint.refresh_from_db()
    assert endpoint.state == EndpointState.ACTIVE


def test_the_secret_is_changed_with_two_days_of_both(site):
    endpoint, first = open_endpoint()
    shown, done = act(site, "rotate-endpoint-secret", endpoint.public_id)

    assert "encore deux jours" in shown
    endpoint.refresh_from_db()
    both = signing.secrets_of(endpoint, at=timezone.now())
    assert both[1] == first
    assert both[0] in done


def test_a_trial_is_sent_and_what_was_given_up_is_replayed(site):
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/200,410,200/")
        act(site, "try-endpoint", endpoint.public_id)
        operations.send_next(at=timezone.now())
        tell()
        operations.send_next(at=timezone.now())
        assert "Il a répondu qu'il n'existe plus (410)." in text(site.get(page_of(endpoint)))
        act(site, "resume-endpoint", endpoint.public_id)
        today = timezone.localdate()
        tomorrow = str(today + datetime.timedelta(days=1))
        nothing, _done = act(site, "replay-given-up", endpoint.public_id, since=tomorrow)
        shown, done = act(site, "replay-given-up", endpoint.public_id, since=str(today))
        operations.send_next(at=timezone.now())

    assert "Rien n'a été abandonné depuis ce jour." in nothing
    assert "Envois à refaire 1" in shown
    assert "Les envois repartent." in done
    assert len(receiver.messages) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}


def test_one_delivery_is_replayed_and_one_that_waits_is_not(site):
    endpoint, _secret = open_endpoint()
    waiting = operations.try_endpoint(endpoint=endpoint, actor=ACTOR, at=timezone.now())
    refused, _nothing = act(site, "replay-delivery", waiting.public_id)
    Delivery.objects.update(state=DeliveryState.GIVEN_UP)
    _shown, done = act(site, "replay-delivery", waiting.public_id)

    assert "Cet envoi est déjà en attente." in refused
    assert "Les envois repartent." in done
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.WAITING


@pytest.mark.parametrize("name", ["create-endpoint", "rotate-endpoint-secret"])
def test_a_secret_is_shown_to_who_has_just_proved_who_they_are(name):
    from console import acts

    assert acts.find(name).is_sensitive
