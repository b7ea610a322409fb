"""A client of the API on a département's host, for tests inside that tenant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from federation.passplus.till_access import SPACE
from tests.signed_in import open_session

HOSTS = {"d92": "hauts-de-seine.socle.test", "d94": "val-de-marne.socle.test"}


class Api:
    """One caller of one host. After each request the test is back in its tenant."""

    def __init__(self, schema: str = "d92") -> None:
        self.schema = schema
        self.headers: dict[str, str] = {}
        self.client = Client(headers={"host": HOSTS[schema]}, raise_request_exception=True)

    def sign_in(self, user: Any) -> Api:
        open_session(self.client, user)
        return self

    def enter(self, member: Any) -> Api:
        """Sign a partner's member in to the partners' space."""
        open_session(self.client, member.user, space=SPACE)
        return self

    def bear(self, token: str) -> Api:
        """Be the machine that this token is worth."""
        self.headers = {"authorization": f"Bearer {token}"}
        return self

    def send(
        self,
        body: Any,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {**self.headers, **(headers or {})}
        return self._back(
            self.client.post("/graphql/", data, content_type=content_type, headers=sent)
        )

    def get(self, path: str) -> Any:
        return self._back(self.client.get(path))

    def _back(self, response: Any) -> Any:
        from django.db import connection

        from tenants.registry import directory

        connection.set_tenant(directory.by_schema(self.schema))
        return response

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of a document that ran."""
        response = self.send({"query": query, "variables": variables})
        assert response.status_code == 200, response.content.decode()
        return response.json()

    def read(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a document that ran without any error."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refusals(self, query: str, **variables: Any) -> list[str]:
        """The codes of what was refused, each with a French sentence and a reference."""
        errors = self.send({"query": query, "variables": variables}).json()["errors"]
        for error in errors:
            assert error["message"].endswith((".", "?")), error
            assert set(error) <= {"message", "locations", "path", "extensions"}
        return [error["extensions"]["code"] for error in errors]


@pytest.fixture(autouse=True)
def empty_cache(own_cache: None) -> None:
    """Costs are counted in the cache."""


@pytest.fixture
def api(tenant_db: None) -> Api:
    """A caller of Hauts-de-Seine."""
    return Api()
