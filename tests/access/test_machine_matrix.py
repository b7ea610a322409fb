"""Who gets what at the API with a token: `machines.toml`, played, a machine for each scope.

Each field at the root of the API has its line, with all that can be read under it; and each value that
some machine reads, asked alone. `SOCLE_WRITE_MATRIX=1` writes the file, to be read before it is committed:
see test_matrix.py.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from tenants.integrators import operations
from tenants.integrators.scopes import Scope
from tests.access import doors
from tests.access.questions import ARGUMENTS, ASKED, GIVEN
from tests.access.world import HOST, NOW, World, ask, build, undone
from tests.factories.integrators import make_integrator, token_of
from tests.factories.tariffs import ACTOR

MATRIX = Path(__file__).with_name("machines.toml")
EXPORT = Scope.EXPORT
HELD: dict[str, tuple[Scope, ...]] = {
    **{scope.value: (scope,) for scope in Scope},
    **{f"export+{one.value}": (EXPORT, one) for one in Scope if one is not EXPORT},
    "all": tuple(Scope),
    "revoked": tuple(Scope),
    "elsewhere": tuple(Scope),  # of another département
}
HEADER = f"# What each machine reads. Columns: {', '.join(HELD)}.\n# See test_machine_matrix.py.\n"
SHORT = {"SCOPE_INSUFFICIENT": "-", "TOKEN_REFUSED": "x"}


class Machines:
    """A machine of each kind, in a département where there is something of everything to read."""

    def __init__(self, world: World, in_tenant: Any) -> None:
        self.world = world
        self.clients = {who: self._machine(who, in_tenant) for who in HELD}

    def _machine(self, who: str, in_tenant: Any) -> Client:
        scopes = HELD[who]
        if who == "elsewhere":
            with in_tenant("d94"):
                token = token_of(make_integrator(*scopes, name=who, at=NOW)[0], at=NOW)
        else:
            integrator, _secret = make_integrator(*scopes, name=who, at=NOW)
            token = token_of(integrator, at=NOW)
            if who == "revoked":
                operations.revoke_integrator(integrator=integrator, actor=ACTOR, at=NOW)
        return Client(headers={"host": HOST, "authorization": f"Bearer {token}"})

    def row(self, query: str, variables: dict[str, Any]) -> str:
        return " ".join(self._outcome(who, query, variables) for who in HELD)

    def _outcome(self, who: str, query: str, variables: dict[str, Any]) -> str:
        with undone():
            answer = ask(self.clients[who], query, variables)
        if "errors" in answer:
            code = str(answer["errors"][0]["extensions"]["code"])
            return SHORT.get(code, code)
        return "data"

    def question(self, name: str, wanted: str) -> tuple[str, dict[str, Any]]:
        """A field at the root, and what is read under it."""
        field = name.removeprefix("query.")
        if field not in ARGUMENTS:
            page = "(first: 4)" if "first" in doors.fields()[name].args else ""
            return f"{{ {field}{ASKED.get(field, page)} {wanted} }}", {}
        keys = self.world.keys
        target = keys.get(ARGUMENTS[field], keys["pupil"])  # what is closed is closed to all ids
        about = {"id": str(target.public_id)}
        return f"query($id: ID!) {{ {field}({GIVEN.get(field, 'id: $id')}) {wanted} }}", about


@pytest.fixture
def machines(tenant_db: None, in_tenant: Any, settings: Any) -> Iterator[Machines]:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # nobody answers: no door waits for a provider
    with time_machine.travel(NOW, tick=False):
        yield Machines(build(in_tenant), in_tenant)


def _wanted(path: list[str]) -> str:
    """The selection that reads one value alone."""
    return f"{{ {path[0]} {_wanted(path[1:])} }}" if path else ""


def _whole(machines: Machines) -> dict[str, str]:
    """Each field at the root, with all that can be read under it."""
    return {
        name: machines.row(*machines.question(name, doors.selection(field)))
        for name, field in doors.fields().items()
        if name.startswith("query.")
    }


def _alone(machines: Machines) -> dict[str, str]:
    """Each value that can be read under what machines read, by itself."""
    found = {}
    for name, field in doors.fields().items():
        short = name.removeprefix("query.")
        if short not in READ:
            continue
        for path in doors.leaves(field, short):
            found[path] = machines.row(*machines.question(name, _wanted(path.split(".")[1:])))
    return found


READ = ("departement", "collegeRecords", "pupilRecord", "exportPupils", "exportInvoices")
PLAYS = {"whole": _whole, "alone": _alone}


def test_each_machine_reads_what_its_line_says(machines: Machines) -> None:
    rows = {kind: play(machines) for kind, play in PLAYS.items()}

    if os.environ.get("SOCLE_WRITE_MATRIX"):
        MATRIX.write_text(_written(rows), encoding="utf-8")
    assert rows == tomllib.loads(MATRIX.read_text(encoding="utf-8"))


def test_no_mutation_is_open_to_any_machine(machines: Machines) -> None:
    from api.rules import rule_of

    for name, field in doors.fields().items():
        rule = rule_of(field.resolve)
        assert rule is not None
        assert name.startswith("query.") or rule.scopes is None, name


def test_who_is_revoked_or_of_elsewhere_reads_nothing() -> None:
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    for kind in PLAYS:
        for name, row in lines[kind].items():
            outcomes = dict(zip(HELD, row.split(), strict=True))
            assert {outcomes["revoked"], outcomes["elsewhere"]} == {"x"}, name


def test_what_machines_read_is_read_by_one_that_has_all() -> None:
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    for kind, names in (("whole", [f"query.{one}" for one in READ]), ("alone", lines["alone"])):
        for name in names:
            outcomes = dict(zip(HELD, lines[kind][name].split(), strict=True))
            assert outcomes["all"] == "data", name
    open_roots = {name for name, row in lines["whole"].items() if "data" in row.split()}
    assert open_roots == {f"query.{one}" for one in READ}


def _written(rows: dict[str, dict[str, str]]) -> str:
    parts = [HEADER]
    for kind, found in rows.items():
        lines = "\n".join(f'"{name}" = "{row}"' for name, row in sorted(found.items()))
        parts.append(f"[{kind}]\n{lines}\n")
    return "\n".join(parts)
