"""Documents drawn over the whole schema, asked by each of the cast: a plan answers what resolvers answer.

To the letter, errors and all. One seed, none left out; `SOCLE_SEEDS=0:20 SOCLE_DOCUMENTS=300` draws more.
"""

from __future__ import annotations

import os
import re
from typing import Any
from unittest import mock

import pytest
import time_machine

from api import plans
from api.compiling.making import TYPES
from api.schema import schema
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from tenants.people.models import Pupil
from tests.access.world import CAST, NOW, World, ask, build, undone
from tests.api.drawing import Drawn
from tests.api.test_plans import difference

SEEDS = range(*map(int, os.environ.get("SOCLE_SEEDS", "0:1").split(":")))
DOCUMENTS = int(os.environ.get("SOCLE_DOCUMENTS", "150"))
ROOT = re.compile(r'(?<=^{ )(child|invoice|payment)\(id: "[^"]*"')
SIGNED_IN = tuple(who for who in CAST if who not in ("anonymous", "other_tenant"))
COMPILED = ("viewer", *sorted(TYPES["Query"]))


@pytest.fixture(autouse=True)
def patient_api(settings):
    """A few people ask hundreds of documents in a minute."""
    settings.API_BUDGETS = 100_000


@pytest.fixture
def world(tenant_db, in_tenant, settings) -> World:
    with time_machine.travel(NOW, tick=False):
        return build(in_tenant)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_answers_what_resolvers_answer(world, seed):
    objects = [key for key in world.keys.values() if hasattr(key, "public_id")]
    real = {
        root: [str(one.public_id) for one in objects if isinstance(one, model)]
        for root, model in (("child", Pupil), ("invoice", Invoice), ("payment", Payment))
    }
    drawn = Drawn(
        schema.graphql_schema, seed=seed, ids=[str(one.public_id) for one in objects], given=0.1
    )
    kept = _Kept()

    with time_machine.travel(NOW, tick=False):
        for number in range(DOCUMENTS):
            document = drawn.query(COMPILED if drawn.random.random() < 0.6 else ())
            document = ROOT.sub(
                lambda found: f'{found[1]}(id: "{drawn.random.choice(real[found[1]])}"', document
            )
            who = drawn.random.choice(SIGNED_IN)
            with mock.patch.object(plans, "_answered", wraps=kept.answered), undone():
                answer = ask(world.clients[who], document, {})
            with mock.patch.object(plans, "answered", return_value=None), undone():
                ordinary = ask(world.clients[who], document, {})
            where = difference(_said(answer), _said(ordinary))
            assert not where, f"seed {seed}, document {number}, {who}: {document} at {where}"

    assert kept.count > DOCUMENTS / 6


class _Kept:
    """Counts the answers that plans give."""

    def __init__(self) -> None:
        self.count = 0
        self._answered = plans._answered

    def answered(self, *given: Any) -> str | None:
        found = self._answered(*given)
        self.count += found is not None
        return found


def _said(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the references of its errors, which are each its own."""
    for error in answer.get("errors", ()):
        error["extensions"].pop("reference", None)
    return answer
