"""The bank: who may ask, what is done once, what the person and the bank do outside the API."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import time
from pathlib import Path

from tools.standins.bank import intents, refunds, sessions
from tools.standins.bank.books import Books
from tools.standins.bank.wire import Json, Refused, check, listed

_CARD_ERROR = 402


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a POST; `is_replayed` when it was already, under the same key."""

    status: int
    body: Json
    is_replayed: bool = False


class Bank(Books):
    """What the bank does. Every method is called under its lock."""

    def __init__(self, keys: dict[str, str], *, origin: str, state: Path | None = None) -> None:
        super().__init__(origin=origin, state=state)
        self.keys = keys

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
        """An object of an account, as it is now."""
        found = super().find(account, object_id, kind)
        if kind == "checkout.session":
            sessions.expire_if_late(self, found)
        return found

    def post(self, account: str, path: str, params: Json, key: str) -> Answer:
        """
        Do something once per idempotency key, a card that is declined included.

        :raises Refused: if it is not to be done; the same key may then be used again
        """
        digest = hashlib.sha256(json.dumps([path, params], sort_keys=True).encode()).hexdigest()
        known = self.answers.get(f"{account}:{key}") if key else None
        if known is not None:
            if known["digest"] != digest:
                raise Refused(
                    400, "", "Keys for idempotent requests can only be used with the same parameters"
                    " they were first used with.", kind="idempotency_error",
                )  # fmt: skip
            return Answer(known.get("status", 200), known["answer"], is_replayed=True)
        try:
            status, body = 200, self._done(account, path.split("/"), params)
        except Refused as refused:
            if refused.status != _CARD_ERROR:
                raise
            status, body = refused.status, refused.body
        answer: Json = json.loads(json.dumps(body))  # what is done later does not change it
        if key:
            self.answers[f"{account}:{key}"] = {
                "digest": digest, "status": status, "answer": answer,
            }  # fmt: skip
        self.save()
        return Answer(status, answer)

    def _done(self, account: str, path: list[str], params: Json) -> Json:
        match path:
            case ["checkout", "sessions"]:
                return sessions.create(self, account, params)
            case ["checkout", "sessions", session_id, "expire"]:
                session = self.find(account, session_id, "checkout.session")
                sessions.expire(self, session)
                return session
            case ["payment_intents"]:
                return intents.create(self, account, params)
            case ["payment_intents", intent_id, "confirm"]:
                return intents.confirm(self, account, intent_id, params)
            case ["payment_intents", intent_id, "cancel"]:
                return intents.cancel(self, account, intent_id, params)
            case ["refunds"]:
                return refunds.create(self, account, params)
            case ["webhook_endpoints"]:
                return self._create_endpoint(account, params)
        raise Refused(404, "", f"Unrecognized request URL (POST: /v1/{'/'.join(path)})")

    def _create_endpoint(self, account: str, params: Json) -> Json:
        check(params, known=("url", "enabled_events", "description", "expand"), required=("url",))
        if not params["url"].startswith(("http://", "https://")):
            raise Refused(400, "url_invalid", "Not a valid URL", param="url")
        endpoint = self.keep(account, {
            "id": f"we_{secrets.token_hex(12)}", "object": "webhook_endpoint", "url": params["url"],
            "enabled_events": listed(params.get("enabled_events")) or ["*"], "status": "enabled",
            "api_version": None, "application": None, "created": int(time.time()),
            "description": params.get("description"), "livemode": False, "metadata": {},
        })  # fmt: skip
        secret = f"whsec_{secrets.token_hex(24)}"
        self.secrets[endpoint["id"]] = secret
        return endpoint | {"secret": secret}  # said once, as Stripe does

    def have_endpoint(self, account: str, url: str, secret: str) -> None:
        """An endpoint that was agreed on beforehand, once."""
        known = next(self.of_kind("webhook_endpoint", account), None)
        endpoint = known or self._create_endpoint(account, {"url": url})
        self.objects[endpoint["id"]]["url"] = url
        self.secrets[endpoint["id"]] = secret
        self.save()

    # --- the person ---------------------------------------------------------------------------
    def pay(self, session: Json, how: str) -> None:
        """What the person chose on the hosted page: see `sessions.pay`."""
        sessions.pay(self, session, how)
        self.save()

    def answer_own_bank(self, intent: Json, *, is_accepted: bool) -> None:
        """What the person answered when their bank asked whether it is they who pay."""
        session = sessions.of_intent(self, intent)
        if session is not None:
            sessions.expire_if_late(self, session)
        intents.authenticate(self, intent, is_accepted=is_accepted)
        if session is not None:
            sessions.follow(self, session, intent)
        self.save()

    # --- days after ---------------------------------------------------------------------------
    def later(self, session: Json, what: str) -> None:
        """What a bank does days after: a direct debit may `succeed` or `fail`, a paid one be `dispute`d,
        its last refund be done (`refunded`) or not (`unrefunded`)."""
        account = self.owners[session["id"]]
        intent = self.objects.get(session["payment_intent"] or "")
        if intent is None:
            raise Refused(400, "", "Nothing was paid")
        match what, intent["status"]:
            case "succeed", "processing":
                intents.succeed(self, intent)
                sessions.follow(self, session, intent)
                self.announce(account, "checkout.session.async_payment_succeeded", session)
            case "fail", "processing":
                intent["status"] = "requires_payment_method"
                self.announce(account, "checkout.session.async_payment_failed", session)
            case "dispute", "succeeded":
                refunds.dispute(self, intent)
            case (("refunded" | "unrefunded"), _):
                refunds.settle(self, intent, is_done=what == "refunded")
            case _:
                raise Refused(400, "", f"Not possible now: {what}")
        self.save()
