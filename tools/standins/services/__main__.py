"""The services as a process."""

from __future__ import annotations

import argparse
from pathlib import Path

import tools.standins.services
from tools.standins.services.server import Services, serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.services",
        description=(tools.standins.services.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8005, help="0: any that is free")
    parser.add_argument(
        "--client", action="append", default=[], metavar="ISSUER=NAME=ID:SECRET",
        help="what a service and an issuer know of each other",
    )  # fmt: skip
    parser.add_argument("--portal", action="append", default=[], metavar="SLUG=ORIGIN")
    parser.add_argument("--key", type=Path, help="what signs by SAML, and its certificate, in PEM")
    given = parser.parse_args()
    services = Services(key=given.key.read_text(encoding="ascii") if given.key else "")
    for one in given.client:
        issuer, name, pair = one.split("=", 2)
        services.clients[name, issuer] = tuple(pair.split(":", 1))
    services.portals = dict(one.split("=", 1) for one in given.portal)
    server = serve(services, port=given.port)
    print(f"Services d'essai : http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
