"""Who gets what at each door: `matrix.toml`, played.

A door without a line fails, a line without a door too. To write the lines of new doors, look at
what `SOCLE_WRITE_MATRIX=1 make test ARGS=tests/access` changed, and commit it only if it is right:
the file is the intention, not a recording.

Outcomes of a page: its HTTP status (`302` leads to the sign-in page, `404` also hides what is not
theirs). Outcomes of a field: `data`, `null`, or the code of the refusal.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from console.acts import find, url_for
from tests.access import doors
from tests.access.world import CAST, NOW, PUBLIC_HOST, World, ask, build, get

MATRIX = Path(__file__).with_name("matrix.toml")
HEADER = (
    "# Who gets what at each door. Columns: "
    + ", ".join(CAST)
    + ".\n# See test_matrix.py for the words.\n"
)
# A page that needs more than one answer per object is asked with the family's own.
PARAMETERS = {
    "pupil-file": "pupil",
    "billing-run": "run",
    "tariff-version": "version",
    "feed": "feed",
}
QUERIES: dict[str, tuple[str, str]] = {
    "query.departement": ("{ departement { code } }", ""),
    "query.viewer": ("{ viewer { email } }", ""),
    "query.child": ("query($id: ID!) { child(id: $id) { firstName } }", "pupil"),
    "query.invoice": ("query($id: ID!) { invoice(id: $id) { number } }", "invoice"),
    "query.billingRuns": ("{ billingRuns { nodes { month } } }", ""),
    "query.billingRun": ("query($id: ID!) { billingRun(id: $id) { month } }", "run"),
    "query.feedImports": ("{ feedImports { nodes { state } } }", ""),
    "query.feedImport": ("query($id: ID!) { feedImport(id: $id) { state } }", "feed"),
    "mutation.enrolInCanteen": (
        """mutation($id: ID!) {
            enrolInCanteen(input: {childId: $id, weekdays: [MONDAY]}) { errors { code } } }""",
        "pupil",
    ),
}


@pytest.fixture
def world(tenant_db, in_tenant):
    with time_machine.travel(NOW, tick=False):
        yield build(in_tenant)


def played(world: World) -> dict[str, dict[str, str]]:
    """The outcome of every door for everybody."""
    found: dict[str, dict[str, str]] = {"routes": {}, "public": {}, "acts": {}, "fields": {}}
    for name, pattern in doors.routes("socle.urls_tenant").items():
        if name in ("graphql", "console:act"):
            continue  # below, field by field and act by act
        path = _path(name, pattern, world)
        found["routes"][name] = _row(world, lambda c, path=path: str(get(c, path).status_code))
    for name, pattern in doors.routes("socle.urls_public").items():
        path = _path(name, pattern, world, urlconf="socle.urls_public")
        found["public"][name] = _row(
            world, lambda c, path=path: str(get(c, path, host=PUBLIC_HOST).status_code)
        )
    for name in doors.acts():
        path = _act_path(name, world)
        found["acts"][name] = _row(world, lambda c, path=path: str(get(c, path).status_code))
    for name in doors.fields():
        found["fields"][name] = _row(world, lambda c, name=name: _outcome(c, name, world))
    return found


def _row(world: World, play: Callable[[Any], str]) -> str:
    return " ".join(play(world.clients[who]) for who in CAST)


def _path(name: str, pattern: Any, world: World, urlconf: str = "socle.urls_tenant") -> str:
    converters = pattern.pattern.converters
    if not converters:
        return reverse(name, urlconf=urlconf)
    keys = {}
    for key in converters:
        if key == "object_id":
            keys[key] = _first_row(name)
        elif key == "public_id":
            target = next(
                (what for end, what in PARAMETERS.items() if name.endswith(end)),
                "invoice" if "invoice" in name else "pupil",
            )
            keys[key] = world.keys[target].public_id
        else:
            keys[key] = "absent"
    return reverse(name, kwargs=keys, urlconf=urlconf)


def _first_row(name: str) -> int:
    """A row of the model a console route is about, or a number that no row has."""
    from django.apps import apps

    label, model = name.split(":")[-1].rsplit("_", 1)[0].split("_")
    row = apps.get_model(label, model)._default_manager.order_by("pk").first()
    return row.pk if row else 1


def _act_path(name: str, world: World) -> str:
    from billing.canteen.models import ServiceDay

    targets = {
        "prepare-run": [],
        "review-run": [world.keys["run"]],
        "issue-run": [world.keys["run"]],
        "answer-anomalies": [world.keys["anomaly"]],
        "close-service-days": [ServiceDay.objects.filter(college=world.family.college).first()],
        "end-enrolments": list(world.family.pupil.enrolments.all()),
        "redecide-prices": [world.family.pupil],
    }
    assert find(name)
    return url_for(name, *targets[name])


def _outcome(client: Any, name: str, world: World) -> str:
    query, what = QUERIES[name]
    answer = ask(client, query, {"id": str(world.keys[what].public_id)} if what else {})
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    data = next(iter(answer["data"].values()))
    if data is None:
        return "null"
    if isinstance(data, dict) and data.get("errors"):
        return str(data["errors"][0]["code"])
    return "data"


def test_every_door_has_its_line_and_gives_what_it_says(world):
    found = played(world)

    if os.environ.get("SOCLE_WRITE_MATRIX"):
        MATRIX.write_text(_written(found), encoding="utf-8")
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    for kind, rows in found.items():
        assert sorted(rows) == sorted(lines[kind]), f"doors of {kind}"
        wrong = {
            name: (row, lines[kind][name]) for name, row in rows.items() if row != lines[kind][name]
        }
        assert wrong == {}


def test_nobody_without_a_session_reads_anything():
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    open_doors = {
        name
        for kind in ("routes", "acts", "fields")
        for name, row in lines[kind].items()
        if row.split()[0] in ("200", "data")
    }
    assert open_doors == OPEN_TO_ALL
    for kind in ("routes", "acts", "fields"):
        for name, row in lines[kind].items():
            outcomes = dict(zip(CAST, row.split(), strict=True))
            # A session of another département is no session at all.
            assert outcomes["other_tenant"] == outcomes["anonymous"], name


OPEN_TO_ALL = {
    "health",
    "portal:accessibility",
    "portal:brand",
    "portal:help",
    "portal:legal",
    "portal:mailbox",  # embedded settings only: a deploy check refuses it elsewhere
    "portal:sign-in",
    "query.departement",
}


def _written(found: dict[str, dict[str, str]]) -> str:
    parts = [HEADER]
    for kind, rows in found.items():
        lines = "\n".join(f'"{name}" = "{row}"' for name, row in sorted(rows.items()))
        parts.append(f"[{kind}]\n{lines}\n")
    return "\n".join(parts)
