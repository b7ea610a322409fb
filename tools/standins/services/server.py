"""The sites over HTTP. Sessions and flows are in memory: they end with the process."""

from __future__ import annotations

import dataclasses
import html
import re
import secrets
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from joserfc.errors import JoseError

from tools.standins.services.by_saml import SamlSite
from tools.standins.services.signing_in import (
    LOGOUT_EVENT,
    Flow,
    Refused,
    ended_ticket,
    person_of_ticket,
    verified,
)

COOKIE = "service"
_PATH = re.compile(r"/(oidc|cas|saml)/([a-z-]+)(?:/([a-z0-9-]+))?(?:/([a-z]+))?/?")
TITLES = {
    "madmagz": "Madmagz",
    "presse": "La presse des collégiens",
    "enseigno": "Enseigno",
    "mediatheque": "La médiathèque",
}
WORDS = {
    "sub": "Votre identifiant chez nous",
    "ent_profile": "Votre profil",
    "uai": "Votre collège",
    "level": "Votre niveau",
    "class": "Votre classe",
    "given_name": "Votre prénom",
    "family_name": "Votre nom",
}
STYLE = (
    "body{font:18px/1.5 system-ui;margin:0;background:#fff7e8;color:#2b2118}"
    "main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:1rem}"
    "h1{margin-top:0}dt{color:#5c4a38}dd{margin:0 0 .8rem;font-weight:600;overflow-wrap:anywhere}"
    "a{color:#7a2e00;display:inline-block;padding:.6rem 0}"
)


@dataclasses.dataclass
class Session:
    """Who somebody is on one site, and how they leave."""

    site: str
    told: dict[str, Any]
    key: str  # a `sid`, a ticket or a `SessionIndex`: what the portal names it by
    leave: str


@dataclasses.dataclass
class Services:
    """What the sites know."""

    key: str = ""
    asked: set[str] = dataclasses.field(default_factory=set)  # requests of SAML, not answered yet
    clients: dict[tuple[str, str], tuple[str, ...]] = dataclasses.field(default_factory=dict)
    portals: dict[str, str] = dataclasses.field(default_factory=dict)
    flows: dict[str, Flow] = dataclasses.field(default_factory=dict)
    sessions: dict[str, Session] = dataclasses.field(default_factory=dict)

    def end(self, key: str) -> None:
        """Forget whoever the portal says has left."""
        self.sessions = {name: one for name, one in self.sessions.items() if one.key != key}


