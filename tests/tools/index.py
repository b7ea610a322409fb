"""A package index of our own, on this machine: it serves wheels made for a test, and remembers."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator


def wheel(**files: str) -> bytes:
    """The bytes of a wheel with these files (`__` in a name stands for a slash)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace("__", "/"))
            entry.external_attr = 0o100755 << 16  # pip keeps what a wheel says of its scripts
            archive.writestr(entry, text)
    return content.getvalue()


def sha256(content: bytes) -> str:
    """What a wheel is pinned by."""
    return hashlib.sha256(content).hexdigest()


class Index:
    """Wheels by project and file name; JSON pages, or HTML ones as older indexes have."""

    def __init__(self, *, is_json: bool = True, login: str = "") -> None:
        self.is_json = is_json
        self.login = login
        self.wheels: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.port = 0

    def add(self, project: str, filename: str, content: bytes) -> None:
        self.wheels.setdefault(project, {})[filename] = content

    @property
    def url(self) -> str:
        """What UV_DEFAULT_INDEX is given."""
        login = f"{self.login}@" if self.login else ""
        return f"http://{login}127.0.0.1:{self.port}/simple"

    def page(self, project: str) -> tuple[str, bytes]:
        files = self.wheels.get(project, {})
        if self.is_json:
            links = [
                {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": sha256(body)}}
                for name, body in files.items()
            ]
            said = {"meta": {"api-version": "1.0"}, "name": project, "files": links}
            return "application/vnd.pypi.simple.v1+json", json.dumps(said).encode()
        anchors = (
            f'<a href="../../files/{name}#sha256={sha256(body)}">{name}</a>'
            for name, body in files.items()
        )
        return "text/html", "".join(anchors).encode()

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        expected = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and handler.headers.get("Authorization") != expected:
            handler.send_error(401)
            return
        parts = handler.path.strip("/").split("/")
        files = {name: body for found in self.wheels.values() for name, body in found.items()}
        if parts[0] == "simple" and parts[1] in self.wheels:
            kind, body = self.page(parts[1])
        elif parts[0] == "files" and parts[1] in files:
            kind, body = "application/octet-stream", files[parts[1]]
        else:
            handler.send_error(404)
            return
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextlib.contextmanager
def serve(index: Index) -> Iterator[Index]:
    """Answer on a free port for the length of a block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.answer(self)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
