"""Both as a process."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

import tools.standins.identity
from tools.standins.identity.france import France
from tools.standins.identity.people import Client, Person, Service
from tools.standins.identity.school import School
from tools.standins.identity.server import bound, give


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.identity",
        description=(tools.standins.identity.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8192, help="0: any that is free")
    parser.add_argument(
        "--key", type=Path, required=True, help="what EduConnect signs with, in PEM"
    )
    for name, about in (
        ("client", "a client of FranceConnect"),
        ("service", "a service of EduConnect"),
        ("person", "somebody to choose"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="JSON", help=about)
    given = parser.parse_args()
    server = bound(given.port)
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    people = [Person.read(text) for text in given.person]
    give(
        server,
        France(origin, [Client.read(text) for text in given.client], people),
        School(origin, given.key, [Service.read(text) for text in given.service], people),
    )
    print(f"Identités d'essai : {origin}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
