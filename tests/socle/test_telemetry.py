"""What leaves a process as traces: read by a collector of ours, from processes started as in service."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
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


class Collector:
    """Receives spans as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                received.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def spans(self) -> dict[str, dict[str, object]]:
        """The attributes of each span, by its name."""
        return {
            span.name: {
                one.key: getattr(one.value, one.value.WhichOneof("value"))
                for one in span.attributes
            }
            for request in self.received
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }

    def run(self, code: str, **variables: str) -> str:
        """Run Python in a process of ours that sends its spans here."""
        url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "socle.settings.test", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
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


def test_a_request_served_is_a_span_of_its_tenant(collector):
    assert collector.run(REQUEST).strip() == "200 OK", collector.said

    (span,) = (one for one in collector.spans.values() if "http.route" in one)
    assert (span["socle.tenant.schema"], span["socle.tenant.code"]) == ("d92", "92")
    assert (span["http.route"], span["http.status_code"]) == ("connexion/", 200)
    assert span["socle.request.reference"]


def test_a_task_run_by_a_worker_is_a_span_of_its_tenant(collector):
    collector.run(TASK)

    span = collector.spans["run/tests.trace"]
    assert (span["socle.tenant.schema"], span["socle.tenant.code"]) == ("d92", "92")
    assert span["celery.task_name"] == "tests.trace"


@pytest.mark.parametrize("code", [REQUEST, TASK])
def test_what_leaves_names_nobody(collector, code):
    collector.run(code)

    sent = "".join(map(str, collector.received))
    assert "socle.tenant.schema" in sent
    assert "Diallo" not in sent
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
