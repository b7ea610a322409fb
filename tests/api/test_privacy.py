"""What one parent may not read of the other, nor anybody of the schema; and lists cut in the right order."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing.models import Anomaly
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.portal import account_of

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
PAYERS = "query($id: ID!) { child(id: $id) { enrolment { payers { fullName shareBp } } } }"
PRICE = """query($id: ID!) { child(id: $id) { price { unit { cents } explanation {
  sentences steps { code given { value } gives { value } } } } } }"""
BILLS = "query($id: ID!) { child(id: $id) { invoices { nodes { payerName } } } }"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def separated(tenant_db):
    """Two parents who share by half; the household that prices the child is the first one's."""
    found = make_billed_family(guardians=2)
    issue(prepare(make_regie()))
    return found


def agent(role: Role) -> User:
    user = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=user, role=role)
    return user


def child(api, query, family):
    return api.read(query, id=str(family.pupil.public_id))["child"]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_parent_sees_their_own_share_and_not_the_others(api, separated, rank):
    api.sign_in(account_of(separated, rank))

    assert child(api, PAYERS, separated)["enrolment"]["payers"] == [
        {"fullName": separated.guardians[rank].full_name, "shareBp": 5_000}
    ]


def test_an_agent_who_reads_files_sees_every_payer(api, separated):
    api.sign_in(agent(Role.INSTRUCTOR))

    payers = child(api, PAYERS, separated)["enrolment"]["payers"]

    assert [payer["shareBp"] for payer in payers] == [5_000, 5_000]


def test_the_other_household_reads_the_price_without_the_resources(api, separated):
    priced = child(api.sign_in(account_of(separated)), PRICE, separated)["price"]
    other = child(api.sign_in(account_of(separated, 1)), PRICE, separated)["price"]

    assert priced["unit"] == other["unit"] == {"cents": 300}
    assert len(priced["explanation"]["steps"]) == 3
    assert other["explanation"]["steps"] == []
    assert "600" in " ".join(priced["explanation"]["sentences"])
    assert "600" not in " ".join(other["explanation"]["sentences"])


@pytest.mark.parametrize("rank", [0, 1])
def test_a_parent_reads_their_own_invoices_about_a_shared_child(api, separated, rank):
    api.sign_in(account_of(separated, rank))

    assert child(api, BILLS, separated)["invoices"]["nodes"] == [
        {"payerName": separated.guardians[rank].full_name}
    ]


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_money_reads_the_invoices_of_both(api, separated, role):
    user = User.objects.create(email="agent@exemple.fr")
    uai = separated.college.uai if role is Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    api.sign_in(user)

    found = len(child(api, BILLS, separated)["invoices"]["nodes"])

    assert found == (2 if role in (Role.ADMINISTRATOR, Role.REGISSEUR, Role.READER) else 0)


@pytest.mark.parametrize(
    "query",
    [
        "{__schema{types{name}}}",
        '{kind: __type(name:"Query"){name}}',
        "{...S} fragment S on Query{__schema{types{name}}}",
    ],
)
def test_in_service_the_schema_is_read_by_agents_alone(api, settings, tenant_db, query):
    settings.HAS_MAILBOX = False
    family = User.objects.create(email="parent@exemple.fr")

    assert api.refusals(query) == ["INTROSPECTION_REFUSED"]
    assert api.sign_in(family).refusals(query) == ["INTROSPECTION_REFUSED"]
    assert api.sign_in(agent(Role.READER)).read(query)


def test_the_anomalies_of_each_run_are_cut_in_the_database_unanswered_first(api, tenant_db):
    regie = make_regie()
    runs = [prepare(regie, datetime.date(2024, month, 1)) for month in (9, 10)]
    Anomaly.objects.bulk_create(
        Anomaly(
            run=run,
            code="X",
            subject_type="pupil",
            subject_id=number,
            severity="WARNING",
            answer="" if number >= 30 else "Vu.",
            answered_at=None if number >= 30 else NOW,
            answered_by="" if number >= 30 else "tests",
        )
        for run in runs
        for number in range(120)
    )
    api.sign_in(agent(Role.READER))

    nodes = api.read("{ billingRuns { nodes { anomalies { isAnswered } } } }")["billingRuns"][
        "nodes"
    ]

    for node in nodes:
        answers = [anomaly["isAnswered"] for anomaly in node["anomalies"]]
        assert answers == [False] * 90 + [True] * 10
    from api.loaders import Runs

    assert sum(map(len, Runs([run.pk for run in runs]).anomalies.values())) == 200
