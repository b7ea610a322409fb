"""Whether services work: two failures make a breakdown, an answer ends it, and nothing inside is asked."""

from __future__ import annotations

import datetime
import http.server

import pytest

from federation.ent import operations
from federation.ent.models import EnabledService
from tests.factories.shared_services import enable
from tests.factories.tariffs import AT
from tests.listening_here import listening

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = datetime.timedelta(minutes=5)


class Answering(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


def test_a_service_is_down_at_the_second_failure_and_up_at_the_first_answer():
    with listening(Answering) as address:
        enable("presse", health_url=address)
        states = []
        for rank, status in enumerate((200, 503, 302, 404, 500, 204)):
            Answering.status = status
            count = operations.watch_services(at=AT + rank * LATER)
            states.append((count, EnabledService.objects.get().down_since))

    # A redirect is an answer, which is not followed.
    assert states == [
        (0, None),
        (0, None),
        (0, None),
        (0, None),
        (1, AT + 4 * LATER),
        (0, None),
    ]


def test_a_service_that_nobody_answers_for_is_down():
    enable("presse", health_url="http://127.0.0.1:9/")

    for rank in range(3):
        operations.watch_services(at=AT + rank * LATER)

    found = EnabledService.objects.get()
    assert (found.down_since, found.failures) == (AT + LATER, 3)


def test_a_service_without_an_address_is_not_asked():
    enable("cantine")

    operations.watch_services(at=AT)

    assert EnabledService.objects.get().checked_at is None
