"""`socle portals`, and the départements of the demo that take each other's word."""

from __future__ import annotations

import contextlib

import pytest
from click.testing import CliRunner

from federation.ent import vouching
from socle.command import main
from socle.seeding import cast, portals
from tenants.identities import queries
from tests.factories.identities import now
from tests.factories.shared_services import put_keys

pytestmark = pytest.mark.usefixtures("tenant_db")
D92 = cast.DEPARTEMENTS[0]


@pytest.fixture
def in_place(monkeypatch):
    """Commands enter a tenant; here the test is in it already."""
    put_keys()
    monkeypatch.setattr("socle.command_tenant.enter", lambda tenant: contextlib.nullcontext())
    monkeypatch.setattr("socle.commands.portals.django_ready", lambda process: None)


def run(act: str, *more: str):
    done = CliRunner().invoke(main, ["portals", act, "--tenant", "hauts-de-seine", *more])
    return done.exit_code, done.output


def test_both_directions_are_opened_listed_and_closed(in_place):
    there = ("--other", "94")
    assert run("trust", *there)[0] == 0
    assert run("trust", *there)[0] == 1
    assert run("agree", *there)[0] == 0
    assert "94\touvre le nôtre\t0\n94\tle nôtre l'ouvre\t0\n" in run("list")[1]

    assert (run("distrust", *there)[0], run("stop", *there)[0]) == (0, 0)
    assert (run("distrust", *there)[0], run("stop", *there)[0]) == (1, 1)
    assert run("list") == (0, "")
    assert run("trust", "--other", "99")[0] == 1


def test_the_demo_agrees_with_the_departements_that_are_there():
    put_keys()

    portals.open_portals(D92, at=now())

    assert [one.departement_code for one in queries.trusted_departements()] == ["94"]
    assert [one.departement_code for one in vouching.agreed()] == ["94"]


def test_what_the_demo_agrees_to_is_agreed_by_both():
    for code, others in portals.PARTNERS.items():
        for other in others:
            assert code in portals.PARTNERS[other]
    assert {"92", "78"} <= set(portals.PARTNERS)
