"""The site served in this process, on the test's own database, for peers that call it over HTTP."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from typing import Any


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
        """Nothing."""


def _application(environ: Any, start_response: Any) -> Any:
    """The site's; a thread leaves no connection behind."""
    from django.db import connections

    from socle.wsgi import application
    from tenants.registry.backend.base import close_kept

    try:
        response = application(environ, start_response)
        try:
            return [b"".join(response)]
        finally:
            response.close()
    finally:
        close_kept()
        connections.close_all()


@contextlib.contextmanager
def site_served() -> Iterator[int]:
    """The port it answers on, whatever the département: `Host` says which."""
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, _application, _Server, _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
