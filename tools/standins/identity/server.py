"""Both over HTTP."""

from __future__ import annotations

import contextlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.standins.identity import france as franceconnect
from tools.standins.identity import page, school
from tools.standins.identity.france import France
from tools.standins.identity.school import School

FRANCE, SCHOOL = "FranceConnect", "EduConnect"


class Handler(BaseHTTPRequestHandler):
    """Routes. `france` and `school` are set on a subclass."""

    france: France
    school: School
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        routes = {
            "/api/v2/.well-known/openid-configuration": lambda: self._json(self.france.discovery()),
            "/api/v2/jwks": lambda: self._json(self.france.jwks()),
            "/api/v2/authorize": lambda: self._choose_adult(asked),
            "/api/v2/userinfo": self._userinfo,
            "/api/v2/session/end": lambda: self._redirect(self.france.leave(asked)),
            "/educonnect/sso": lambda: self._choose_anybody(parts.query),
            "/educonnect/quitter": lambda: self._send(
                200, page.message(SCHOOL, "À bientôt", "Vous avez quitté EduConnect.")
            ),
        }
        self._answer(routes.get(parts.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        routes = {
            "/api/v2/token": lambda: self._json(self.france.token(form)),
            "/api/v2/authorize": lambda: self._redirect(
                self.france.choose(
                    {name: value for name, value in form.items() if name != "person"},
                    form.get("person", ""),
                )
            ),
        }
        self._answer(routes.get(urlsplit(self.path).path))

    def _answer(self, route: Any) -> None:
        if route is None:
            self._send(404, b"Not Found", "text/plain")
            return
        try:
            route()
        except franceconnect.Refused as error:
            status = 401 if str(error) in ("invalid_client", "invalid_token") else 400
            self._json({"error": str(error)}, status)
        except school.Refused as error:
            self._send(400, page.message(SCHOOL, "Demande refusée", str(error)))

    def _choose_adult(self, asked: dict[str, str]) -> None:
        self.france.check(asked)
        forms = [
            page.form("", asked | {"person": one.name}, label=one.name, about=one.about)
            for one in self.france.people_of(asked["client_id"])
        ]
        give_up = page.form("", asked | {"person": ""}, label="Revenir sans se connecter")
        self._send(200, page.choice(name=FRANCE, forms=forms, give_up=give_up))

    def _choose_anybody(self, query: str) -> None:
        service, ask = self.school.asked(query)
        forms = [
            page.form(
                service.acs,
                {"SAMLResponse": self.school.answer(service, ask, one)},
                label=one.name,
                about=one.about,
            )
            for one in self.school.people_of(service)
        ]
        self._send(200, page.choice(name=SCHOOL, forms=forms))

    def _userinfo(self) -> None:
        access = (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()
        self._send(200, self.france.userinfo(access).encode(), "application/jwt")

    def _json(self, said: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(said).encode(), "application/json")

    def _redirect(self, url: str) -> None:
        self._send(303, b"", location=url)

    def _send(
        self, status: int, body: bytes, kind: str = "text/html; charset=utf-8", location: str = ""
    ) -> None:
        with contextlib.suppress(ConnectionError):  # who waited no longer does
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()


def bound(port: int) -> ThreadingHTTPServer:
    """A server at its port, whose handler is given once its address is known."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def give(server: ThreadingHTTPServer, france: France, known: School) -> None:
    """Say who answers."""
    server.RequestHandlerClass = type("Bound", (Handler,), {"france": france, "school": known})
