"""Each request is a span; of one that is not drawn, the draw alone is paid, and the logs keep its identifier.

The Django instrumentation gathers a dozen attributes of every request and resolves its address once more,
before the sampler drops ninety-nine in a hundred. Here the sampler is asked first. Only attributes that may
leave the process are written (`telemetry.EXPORTED`): no address, no visitor.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from opentelemetry import propagate, trace
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FIRST_ERROR = 500
_tracer = trace.get_tracer("socle.requests")


class _Headers(Getter[dict[str, str]]):
    """The headers of a request, as WSGI names them."""

    def get(self, carrier: dict[str, str], key: str) -> list[str] | None:
        found = carrier.get(f"HTTP_{key.upper().replace('-', '_')}")
        return None if found is None else [found]

    def keys(self, carrier: dict[str, str]) -> list[str]:
        return [name for name in carrier if name.startswith("HTTP_")]


_HEADERS = _Headers()


class TraceMiddleware:
    """Make each request a span, the first thing of all: `telemetry` says which are kept, and what leaves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        above = propagate.extract(request.META, getter=_HEADERS)
        with _tracer.start_as_current_span("HTTP", context=above, kind=SpanKind.SERVER) as span:
            response = self.get_response(request)
            if span.is_recording():
                _tell(span, request, response)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """What a view raised is answered for by Django: the span says that it was."""
        trace.get_current_span().record_exception(exception)


def _tell(span: Span, request: HttpRequest, response: HttpResponse) -> None:
    method = request.method if request.method in METHODS else "_OTHER"
    match = request.resolver_match
    span.update_name(f"{method} {match.route}" if match and match.route else method or "")
    if match and match.route:
        span.set_attribute("http.route", match.route)
    span.set_attributes(
        {
            "http.method": method or "",
            "http.scheme": request.scheme or "",
            "http.flavor": request.META.get("SERVER_PROTOCOL", "").removeprefix("HTTP/"),
            "http.status_code": response.status_code,
        }
    )
    if response.status_code >= _FIRST_ERROR:
        span.set_status(Status(StatusCode.ERROR))
