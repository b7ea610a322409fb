"""What the demo shows of pupils who move: a file that came and waits."""

from __future__ import annotations

from federation.exchange import queries
from socle.seeding import moves
from tenants.registry import contexts
from tests.factories.exchange import AT, LEA, family_of
from tests.factories.portal import account_of


def test_the_demo_has_a_file_that_waits_for_an_agent(committed_tenant_db, monkeypatch):
    monkeypatch.setattr(moves, "THERE", "d94")
    monkeypatch.setattr(moves, "CODES", {"d92": "92", "d94": "94"})
    monkeypatch.setattr(moves, "SIGNATORIES", dict.fromkeys(("d92", "d94"), "Essai"))
    account_of(family_of())
    with contexts.tenant("d94"):
        account_of(family_of(LEA))
    said: list[str] = []

    moves.move_one(codes=["92", "94"], at=AT, say=said.append)

    assert said == ["Déménagement : le dossier d'un élève attend un agent."]
    (arrival,) = queries.arrivals_to_look_at()
    assert [item.item for item in queries.received_items(arrival)] == ["PASS_PLUS", "RIGHTS"]
