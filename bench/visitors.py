"""Who asks in a bench: a family that signs in, or that is signed in, and the bytes they send."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client as DjangoClient

from bench import servers
from tenants.accounts.models import User
from tenants.registry.backend import roles

PASSWORD = "Socle-bench-2026"
HOST = "hauts-de-seine.socle.test"


def signed_in(user: User) -> dict[str, str]:
    """The headers of a browser where somebody is signed in."""
    client = DjangoClient(headers={"host": HOST})
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    token = _get_new_csrf_string()
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
    }


def home(headers: dict[str, str]) -> bytes:
    """The family's home, asked for."""
    return servers.request("GET", "/", host=HOST, headers=headers)


def graphql(
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
    *,
    path: str = "/graphql/",
    host: str = HOST,
) -> bytes:
    """A GraphQL request."""
    kind = {"Content-Type": "application/json", "Accept": "application/json"}
    sent = json.dumps(body).encode()
    return servers.request("POST", path, host=host, body=sent, headers=kind | (headers or {}))


def tenant_url() -> str:
    """The database's address as the tenant's role, for limits and peers."""
    there = settings.DATABASES["default"]
    password = roles.password_of("d92", settings.TENANT_LOGIN_SECRET)
    rest = {"host": there["HOST"], "port": there["PORT"]}
    rest = {name: value for name, value in rest.items() if value}
    return f"postgresql://d92:{password}@/{there['NAME']}?{urlencode(rest)}"


def sign_in(user: User) -> bytes:
    """The form of signing in, sent."""
    token = _get_new_csrf_string()
    name = str(user).replace("@", "%40")
    body = f"name={name}&password={PASSWORD}&csrfmiddlewaretoken={token}".encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.CSRF_COOKIE_NAME}={token}",
    }
    return servers.request("POST", "/connexion/", host=HOST, body=body, headers=headers)
