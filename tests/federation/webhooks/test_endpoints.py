"""Endpoints: what may be one, what they hear of, and who holds their secrets."""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from commons import outbox
from commons.errors import NotFound
from commons.models import AuditEntry
from federation.webhooks import operations, signing
from federation.webhooks.access import access_delivery, access_endpoint
from federation.webhooks.models import Delivery, Endpoint, EndpointState
from federation.webhooks.public_events import PUBLIC
from federation.webhooks.subscribing import (
    EndpointExists,
    EndpointNotPaused,
    EndpointPaused,
    EndpointRefused,
    TooManyEndpoints,
)
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.architecture.sources import ROOT
from tests.factories.tariffs import ACTOR
from tests.factories.webhooks import EVENT, open_endpoint

pytestmark = pytest.mark.usefixtures("tenant_db")
BODY = b'{"type":"canteen.meal.cancelled"}'


def headers_at(endpoint: Endpoint, at: datetime.datetime) -> dict[str, str]:
    return signing.headers_of(
        "msg_1", body=BODY, secrets=signing.secrets_of(endpoint, at=at), at=at
    )


@pytest.mark.parametrize(
    "url",
    ["http://vendor.example/", "https://vendor.example:8443/", "https://a:b@vendor.example/",
     "https://vendor.example/#x", "ftp://vendor.example/", "//vendor.example", "",
     "https://vendor.example/ a", "https://" + "a" * 300 + ".example/"],
)  # fmt: skip
def test_an_address_is_https_on_its_own_port(url):
    with pytest.raises(EndpointRefused) as refused:
        open_endpoint(url)

    assert refused.value.details == {"field": "url"}
    assert not Endpoint.objects.exists()


def test_this_machine_is_an_address_in_the_demo_and_nowhere_else(settings):
    settings.LOOPBACK_HOSTS = False
    with pytest.raises(EndpointRefused):
        open_endpoint("http://127.0.0.1:8006/")
    settings.LOOPBACK_HOSTS = True

    endpoint, _secret = open_endpoint("http://127.0.0.1:8006/")

    assert endpoint.state == EndpointState.ACTIVE


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "a" * 101), ("name", "a\nb"), ("contact_email", "nobody"),
     ("events", []), ("events", ["ent.opening.ended"]), ("events", [EVENT, "nothing"])],
)  # fmt: skip
def test_what_an_endpoint_is_not(field, value):
    with pytest.raises(EndpointRefused) as refused:
        open_endpoint(**{field: value})

    assert refused.value.details == {"field": field}


def test_names_are_used_once_and_endpoints_are_few(monkeypatch):
    open_endpoint()
    with pytest.raises(EndpointExists):
        open_endpoint()
    monkeypatch.setattr("federation.webhooks.subscribing.MOST_ENDPOINTS", 1)

    with pytest.raises(TooManyEndpoints):
        open_endpoint(name="Un autre")


def test_the_journal_holds_neither_the_path_nor_the_secret():
    _endpoint, secret = open_endpoint("https://vendor.example/in/token-123?key=456")

    entry = AuditEntry.objects.get(action="webhooks.endpoint.created")

    assert entry.details == {"host": "vendor.example", "events": [EVENT]}
    assert secret not in str(entry.details)


def test_a_secret_is_long_and_sealed():
    endpoint, secret = open_endpoint()

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret.encode() not in bytes(endpoint.sealed_secret)


def test_the_specifications_own_library_takes_what_we_sign():
    endpoint, secret = open_endpoint()
    headers = headers_at(endpoint, timezone.now())

    assert Webhook(secret).verify(BODY, headers) == {"type": EVENT}


def test_a_known_signature():
    """Of the specification's own test: its secret, identifier and second."""
    at = datetime.datetime.fromtimestamp(1614265330, tz=datetime.UTC)
    headers = signing.headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        at=at,
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "spoil",
    [{"webhook-id": "msg_2"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AAAA"}],
)
def test_what_was_changed_on_the_way_is_refused(spoil):
    endpoint, secret = open_endpoint()
    headers = headers_at(endpoint, timezone.now())
    Webhook(secret).verify(BODY, headers)

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers | spoil)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)


