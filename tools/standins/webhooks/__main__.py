"""The receiver as a process."""

from __future__ import annotations

import argparse

import tools.standins.webhooks
from tools.standins.webhooks.server import Receiver, serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.webhooks",
        description=(tools.standins.webhooks.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8006, help="0: any that is free")
    server = serve(Receiver(), port=parser.parse_args().port)
    print(f"Receveur d'essai : http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
