"""The page of a bug: in the département's colours, and without a question to the database."""

from __future__ import annotations

import pytest

from portal import errors
from tenants.registry import directory


@pytest.fixture
def request_to(rf):
    def make(departement):
        request = rf.get("/")
        request.reference = "abc123"
        request.tenant = departement
        return request

    return make


def test_it_is_branded_and_asks_nothing(tenant_db, request_to, queries_of):
    """Neither the session nor a table, even though the page knows its département."""
    departement = directory.by_schema("d92")

    with queries_of():
        response = errors.server_error(request_to(departement))

    html = response.content.decode()
    assert response.status_code == 500
    assert "Quelque chose n&#x27;a pas marché chez nous" in html
    assert "Hauts-de-Seine" in html
    assert 'href="/marque.css' in html
    assert "abc123" in html


def test_it_is_kind_without_a_departement_too(request_to, queries_of):
    with queries_of():
        html = errors.server_error(request_to(None)).content.decode()

    assert "Quelque chose n&#x27;a pas marché chez nous" in html
    assert "/marque.css" not in html
    assert "Hauts-de-Seine" not in html