def test_what_is_old_is_refused():
    endpoint, secret = open_endpoint()
    headers = headers_at(endpoint, timezone.now() - datetime.timedelta(minutes=6))

    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(BODY, headers)


def test_two_secrets_sign_for_a_time_then_one():
    endpoint, first = open_endpoint()
    now = timezone.now()
    endpoint, second = operations.rotate_secret(endpoint=endpoint, actor=ACTOR, at=now)
    both = headers_at(endpoint, now)

    assert first != second
    assert len(both["webhook-signature"].split(" ")) == 2
    for secret in (first, second):
        Webhook(secret).verify(BODY, both)
    later = now + signing.OVERLAP
    assert signing.secrets_of(endpoint, at=later) == [second]
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(BODY, headers_at(endpoint, now) | {
            "webhook-signature": both["webhook-signature"].split(" ")[0]
        })  # fmt: skip


def test_a_secret_that_ended_is_forgotten_by_the_purge():
    endpoint, _first = open_endpoint()
    now = timezone.now()
    operations.rotate_secret(endpoint=endpoint, actor=ACTOR, at=now)

    operations.purge(at=now + signing.OVERLAP - datetime.timedelta(seconds=1))
    endpoint.refresh_from_db()
    assert endpoint.sealed_previous is not None
    operations.purge(at=now + signing.OVERLAP)

    endpoint.refresh_from_db()
    assert (endpoint.sealed_previous, endpoint.previous_until) == (None, None)


def test_a_pause_is_begun_and_ended_once():
    endpoint, _secret = open_endpoint()
    now = timezone.now()
    with pytest.raises(EndpointNotPaused):
        operations.resume(endpoint=endpoint, actor=ACTOR, at=now)
    operations.pause(endpoint=endpoint, actor=ACTOR, at=now)

    with pytest.raises(EndpointPaused):
        operations.pause(endpoint=endpoint, actor=ACTOR, at=now)
    with pytest.raises(EndpointPaused):
        operations.try_endpoint(endpoint=endpoint, actor=ACTOR, at=now)
    assert operations.resume(endpoint=endpoint, actor=ACTOR, at=now).state == "ACTIVE"
    assert not Delivery.objects.exists()


def test_every_public_event_is_one_of_the_outbox_and_is_documented():
    events = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    guide = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")

    assert set(PUBLIC) <= outbox.handled_names()
    for name, event in PUBLIC.items():
        assert f"| `{name}` |" in events
        shown = ", ".join(f"`{key}`" for key in event.tells)
        assert f"| `{name}` | {event.words} | {shown} |" in guide


def test_the_example_of_the_guide_tells_ours_from_others():
    guide = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    shown: dict[str, Callable[..., bool]] = {}
    exec(re.search(r"```python\n(.*?)```", guide, re.DOTALL)[1], shown)
    is_ours = shown["is_ours"]
    endpoint, first = open_endpoint()
    now = timezone.now()
    endpoint, second = operations.rotate_secret(endpoint=endpoint, actor=ACTOR, at=now)
    headers = headers_at(endpoint, now)

    assert is_ours(first, headers, BODY)
    assert is_ours(second, headers, BODY)
    assert not is_ours(signing.draw_secret(), headers, BODY)
    assert not is_ours(second, headers, BODY + b" ")
    old = headers_at(endpoint, now - datetime.timedelta(minutes=6))
    assert not is_ours(second, old, BODY)


@pytest.mark.parametrize("role", list(Role))
def test_endpoints_are_for_who_configures_the_departement(role):
    endpoint, _secret = open_endpoint()
    delivery = operations.try_endpoint(endpoint=endpoint, actor=ACTOR, at=timezone.now())
    user = User.objects.create(email="agent@exemple.fr")
    uai = "0921234A" if role == Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=user, role=role, college_uai=uai)

    for access, row in ((access_endpoint, endpoint), (access_delivery, delivery)):
        if role == Role.ADMINISTRATOR:
            assert access(user, row.public_id) == row
            continue
        with pytest.raises(NotFound):
            access(user, row.public_id)
