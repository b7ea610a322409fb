"""Who answers for a piece of software is told that it fails, once, and nothing of what it was told."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from commons.outbox import deliver_pending, record_event
from federation.webhooks import operations
from federation.webhooks.models import Endpoint
from tests.factories.webhooks import open_endpoint, receiving, tell

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_the_contact_is_told_which_host_fails_and_how():
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/410/token-123/")
        delivery = tell()
        operations.send_next(at=timezone.now())
        deliver_pending(at=timezone.now())

    (message,) = mail.outbox
    assert message.to == ["astreinte@vendor.example"]
    assert message.subject == "Vos webhooks n'arrivent plus\u00a0: Éditeur"
    for text in (message.body, message.alternatives[0].content):
        assert "127.0.0.1 ne prend plus" in text
        assert "410" in text
        assert "Nous n'envoyons plus rien." in text.replace("&#x27;", "'")
        assert "30 jours" in text
        assert "token-123" not in text
        assert str(delivery.public_id) not in text


def test_what_works_again_is_not_announced():
    endpoint, _secret = open_endpoint()
    Endpoint.objects.update(warned_at=timezone.now())
    with transaction.atomic():
        record_event(
            "webhooks.endpoint.failing",
            aggregate="endpoint:1",
            occurred_at=timezone.now(),
            endpoint_id=endpoint.pk,
        )
    assert deliver_pending(at=timezone.now()).delivered == 1

    assert mail.outbox == []
