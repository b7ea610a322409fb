"""What leaves a process: read by a collector of ours, from processes started as in service."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)

from socle.telemetry import OwnSampler
from tests.fixtures import empty_tenants
from tests.socle.processes import ROOT

HOST = "hauts-de-seine.socle.test"
REQUEST = f"""
from io import BytesIO
from socle.wsgi import application
environ = {{
    "REQUEST_METHOD": "GET", "PATH_INFO": "/connexion/", "QUERY_STRING": "q=Diallo",
    "SERVER_NAME": "x", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "",
    "HTTP_HOST": "{HOST}", "HTTP_USER_AGENT": "Diallo", "REMOTE_ADDR": "192.0.2.7",
    "wsgi.input": BytesIO(), "wsgi.errors": None, "wsgi.url_scheme": "http",
}}
answer = application(environ, lambda status, headers, *_: print(status))
b"".join(answer)
answer.close()
"""
TASK = """
from celery import signals
from socle.celery import SCHEMA_HEADER, PROOF_HEADER, app, proof_of
import django
django.setup()
signals.worker_process_init.send(sender=None)

@app.task(name="tests.trace")
def failing(*, tenant, **_):
    raise ValueError("Diallo")

proof = proof_of(task_name="tests.trace", task_id="1", schema_name="d92")
headers = {SCHEMA_HEADER: "d92", PROOF_HEADER: proof}
failing.apply(kwargs={"tenant": "d92", "name": "Diallo"}, task_id="1", headers=headers)
signals.worker_process_shutdown.send(sender=None, pid=1, exitcode=0)
import os
os._exit(0)  # as Celery ends a process: nothing runs at exit
"""


# A sign-in that fails, with a form as a browser sends it; the process ends as granian's do.
SIGN_IN = f"""
from django.test import Client
from socle import telemetry, wsgi
site = Client(headers={{"host": "{HOST}"}})
site.get("/connexion/")
print(site.post("/connexion/", {{"name": "Diallo@exemple.fr", "password": "x"}}).status_code)
"""
# A view that breaks, past the API's own door and by the way of every page.
BROKEN = f"""
from django.test import Client
from socle import telemetry, wsgi
from api import views

def broken(request):
    raise ValueError("Diallo")

