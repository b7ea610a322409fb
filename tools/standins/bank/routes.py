"""The bank over HTTP: the API, its pages, and what is done by hand."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tools.standins.bank import page, refunds, sessions
from tools.standins.bank.bank import Bank
from tools.standins.bank.notices import deliver
from tools.standins.bank.wire import Json, Refused, unfolded

_READ = {
    "payment_intents": "payment_intent", "charges": "charge", "refunds": "refund",
    "disputes": "dispute",
}  # fmt: skip


class Reply(NamedTuple):
    """What goes back."""

    status: int
    kind: str
    text: str
    headers: dict[str, str]


def _json(found: Json, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, "application/json", json.dumps(found), headers or {})


def _html(text: str) -> Reply:
    return Reply(200, "text/html", text, {})


def _sent_to(address: str) -> Reply:
    return Reply(303, "text/plain", "", {"Location": address})


class Handler(BaseHTTPRequestHandler):
    """Routes. `bank` is set on a subclass."""

    bank: Bank
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for an answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, act: Callable[[list[str], Json], Reply]) -> None:
        path = urllib.parse.urlsplit(self.path).path.strip("/").split("/")
        form = self._form()
        try:
            with self.bank.lock:
                reply = act(path, form)
        except Refused as refused:
            reply = _json(refused.body, status=refused.status)
        body = reply.text.encode()
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": f"{reply.kind}; charset=utf-8", "Content-Length": str(len(body)),
            **reply.headers,
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _form(self) -> Json:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        return unfolded(urllib.parse.parse_qsl(body, keep_blank_values=True))

    def _asked(self) -> list[tuple[str, str]]:
        return urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)

    def _account(self) -> str:
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()
        return self.bank.account_of(key, self.headers.get("Stripe-Account") or "")

    def _of_page(self, object_id: str, kind: str) -> Json:
        """What a page is about: whoever has its address may see it."""
        return self.bank.find(self.bank.owners.get(object_id, ""), object_id, kind)

    def _get(self, path: list[str], form: Json) -> Reply:
        match path:
            case ["c", "pay", session_id]:
                session = self._of_page(session_id, "checkout.session")
                return _html(page.hosted(self.bank, session))
            case ["c", "confirm", intent_id]:
                return _html(page.confirmation(self._of_page(intent_id, "payment_intent")))
            case ["v1", "checkout", "sessions", session_id]:
                session = self.bank.find(self._account(), session_id, "checkout.session")
                return _json(self._expanded(session))
            case ["v1", "refunds"]:
                return _json(refunds.found(self.bank, self._account(), dict(self._asked())))
            case ["v1", name, object_id] if name in _READ:
                found = self.bank.find(self._account(), object_id, _READ[name])
                return _json(self._expanded(found))
        raise Refused(404, "", f"Unrecognized request URL (GET: /{'/'.join(path)})")

    def _expanded(self, found: Json) -> Json:
        """With its payment intent and charge whole, when `expand[]` asks for them."""
        for name, wanted in self._asked():
            if name.startswith("expand["):
                found = self._with(found, wanted.split("."))
        return found

    def _with(self, found: Json, names: list[str]) -> Json:
        first, *rest = names
        named = found.get(first)
        known = named if isinstance(named, dict) else self.bank.objects.get(named or "")
        if known is None:
            return found
        return found | {first: self._with(known, rest) if rest else known}

    def _post(self, path: list[str], form: Json) -> Reply:
        match path:
            case ["c", "pay", session_id]:
                session = self._of_page(session_id, "checkout.session")
                return _sent_to(self._paid(session, str(form.get("how"))))
            case ["c", "confirm", intent_id]:
                intent = self._of_page(intent_id, "payment_intent")
                return self._confirmed(intent, str(form.get("answer")))
            case ["_bank", session_id, what]:
                session = self._of_page(session_id, "checkout.session")
                self.bank.later(session, what)
                return _json(session)
            case ["v1", *rest]:
                key = self.headers.get("Idempotency-Key") or ""
                answer = self.bank.post(self._account(), "/".join(rest), form, key)
                replayed = {"Idempotent-Replayed": "true"} if answer.is_replayed else {}
                return _json(answer.body, status=answer.status, headers=replayed)
        raise Refused(404, "", f"Unrecognized request URL (POST: /{'/'.join(path)})")

    def _paid(self, session: Json, how: str) -> str:
        """Where the person is sent by what they chose."""
        if how == "leave":
            return self._back(session, session["cancel_url"] or session["success_url"])
        if how == "debit" or how in sessions.CHOSEN:
            self.bank.pay(session, how)
        intent = self.bank.objects.get(session["payment_intent"] or "") or {}
        if intent.get("status") == "requires_action":
            return f"/c/confirm/{intent['id']}"
        if session["status"] == "open":
            return f"/c/pay/{session['id']}"
        return self._back(session, session["success_url"])

    def _confirmed(self, intent: Json, answer: str) -> Reply:
        """Back to the page that was being paid, or to where the intent came from."""
        there = (intent["next_action"] or {}).get("redirect_to_url") or {}
        self.bank.answer_own_bank(intent, is_accepted=answer == "yes")
        session = sessions.of_intent(self.bank, intent)
        if session is not None:
            is_open = session["status"] == "open"
            return _sent_to(
                f"/c/pay/{session['id']}"
                if is_open
                else self._back(session, session["success_url"])
            )
        return _sent_to(there["return_url"]) if there else _html(page.confirmation(intent))

    def _back(self, session: Json, address: str) -> str:
        return address.replace("{CHECKOUT_SESSION_ID}", session["id"])


def serve(
    keys: dict[str, str], *, port: int = 0, state: Path | None = None
) -> tuple[ThreadingHTTPServer, Bank, Callable[[], None]]:
    """Open the bank on 127.0.0.1: the server, the bank, and what stops both."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    bank = Bank(keys, origin=f"http://127.0.0.1:{server.server_address[1]}", state=state)
    server.RequestHandlerClass = type("BankHandler", (Handler,), {"bank": bank})
    stopped = threading.Event()
    messenger = threading.Thread(target=deliver, args=(bank, stopped), daemon=True)
    messenger.start()

    def stop() -> None:
        stopped.set()
        server.shutdown()
        server.server_close()
        messenger.join(15)

    return server, bank, stop
