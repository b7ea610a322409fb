"""A request that is not drawn pays for the draw alone, and has a trace that its tasks belong to."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from socle import telemetry, tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def exported(settings: Any, monkeypatch: Any) -> Any:
    """What is exported when a share of the requests is drawn."""

    def of(percent: int) -> InMemorySpanExporter:
        settings.TRACE_SAMPLE_PERCENT = percent
        exporter = InMemorySpanExporter()
        provider = telemetry.make_provider(SimpleSpanProcessor(exporter))
        monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("tests"))
        return exporter

    return of


def served(status: int = 200, **headers: str) -> trace.SpanContext:
    """The span that a view stands in, of a request that was served."""
    found: list[trace.SpanContext] = []

    def view(_request: HttpRequest) -> HttpResponse:
        found.append(trace.get_current_span().get_span_context())
        return HttpResponse(status=status)

    tracing.TraceMiddleware(view)(RequestFactory().get("/aide/", headers=headers))
    assert not trace.get_current_span().get_span_context().is_valid
    return found[0]


@pytest.mark.parametrize("percent", [0, 100])
def test_a_request_has_a_trace_whether_it_is_drawn_or_not(exported, percent):
    exporter = exported(percent)

    one, other = served(), served()

    assert one.is_valid
    assert one.trace_id != other.trace_id
    assert one.trace_flags.sampled is (percent == 100)
    assert len(exporter.get_finished_spans()) == (2 if percent else 0)


@pytest.mark.parametrize("percent", [0, 100])
def test_a_trace_goes_on_from_who_called_and_who_called_decides_nothing(exported, percent):
    exporter = exported(percent)

    context = served(traceparent=PARENT)

    assert f"{context.trace_id:032x}" == TRACE
    assert len(exporter.get_finished_spans()) == percent // 100


def test_a_span_says_nothing_that_may_not_leave(exported):
    exporter = exported(100)

    served(status=503)

    (span,) = exporter.get_finished_spans()
    assert set(span.attributes) <= telemetry.EXPORTED
    assert (span.name, span.attributes["http.status_code"]) == ("GET", 503)
    assert not span.status.is_ok
