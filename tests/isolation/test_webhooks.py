"""What happens in one département is told to its own integrators, under its own secrets."""

from __future__ import annotations

import pytest
from django.utils import timezone

from commons.outbox import deliver_pending
from commons.sealing import CannotUnseal
from federation.webhooks import operations, signing
from federation.webhooks.models import Delivery, Endpoint
from tenants.registry import contexts
from tests.factories.webhooks import happen, open_endpoint, receiving

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_an_event_of_another_departement_is_not_told():
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/200/here/")
        with contexts.tenant("d94"):
            open_endpoint(f"{address}/200/there/")
            happen()
            deliver_pending(at=timezone.now())
        deliver_pending(at=timezone.now())
        assert not Delivery.objects.exists()
        assert operations.send_next(at=timezone.now()) is None
        with contexts.tenant("d94"):
            assert operations.send_next(at=timezone.now()) is not None

    assert [message.path for message in receiver.messages] == ["/200/there/"]
    assert b'"departement":"94"' in receiver.messages[0].body


def test_a_secret_of_another_departement_does_not_open():
    now = timezone.now()
    endpoint, _secret = open_endpoint()
    sealed = bytes(endpoint.sealed_secret)
    with contexts.tenant("d94"):
        theirs = Endpoint(sealed_secret=sealed)
        with pytest.raises(CannotUnseal):
            signing.secrets_of(theirs, at=now)
