"""The service as a process."""

from __future__ import annotations

import argparse

import tools.standins.push
from tools.standins.push.server import Service, serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.standins.push",
        description=(tools.standins.push.__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, default=8007, help="0: any that is free")
    service = Service()
    server = serve(service, port=parser.parse_args().port)
    print(f"Service de notifications d'essai : {service.origin}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