class Handler(BaseHTTPRequestHandler):
    services: Services

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        found = _PATH.fullmatch(parts.path)
        if found is None:
            self._page(404, "Rien ici", "")
            return
        kind, name, rest, step = found.groups()
        try:
            if kind == "oidc":
                self._oidc(name, rest or "", asked)
            elif kind == "cas":
                self._cas(name, rest or "", asked)
            else:
                self._saml(name, rest or "", step or "", {})
        except (Refused, JoseError, httpx.HTTPError, KeyError) as error:
            why = html.escape(f"{type(error).__name__} {error}")
            self._page(502, "Nous ne savons pas qui vous êtes", f"<p>Le portail a dit : {why}</p>")

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), 200_000)
        body = self.rfile.read(length).decode()
        if self.path.startswith("/webhooks/"):
            is_down = self.path.endswith("/503/")
            self._page(503 if is_down else 200, "En panne" if is_down else "Noté", "")
            return
        said = dict(parse_qsl(body))
        found = _PATH.fullmatch(urlsplit(self.path).path)
        if found and found[1] == "saml":
            try:
                self._saml(found[2], found[3] or "", found[4] or "", said)
            except (Refused, httpx.HTTPError, KeyError) as error:
                why = html.escape(f"{type(error).__name__} {error}")
                self._page(502, "Nous ne savons pas qui vous êtes", f"<p>{why}</p>")
            return
        if token := said.get("logout_token"):
            self._page(self._end_by_token(token), "Noté", "")
            return
        self.services.end(ended_ticket(said.get("logoutRequest", "")))
        self._page(200, "Noté", "")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _oidc(self, name: str, step: str, asked: dict[str, str]) -> None:
        if step == "sante":
            self._page(200, "Tout va bien", "")
            return
        if step == "retour":
            flow = self.services.flows.pop(asked.get("state", ""))
            claims, token = flow.finish(asked)
            leave = {"id_token_hint": token, "post_logout_redirect_uri": f"{self._here(name)}fin/"}
            leaving = f"{flow.metadata['end_session_endpoint']}?{urlencode(leave)}"
            self._signed_in(Session(f"oidc/{name}", claims, str(claims["sid"]), leaving))
            return
        if step == "fin":
            self._page(200, "À bientôt", "<p>Vous êtes déconnecté.</p>")
            return
        issuer = asked.get("iss", "")
        session = self._session(f"oidc/{name}")
        if session and issuer in ("", session.told["iss"]):
            self._welcome(name, session)
            return
        client_id, secret = self.services.clients[name, issuer]
        flow = Flow(
            issuer=issuer, client_id=client_id, secret=secret, back=f"{self._here(name)}retour/"
        )
        self.services.flows[flow.state] = flow
        self._redirect(flow.address())

    def _cas(self, name: str, slug: str, asked: dict[str, str]) -> None:
        if slug == "sante":
            self._page(200, "Tout va bien", "")
            return
        portal = self.services.portals[slug]
        here = f"http://{self.headers['Host']}/cas/{name}/{slug}/"
        session = self._session(f"cas/{name}/{slug}")
        if session:
            self._welcome(name, session)
        elif ticket := asked.get("ticket"):
            told = person_of_ticket(portal, ticket=ticket, service=here)
            leave = f"{portal}/cas/logout?{urlencode({'service': here})}"
            self._signed_in(Session(f"cas/{name}/{slug}", told, ticket, leave))
        else:
            self._redirect(f"{portal}/cas/login?{urlencode({'service': here})}")

    def _saml(self, name: str, slug: str, step: str, said: dict[str, str]) -> None:
        if slug == "sante":
            self._page(200, "Tout va bien", "")
            return
        parts = urlsplit(self.path)
        here = f"http://{self.headers['Host']}/saml/{name}/{slug}/"
        partner = SamlSite(
            self.services.portals[slug],
            here=here,
            key=self.services.key,
            request={
                "http_host": self.headers["Host"],
                "script_name": parts.path,
                "get_data": dict(parse_qsl(parts.query)),
                "query_string": parts.query,
                "post_data": said,
            },
        )
        site = f"saml/{name}/{slug}"
        session = self._session(site)
        if step == "retour":
            told, key = partner.finish(self.services.asked)
            self._signed_in(Session(site, told, key, f"{here}partir/"))
        elif step == "partir" and session:
            self._redirect(partner.ask_to_leave(session.told["sub"], session.key))
        elif step == "fin":
            ended, answer = partner.leave()
            for key in ended or ([session.key] if session else []):
                self.services.end(key)
            if answer:
                self._redirect(answer)
            else:
                self._page(200, "À bientôt", "<p>Vous êtes déconnecté.</p>")
        elif session:
            self._welcome(name, session)
        else:
            address, request_id = partner.begin()
            self.services.asked.add(request_id)
            self._redirect(address)

    def _here(self, name: str) -> str:
        return f"http://{self.headers['Host']}/oidc/{name}/"

    def _session(self, site: str) -> Session | None:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        found = self.services.sessions.get(cookie.value) if cookie else None
        return found if found and found.site == site else None

    def _end_by_token(self, token: str) -> int:
        """Forget a session that a portal says has ended, if that portal signed it."""
        for (_name, issuer), (client_id, _secret) in self.services.clients.items():
            metadata = {"issuer": issuer, "jwks_uri": f"{issuer}/openid/cles/"}
            try:
                claims = verified(token, metadata, audience=client_id)
            except (JoseError, httpx.HTTPError):
                continue
            if LOGOUT_EVENT in claims.get("events", {}):
                self.services.end(str(claims["sid"]))
                return 200
        return 400

    def _signed_in(self, session: Session) -> None:
        name = secrets.token_urlsafe(24)
        self.services.sessions[name] = session
        cookie = f"{COOKIE}={name}; Path=/; HttpOnly; SameSite=Lax"
        self._redirect(f"/{session.site}/", cookie=cookie)

    def _welcome(self, name: str, session: Session) -> None:
        rows = "".join(
            f"<dt>{words}</dt><dd>{html.escape(_written(session.told[claim]))}</dd>"
            for claim, words in WORDS.items()
            if claim in session.told
        )
        title = TITLES.get(name, name)
        body = (
            f"<p>{html.escape(title)} ne sait de vous que ceci, et rien d'autre :</p><dl>{rows}</dl>"
            f'<p><a href="{html.escape(session.leave)}">Se déconnecter</a></p>'
        )
        self._page(200, f"Bienvenue chez {title}", body)

    def _page(self, status: int, title: str, body: str) -> None:
        content = (
            '<!doctype html><html lang="fr"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
            f"<main><h1>{html.escape(title)}</h1>{body}"
            "<p>Ce site est un service d'essai.</p></main></html>"
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _redirect(self, address: str, *, cookie: str = "") -> None:
        self.send_response(302)
        self.send_header("Location", address)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
        """Nothing: addresses hold codes and tickets."""


def _written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def serve(services: Services, *, port: int) -> ThreadingHTTPServer:
    """A server of them, that listens."""
    handler = type("ServicesHandler", (Handler,), {"services": services})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)
