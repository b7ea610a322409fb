"""Traces, with the tenant on each span.

Traces are sampled (`TRACE_SAMPLE_PERCENT`), and database spans stay off the hot path unless
`TRACE_DATABASE=true` (PERFORMANCE.md H). The tenant comes from the resolved schema, never from a
header; no attribute holds personal data.
"""

from __future__ import annotations

from django.conf import settings
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from commons import environment
from commons.tenancy import current_schema, current_tenant


class TenantSpanProcessor(SpanProcessor):
    """Write the tenant on every span as it starts."""

    def on_start(self, span: Span, parent_context: otel_context.Context | None = None) -> None:
        tenant = current_tenant()
        span.set_attribute("socle.tenant.schema", current_schema())
        span.set_attribute("socle.tenant.code", tenant.code if tenant else "")

    def on_end(self, span: ReadableSpan) -> None:
        """Nothing to do."""


def make_provider(*extra: SpanProcessor) -> TracerProvider:
    """A tracer provider with our sampling, resource and processors."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.TRACE_SAMPLE_PERCENT / 100)),
        resource=Resource.create({"service.name": f"socle-{settings.PROCESS}"}),
    )
    provider.add_span_processor(TenantSpanProcessor())
    for processor in extra:
        provider.add_span_processor(processor)
    return provider


def instrument() -> None:
    """Trace requests and tasks; called once per process, before the first request."""
    processors = []
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        exporter = OTLPSpanExporter(endpoint=settings.OTEL_EXPORTER_OTLP_ENDPOINT)
        processors.append(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(make_provider(*processors))
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()
    if environment.flag("TRACE_DATABASE", default=False):
        PsycopgInstrumentor().instrument()
