"""Host → tenant → connection, at the very top of the stack."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import set_urlconf

from tenants.registry import directory
from tenants.registry.connecting import connection
from tenants.registry.models import Departement


class TenantRequest(HttpRequest):
    """A request on a tenant's host (`tenant` is None on the public one)."""

    tenant: Departement | None


class TenantMiddleware:
    """Enter the host's tenant for the request, and leave it whatever happens.

    An unknown host gets a bare 404: it learns nothing of who exists.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        connection.set_schema_to_public()
        try:
            host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        except DisallowedHost:
            return HttpResponseNotFound()
        departement = None
        if host != settings.PUBLIC_HOST:
            departement = directory.by_host(host)
            if departement is None:
                return HttpResponseNotFound()
        request.tenant = departement  # type: ignore[attr-defined]
        if departement is None:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        else:
            connection.set_tenant(departement)
        try:
            return self.get_response(request)
        finally:
            set_urlconf(None)
            connection.set_schema_to_public()
