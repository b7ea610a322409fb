"""The queue of people to recognise, through the API: for who may decide, of their collège."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.identities import operations
from tenants.identities.claims import Claims
from tests.factories.canteen import Family
from tests.factories.identities import make_claims, make_diallos, now

QUEUE = """{ linkRequests { nodes {
    kind profile reason saidName saidBirthDate candidates { fullName profile birthDate } } } }"""


@pytest.fixture
def waiting(tenant_db: None) -> Family:
    """A child whose birth date differs, and somebody who is nobody's business yet."""
    family = make_diallos()
    operations.arrive(claims=child(family, "edu"), at=now())
    operations.arrive(claims=make_claims(), at=now())
    return family


def child(family: Family, subject: str) -> Claims:
    return make_claims(
        kind="EDUCONNECT", subject=subject, profile="PUPIL", last_names=("Diallo",),
        first_names=("Ibrahima",), birth_date=datetime.date(2011, 1, 1), join_keys=("2001",),
        uai=family.college.uai,
    )  # fmt: skip


def agent(role: str, college_uai: str = "") -> User:
    user = User.objects.create(email=f"{role}{college_uai}@exemple.fr".lower())
    StaffRole.objects.create(user=user, role=role, college_uai=college_uai)
    return user


def test_the_secretary_reads_both_sides_of_those_of_the_college(api: Any, waiting: Family) -> None:
    api.sign_in(agent(Role.COLLEGE_SECRETARY, waiting.college.uai))

    (found,) = api.read(QUEUE)["linkRequests"]["nodes"]

    assert found == {
        "kind": "EDUCONNECT",
        "profile": "PUPIL",
        "reason": "BIRTH_DATE_DIFFERS",
        "saidName": "Ibrahima Diallo",
        "saidBirthDate": "2011-01-01",
        "candidates": [
            {"fullName": "Ibrahima Diallo", "profile": "PUPIL", "birthDate": "2012-05-04"}
        ],
    }


@pytest.mark.usefixtures("waiting")
def test_nobody_else_reads_them(api: Any) -> None:
    api.sign_in(agent(Role.COLLEGE_SECRETARY, "0929999Z"))
    assert api.read(QUEUE)["linkRequests"]["nodes"] == []

    for role in (Role.REGISSEUR, Role.READER):
        api.sign_in(agent(role))
        assert api.refusals(QUEUE) == ["FORBIDDEN"]


def test_what_is_asked_of_the_database_does_not_grow_with_the_queue(
    api: Any, waiting: Family
) -> None:
    api.sign_in(agent(Role.INSTRUCTOR))
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as asked:
            api.read(QUEUE)
        counts.append(len(asked))
        operations.arrive(claims=child(waiting, f"edu-{number}"), at=now())

    assert counts[0] == counts[1]
