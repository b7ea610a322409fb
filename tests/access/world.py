"""A département with one of everything, and everybody who may come to a door."""

from __future__ import annotations

import dataclasses
import datetime
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from billing.tariffs.models import TariffVersion
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import FeedImport
from tests.factories.canteen import Family, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare, review
from tests.factories.portal import account_of, make_account

HOST = "hauts-de-seine.socle.test"
PUBLIC_HOST = "socle.test"
NOW = datetime.datetime(2024, 11, 8, 10, 0, tzinfo=datetime.UTC)
CAST = (
    "anonymous",
    "family",
    "other_family",
    "other_tenant",
    "administrator",
    "regisseur",
    "instructor",
    "reader",
    "secretary",
    "other_secretary",
)
_ROLES = {
    "administrator": Role.ADMINISTRATOR,
    "regisseur": Role.REGISSEUR,
    "instructor": Role.INSTRUCTOR,
    "reader": Role.READER,
}


@dataclasses.dataclass
class World:
    """The objects behind the doors, and one client per member of the cast."""

    family: Family
    clients: dict[str, Client]
    keys: dict[str, Any]


def build(in_tenant: Any) -> World:
    """One family with an issued invoice and a reviewed run, in a collège with a secretary."""
    family = make_billed_family()
    regie = make_regie()
    (invoice,) = issue(prepare(regie))
    # Something odd in October: the payer can no longer be reached.
    payer = family.guardians[0]
    payer.email = ""
    payer.save(update_fields=["email"])
    run = review(prepare(regie, datetime.date(2024, 10, 1), NOW), NOW)
    other = make_family()
    users: dict[str, User] = {
        "family": account_of(family),
        "other_family": make_account(other.guardians[0]),
        **{name: _agent(name, role) for name, role in _ROLES.items()},
        "secretary": _agent("secretary", Role.COLLEGE_SECRETARY, family.college.uai),
        "other_secretary": _agent("other", Role.COLLEGE_SECRETARY, other.college.uai),
    }
    clients = {name: _client() for name in CAST}
    for name, user in users.items():
        clients[name].force_login(user)
    with in_tenant("d94"):
        # Signed in as an administrator of Val-de-Marne; the cookie is shown on our host.
        there = User.objects.create(email="ailleurs@exemple.fr")
        StaffRole.objects.create(user=there, role=Role.ADMINISTRATOR)
        clients["other_tenant"].force_login(there)
    return World(
        family=family,
        clients=clients,
        keys={
            "pupil": family.pupil,
            "invoice": invoice,
            "run": run,
            "anomaly": run.anomalies.get(),
            "version": TariffVersion.objects.get(),
            "feed": FeedImport.objects.create(
                digest="0" * 64,
                state=FeedImport.State.APPLIED,
                counts={"feed_on": "2024-08-24", "read": {}, "become": {}},
                started_at=NOW,
                ended_at=NOW,
                actor_kind="system",
                actor_id="tests",
            ),
        },
    )


def _agent(name: str, role: Role, uai: str = "") -> User:
    user = User.objects.create(email=f"{name}@exemple.fr")
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def _client() -> Client:
    return Client(headers={"host": HOST}, raise_request_exception=True)


def come_back() -> None:
    """A request leaves the connection in the public schema: be in Hauts-de-Seine again."""
    from django.db import connection

    from tenants.registry import directory

    connection.set_tenant(directory.by_schema("d92"))


def get(client: Client, path: str, *, host: str = HOST) -> HttpResponse:
    try:
        return client.get(path, headers={"host": host})
    finally:
        come_back()


def ask(client: Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    try:
        response = client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
        )
    finally:
        come_back()
    answer: dict[str, Any] = response.json()
    return answer
