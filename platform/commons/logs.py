"""Logs are JSON lines: a static event, its fields, and always the tenant and the request.

The tenant comes from the resolved schema, never from a header; a line never holds personal data.
"""

import contextvars
import logging

from opentelemetry import trace
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter as _JsonFormatter

from commons.tenancy import current_schema

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("socle_request_id", default="")


class ContextFilter(logging.Filter):
    """Put the tenant, the request and the trace on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.tenant = current_schema()
        reference = request_id.get()
        request = getattr(record, "request", None)
        if request is not None and not reference:
            # Django logs a 4xx answer once every middleware has left: tenant and reference too.
            reference = getattr(request, "reference", "")
            departement = getattr(request, "tenant", None)
            if departement is not None:
                record.tenant = departement.schema_name
        record.request_id = reference
        span = trace.get_current_span().get_span_context()
        record.trace_id = f"{span.trace_id:032x}" if span.is_valid else ""
        return True


class JsonFormatter(_JsonFormatter):
    """One JSON object a line, without the request: its address may hold a name that was searched."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s %(tenant)s %(request_id)s %(trace_id)s",
            rename_fields={"levelname": "level", "name": "logger", "message": "event"},
            reserved_attrs=[*RESERVED_ATTRS, "request"],
            timestamp="at",
            json_ensure_ascii=False,
        )
