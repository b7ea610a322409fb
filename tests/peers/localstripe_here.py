"""localstripe, as a process: on 127.0.0.1 only, at a port that is free, keeping nothing.

Its own command listens on every interface, and leaves a pickle in /tmp.
"""

from __future__ import annotations

import socket

from aiohttp import web
from localstripe import resources, server

if __name__ == "__main__":
    resources.store.dump_to_disk = lambda: None
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    web.run_app(server.app, sock=listening, print=None)
