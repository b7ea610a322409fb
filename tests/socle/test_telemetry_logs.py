"""What leaves the process of a log line: the event, its tenant and its place, and nobody's name."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from commons.logs import ContextFilter
from socle.telemetry_logs import FIELDS, DiscreetHandler
from tenants.registry import directory
from tests.architecture.sources import calls, written
from tests.factories.canteen import make_family
from tests.factories.portal import account_of

HOST = "hauts-de-seine.socle.test"
EMAIL = "aminata.diallo@exemple.fr"


@pytest.fixture(scope="session")
def log_exporter() -> InMemoryLogRecordExporter:
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    _logs.set_logger_provider(provider)  # once for the life of the process
    return exporter


@pytest.fixture
def left(log_exporter, tenant_db) -> Iterator[InMemoryLogRecordExporter]:
    """The lines that left, written by a handler like that of settings."""
    handler = DiscreetHandler()
    handler.addFilter(ContextFilter())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    log_exporter.clear()
    yield log_exporter
    root.removeHandler(handler)
    root.setLevel(level)
    connection.set_tenant(directory.by_schema("d92"))


def lines(left: InMemoryLogRecordExporter) -> list[tuple[str, dict[str, object]]]:
    return [
        (str(one.log_record.body), dict(one.log_record.attributes or {}))
        for one in left.get_finished_logs()
    ]


def test_a_line_of_ours_leaves_with_its_tenant_its_trace_and_its_listed_fields(left):
    span = NonRecordingSpan(SpanContext(0xABC, 0xDEF, False, TraceFlags(1)))

    with use_span(span):
        logging.getLogger("billing.payments.operations").warning(
            "payment provider unavailable", extra={"payment": 7, "email": EMAIL}
        )

    assert lines(left) == [
        ("payment provider unavailable", {"socle.tenant.schema": "d92", "payment": 7})
    ]
    (found,) = left.get_finished_logs()
    assert (found.log_record.trace_id, found.log_record.span_id) == (0xABC, 0xDEF)
    assert found.log_record.severity_text == "WARNING"


def test_a_sign_in_that_fails_leaves_without_the_address(left):
    user = account_of(make_family())
    response = Client(headers={"host": HOST}).post(
        "/connexion/", {"name": user.email, "password": "not-this-one"}
    )

    assert response.status_code == 422
    assert lines(left) == [
        (
            "request refused",
            {
                "socle.tenant.schema": "d92",
                "socle.request.reference": response.headers["X-Request-Reference"],
                "http.status_code": 422,
                "http.route": "connexion/",
            },
        )
    ]
    assert user.email not in "".join(one.to_json() for one in left.get_finished_logs())


def test_an_address_typed_by_somebody_does_not_leave(left):
    Client(headers={"host": HOST}).get(f"/{EMAIL}/", {"nom": "Diallo"})

    ((body, attributes),) = lines(left)
    assert (body, attributes["http.status_code"]) == ("request refused", 404)
    assert "iallo" not in str(left.get_finished_logs()[0].log_record.attributes)


def test_an_exception_leaves_as_its_type_and_its_places(left):
    try:
        raise ValueError(EMAIL)
    except ValueError:
        logging.getLogger("commons.outbox").exception("outbox handler failed")

    ((body, attributes),) = lines(left)
    assert (body, attributes["exception.type"]) == ("outbox handler failed", "ValueError")
    assert __file__ in str(attributes["exception.stacktrace"])
    assert EMAIL not in str(attributes)


@pytest.mark.parametrize(
    ("message", "arguments", "body"),
    [
        ("Task %(name)s said %(it)s", ({"name": "x", "it": EMAIL},), "Task %(name)s said %(it)s"),
        (f"Unknown recipient {EMAIL}", (), "a.library: test_what_a_library_says_is_not_filled_in"),
        (ValueError(EMAIL), (), "a.library: test_what_a_library_says_is_not_filled_in"),
    ],
)
def test_what_a_library_says_is_not_filled_in(left, message, arguments, body):
    logging.getLogger("a.library").error(message, *arguments, extra={"payment": EMAIL})

    assert lines(left) == [(body, {"socle.tenant.schema": "d92"})]


@pytest.mark.parametrize("name", ["opentelemetry.exporter", "urllib3.connectionpool"])
def test_what_sends_is_not_told_of_what_it_sends(left, name):
    logging.getLogger(name).warning("no answer")

    assert lines(left) == []


# On the console only: names of fields a person asked for, or who did it.
KEPT_HERE = {"path", "by"}


def test_every_field_of_our_lines_leaves_or_was_kept_on_purpose():
    said = {
        str(ast.literal_eval(key))
        for source in written()
        for _name, call in calls(source)
        for keyword in call.keywords
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict)
        for key in keyword.value.keys
        if key is not None
    }

    assert said - FIELDS == KEPT_HERE
