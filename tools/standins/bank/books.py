"""What the bank knows: objects, whose they are, and what it has to say about them."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tools.standins.bank.wire import Json, Refused

API_VERSION = "2026-10-28.endive"
RETRIES = (1, 2, 4, 8, 16, 32, 64)  # seconds; Stripe's own go on for three days
_KEPT = ("objects", "owners", "answers", "secrets", "outgoing")


class Books:
    """Objects by their identifier, whole in one file. Every call is under one lock."""

    def __init__(self, *, origin: str, state: Path | None = None) -> None:
        self.origin = origin
        self.path = state
        self.lock = threading.RLock()
        self.objects: dict[str, Json] = {}
        self.owners: dict[str, str] = {}
        self.answers: dict[str, Json] = {}
        # Of an endpoint, its secret; of a session, what was ordered; of its intent, the session.
        self.secrets: dict[str, str] = {}
        self.outgoing: list[Json] = []
        if state is not None and state.exists():
            kept = json.loads(state.read_text(encoding="utf-8"))
            for name, value in kept.items():
                setattr(self, name, value)
        self._endpoints = [one for one in self.objects.values() if _is_endpoint(one)]

    def save(self) -> None:
        """Keep everything, whole or not at all."""
        if self.path is None:
            return
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({name: getattr(self, name) for name in _KEPT}), encoding="utf-8")
        new.replace(self.path)

    def keep(self, account: str, made: Json) -> Json:
        """Have an object known from now on."""
        self.objects[made["id"]] = made
        self.owners[made["id"]] = account
        if _is_endpoint(made):
            self._endpoints.append(made)
        return made

    def find(self, account: str, object_id: str, kind: str) -> Json:
        """An object of an account; another account's is not there."""
        found = self.objects.get(object_id)
        if found is None or self.owners[object_id] != account or found["object"] != kind:
            raise Refused(404, "resource_missing", f"No such {kind}: '{object_id}'", param="id")
        return found

    def of_kind(self, kind: str, account: str | None = None) -> Iterator[Json]:
        """The objects of a kind, latest first; one account's, or everybody's."""
        for found in reversed(list(self.objects.values())):
            if found["object"] == kind and account in (None, self.owners[found["id"]]):
                yield found

    # --- events -------------------------------------------------------------------------------
    def announce(self, account: str, kind: str, about: Json) -> None:
        """Have every endpoint of the account told, and a platform's ones with the account's name."""
        for endpoint in self._endpoints:
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


def _is_endpoint(found: Json) -> bool:
    return found["object"] == "webhook_endpoint"
