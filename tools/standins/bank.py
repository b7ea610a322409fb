"""A test bank that speaks Stripe's wire protocol, for what Socle uses of it.

    python -m tools.standins.bank --port 8190 --state var/bank.json --key sk_test_x=acct_x

Checkout Sessions with their hosted page, payment intents, refunds, webhook endpoints and signed
events, idempotency keys, `Stripe-Account`. Errors are Stripe's: a missing or unknown parameter, a
bad key, a key reused with other parameters. State is kept in one file, so that a bank that is killed
finds again what it knew. No money exists here, and pages say so.

The shapes are those of Stripe's published fixtures; tests/contract holds them to it. What may be
done by hand at the real bank, days later, is done by POST to `/_bank/…` (see `Bank.later`).
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import html
import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"
LEAST_CENTS = 50
LIFE = 24 * 3600
SHORTEST_LIFE, LONGEST_LIFE = 30 * 60, 24 * 3600
RETRIES = (1, 2, 4, 8, 16, 32, 64)  # seconds; Stripe's own go on for three days
_PART = re.compile(r"\[([^\]]*)\]")
_SESSION_PARAMETERS = {
    "mode", "client_reference_id", "metadata", "payment_intent_data", "line_items", "success_url",
    "cancel_url", "expires_at", "locale", "customer_email", "payment_method_types", "expand",
}  # fmt: skip


class Refused(Exception):
    """An error as Stripe words it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": kind, "message": message}}
        if code:
            self.body["error"]["code"] = code
        if param:
            self.body["error"]["param"] = param


