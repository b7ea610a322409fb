"""What every request carries: a reference for the logs, and the security headers; and the door of the API."""

from __future__ import annotations

import functools
import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from opentelemetry import trace

from api.door import graphql_view
from commons import logs
from commons.meters import Durations
from socle import telemetry

logger = logging.getLogger(__name__)
API_PATH = "/graphql/"
DURATIONS = Durations(
    "http.server.request.duration",
    description="How long a page takes to answer, by the pattern of its address.",
    boundaries=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
    attributes={
        "http.request.method": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
        "http.response.status_code": None,
        "http.route": None,
    },
)

# No inline script, no inline style, nothing from another host.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'{form_targets}; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)


def _policy(response: HttpResponse) -> str:
    """The policy of a page; one that leads to a provider of payments says where (`portal.doors`)."""
    target = getattr(response, "form_targets", "")
    return CONTENT_SECURITY_POLICY.format(form_targets=f" {target}" if target else "")


class RequestContextMiddleware:
    """Give the request a reference, put the tenant on its span, and set the response's policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = secrets.token_hex(6)
        request.reference = reference  # type: ignore[attr-defined]
        token = logs.request_id.set(reference)
        span = trace.get_current_span()
        telemetry.put_tenant_on(span)  # it started before the tenant was known
        span.set_attribute("socle.request.reference", reference)
        started = time.monotonic()
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        _measure(request, response, seconds=time.monotonic() - started)
        response.headers.setdefault("Content-Security-Policy", _policy(response))
        response.headers["X-Request-Reference"] = reference
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ApiMiddleware:
    """Let what is sent to the API in, past all that only pages need.

    Before it stands what every request goes through: tenant, headers, reference, session, account. What
    comes after serves pages: their addresses, messages, forms and visits, and who acts for a family, which an
    agent does on the portal alone. The API proves by itself that a request is not forged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_sent = request.method == "POST" and request.path_info == API_PATH
        if not is_sent or request.tenant is None:  # type: ignore[attr-defined]
            return self.get_response(request)
        request.resolver_match = _api_match()
        try:
            response = graphql_view(request)
        except Exception as error:
            trace.get_current_span().record_exception(error)
            raise
        response.headers["Content-Length"] = str(len(response.content))
        return response


@functools.cache
def _api_match() -> ResolverMatch:
    return resolve(API_PATH, settings.ROOT_URLCONF)


def _measure(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    """Tell the duration under the pattern that was found (`factures/<uuid:public_id>/`), if any."""
    route = request.resolver_match.route if request.resolver_match else ""
    told: dict[str, str | int] = {
        "http.request.method": request.method or "",
        "http.response.status_code": response.status_code,
        "http.route": route,
    }
    DURATIONS.record(seconds, **told)
