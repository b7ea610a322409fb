"""Our schema in a federated graph: composed and asked by others' programs, beside a vendor's graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from api.schema import SDL_PATH
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.peers.graphs_here import HERE, composers
from tests.peers.starting import Absent
from tests.peers.told_here import Told
from tests.served_here import site_served

HOST = "hauts-de-seine.socle.test"
TOKEN = "t" * 32
OURS = {"name": "socle", "sdl": SDL_PATH.read_text(encoding="utf-8")}
THEIRS = {"name": "timetables", "sdl": (HERE / "timetables.graphql").read_text(encoding="utf-8")}
# A place and a subject are theirs; the child's name and collège are ours.
ACROSS = "{ lessonsAt { room pupil { lastName college { name } courses { subject } } } }"


@pytest.fixture(scope="module")
def peer() -> Iterator[Told]:
    try:
        with composers() as process:
            yield process
    except Absent as absent:
        pytest.skip(f"@apollo/gateway : {absent}")


def ask(peer: Told, user: Any, *, pupils: list[Any], port: int) -> dict[str, Any]:
    """What the gateway answers to somebody signed in at our place."""
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    return peer.ask(
        act="ask",
        supergraph=peer.ask(act="compose_apollo", graphs=[OURS, THEIRS])["supergraph"],
        theirs=THEIRS,
        address=f"http://127.0.0.1:{port}/graphql/",
        headers={"host": f"{HOST}:{port}", "cookie": cookies, "x-csrftoken": TOKEN},
        query=ACROSS,
        lessons={str(pupil.public_id): ["Latin"] for pupil in pupils},
    )


@pytest.mark.parametrize("composer", ["compose_apollo", "compose_wundergraph"])
def test_two_composers_join_our_graph_with_a_vendors(peer, composer):
    assert peer.ask(act=composer, graphs=[OURS, THEIRS])["errors"] == []


@pytest.mark.parametrize("composer", ["compose_apollo", "compose_wundergraph"])
def test_the_composers_notice_a_type_that_two_graphs_tell_otherwise(peer, composer):
    wrong = THEIRS | {"sdl": f"{THEIRS['sdl']}\ntype PageInfo {{ hasNextPage: Int! }}"}

    assert "PageInfo" in str(peer.ask(act=composer, graphs=[OURS, wrong])["errors"])


def test_a_gateway_joins_what_is_theirs_to_what_is_ours(committed_tenant_db, peer):
    child, stranger = make_family(), make_family()

    with site_served() as port:
        answer = ask(peer, account_of(child), pupils=[child.pupil, stranger.pupil], port=port)

    own, others = answer["data"]["lessonsAt"]
    assert own["pupil"] == {
        "lastName": child.pupil.last_name,
        "college": {"name": child.college.name},
        "courses": [{"subject": "Latin"}],
    }
    # The graph is no way around our door: of another family's child, nothing of ours.
    assert others["pupil"] is None
    [error] = answer["errors"]
    assert "ne trouvons pas" in error
    assert sum("_entities" in query for query in answer["sent"]) == 1  # both in one request
