"""Both services as a process."""

from __future__ import annotations

import argparse
from pathlib import Path

import tools.standins.rights
from tools.standins.rights.people import Person, published
from tools.standins.rights.server import Sources, serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.rights",
        description=(tools.standins.rights.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8191, help="0: any that is free")
    parser.add_argument(
        "--token", action="append", default=[], metavar="TOKEN=SIRET",
        help="a token of API Particulier and whom it is for; `*` for anybody",
    )  # fmt: skip
    parser.add_argument("--client", action="append", default=[], metavar="ID:SECRET")
    parser.add_argument(
        "--person", action="append", default=[], metavar="JSON", help="somebody to answer about"
    )
    parser.add_argument("--cases", type=Path, help="the folder of DINUM's published cases")
    given = parser.parse_args()
    sources = Sources(
        tokens=dict(one.rsplit("=", 1) for one in given.token),
        clients=dict(one.split(":", 1) for one in given.client),
        people=[Person.read(text) for text in given.person],
        cases=published(given.cases) if given.cases and given.cases.is_dir() else [],
    )
    server = serve(sources, port=given.port)
    print(f"Sources d'essai : http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sources.stopping.set()


if __name__ == "__main__":
    main()
