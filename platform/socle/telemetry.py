"""Traces, metrics and logs, with the tenant on each; sent by OTLP where the settings say, if they do.

Without an address no provider sends, no thread runs and nothing leaves. Each process that serves
starts its own, after its fork, and its metrics bear its own `service.instance.id`. What is counted is
declared with `commons.meters`; what leaves of a log line is in `socle.telemetry_logs`.

Traces are sampled (`TRACE_SAMPLE_PERCENT`), and database spans stay off the hot path unless
`TRACE_DATABASE=true` (PERFORMANCE.md H). The tenant comes from the resolved schema, never from a
header. What leaves the process is a list of attributes that hold no personal data: an address with
its query string, a visitor's IP or the message of an exception are none of them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from opentelemetry import _logs, metrics, propagate, trace
from opentelemetry import context as otel_context
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, Status, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from commons import environment
from commons.tenancy import current_schema, current_tenant

# The attributes that may leave the process. `db.statement` has placeholders, never values.
EXPORTED = frozenset(
    {
        "socle.tenant.schema",
        "socle.tenant.code",
        "socle.request.reference",
        "http.method",
        "http.route",
        "http.scheme",
        "http.flavor",
        "http.status_code",
        "celery.action",
        "celery.state",
        "celery.retries",
        "celery.task_name",
        "messaging.destination",
        "messaging.message.id",
        "messaging.system",
        "db.system",
        "db.name",
        "db.statement",
        "exception.type",
    }
)


class TenantSpanProcessor(SpanProcessor):
    """Write the tenant on every span as it starts."""

    def on_start(self, span: Span, parent_context: otel_context.Context | None = None) -> None:
        put_tenant_on(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Nothing to do."""


def put_tenant_on(span: trace.Span) -> None:
    """Write the current tenant on a span, in place of what it said when it started."""
    tenant = current_tenant()
    span.set_attribute("socle.tenant.schema", current_schema())
    span.set_attribute("socle.tenant.code", tenant.code if tenant else "")


class OwnSampler(Sampler):
    """A share of the requests, drawn here: a `traceparent` from outside decides nothing.

    Neither its flag nor its trace identifier (which a ratio would read) is believed. What our own
    processes send each other through Celery follows the trace it belongs to.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._within = ParentBased(TraceIdRatioBased(share))

    def should_sample(
        self,
        parent_context: otel_context.Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        sampler: Sampler = self._within
        if kind is SpanKind.SERVER:
            drawn = random.random() < self._share  # noqa: S311  nothing is secret here
            sampler = ALWAYS_ON if drawn else ALWAYS_OFF
        return sampler.should_sample(parent_context, trace_id, name, kind, attributes, links)

    def get_description(self) -> str:
        return f"OwnSampler{{{self._share}}}"


class DiscreetExporter(SpanExporter):
    """Hand spans on with what may leave the process, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_kept(span.attributes),
        events=[Event(one.name, _kept(one.attributes), one.timestamp) for one in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),  # its description is an exception's message
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _kept(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (attributes or {}).items() if name in EXPORTED}


def _resource() -> Resource:
    return Resource.create({"service.name": f"socle-{settings.PROCESS}"})


def make_provider(*extra: SpanProcessor) -> TracerProvider:
    """A tracer provider with our sampling, resource and processors."""
    provider = TracerProvider(
        sampler=OwnSampler(settings.TRACE_SAMPLE_PERCENT / 100), resource=_resource()
    )
    provider.add_span_processor(TenantSpanProcessor())
    for processor in extra:
        provider.add_span_processor(processor)
    return provider


def send() -> None:
    """Send what has an address: called once per process, after its fork, whatever it does."""
    where = settings.OTLP_ENDPOINTS
    processors = []
    if where["traces"]:
        exporter = OTLPSpanExporter(endpoint=where["traces"])
        processors.append(BatchSpanProcessor(DiscreetExporter(exporter)))
    trace.set_tracer_provider(make_provider(*processors))
    if where["metrics"]:
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=where["metrics"]))
        metrics.set_meter_provider(MeterProvider([reader], resource=_resource()))
    if where["logs"]:  # the handler is in settings.LOGGING
        logs = LoggerProvider(resource=_resource())
        logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(endpoint=where["logs"]))
        )
        _logs.set_logger_provider(logs)


def instrument() -> None:
    """Trace and measure requests (`socle.tracing`) and tasks. Called once per process.

    The metrics of the packages are left out: they bear no tenant; ours are in `socle.middleware` and
    `socle.celery`.
    """
    send()
    # Baggage is left out: a visitor's would go on to every task.
    propagate.set_global_textmap(TraceContextTextMapPropagator())
    CeleryInstrumentor().instrument(meter_provider=NoOpMeterProvider())
    if environment.flag("TRACE_DATABASE", default=False):
        PsycopgInstrumentor().instrument()


def flush() -> None:
    """Send what waits: a process that Celery or granian ends runs nothing at exit."""
    for provider in (
        trace.get_tracer_provider(),
        metrics.get_meter_provider(),
        _logs.get_logger_provider(),
    ):
        if isinstance(provider, TracerProvider | MeterProvider | LoggerProvider):
            provider.force_flush()
