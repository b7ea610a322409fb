"""Hosts, cookies and sessions: what a request can and cannot carry from one tenant to another."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from commons.tenancy import current_tenant
from tenants.accounts.models import User
from tenants.registry.middleware import TenantMiddleware
from tests.isolation.conftest import HOST_92, HOST_94, answer, tell_who, whoami


def sign_in(request: HttpRequest) -> HttpResponse:
    login(request, User.objects.get(email="a@exemple.fr"))
    return HttpResponse()


@pytest.fixture
def account(tenant_db, in_tenant):
    user = User.objects.create(email="a@exemple.fr")
    with in_tenant("d94"):
        User.objects.create(pk=user.pk, email="same-number@exemple.fr")
    return user


def test_the_host_alone_says_the_tenant(tenant_db):
    for host, seen in (
        (HOST_92, b"92 d92 "),
        (HOST_94, b"94 d94 "),
        (f"{HOST_94}:8000", b"94 d94 "),
    ):
        assert answer(tell_who, host=host).content.startswith(seen)


@pytest.mark.parametrize(
    "host", ["seine-et-marne.socle.test", "d92", "evil.example", "hauts-de-seine.socle.test.evil"]
)
def test_a_wrong_host_gets_a_bare_404(tenant_db, host):
    response = answer(tell_who, host=host)
    assert (response.status_code, response.content) == (404, b"")


def test_the_public_host_is_in_no_tenant(tenant_db):
    view = lambda request: HttpResponse(whoami()[0])  # noqa: E731
    assert answer(view, host=settings.PUBLIC_HOST).content == b"socle_public"


def test_a_session_cookie_works_on_its_own_host(account):
    cookie = answer(sign_in, host=HOST_92).cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: cookie}

    assert answer(tell_who, host=HOST_92, cookies=cookies).content == b"92 d92 a@exemple.fr"


def test_a_session_cookie_replayed_on_another_host_signs_nobody_in(account):
    """Even where an account of the other tenant has the same number."""
    cookie = answer(sign_in, host=HOST_92).cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: cookie}

    assert answer(tell_who, host=HOST_94, cookies=cookies).content == b"94 d94 AnonymousUser"


def test_cookies_are_host_only(account):
    cookie = answer(sign_in, host=HOST_92).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["domain"] == ""
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert settings.CSRF_COOKIE_DOMAIN is None


def test_a_request_that_fails_still_leaves_its_tenant(tenant_db):
    def fail(request: HttpRequest) -> HttpResponse:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        answer(fail, host=HOST_94)
    assert whoami()[0] == "socle_public"
    assert current_tenant() is None


def test_a_tenant_header_is_not_believed(tenant_db):
    stack = TenantMiddleware(lambda request: HttpResponse(whoami()[0]))
    forged = {"host": HOST_92, "x-forwarded-host": HOST_94, "x-tenant": "d94"}
    assert stack(RequestFactory(headers=forged).get("/")).content == b"d92"
