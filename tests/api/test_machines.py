"""What a machine reads: what its scopes name, in its département, until it is revoked, and nothing else."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from graphql import GraphQLObjectType

from api import scoping, views
from api.context import Context
from api.schema import schema
from commons import statement_limits
from tenants.accounts.capabilities import Role
from tenants.integrators import operations
from tenants.integrators.models import Integrator
from tenants.integrators.scopes import Scope
from tests.api.conftest import HOSTS, Api
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.integrators import AT, make_integrator, token_of
from tests.factories.tariffs import ACTOR

NOW = AT
PUPILS = "{ exportPupils(first: 500) { nodes { id lastName %s } pageInfo { hasNextPage } } }"
PEOPLE, EXPORT = Scope.PEOPLE_READ, Scope.EXPORT
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def machine(*scopes: Scope, schema: str = "d92", name: str = "ENT Oz") -> Api:
    """A machine that has these scopes, at its API."""
    integrator, _secret = make_integrator(*scopes, name=name)
    return Api(schema).bear(token_of(integrator))


def refused(api, query, **variables):
    response = api.send({"query": query, "variables": variables})
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


def test_a_machine_reads_the_pupils_its_scopes_name(tenant_db):
    family = make_family()

    (pupil,) = machine(PEOPLE, EXPORT).read(
        PUPILS % "firstName birthDate college { uai } guardians { lastName email isPayer }"
    )["exportPupils"]["nodes"]

    guardian = family.guardians[0]
    assert pupil == {
        "id": str(family.pupil.public_id),
        "lastName": family.pupil.last_name,
        "firstName": family.pupil.first_name,
        "birthDate": family.pupil.birth_date.isoformat(),
        "college": {"uai": family.college.uai},
        "guardians": [{"lastName": guardian.last_name, "email": guardian.email, "isPayer": True}],
    }


@pytest.mark.parametrize(
    ("scope", "part"),
    [
        (Scope.CANTEEN_READ, "regime"),
        (Scope.CANTEEN_READ, "canteen { weekdays }"),
        (Scope.PASSPLUS_READ, "passCards { label }"),
    ],
)
def test_each_part_is_opened_by_its_own_scope(tenant_db, scope, part):
    make_family()

    response = machine(PEOPLE, EXPORT).send({"query": PUPILS % part})

    assert response.status_code == 403
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="graphql", error="insufficient_scope"')
    assert scope.value in challenge
    assert "data" not in response.json()
    assert machine(PEOPLE, EXPORT, scope, name="Autre").read(PUPILS % part)


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { id } }",
        "{ passOffers { childId } }",
        "{ ownSessions { id } }",
        "{ partnerSpaces { __typename } }",
        "{ billingRuns { nodes { id } } }",
        "{ simulatePrice(service: HALF_BOARD, household: {}) { __typename } }",
        '{ _entities(representations: [{__typename: "Departement", code: "92"}]) { __typename } }',
        "mutation { endSessions(input: {}) { errors { code } } }",
        "{ departement { code } ... on Query { viewer { id } } }",
        "query { ...f } fragment f on Query { viewer { id } }",
        "{ departement { code } viewer @skip(if: true) { id } }",
    ],
)
def test_what_no_scope_names_is_closed_to_the_best_of_machines(tenant_db, query):
    assert refused(machine(*Scope), query) == (403, "SCOPE_INSUFFICIENT")


def test_any_machine_reads_which_departement_it_is_at(tenant_db):
    assert machine(Scope.INVOICES_READ).read("{ departement { code } }") == {
        "departement": {"code": "92"}
    }


def test_every_field_that_a_machine_reads_was_opened_on_purpose():
    """The fields of the schema that some machine reads, by type: what is added is looked at here."""
    opened = {
        f"{kind.name}.{name}"
        for kind in schema.graphql_schema.type_map.values()
        for name in getattr(kind, "fields", {})
        if isinstance(kind, GraphQLObjectType) and scoping.scopes_of(kind, name) is not None
    }

    roots = {name for name in opened if name.startswith(("Query.", "Mutation."))}
    assert roots == {
        "Query.departement", "Query.collegeRecords", "Query.pupilRecord", "Query.exportPupils",
        "Query.exportInvoices",
    }  # fmt: skip
    assert {name.split(".")[0] for name in opened - roots} == {
        "Departement", "College", "PupilRecord", "GuardianRecord", "CanteenRecord",
        "PassCardRecord", "InvoiceRecord", "PageInfo", "Money", "PupilRecordConnection",
        "PupilRecordEdge", "InvoiceRecordConnection", "InvoiceRecordEdge",
    }  # fmt: skip


def test_the_resolver_refuses_too_whatever_was_checked_before(tenant_db, monkeypatch):
    make_family()
    monkeypatch.setattr(scoping, "check", lambda _needs, _held: None)

    answer = machine(PEOPLE, EXPORT).ask(PUPILS % "regime")
    closed = machine(PEOPLE, name="Autre").ask("{ ownSessions { id } }")

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"SCOPE_INSUFFICIENT"}
    assert closed["errors"][0]["extensions"]["code"] == "SCOPE_INSUFFICIENT"


@pytest.mark.parametrize("token", ["", "x", "x" * 300, "é", "a b"])
def test_a_token_that_is_none_is_refused_and_nobody_is_signed_in_instead(api, token):
    api.sign_in(make_agent(Role.ADMINISTRATOR))

    response = api.bear(token).send({"query": "{ viewer { id } }"})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    assert response.json()["errors"][0]["extensions"]["code"] == "TOKEN_REFUSED"


def test_a_token_is_over_after_ten_minutes(tenant_db):
    reader = machine(PEOPLE)

    with time_machine.travel(NOW + 600 * SECOND, tick=False):
        assert refused(reader, "{ departement { code } }") == (401, "TOKEN_REFUSED")


def test_a_machine_that_is_revoked_reads_nothing_at_its_next_request(tenant_db):
    reader = machine(PEOPLE)
    assert reader.read("{ collegeRecords { uai } }") == {"collegeRecords": []}

    operations.revoke_integrator(integrator=Integrator.objects.get(), actor=ACTOR, at=NOW)

    assert refused(reader, "{ collegeRecords { uai } }") == (401, "TOKEN_REFUSED")


def test_a_token_of_one_departement_is_refused_in_the_next(tenant_db, in_tenant):
    make_family()
    token = token_of(make_integrator(*Scope)[0])
    with in_tenant("d94"):
        make_integrator(*Scope)

    elsewhere = Api("d94").bear(token)

    assert refused(elsewhere, PUPILS % "") == (401, "TOKEN_REFUSED")
    connection.set_schema_to_public()
    from tenants.registry import directory

    connection.set_tenant(directory.by_schema("d92"))
    assert Api().bear(token).read(PUPILS % "")["exportPupils"]["nodes"]


def test_a_token_needs_no_csrf_and_its_cookies_are_nobodys(tenant_db):
    strict = machine(PEOPLE)
    strict.client = Client(
        headers={"host": HOSTS["d92"]}, enforce_csrf_checks=True, raise_request_exception=True
    )
    strict.sign_in(make_agent(Role.ADMINISTRATOR))

    assert strict.read("{ collegeRecords { uai } }") == {"collegeRecords": []}
    assert refused(strict, "{ viewer { id } }") == (403, "SCOPE_INSUFFICIENT")
    strict.headers = {}
    assert refused(strict, "{ viewer { id } }") == (403, "CSRF_REFUSED")


def test_with_a_token_nobody_is_signed_in(tenant_db, rf):
    request = rf.post("/graphql/", headers={"authorization": "bearer x"})
    request.user = make_agent(Role.ADMINISTRATOR)

    context = Context(request)

    assert (context.user, context.partner_user, context.application) == (None, None, None)


def test_a_person_does_not_read_what_machines_do(api):
    api.sign_in(make_agent(Role.ADMINISTRATOR))

    for query in ("{ collegeRecords { uai } }", PUPILS % "", "{ exportInvoices { nodes { id } } }"):
        assert api.refusals(query) == ["TOKEN_REQUIRED"]


def test_a_pupil_who_left_or_is_unknown_is_not_found(tenant_db):
    family = make_family()
    query = "query($id: ID!) { pupilRecord(id: $id) { lastName } }"
    reader = machine(PEOPLE)

    found = reader.read(query, id=str(family.pupil.public_id))
    assert found["pupilRecord"]["lastName"] == family.pupil.last_name
    family.pupil.schoolings.update(valid_until=NOW.date())
    for one in (str(family.pupil.public_id), "00000000-0000-4000-8000-000000000000", "x"):
        assert reader.refusals(query, id=one) == ["NOT_FOUND"]


def test_it_is_seen_when_it_asks(tenant_db):
    reader = machine(PEOPLE)
    reader.read("{ departement { code } }")

    assert Integrator.objects.get().used_at == NOW


def test_a_reading_that_lasts_is_stopped_by_the_database(tenant_db, monkeypatch):
    monkeypatch.setattr(views, "TIME_OF_A_MACHINE", datetime.timedelta(milliseconds=50))

    def slow(*_arguments, **_more):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")

    monkeypatch.setattr("tenants.people.queries.colleges", slow)

    assert refused(machine(PEOPLE), "{ collegeRecords { uai } }") == (503, "TIME_SPENT")


def test_the_limit_of_an_export_is_its_own(tenant_db, monkeypatch):
    seen = []
    real = statement_limits.at_most

    def noted(limit):
        seen.append(limit)
        return real(limit)

    monkeypatch.setattr(statement_limits, "at_most", noted)
    reader = machine(PEOPLE, EXPORT)
    reader.read(PUPILS % "")
    reader.read("{ departement { code } }")

    assert seen == [views.TIME_OF_AN_EXPORT, views.TIME_OF_A_MACHINE]
