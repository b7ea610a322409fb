"""Log lines that leave the process: the event, its tenant, its request and its trace; nothing personal.

A line of ours says a static event, and the fields listed here. What a library says may hold anything
(an address somebody typed, the message of an exception): of it leaves the template, never what fills
it. An exception leaves as its type, and where it was raised.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from opentelemetry import context
from opentelemetry._logs import SeverityNumber, get_logger

from commons.meters import TENANT

# Fields of our own lines (`extra`) that may leave: codes, and numbers of rows.
FIELDS = frozenset(
    {
        "audit_entry_id",
        "broken_resolutions",
        "code",
        "codes",
        "differing_accounts",
        "event_name",
        "failed_tenant",
        "outcome",
        "payment",
        "reference",
        "schema",
        "size",
        "source",
        "status",
    }
)
OURS = frozenset(
    {"api", "billing", "commons", "console", "federation", "observatory", "portal", "socle",
     "tenants", "ui"}
)  # fmt: skip
# What sends would otherwise be told of what it sends.
_SENDERS = frozenset({"opentelemetry", "requests", "urllib3"})
_SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}


class DiscreetHandler(logging.Handler):
    """Hand records to OpenTelemetry, which does nothing of them until `socle.telemetry` starts."""

    def emit(self, record: logging.LogRecord) -> None:
        if _package(record) in _SENDERS:
            return
        get_logger(record.name).emit(
            timestamp=int(record.created * 1e9),
            observed_timestamp=time.time_ns(),
            context=context.get_current(),
            severity_number=_SEVERITIES.get(record.levelno, SeverityNumber.UNSPECIFIED),
            severity_text=record.levelname,
            body=_body(record),
            attributes=_attributes(record),
        )


def _package(record: logging.LogRecord) -> str:
    return record.name.partition(".")[0]


def _body(record: logging.LogRecord) -> str:
    """What happened, in words that name nobody."""
    if getattr(record, "request", None) is not None and hasattr(record, "status_code"):
        return "request failed" if record.levelno >= logging.ERROR else "request refused"
    if isinstance(record.msg, str) and (record.args or _package(record) in OURS):
        return record.msg
    return f"{record.name}: {record.funcName}"  # written out already, by a library


def _attributes(record: logging.LogRecord) -> dict[str, Any]:
    fields: Mapping[str, Any] = vars(record)
    found = {
        TENANT: fields.get("tenant"),
        "socle.request.reference": fields.get("request_id"),
        "http.status_code": fields.get("status_code"),
        "http.route": _route(fields.get("request")),
        "celery.task_name": _task(fields.get("data")),
    }
    if _package(record) in OURS:
        found |= {name: value for name, value in fields.items() if name in FIELDS}
    if record.exc_info and record.exc_info[0] is not None:
        found["exception.type"] = record.exc_info[0].__qualname__
        found["exception.stacktrace"] = _places(record.exc_info[2])
    return {name: value for name, value in found.items() if value not in (None, "")}


def _route(request: Any) -> str | None:
    return getattr(getattr(request, "resolver_match", None), "route", None)


def _task(data: Any) -> str | None:
    """Celery's own lines say their task so."""
    return str(data["name"]) if isinstance(data, Mapping) and "name" in data else None


def _places(found: TracebackType | None) -> str:
    """Where it passed: no message, and none of the values."""
    return "\n".join(
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found)
    )
