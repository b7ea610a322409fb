"""A thousand documents drawn over the whole schema, by each of the cast: no failure of ours, no leak.

Every root field, mutations too, with values that fit and values that attack. What is answered is data or
a refusal with a code and a French sentence: never an error of ours, a trace, or another family's name.
"""

from __future__ import annotations

import os

import pytest
import time_machine

from api.schema import schema
from tests.access.world import CAST, NOW, World, ask, build, undone
from tests.api.drawing import Drawn

SEEDS = range(*map(int, os.environ.get("SOCLE_SEEDS", "0:4").split(":")))
DOCUMENTS = int(os.environ.get("SOCLE_DOCUMENTS", "250"))


@pytest.fixture(autouse=True)
def patient_api(settings):
    """A few people ask hundreds of documents in a minute."""
    settings.API_BUDGETS = 100_000


@pytest.fixture
def world(tenant_db, in_tenant, settings) -> World:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # nobody answers: no door waits for a provider
    with time_machine.travel(NOW, tick=False):
        return build(in_tenant)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_document_fails_or_tells_what_it_must_not(world, seed):
    objects = [key for key in world.keys.values() if hasattr(key, "public_id")]
    drawn = Drawn(schema.graphql_schema, seed=seed, ids=[str(one.public_id) for one in objects])
    others = [world.other.pupil.first_name, world.other.guardians[0].email or "nobody@"]
    answered = 0

    with time_machine.travel(NOW, tick=False):
        for number in range(DOCUMENTS):
            document = drawn.document()
            who = drawn.random.choice(CAST)
            with undone():
                answer = ask(world.clients[who], document, {})
            said = f"seed {seed}, document {number}, {who}: {document} -> {answer}"
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert "INTERNAL" not in codes, said
            assert "Traceback" not in str(answer), said
            if who in ("anonymous", "family", "separated", "pupil", "other_tenant"):
                assert not any(name in str(answer) for name in others), said
            answered += bool(answer.get("data"))

    assert answered > DOCUMENTS / 4  # most are understood: what is drawn is not refused at the door
