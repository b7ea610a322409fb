"""What the log says of a refused request: which tenant, which request, and nothing personal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from commons.logs import ContextFilter, JsonFormatter
from tenants.registry import directory

HOST = "hauts-de-seine.socle.test"


@pytest.fixture
def lines(tenant_db: None) -> Iterator[io.StringIO]:
    """What Django writes of requests, as in production."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(ContextFilter())
    logger = logging.getLogger("django")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)
    connection.set_tenant(directory.by_schema("d92"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/nulle-part/", 404), ("post", "/aide/", 405)],
)
def test_a_refused_request_is_logged_with_its_tenant_and_reference(lines, method, path, status):
    response = getattr(Client(headers={"host": HOST}), method)(path)

    (line,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert response.status_code == line["status_code"] == status
    assert line["tenant"] == "d92"
    assert line["request_id"] == response.headers["X-Request-Reference"] != ""


def test_a_refused_form_is_logged_with_its_tenant_and_reference(lines):
    client = Client(enforce_csrf_checks=True, headers={"host": HOST})

    response = client.post("/connexion/", {"name": "a@exemple.fr"})

    line = json.loads(lines.getvalue().splitlines()[-1])
    assert (response.status_code, line["status_code"]) == (403, 403)
    assert (line["tenant"], line["request_id"]) == ("d92", response.headers["X-Request-Reference"])


def test_the_public_host_is_logged_as_public_with_its_reference(lines):
    response = Client(headers={"host": "socle.test"}).get("/nulle-part/")

    line = json.loads(lines.getvalue())
    assert (line["tenant"], line["request_id"]) == (
        "public",
        response.headers["X-Request-Reference"],
    )


def test_what_was_searched_is_not_logged(lines):
    Client(headers={"host": HOST}).get("/nulle-part/", {"nom": "Diallo"})

    assert "/nulle-part/" in lines.getvalue()
    assert "Diallo" not in lines.getvalue()
