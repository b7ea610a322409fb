"""What a caller cannot send: each refused in French, before any field runs."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from graphql import get_named_type, get_nullable_type, is_list_type, is_object_type, parse

from api import budget, documents, limits, trusted, weights
from api.scalars import SAFE_INTEGER, Cents
from api.schema import SDL_PATH, schema, sdl
from tests.signed_in import open_session

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
        (
            "{...R} fragment R on Query {"
            + " ".join(f"a{n}: departement{{code}}" for n in range(11))
            + "}",
            "QUERY_TOO_MANY_ROOT_FIELDS",
        ),
        ("{" + "...{viewer{email}} " * 11 + "}", "QUERY_TOO_MANY_ROOT_FIELDS"),
        ("{viewer{" + "...{email} " * 41 + "}}", "QUERY_TOO_MANY_FRAGMENTS"),
        (f"{{viewer{{{'...{' * 41}email{'}' * 41}}}}}", "QUERY_TOO_MANY_FRAGMENTS"),
        (
            "{viewer{...f0}} fragment f39 on Viewer{email} "
            + " ".join(f"fragment f{n} on Viewer{{...f{n + 1}}}" for n in range(39)),
            "QUERY_TOO_MANY_FRAGMENTS",
        ),
        ("{departement{" + "code " * 1001 + "}}", "QUERY_TOO_LARGE"),
        (
            "query(" + " ".join(f"$v{n}: Int" for n in range(101)) + "){viewer{email}}",
            "QUERY_TOO_LARGE",
        ),
        ("".join(f"query q{n}{{departement{{code}}}} " for n in range(21)), "QUERY_TOO_LARGE"),
        ("{viewer{invoices(first:-5){nodes{number}}}}", "PAGE_TOO_LONG"),
        ("query($n:Int=100000){viewer{invoices(first:$n){nodes{number}}}}", "PAGE_TOO_LONG"),
        ("query($n:Int=-5){viewer{invoices(first:$n){nodes{number}}}}", "PAGE_TOO_LONG"),
        ("query($n:Int=100){viewer{children{invoices(first:$n){nodes{lines{amount{cents}}}}}}}",
         "QUERY_TOO_COSTLY"),
        ("{billingRuns(first:100){nodes{anomalies{id code}}}}", "QUERY_TOO_COSTLY"),
        ("{viewer{...a}} fragment a on Viewer{...a email}", "QUERY_INVALID"),
        ("{viewer{password}}", "QUERY_INVALID"),
        ("", "QUERY_MISSING"),
    ],
)  # fmt: skip
def test_a_document_beyond_the_limits_is_refused_before_it_runs(api, query, code):
    with CaptureQueriesContext(connection) as captured:
        found = api.refusals(query)

    assert code in found
    assert len(captured) == 0


PAGES = "query($n:Int){viewer{invoices(first:$n){nodes{number}}}}"


@pytest.mark.parametrize("size", [101, 100_000, 100_000.0, -5, -5.0, 0, 2**31 - 1])
def test_a_page_is_from_one_to_a_hundred_whatever_the_variable_says(api, size):
    assert api.refusals(PAGES, n=size) == ["PAGE_TOO_LONG"]
    assert api.refusals(PAGES, n=size) == ["PAGE_TOO_LONG"]  # the document is not kept either


def test_a_document_kept_is_counted_again_with_its_variables(api):
    assert api.read(PAGES, n=100) == {"viewer": None}
    assert api.refusals(PAGES, n=100_000.0) == ["PAGE_TOO_LONG"]


@pytest.mark.parametrize("first", [0, -1, 101, 100_000])
def test_a_list_itself_refuses_a_page_out_of_bounds(tenant_db, first):
    from api.paging import page_of_list, page_of_rows
    from api.refusals import Refused
    from tenants.people.models import FeedImport

    for ask in (
        lambda: page_of_list([], first=first, after=None),
        lambda: page_of_rows(FeedImport.objects.all(), order=("pk",), first=first, after=None),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "PAGE_TOO_LONG"


def cost_of(query: str, **variables: object) -> int:
    return limits.exceeded(schema.graphql_schema, parse(query), variables)[1].elements


def test_what_a_field_asks_counts_once_for_each_place_and_not_for_each_element(monkeypatch):
    known = {"Query.viewer": 1_000, "Viewer.children": 2_000, "Child.price": 500}
    monkeypatch.setattr(weights, "WEIGHTS", known)

    def cost(query: str) -> tuple[int, int]:
        found = limits.exceeded(schema.graphql_schema, parse(query))[1]
        assert found.cost == found.elements + found.microseconds // 5
        return found.elements, found.microseconds

    assert cost("{viewer{email}}") == (2, 1_000)
    assert cost("{viewer{children(first:9){price{service}}}}") == (1 + 1 + 18, 3_500)
    assert cost("{viewer{a:children{id} b:children{id}}}") == (1 + 2 * 21, 5_000)
    assert cost("{viewer{...F ...F}} fragment F on Viewer{children{id}}") == (1 + 2 * 21, 5_000)
    assert cost("{departement{name}}") == (2, weights.UNKNOWN)  # of Query, and not measured yet


def test_what_was_measured_is_of_fields_that_exist_and_nobody_s_minute_is_one_of_them():
    types = schema.graphql_schema.type_map
    for name, microseconds in weights.WEIGHTS.items():
        parent, _dot, field = name.partition(".")
        assert field in types[parent].fields, name
        assert 0 <= microseconds < budget.OF_AN_AGENT * weights.MICROSECONDS // 4, name


def test_a_list_costs_the_most_it_may_hold():
    assert cost_of("{billingRun(id:1){anomalies{code}}}") == 1 + 1 + 100
    assert cost_of("{viewer{children{firstName}}}") == 1 + 1 + 20
    assert cost_of("{viewer{children(first:3){firstName}}}") == 1 + 1 + 3
    assert cost_of("query($n:Int=7){viewer{children(first:$n){firstName}}}") == 1 + 1 + 7
    assert cost_of("query($n:Int=7){viewer{children(first:$n){firstName}}}", n=9.0) == 1 + 1 + 9


def test_a_mutation_counts_through_fragments():
    one = 'enrolInCanteen(input:{childId:"x",weekdays:[MONDAY]}){errors{code}}'
    plain = cost_of(f"mutation{{a:{one} b:{one}}}")

    assert cost_of(f"mutation{{...M}} fragment M on Mutation{{a:{one} b:{one}}}") == plain
    assert plain > 2 * limits.MUTATION_COST


def test_every_list_of_objects_says_how_long_it_may_be():
    lists = {
        f"{kind.name}.{name}"
        for kind in schema.graphql_schema.type_map.values()
        if is_object_type(kind) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if is_list_type(get_nullable_type(field.type))
        and is_object_type(get_named_type(field.type))
        and name not in ("edges", "nodes")
        and "first" not in field.args
    }
    assert lists == set(limits.LIST_LENGTHS)


@pytest.mark.parametrize(
    "query",
    [
        "{viewer{" + " ".join(f"...f{n}" for n in range(330)) + "}} "
        + " ".join(f"fragment f{n} on Viewer{{email}}" for n in range(330)),
        "{viewer{" + "...{email} " * 700 + "}}",
        "{" + "...{viewer{...{email}}} " * 290 + "}",
        "{viewer{...f} " + "...f " * 39 + "} fragment f on Viewer{email id fullName roles}",
        "query(" + " ".join(f"$v{n}: Int" for n in range(600)) + "){viewer{email}}",
    ],
)  # fmt: skip
def test_nobody_makes_the_validation_long(api, query, monkeypatch):
    """Refused once parsed: the rules whose cost grows with the square of a document never run."""
    validated = []
    monkeypatch.setattr(documents, "validate", lambda *_, **__: validated.append(1) or [])

    answer = api.send({"query": query})

    assert "errors" in json.loads(answer.content)
    assert validated == []


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


LINK = "/graphql/?query={departement{contactPhone}}"


def test_a_link_does_not_act(api, settings):
    settings.HAS_MAILBOX = False

    response = api.get(LINK)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")


def test_a_get_reads_by_a_document_of_ours_and_by_no_other(api, settings):
    settings.HAS_MAILBOX = False
    identifier = next(iter(trusted.documents()))

    found = api.get(f"/graphql/?documentId={identifier}&variables={{}}")
    unknown = api.get("/graphql/?documentId=sha256:abc")
    malformed = [api.get(f"/graphql/?documentId={identifier}&variables={v}") for v in ("[", "[]")]

    assert (found.status_code, "viewer" in found.json()["data"]) == (200, True)
    assert found.headers["Cache-Control"] == "private, no-store"
    assert unknown.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_UNKNOWN"
    codes = [one.json()["errors"][0]["extensions"]["code"] for one in malformed]
    assert codes == ["VARIABLES_MALFORMED"] * 2


def test_a_get_never_acts_even_by_a_document_of_ours(api, monkeypatch):
    text = "mutation { endSessions(input: {}) { errors { code } } }"
    monkeypatch.setattr(trusted, "text_of", lambda _identifier: text)

    response = api.get("/graphql/?documentId=sha256:ours")

    assert response.status_code == 405


@pytest.mark.parametrize(("is_agent", "status"), [(True, 200), (False, 405)])
def test_the_page_of_the_api_is_for_agents_and_runs_nothing(api, settings, is_agent, status):
    from tenants.accounts.models import StaffRole, User

    settings.HAS_MAILBOX = False
    user = User.objects.create(email="quelquun@exemple.fr")
    if is_agent:
        StaffRole.objects.create(user=user, role="READER")

    response = api.sign_in(user).get(LINK)

    assert response.status_code == status
    text = response.content.decode()
    assert "09 " not in text.replace("\u00a0", " ")  # the telephone asked for is not answered
    if is_agent:
        assert "type EnrolInCanteenPayload {" in text
        assert "csrfmiddlewaretoken" in text
        assert re.findall(r'(?:src|href)="(?!/static/|#)[^"]*"', text) == []
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", text)


def test_a_session_needs_its_csrf_token(api, tenant_db):
    from tenants.accounts.models import User

    client = Client(headers={"host": "hauts-de-seine.socle.test"}, enforce_csrf_checks=True)
    open_session(client, User.objects.create(email="parent@exemple.fr"))

    body = json.dumps({"query": "{viewer{email}}"})
    response = client.post("/graphql/", body, content_type="application/json")

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"


def test_the_committed_schema_is_the_one_that_runs():
    assert SDL_PATH.read_text(encoding="utf-8") == sdl()


@pytest.mark.parametrize("cents", [0, -1, SAFE_INTEGER, -SAFE_INTEGER])
def test_cents_are_whole_numbers_javascript_reads_exactly(cents):
    assert Cents.parse_value(cents) == Cents.serialize(cents) == cents


@pytest.mark.parametrize("cents", [SAFE_INTEGER + 1, -SAFE_INTEGER - 1, 1.5, "12", True])
def test_cents_are_nothing_else(cents):
    from graphql import GraphQLError

    with pytest.raises(GraphQLError):
        Cents.parse_value(cents)