views._answered = broken
site = Client(headers={{"host": "{HOST}"}}, raise_request_exception=False)
print(site.post("/graphql/").status_code, site.get("/graphql/").status_code)
"""
KINDS = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


def attributes_of(one: Any) -> dict[str, Any]:
    """The attributes of a span, a value or a line."""
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value"))
        for attribute in one.attributes
    }


class Collector:
    """Receives the three signals as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                received.append(KINDS[self.path].FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def of_kind(self, signal: str) -> list[Any]:
        """What was received of a signal."""
        return [one for one in self.received if isinstance(one, KINDS[f"/v1/{signal}"])]

    @property
    def spans(self) -> dict[str, dict[str, Any]]:
        """The attributes of each span, by its name."""
        return {
            span.name: attributes_of(span)
            for request in self.of_kind("traces")
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }

    @property
    def metrics(self) -> dict[str, list[dict[str, Any]]]:
        """The attributes of each value, by the name of its metric."""
        return {
            metric.name: [
                attributes_of(point)
                for point in getattr(metric, metric.WhichOneof("data")).data_points
            ]
            for request in self.of_kind("metrics")
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    @property
    def lines(self) -> list[tuple[str, dict[str, Any]]]:
        """The event of each log line, with its attributes."""
        return [
            (line.body.string_value, attributes_of(line) | {"trace": line.trace_id.hex()})
            for request in self.of_kind("logs")
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for line in scope.log_records
        ]

    def run(self, code: str, **variables: str) -> str:
        """Run Python in a process of ours that sends its spans here."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "socle.settings.test"}
            | {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url}
            | {"SOCLE_PROCESS": "web"}  # a command tested before leaves its own
            | variables,
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.said = done.stderr
        return done.stdout


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()
    empty_tenants(os.environ["DATABASE_OWNER_URL"])  # the refused sign-ins of its processes


def test_a_request_served_is_a_span_of_its_tenant(collector):
    assert collector.run(REQUEST).strip() == "200 OK", collector.said

    (span,) = (one for one in collector.spans.values() if "http.route" in one)
    assert (span["socle.tenant.schema"], span["socle.tenant.code"]) == ("d92", "92")
    assert (span["http.route"], span["http.status_code"]) == ("connexion/", 200)
    assert span["socle.request.reference"]


def test_a_request_that_breaks_says_with_what_and_nothing_more(collector):
    assert collector.run(BROKEN).strip() == "500 500", collector.said

    for method in ("POST", "GET"):
        span = collector.spans[f"{method} graphql/"]
        assert (span["http.status_code"], span["http.route"]) == (500, "graphql/")
    events = [
        (event.name, attributes_of(event))
        for request in collector.of_kind("traces")
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        for event in span.events
    ]
    assert events == [("exception", {"exception.type": "ValueError"})] * 2
    assert "Diallo" not in "".join(map(str, collector.received))


def test_a_task_run_by_a_worker_is_a_span_of_its_tenant(collector):
    collector.run(TASK)

    span = collector.spans["run/tests.trace"]
    assert (span["socle.tenant.schema"], span["socle.tenant.code"]) == ("d92", "92")
    assert span["celery.task_name"] == "tests.trace"


@pytest.mark.parametrize("code", [REQUEST, TASK, SIGN_IN])
def test_what_leaves_names_nobody(collector, code):
    collector.run(code)

    sent = "".join(map(str, collector.received))
    assert "socle.tenant.schema" in sent
    assert "diallo" not in sent.lower()
    assert "192.0.2.7" not in sent


def _from_outside(*, sampled: bool, trace_id: int) -> object:
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, 1, True, flags)))


@pytest.mark.parametrize("trace_id", [1, 2**128 - 1])
@pytest.mark.parametrize(
    ("share", "expected"), [(0, Decision.DROP), (1, Decision.RECORD_AND_SAMPLE)]
)
def test_a_visitor_does_not_choose_what_is_traced(share, expected, trace_id):
    sampler = OwnSampler(share)
    for sampled in (True, False):
        context = _from_outside(sampled=sampled, trace_id=trace_id)
        found = sampler.should_sample(context, trace_id, "GET", SpanKind.SERVER)
        assert found.decision is expected


def test_a_low_trace_identifier_does_not_pass_the_draw():
    """A ratio reads the identifier, which the visitor writes: with 1, always sampled."""
    sampler = OwnSampler(0.01)
    context = _from_outside(sampled=True, trace_id=1)

    sampled = sum(
        sampler.should_sample(context, 1, "GET", SpanKind.SERVER).decision
        is Decision.RECORD_AND_SAMPLE
        for _ in range(500)
    )

    assert sampled < 50


def test_a_task_follows_the_trace_that_sent_it():
    sampler = OwnSampler(0)
    context = _from_outside(sampled=True, trace_id=5)

    found = sampler.should_sample(context, 5, "run/x", SpanKind.CONSUMER)

    assert found.decision is Decision.RECORD_AND_SAMPLE


def test_a_traceparent_from_outside_does_not_make_a_request_traced(collector):
    code = REQUEST.replace(
        '"wsgi.input"', f'"HTTP_TRACEPARENT": "00-{"0" * 31}1-{"0" * 15}1-01", "wsgi.input"'
    )
    code = code.replace(
        "from io", "from django.conf import settings\nsettings.TRACE_SAMPLE_PERCENT = 0\nfrom io"
    )

    assert collector.run(code).strip() == "200 OK"

    assert collector.spans == {}


def test_the_three_signals_leave_with_their_tenant(collector):
    assert collector.run(SIGN_IN).strip() == "422", collector.said

    (span,) = (one for name, one in collector.spans.items() if name.startswith("POST"))
    assert (span["socle.tenant.schema"], span["http.route"]) == ("d92", "connexion/")
    measured = collector.metrics["http.server.request.duration"]
    assert {one["socle.tenant.schema"] for one in measured} == {"d92"}
    assert {one["http.response.status_code"] for one in measured} == {200, 422}
    assert [
        (event, line["socle.tenant.schema"], line["http.status_code"], line["http.route"])
        for event, line in collector.lines
    ] == [("request refused", "d92", 422, "connexion/")]
    assert collector.lines[0][1]["socle.request.reference"] == span["socle.request.reference"]


def test_a_task_that_fails_is_measured_and_its_process_flushed(collector):
    collector.run(TASK)

    (measured,) = collector.metrics["socle.task.duration"]
    assert measured == {
        "socle.tenant.schema": "d92", "task": "tests.trace", "outcome": "FAILED"
    }  # fmt: skip


def test_one_signal_may_go_somewhere_alone(collector):
    alone = {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{collector.url}/v1/metrics"}

    collector.run(SIGN_IN, OTEL_EXPORTER_OTLP_ENDPOINT="", **alone)

    assert collector.metrics
    assert (collector.spans, collector.lines) == ({}, [])


SILENT = """
import socket, sys, threading
called = []
sys.addaudithook(lambda name, given: called.append(given[1]) if name == "socket.connect" else None)
from socle import telemetry, wsgi
from django.test import Client
site = Client(headers={"host": "hauts-de-seine.socle.test"})
site.get("/connexion/")
telemetry.flush()
threads = [one.name for one in threading.enumerate() if "tel" in one.name]
print(threads, [address for address in called if address[1] in PORTS])
"""


@pytest.mark.parametrize("given", [False, True])
def test_without_an_address_nothing_is_sent_and_no_thread_runs(collector, given):
    """With one, the same process would be seen to do both."""
    ports = f"PORTS = (4317, 4318, {collector.server.server_port})\n"
    variables = {} if given else {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}

    said = collector.run(ports + SILENT, **variables).strip()

    assert (said == "[] []") is not given
    assert ("Otel" in said, bool(collector.received)) == (given, given)
