"""Messages to browsers, over the wire: a service that checks and a browser that opens, as a process."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import deliver_pending
from tenants.schoollife.announcements import access, operations, pushing, refusals
from tenants.schoollife.announcements.models import PushSubscription
from tests.factories.announcements import AT, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.push import Service, browser, push_service
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
SAID = {"title": "Un message du collège vous attend", "path": "/college/annonces/"}


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with push_service() as found:
        yield found


@pytest.fixture
def family(tenant_db):
    return family_in(make_class(make_college()))


@pytest.fixture
def user(family):
    return family.guardians[0].user


def push(device, *, at=None):
    return operations.push(
        device=device, payload=json.dumps(SAID), contact="mailto:a@b.fr", at=at or timezone.now()
    )


def test_what_is_published_is_shown_on_the_device_and_says_nothing_of_anybody(
    running, family, user
):
    device = running.subscribe(user)
    with time_machine.travel(AT, tick=False):
        announcement = published(family.college, title="Exclusion de Kevin")
        operations.release(at=AT)
    deliver_pending(at=timezone.now())

    (shown,) = running.shown(device)
    assert json.loads(shown) == SAID
    assert announcement.title not in shown


def test_what_was_read_meanwhile_is_not_shown(running, family, user):
    device = running.subscribe(user)
    with time_machine.travel(AT, tick=False):
        announcement = published(family.college)
        operations.release(at=AT)
        operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)
    assert deliver_pending(at=timezone.now()).delivered == 2

    assert running.shown(device) == []


def test_a_device_that_is_gone_is_removed(running, user):
    device = running.subscribe(user)
    assert push(device) is True
    running.lose(device)

    assert push(device) is False
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_tired_is_tried_again_by_the_outbox(running, family, user, status):
    known = browser(f"{running.address}/{status}/x")
    running.add(user, known.reached.endpoint, known.browser.keys)
    pushing.public_key(at=AT)
    with time_machine.travel(AT, tick=False):
        published(family.college)
        operations.release(at=AT)
    deliver_pending(at=timezone.now())

    event = OutboxEvent.objects.get(name="announcements.push.due")
    assert event.delivered_at is None
    assert (event.attempts, event.latest_error) == (1, "ServiceUnavailable")
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_a_service_refuses_is_not_asked_again(running, user, status):
    known = browser(f"{running.address}/{status}/x")
    device = running.add(user, known.reached.endpoint, known.browser.keys)
    pushing.public_key(at=AT)

    assert push(device) is False
    assert PushSubscription.objects.exists()


def test_a_token_that_is_too_old_is_refused(running, user):
    """The stand-in looks at the clock: what we sign now is taken, what we would have signed is not."""
    device = running.subscribe(user)
    assert push(device, at=timezone.now() - 2 * pushing.LASTS) is False
    assert running.shown(device) == []


def test_nothing_inside_is_called_where_one_is_not_at_home(running, user, settings):
    device = running.subscribe(user)
    settings.LOOPBACK_HOSTS = ()

    assert push(device) is False
    known = browser(f"{running.address}/push/x")
    with pytest.raises(refusals.DeviceRefused):
        running.add(user, known.reached.endpoint, known.browser.keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": "%%%", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": "", "auth": ""},
    ],
)
def test_keys_that_are_none_are_refused(running, user, keys):
    with pytest.raises(refusals.DeviceRefused):
        running.add(user, f"{running.address}/push/x", keys)


def test_a_browser_that_changes_hands_is_its_new_person_s(running, family, user):
    other = family_in(make_class(family.college)).guardians[0].user
    known = browser(f"{running.address}/push/x")
    running.add(user, known.reached.endpoint, known.browser.keys)
    running.add(user, known.reached.endpoint, known.browser.keys)
    device = running.add(other, known.reached.endpoint, known.browser.keys)

    assert list(PushSubscription.objects.all()) == [device]
    assert access.access_device(other, device.public_id) == device


def test_a_person_has_ten_devices(running, user):
    for number in range(pushing.MOST_DEVICES):
        known = browser(f"{running.address}/push/{number}")
        running.add(user, known.reached.endpoint, known.browser.keys)
    with pytest.raises(refusals.TooManyDevices):
        running.add(user, f"{running.address}/push/x", browser("x").browser.keys)
    operations.remove_device(
        device=PushSubscription.objects.first(), actor=ACTOR, at=timezone.now()
    )
    assert PushSubscription.objects.count() == pushing.MOST_DEVICES - 1


def test_the_key_of_a_departement_is_one(user):
    assert pushing.public_key(at=AT) == pushing.public_key(at=AT)
    assert len(pushing.public_key(at=AT)) == 87