def unfolded(pairs: list[tuple[str, str]]) -> Json:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}."""
    found: Json = {}
    for name, value in pairs:
        first = name.partition("[")[0]
        keys = [first, *_PART.findall(name)]
        inside = found
        for key in keys[:-1]:
            inside = inside.setdefault(key, {})
        inside[keys[-1]] = value
    return found


def listed(value: Any) -> list[Any]:
    """A list written as a mapping of its places, or as one value."""
    if isinstance(value, dict):
        return [value[key] for key in sorted(value, key=lambda key: int(key or 0))]
    return [] if value is None else [value]


class Bank:
    """What the bank knows, and what it does. Every method is called under one lock."""

    def __init__(self, keys: dict[str, str], *, origin: str, state: Path | None = None) -> None:
        self.keys = keys
        self.origin = origin
        self.path = state
        self.lock = threading.RLock()
        self.objects: dict[str, Json] = {}
        self.owners: dict[str, str] = {}
        self.answers: dict[str, Json] = {}
        self.secrets: dict[str, str] = {}
        self.outgoing: list[Json] = []
        if state is not None and state.exists():
            kept = json.loads(state.read_text(encoding="utf-8"))
            for name, value in kept.items():
                setattr(self, name, value)

    def save(self) -> None:
        """Keep everything, whole or not at all."""
        if self.path is None:
            return
        names = ("objects", "owners", "answers", "secrets", "outgoing")
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({name: getattr(self, name) for name in names}), encoding="utf-8")
        new.replace(self.path)

    # --- the API ------------------------------------------------------------------------------
    def account_of(self, key: str, acting_for: str) -> str:
        """Whose account a call is on: the key's own, or one a platform's key acts for."""
        own = self.keys.get(key)
        if own is None:
            raise Refused(401, "", "Invalid API Key provided")
        if not acting_for or acting_for == own:
            return own
        if own != "*":
            raise Refused(
                403, "account_invalid", "The provided key does not have access to account"
            )
        return acting_for

    def find(self, account: str, object_id: str, kind: str) -> Json:
        """An object of an account; another account's is not there."""
        found = self.objects.get(object_id)
        if found is None or self.owners[object_id] != account or found["object"] != kind:
            raise Refused(404, "resource_missing", f"No such {kind}: '{object_id}'", param="id")
        self.expire_if_late(found)
        return found

    def create(self, account: str, path: str, params: Json, key: str) -> Json:
        """Make something once per idempotency key."""
        digest = hashlib.sha256(json.dumps([path, params], sort_keys=True).encode()).hexdigest()
        known = self.answers.get(f"{account}:{key}") if key else None
        if known is not None:
            if known["digest"] != digest:
                raise Refused(
                    400, "", "Keys for idempotent requests can only be used with the same parameters"
                    " they were first used with.", kind="idempotency_error",
                )  # fmt: skip
            return dict(known["answer"])
        made = {
            "checkout/sessions": self._create_session,
            "refunds": self._create_refund,
            "webhook_endpoints": self._create_endpoint,
        }.get(path)
        if made is None:
            raise Refused(404, "", f"Unrecognized request URL (POST: /v1/{path})")
        answer = made(account, params)
        if key:
            self.answers[f"{account}:{key}"] = {"digest": digest, "answer": answer}
        self.save()
        return answer

    def _create_session(self, account: str, params: Json) -> Json:
        for name in params.keys() - _SESSION_PARAMETERS:
            raise Refused(
                400, "parameter_unknown", f"Received unknown parameter: {name}", param=name
            )
        for name in ("mode", "line_items", "success_url"):
            if name not in params:
                raise Refused(
                    400, "parameter_missing", f"Missing required param: {name}.", param=name
                )
        if params["mode"] != "payment":
            raise Refused(
                400, "parameter_invalid", "This bank only knows mode=payment", param="mode"
            )
        now = int(time.time())
        expires_at = int(params.get("expires_at") or now + LIFE)
        if not now + SHORTEST_LIFE - 60 <= expires_at <= now + LONGEST_LIFE:
            raise Refused(
                400, "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from"
                " Checkout Session creation.", param="expires_at",
            )  # fmt: skip
        lines, total = [], 0
        for item in listed(params["line_items"]):
            price = item.get("price_data") or {}
            if price.get("currency") != "eur":
                raise Refused(
                    400, "parameter_invalid", "This bank only knows euros", param="line_items"
                )
            cents = int(price["unit_amount"]) * int(item.get("quantity") or 1)
            lines.append([price["product_data"]["name"], cents])
            total += cents
        if total < LEAST_CENTS:
            raise Refused(
                400, "amount_too_small", "The Checkout Session's total amount must convert to at least"
                " 50 cents.", param="line_items",
            )  # fmt: skip
        session_id = f"cs_test_{secrets.token_hex(24)}"
        session: Json = {
            "id": session_id, "object": "checkout.session", "mode": "payment", "status": "open",
            "payment_status": "unpaid", "amount_subtotal": total, "amount_total": total,
            "currency": "eur", "created": now, "expires_at": expires_at, "livemode": False,
            "client_reference_id": params.get("client_reference_id"),
            "metadata": params.get("metadata") or {}, "locale": params.get("locale"),
            "customer_email": params.get("customer_email"), "customer": None,
            "success_url": params["success_url"], "cancel_url": params.get("cancel_url"),
            "payment_method_types": ["card", "sepa_debit"], "payment_intent": None,
            "url": f"{self.origin}/c/pay/{session_id}",
        }  # fmt: skip
        self._keep(account, session)
        self.secrets[session_id] = json.dumps(
            {
                "lines": lines,
                "intent": (params.get("payment_intent_data") or {}).get("metadata") or {},
            }
        )
        return session

    def _create_refund(self, account: str, params: Json) -> Json:
        intent = self.find(account, params.get("payment_intent", ""), "payment_intent")
        charge = self.objects.get(intent["latest_charge"] or "")
        if charge is None or not charge["paid"]:
            raise Refused(
                400, "charge_not_captured", "This PaymentIntent has no successful charge."
            )
        amount = int(params.get("amount") or charge["amount"] - charge["amount_refunded"])
        if not 0 < amount <= charge["amount"] - charge["amount_refunded"]:
            raise Refused(
                400, "charge_already_refunded", "Refund amount is greater than unrefunded amount on"
                " charge.", param="amount",
            )  # fmt: skip
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund: Json = {
            "id": f"re_{secrets.token_hex(12)}", "object": "refund", "amount": amount, "currency": "eur",
            "charge": charge["id"], "payment_intent": intent["id"],
            "status": "pending" if "sepa_debit" in intent["payment_method_types"] else "succeeded",
            "created": int(time.time()), "metadata": params.get("metadata") or {},
            "reason": params.get("reason"), "balance_transaction": None, "destination_details": None,
            "receipt_number": None, "source_transfer_reversal": None, "transfer_reversal": None,
        }  # fmt: skip
        self._keep(account, refund)
        self._announce(account, "refund.created", refund)
        self._announce(account, "charge.refunded", charge)
        return refund

    def refunds_of(self, account: str, intent_id: str) -> Json:
        """The refunds of a payment intent, latest first; Stripe's list."""
        found = [
            one
            for one in reversed(self.objects.values())
            if one["object"] == "refund"
            and self.owners[one["id"]] == account
            and one["payment_intent"] == intent_id
        ]
        return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": found}

    def _create_endpoint(self, account: str, params: Json) -> Json:
        if not str(params.get("url", "")).startswith(("http://", "https://")):
            raise Refused(400, "url_invalid", "Not a valid URL", param="url")
        endpoint: Json = {
            "id": f"we_{secrets.token_hex(12)}", "object": "webhook_endpoint", "url": params["url"],
            "enabled_events": listed(params.get("enabled_events")) or ["*"], "status": "enabled",
            "api_version": None, "application": None, "created": int(time.time()),
            "description": params.get("description"), "livemode": False, "metadata": {},
        }  # fmt: skip
        self._keep(account, endpoint)
        secret = f"whsec_{secrets.token_hex(24)}"
        self.secrets[endpoint["id"]] = secret
        return endpoint | {"secret": secret}  # said once, as Stripe does

    def have_endpoint(self, account: str, url: str, secret: str) -> None:
        """An endpoint that was agreed on beforehand, once."""
        for endpoint in self.objects.values():
            if endpoint["object"] == "webhook_endpoint" and self.owners[endpoint["id"]] == account:
                endpoint["url"], self.secrets[endpoint["id"]] = url, secret
                return self.save()
        made = self._create_endpoint(account, {"url": url})
        self.secrets[made["id"]] = secret
        return self.save()

    def expire(self, account: str, session_id: str) -> Json:
        """Close a session that is open."""
        session = self.find(account, session_id, "checkout.session")
        if session["status"] != "open":
            raise Refused(
                400, "", "Only Checkout Sessions with a status in [\"open\"] can be expired.",
            )  # fmt: skip
        self._end(session)
        self.save()
        return session

    # --- the person at the hosted page --------------------------------------------------------
    def pay(self, session: Json, how: str) -> None:
        """`card`, `declined` or `debit`: what the person chose."""
        self.expire_if_late(session)
        if session["status"] != "open":
            return
        account = self.owners[session["id"]]
        intent = self._intent_of(account, session)
        if how == "declined":
            intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
            self._announce(account, "payment_intent.payment_failed", intent)
        else:
            session["status"] = "complete"
            intent["payment_method_types"] = ["card" if how == "card" else "sepa_debit"]
            if how == "card":
                self._succeed(account, session, intent)
            else:
                intent["status"] = "processing"
            self._announce(account, "checkout.session.completed", session)
        self.save()

    def later(self, session: Json, what: str) -> None:
        """What a bank does days after: a direct debit may `succeed` or `fail`, a paid one be `dispute`d,
        its last refund be done (`refunded`) or not (`unrefunded`)."""
        account = self.owners[session["id"]]
        intent = self.objects.get(session["payment_intent"] or "")
        if intent is None:
            raise Refused(400, "", "Nothing was paid")
        if what in ("succeed", "fail") and intent["status"] == "processing":
            if what == "succeed":
                self._succeed(account, session, intent)
                self._announce(account, "checkout.session.async_payment_succeeded", session)
            else:
                intent["status"] = "requires_payment_method"
                self._announce(account, "checkout.session.async_payment_failed", session)
        elif what == "dispute" and intent["status"] == "succeeded":
            charge = self.objects[intent["latest_charge"]]
            charge["disputed"] = True
            dispute = {
                "id": f"du_{secrets.token_hex(12)}", "object": "dispute", "charge": charge["id"],
                "payment_intent": intent["id"], "amount": charge["amount"], "currency": "eur",
                "status": "lost",
            }  # fmt: skip
            self._announce(account, "charge.dispute.created", dispute)
        elif what in ("refunded", "unrefunded") and self.refunds_of(account, intent["id"])["data"]:
            refund = self.refunds_of(account, intent["id"])["data"][0]
            if what == "refunded":
                refund["status"] = "succeeded"
                self._announce(account, "refund.updated", refund)
            else:
                refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
                self.objects[intent["latest_charge"]]["amount_refunded"] -= refund["amount"]
                self._announce(account, "refund.failed", refund)
        else:
            raise Refused(400, "", f"Not possible now: {what}")
        self.save()

    def _intent_of(self, account: str, session: Json) -> Json:
        if session["payment_intent"] is not None:
            return self.objects[session["payment_intent"]]
        intent: Json = {
            "id": f"pi_{secrets.token_hex(12)}", "object": "payment_intent",
            "amount": session["amount_total"], "amount_capturable": 0, "amount_received": 0,
            "currency": "eur", "status": "requires_payment_method", "latest_charge": None,
            "created": int(time.time()), "livemode": False, "last_payment_error": None,
            "metadata": json.loads(self.secrets[session["id"]])["intent"],
            "payment_method_types": ["card"], "capture_method": "automatic",
        }  # fmt: skip
        self._keep(account, intent)
        session["payment_intent"] = intent["id"]
        return intent

    def _succeed(self, account: str, session: Json, intent: Json) -> None:
        charge: Json = {
            "id": f"ch_{secrets.token_hex(12)}", "object": "charge", "amount": intent["amount"],
            "amount_captured": intent["amount"], "amount_refunded": 0, "refunded": False,
            "captured": True, "paid": True, "disputed": False, "currency": "eur",
            "created": int(time.time()), "livemode": False, "metadata": intent["metadata"],
            "payment_intent": intent["id"], "status": "succeeded",
        }  # fmt: skip
        self._keep(account, charge)
        intent.update(
            status="succeeded", latest_charge=charge["id"], amount_received=intent["amount"]
        )
        session["payment_status"] = "paid"
        self._announce(account, "payment_intent.succeeded", intent)

    def expire_if_late(self, found: Json) -> None:
        is_session = found["object"] == "checkout.session"
        if is_session and found["status"] == "open" and found["expires_at"] <= time.time():
            self._end(found)

    def _end(self, session: Json) -> None:
        session["status"], session["url"] = "expired", None
        self._announce(self.owners[session["id"]], "checkout.session.expired", session)

    def _keep(self, account: str, made: Json) -> None:
        self.objects[made["id"]] = made
        self.owners[made["id"]] = account

    # --- events -------------------------------------------------------------------------------
    def _announce(self, account: str, kind: str, about: Json) -> None:
        """Have every endpoint of the account told, and a platform's ones with the account's name."""
        for endpoint in [
            one for one in self.objects.values() if one["object"] == "webhook_endpoint"
        ]:
            owner = self.owners[endpoint["id"]]
            wanted = endpoint["enabled_events"]
            if owner not in (account, "*") or not ("*" in wanted or kind in wanted):
                continue
            event: Json = {
                "id": f"evt_{secrets.token_hex(12)}", "object": "event", "api_version": API_VERSION,
                "created": int(time.time()), "livemode": False, "pending_webhooks": 1, "type": kind,
                "data": {"object": about}, "request": {"id": None, "idempotency_key": None},
            }  # fmt: skip
            if owner == "*":
                event["account"] = account
            self.outgoing.append(
                {"endpoint": endpoint["id"], "body": json.dumps(event), "tries": 0, "at": 0.0}
            )

    def due(self) -> Iterator[Json]:
        """What is to be sent now."""
        with self.lock:
            waiting = [one for one in self.outgoing if one["at"] <= time.time()]
        yield from waiting

    def sent(self, message: Json, *, is_received: bool) -> None:
        """Forget a message that was received; keep another for later, not for ever."""
        with self.lock:
            if is_received or message["tries"] >= len(RETRIES):
                self.outgoing.remove(message)
            else:
                message["at"] = time.time() + RETRIES[message["tries"]]
                message["tries"] += 1
            self.save()


