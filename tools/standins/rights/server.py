"""Both services over HTTP."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime
import json
import re
import secrets
import threading
import time
import urllib.parse
import uuid
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tools.standins.rights.people import Case, Json, Params, Person, matching, plain

MEDIA_TYPE = "application/prs.dgfip.part.situations.ir.assiettes.v1+json"
ON_DEMAND = re.compile(r"00([2-5]\d\d)")
LATE_SECONDS = 30
_PATH = re.compile(r"/(v3|v4)/(?:dss/(quotient_familial)|men/(scolarites))/identite")
_INCOME = re.compile(r"/impotparticulier/1\.0/spi/([^/]+)/situations/ir/assiettes/annrev/(\d{4})")
_MANDATORY = {
    "quotient_familial": (
        "nomNaissance", "prenoms[]", "sexeEtatCivil", "codeCogInseePaysNaissance",
    ),
    "scolarites": (
        "nomNaissance", "prenoms[]", "sexeEtatCivil", "anneeDateNaissance", "moisDateNaissance",
        "jourDateNaissance", "anneeScolaire",
    ),
}  # fmt: skip
_SAID = {
    400: ("00400", "Requête incorrecte", {}),
    401: ("00101", "Interdit", {}),
    403: ("00100", "Privilèges insuffisants", {}),
    404: ("37003", "Dossier allocataire absent CNAV", {"provider": "CNAV"}),
    409: ("00015", "Conflit", {}),
    422: ("00366", "Entité non traitable", {}),
    429: ("00429", "Trop de requêtes", {}),
    502: ("37999", "Erreur inconnue du fournisseur de données", {"provider": "CNAV"}),
    504: ("37002", "Intermédiaire hors-délai", {"provider": "CNAV"}),
}


class Reply(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    kind: str = "application/json; charset=utf-8"
    headers: dict[str, str] = {}


@dataclasses.dataclass
class Sources:
    """What is known here, and the tokens that were given."""

    tokens: dict[str, str]
    clients: dict[str, str]
    people: Sequence[Person]
    cases: Sequence[Case]
    given: set[str] = dataclasses.field(default_factory=set)
    stopping: threading.Event = dataclasses.field(default_factory=threading.Event)


def _error(status: int, code: str = "", title: str = "", parameter: str = "") -> Reply:
    known = _SAID.get(status, ("00000", "Erreur", {}))
    error: Json = {
        "code": code or known[0], "title": title or known[1], "detail": title or known[1],
        "source": {"parameter": parameter} if parameter else None, "meta": known[2],
    }  # fmt: skip
    headers = {"Retry-After": "2"} if status == 429 else {}
    return Reply(status, json.dumps({"errors": [error]}).encode(), headers=headers)


class Handler(BaseHTTPRequestHandler):
    """Routes. `sources` is set on a subclass."""

    sources: Sources
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass

    def do_GET(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        params = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        if particulier := _PATH.fullmatch(parts.path):
            endpoint = particulier[2] or particulier[3]
            self._send(self._particulier(particulier[1], endpoint, params))
        elif income := _INCOME.fullmatch(parts.path):
            self._send(self._income(urllib.parse.unquote(income[1])))
        else:
            self._send(Reply(404, b"Not Found", "text/plain"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = dict(urllib.parse.parse_qsl(body))
        is_token = urllib.parse.urlsplit(self.path).path == "/token"
        self._send(self._token(form) if is_token else Reply(404, b"Not Found", "text/plain"))

    def _send(self, reply: Reply) -> None:
        with contextlib.suppress(ConnectionError):  # who waited no longer does
            self.send_response(reply.status)
            limits = {
                "RateLimit-Limit": "1200", "RateLimit-Remaining": "1199",
                "RateLimit-Reset": str(int(time.time()) + 60),
            }  # fmt: skip
            headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body))}
            for name, value in (headers | limits | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()

    def _bearer(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()

    def _on_demand(self, said: str) -> Reply | None:
        """The error that an identity asks for."""
        found = ON_DEMAND.match(said)
        if found is None:
            return None
        status = int(found[1])
        if status == 598:
            self.sources.stopping.wait(LATE_SECONDS)
            return _error(504)
        if status == 200:
            return Reply(200, b"<html>En maintenance</html>", "text/html")
        return _error(status)

    def _particulier(self, version: str, endpoint: str, params: Params) -> Reply:
        if self._bearer() not in self.sources.tokens:
            return _error(401, parameter="token")
        recipient = params.get("recipient", [""])[0]
        if not recipient:
            return _error(422, "00203", "Le paramètre recipient est obligatoire", "recipient")
        if self.sources.tokens[self._bearer()] not in {recipient, "*"}:
            return _error(403, parameter="token")
        case = matching(self.sources.cases, version, endpoint, params)
        if case is not None:
            headers = {"Retry-After": "2"} if case.status == 429 else {}
            return Reply(case.status, case.payload.encode(), headers=headers)
        if any(not params.get(name) for name in _MANDATORY[endpoint]):
            return _error(422)
        if "codeEtablissement" in params and any("Bcn" in name for name in params):
            return _error(422, "00419")
        asked = self._on_demand(params.get("codeCogInseeCommuneNaissance", [""])[0])
        if asked is not None:
            return asked
        return self._quotient(params) if endpoint == "quotient_familial" else self._school(params)

    def _quotient(self, params: Params) -> Reply:
        today = datetime.datetime.now(datetime.UTC).date()
        for person in self.sources.people:
            if person.is_asked(params) and person.quotient is not None:
                return Reply(200, json.dumps(person.quotient_reply(today)).encode())
        return _error(404)

    def _school(self, params: Params) -> Reply:
        born = "-".join(
            params[name][0].zfill(2)
            for name in ("anneeDateNaissance", "moisDateNaissance", "jourDateNaissance")
        )
        for child in (child for person in self.sources.people for child in person.children):
            if child["birth_date"] == born and plain(child["first_name"]) == plain(
                params["prenoms[]"][0]
            ):
                return Reply(200, json.dumps(_schooling(child, params)).encode())
        return _error(404, "30003", "Entité non trouvée")

    def _token(self, form: Json) -> Reply:
        said = (self.headers.get("Authorization") or "").removeprefix("Basic ")
        try:
            client, _, secret = base64.b64decode(said).decode().partition(":")
        except ValueError:
            client = secret = ""
        if not client or self.sources.clients.get(client) != secret:
            return Reply(401, b'{"error": "invalid_client"}')
        if form != {"grant_type": "client_credentials", "scope": "RessourceIR"}:
            return Reply(400, b'{"error": "invalid_request"}')
        token = secrets.token_urlsafe(24)
        self.sources.given.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600,
                  "scope": "RessourceIR"}  # fmt: skip
        return Reply(200, json.dumps(answer).encode())

    def _income(self, spi: str) -> Reply:
        if self._bearer() not in self.sources.given:
            return Reply(401, b"", "text/plain")
        try:
            uuid.UUID(self.headers.get("X-Correlation-ID") or "")
        except ValueError:
            return Reply(400, b"", "text/plain")
        if not self.headers.get("ID_Teleservice"):
            return Reply(403, b"", "text/plain")
        if self.headers.get("Accept") != MEDIA_TYPE:
            return Reply(406, b"", "text/plain")
        asked = self._on_demand(f"0{spi[:4]}" if spi.startswith("0") else "")
        if asked is not None:
            return asked
        for person in self.sources.people:
            if person.tax_number == spi and person.income is not None:
                return Reply(200, json.dumps(person.income_reply()).encode(), MEDIA_TYPE)
        return Reply(404, b"", "text/plain")


def _schooling(child: Json, params: Params) -> Json:
    year = int(params["anneeScolaire"][0][:4])
    level = child.get("bursary")
    data = {
        "identite": {
            "nom": child["name"].upper(), "prenom": child["first_name"].upper(),
            "sexe": params["sexeEtatCivil"][0], "date_naissance": child["birth_date"],
        },
        "module_elementaire_formation": {"code_mef_stat": "20010000410", "libelle": "6EME"},
        "annee_scolaire": f"{year}-{year + 1}",
        "est_scolarise": True,
        "statut_eleve": {"code": "ST", "libelle": "Scolaire"},
        "etablissement": {
            "code_uai": params.get("codeEtablissement", [""])[0], "nom": "Collège",
            "code_ministere_tutelle": "06",
        },
        "est_boursier": level is not None,
        "echelon_bourse": level,
    }  # fmt: skip
    return {"data": data, "links": {}, "meta": {}}


def serve(sources: Sources, *, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, not serving yet."""

    class Ours(Handler):
        pass

    Ours.sources = sources
    server = ThreadingHTTPServer(("127.0.0.1", port), Ours)
    server.daemon_threads = True
    return server
