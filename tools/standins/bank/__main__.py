"""The bank as a process."""

from __future__ import annotations

import argparse
from pathlib import Path

import tools.standins.bank
from tools.standins.bank.routes import serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.bank",
        description=(tools.standins.bank.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8190, help="0: any that is free")
    parser.add_argument("--state", type=Path)
    parser.add_argument(
        "--key", action="append", default=[], metavar="KEY=ACCOUNT",
        help="a key and its account; `*` for a platform's",
    )  # fmt: skip
    parser.add_argument(
        "--endpoint", action="append", nargs=3, default=[], metavar=("ACCOUNT", "URL", "SECRET"),
        help="where an account is told, and the secret its events are signed with",
    )  # fmt: skip
    given = parser.parse_args()
    keys = dict(one.split("=", 1) for one in given.key)
    server, bank, stop = serve(keys, port=given.port, state=given.state)
    for account, url, secret in given.endpoint:
        bank.have_endpoint(account, url, secret)
    print(f"Banque d'essai : {bank.origin}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        stop()


if __name__ == "__main__":
    main()