def signature(body: str, secret: str, *, at: int) -> str:
    """The `Stripe-Signature` header of a message."""
    signed = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def deliver(bank: Bank, stopped: threading.Event) -> None:
    """Send what is due, until told to stop. `*.localhost` is this machine, its host kept."""
    while not stopped.wait(0.2):
        for message in bank.due():
            with bank.lock:
                url = bank.objects[message["endpoint"]]["url"]
                secret = bank.secrets[message["endpoint"]]
            bank.sent(message, is_received=_sent_once(url, message["body"], secret))


def _sent_once(url: str, body: str, secret: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secret, at=int(time.time())),
    }
    if (parts.hostname or "").endswith(".localhost"):
        headers["Host"] = parts.netloc
        url = urllib.parse.urlunsplit(parts._replace(netloc=f"127.0.0.1:{parts.port or 80}"))
    request = urllib.request.Request(url, data=body.encode(), headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return 200 <= answer.status < 300
    except (urllib.error.URLError, OSError):
        return False


PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Banque d'essai</title>
<style>body{{font:18px/1.5 sans-serif;margin:0;background:#f4f4f0;color:#1b1b1b}}
main{{max-width:26rem;margin:auto;padding:1.5rem}}button{{font:inherit;width:100%;padding:.8rem;
margin:.4rem 0;border:2px solid #274c77;border-radius:.5rem;background:#fff;color:#274c77}}
button.first{{background:#274c77;color:#fff}}p.note{{background:#fff3cd;padding:.8rem;border-radius:.5rem}}
dl{{display:flex;justify-content:space-between;margin:.3rem 0}}dd{{margin:0}}</style></head><body><main>
<h1>Banque d'essai</h1><p class="note">Ici, rien n'est payé pour de vrai.</p>{lines}
<h2>Total : {total}</h2>{form}</main></body></html>"""
CHOICES = (
    ("card", "Payer par carte", "first"),
    ("declined", "Essayer une carte refusée", ""),
    ("debit", "Payer par prélèvement", ""),
    ("leave", "Revenir sans payer", ""),
)


def euros(cents: int) -> str:
    """`12,40 €`."""
    return f"{cents // 100},{cents % 100:02d}\u202f€"


def page(bank: Bank, session: Json, *, was_declined: bool) -> str:
    """The hosted page of a session."""
    lines = json.loads(bank.secrets[session["id"]])["lines"]
    listed_lines = "".join(
        f"<dl><dt>{html.escape(label)}</dt><dd>{euros(cents)}</dd></dl>" for label, cents in lines
    )
    if session["status"] != "open":
        form = "<p>Cette page est fermée.</p>"
    else:
        note = '<p class="note" role="alert">Carte refusée. Essayez-en une autre.</p>'
        buttons = "".join(
            f'<button name="how" value="{how}" class="{style}">{label}</button>'
            for how, label, style in CHOICES
        )
        form = f'{note if was_declined else ""}<form method="post">{buttons}</form>'
    return PAGE.format(lines=listed_lines, total=euros(session["amount_total"]), form=form)


class Handler(BaseHTTPRequestHandler):
    """Routes. `bank` is set on a subclass."""

    bank: Bank
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, act: Callable[[str], tuple[int, str, str, dict[str, str]]]) -> None:
        path = urllib.parse.urlsplit(self.path).path.strip("/")
        try:
            with self.bank.lock:
                status, kind, text, headers = act(path)
        except Refused as refused:
            status, kind, text = refused.status, "application/json", json.dumps(refused.body)
            headers = {}
        body = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body)), **headers
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _form(self) -> Json:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        return unfolded(urllib.parse.parse_qsl(body, keep_blank_values=True))

    def _account(self) -> str:
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()
        return self.bank.account_of(key, self.headers.get("Stripe-Account") or "")

    def _json(self, found: Json) -> tuple[int, str, str, dict[str, str]]:
        return 200, "application/json", json.dumps(found), {}

    def _session(self, session_id: str) -> Json:
        found = self.bank.objects.get(session_id)
        if found is None or found["object"] != "checkout.session":
            raise Refused(404, "resource_missing", "No such session")
        self.bank.expire_if_late(found)
        return found

    def _get(self, path: str) -> tuple[int, str, str, dict[str, str]]:
        match path.split("/"):
            case ["c", "pay", session_id]:
                is_declined = "declined" in urllib.parse.urlsplit(self.path).query
                shown = page(self.bank, self._session(session_id), was_declined=is_declined)
                return 200, "text/html", shown, {}
            case ["v1", "checkout", "sessions", session_id]:
                found = self.bank.find(self._account(), session_id, "checkout.session")
                return self._json(self._expanded(found))
            case ["v1", "refunds"]:
                asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                intent = asked.get("payment_intent", [""])[0]
                return self._json(self.bank.refunds_of(self._account(), intent))
            case ["v1", ("payment_intents" | "charges" | "refunds") as kind, object_id]:
                return self._json(self.bank.find(self._account(), object_id, kind[:-1]))
        raise Refused(404, "", f"Unrecognized request URL (GET: /{path})")

    def _expanded(self, session: Json) -> Json:
        """With its payment intent and charge, when `expand[]` asks for them."""
        query = urllib.parse.urlsplit(self.path).query
        asked = " ".join(value for _name, value in urllib.parse.parse_qsl(query))
        intent = self.bank.objects.get(session["payment_intent"] or "")
        if "payment_intent" not in asked or intent is None:
            return session
        if "latest_charge" in asked and intent["latest_charge"]:
            intent = intent | {"latest_charge": self.bank.objects[intent["latest_charge"]]}
        return session | {"payment_intent": intent}

    def _post(self, path: str) -> tuple[int, str, str, dict[str, str]]:
        form = self._form()
        match path.split("/"):
            case ["c", "pay", session_id]:
                return self._paid(self._session(session_id), str(form.get("how")))
            case ["_bank", session_id, what]:
                session = self._session(session_id)
                self.bank.later(session, what)
                return self._json(session)
            case ["v1", "checkout", "sessions", session_id, "expire"]:
                return self._json(self.bank.expire(self._account(), session_id))
            case ["v1", *rest]:
                key = self.headers.get("Idempotency-Key") or ""
                return self._json(self.bank.create(self._account(), "/".join(rest), form, key))
        raise Refused(404, "", f"Unrecognized request URL (POST: /{path})")

    def _paid(self, session: Json, how: str) -> tuple[int, str, str, dict[str, str]]:
        target = session["success_url"]
        if how == "leave":
            target = session["cancel_url"] or target
        elif how in ("card", "declined", "debit"):
            self.bank.pay(session, how)
            if how == "declined":
                target = f"/c/pay/{session['id']}?declined"
        return (
            303,
            "text/plain",
            "",
            {"Location": target.replace("{CHECKOUT_SESSION_ID}", session["id"])},
        )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
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
