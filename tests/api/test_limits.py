"""What a caller cannot send: each refused in French, before any field runs."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api import limits
from api.scalars import SAFE_INTEGER, Cents
from api.schema import SDL_PATH, schema, sdl

DEEP = "{viewer{children{invoices{nodes{lines" + "{amount" * 8 + "{cents}" + "}" * 8 + "}}}}}"
WIDE = "{viewer{children{invoices(first:100){nodes{lines{amount{cents} unitPrice{cents} days}}}}}}"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (DEEP, "QUERY_TOO_DEEP"),
        (WIDE, "QUERY_TOO_COSTLY"),
        ("{" + " ".join(f"a{n}: viewer{{email}}" for n in range(9)) + "x", "QUERY_SYNTAX"),
        (
            "{viewer{" + " ".join(f"a{n}: email" for n in range(limits.MAX_ALIASES + 1)) + "}}",
            "QUERY_TOO_MANY_ALIASES",
        ),
        (
            "{" + " ".join(f"a{n}: departement{{code}}" for n in range(11)) + "}",
            "QUERY_TOO_MANY_ROOT_FIELDS",
        ),
        ("{viewer{" + "email " * 12 + "}}", "QUERY_TOO_MANY_DUPLICATES"),
        ("{departement{code" + " #x\n" * 3001 + "}}", "QUERY_TOO_LARGE"),
        ("{departement{" + "x" * limits.MAX_QUERY_CHARACTERS + "}}", "QUERY_TOO_LARGE"),
        ("{viewer{...a}} fragment a on Viewer{...a email}", "QUERY_INVALID"),
        ("{viewer{password}}", "QUERY_INVALID"),
        ("", "QUERY_MISSING"),
    ],
)
def test_a_document_beyond_the_limits_is_refused_before_it_runs(api, query, code):
    with CaptureQueriesContext(connection) as captured:
        found = api.refusals(query)

    assert code in found
    assert len(captured) == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("[]", "application/json", 400, "BATCH_REFUSED"),
        ("{", "application/json", 400, "BODY_MALFORMED"),
        ('"text"', "application/json", 400, "BODY_MALFORMED"),
        ('{"query": NaN}', "application/json", 400, "BODY_MALFORMED"),
        ('{"query": "{viewer{email}}", "variables": 3}', "application/json", 400,
         "VARIABLES_MALFORMED"),
        ("query={viewer{email}}", "application/x-www-form-urlencoded", 415, "NOT_JSON"),
        ('{"query": "' + "x" * 100_001 + '"}', "application/json", 413, "BODY_TOO_LARGE"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_refused(api, body, content_type, status, code):
    response = api.send(body, content_type=content_type)

    assert response.status_code == status
    assert [e["extensions"]["code"] for e in response.json()["errors"]] == [code]


def test_a_link_does_not_act(api):
    response = api.client.get("/graphql/?query={viewer{email}}")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_session_needs_its_csrf_token(api, tenant_db):
    from tenants.accounts.models import User

    client = Client(headers={"host": "hauts-de-seine.socle.test"}, enforce_csrf_checks=True)
    client.force_login(User.objects.create(email="parent@exemple.fr"))

    body = json.dumps({"query": "{viewer{email}}"})
    response = client.post("/graphql/", body, content_type="application/json")

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"


def test_the_committed_schema_is_the_one_that_runs():
    assert SDL_PATH.read_text(encoding="utf-8") == sdl()


def test_every_field_at_the_root_says_who_may_ask():
    from api import rules

    fields = schema.graphql_schema.query_type.fields
    assert {
        name: bool(rules.rule_of(field.resolve)) for name, field in fields.items()
    } == dict.fromkeys(fields, True)


@pytest.mark.parametrize("cents", [0, -1, SAFE_INTEGER, -SAFE_INTEGER])
def test_cents_are_whole_numbers_javascript_reads_exactly(cents):
    assert Cents.parse_value(cents) == Cents.serialize(cents) == cents


@pytest.mark.parametrize("cents", [SAFE_INTEGER + 1, -SAFE_INTEGER - 1, 1.5, "12", True])
def test_cents_are_nothing_else(cents):
    from graphql import GraphQLError

    with pytest.raises(GraphQLError):
        Cents.parse_value(cents)
