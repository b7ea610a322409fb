"""Schemathesis, written by others, attacks the served API with what it draws from our schema alone.

It has no idea of who may ask what: each operation is asked by somebody of the cast, or by a machine. In
`make test`, some operations, always with the same documents; in `SOCLE_ATTACK_SECONDS`, as many as it can.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

import schemathesis
from graphql import introspection_from_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

from api.schema import schema
from tests.api.drawing import CENTS, DAYS
from tests.attack.site import EVERYBODY, Site, judge_document

IS_LONG = "SOCLE_ATTACK_SECONDS" in os.environ
SECONDS = float(os.environ.get("SOCLE_ATTACK_SECONDS", "inf"))
FEW = 60  # operations of `make test`
EACH = 4  # documents of an operation, before the next
_ANY = st.sampled_from(("Child", "College", "Viewer", "Partner", "Nobody"))

scalar("Date", st.sampled_from(DAYS).map(nodes.String))
scalar("DateTime", st.sampled_from(DAYS).map(nodes.String))
scalar("Cents", st.sampled_from(CENTS).map(nodes.Int))
scalar("Decimal", st.sampled_from(("0", "-1.5", "12.40", "1e300", "NaN")).map(nodes.String))
scalar("_Any", _ANY.map(lambda kind: nodes.Object([("__typename", nodes.String(kind))])))

one_by_one = settings(
    max_examples=EACH,
    derandomize=not IS_LONG,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def _operations() -> list[Any]:
    drawn = schemathesis.graphql.from_dict(introspection_from_schema(schema.graphql_schema))
    found = [operation.ok() for operation in drawn.get_all_operations()]
    random.Random(None if IS_LONG else 0).shuffle(found)
    return found if IS_LONG else found[:FEW]


def test_schemathesis_finds_nothing(site: Site) -> None:
    asked, answered, until = 0, 0, time.monotonic() + SECONDS

    for operation in _operations():
        if time.monotonic() > until:
            break

        @one_by_one
        @given(case=operation.as_strategy(), who=st.sampled_from(EVERYBODY))
        def attack(case: Any, who: str) -> None:
            nonlocal asked, answered
            answer = site.ask(who, case.body)
            asked += 1
            answered += judge_document(answer, case.body, who=who)

        attack()

    print(f"Schemathesis : {asked} documents, {answered} avec des données")
    assert answered > 10
