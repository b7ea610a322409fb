"""One question over HTTP: asked a few times when that may help, never inside a transaction.

Asked again: no answer at all, `409` (the same question is being answered) and `504` (the provider behind
is slow or down; `meta.retry_in` says how long to wait). Everything else is final. A body is read once,
as JSON, and never kept nor logged.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx
import stamina
from django.db import transaction

from billing.rights.sources.throttle import NotNow, Throttle
from commons import http

TIMEOUT_SECONDS = 10
ATTEMPTS = 3
WHOLE_SECONDS = 25
LONGEST_BODY = 1_000_000
_CONFLICT, _GATEWAY_TIMEOUT, _SERVER_ERROR = 409, 504, 500
_LONGEST_WAIT = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; `form` makes it a POST."""

    url: str
    query: Sequence[tuple[str, str | int]] = ()
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    form: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return "Question(…)"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `status` is None when nothing did, and `failure` then says why."""

    status: int | None
    body: Any = None
    failure: str = ""
    attempts: int = 0
    duration_ms: int = 0

    def __repr__(self) -> str:
        return f"Reply(status={self.status}, failure={self.failure!r})"

    @property
    def error(self) -> Mapping[str, Any]:
        """The first error of API Particulier's envelope, or nothing."""
        errors = self.body.get("errors") if isinstance(self.body, dict) else None
        first = errors[0] if isinstance(errors, list) and errors else None
        return first if isinstance(first, dict) else {}

    @property
    def error_code(self) -> str:
        """Its five characters, or nothing."""
        code = self.error.get("code")
        return code[:40] if isinstance(code, str) else ""


class _MayPass(Exception):
    """A reply that another try may better."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status or reply.failure)
        self.reply = reply


def exchanged(throttle: Throttle, question: Question) -> Reply:
    """
    Ask, and take what comes back.

    :raises RuntimeError: inside a transaction, whose locks others would wait for
    """
    with transaction.atomic(durable=True):
        pass  # Django refuses this inside another one
    started = time.monotonic_ns()
    attempts = 0
    try:
        for attempt in stamina.retry_context(
            on=_wait_asked,
            attempts=ATTEMPTS,
            timeout=WHOLE_SECONDS,
            wait_initial=datetime.timedelta(milliseconds=500),
            wait_max=datetime.timedelta(seconds=_LONGEST_WAIT),
        ):
            with attempt:
                throttle.enter()
                attempts += 1
                reply = _once(throttle, question)
                if _may_pass(reply):
                    raise _MayPass(reply)
    except _MayPass as last:
        reply = last.reply
    except NotNow as refusal:
        reply = Reply(status=None, failure=refusal.code)
    milliseconds = (time.monotonic_ns() - started) // 1_000_000
    return dataclasses.replace(reply, attempts=attempts, duration_ms=milliseconds)


def _once(throttle: Throttle, question: Question) -> Reply:
    try:
        response = http.request(
            "GET" if question.form is None else "POST",
            question.url,
            params=httpx.QueryParams(list(question.query)),
            headers=dict(question.headers),
            data=None if question.form is None else dict(question.form),
            timeout=TIMEOUT_SECONDS,
        )
    except httpx.TimeoutException:
        throttle.failed()
        return Reply(status=None, failure="TIMEOUT")
    except httpx.HTTPError:
        throttle.failed()
        return Reply(status=None, failure="NETWORK")
    throttle.heed(response.headers, response.status_code)
    if response.status_code >= _SERVER_ERROR:
        throttle.failed()
    else:
        throttle.succeeded()
    return Reply(status=response.status_code, body=_json(response.content))


def _json(content: bytes) -> Any:
    """The body; None when it is no JSON. Numbers with a point are exact."""
    if len(content) > LONGEST_BODY:
        return None
    try:
        return json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _may_pass(reply: Reply) -> bool:
    return reply.status is None or reply.status in {_CONFLICT, _GATEWAY_TIMEOUT}


def _wait_asked(error: Exception) -> bool | datetime.timedelta:
    """Whether to try again, and after how long when the source says so."""
    if not isinstance(error, _MayPass):
        return False
    meta = error.reply.error.get("meta")
    seconds = meta.get("retry_in") if isinstance(meta, dict) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return True
    # Somebody waits in front of their screen: a long wait is for another day.
    return datetime.timedelta(seconds=seconds) if 0 <= seconds <= _LONGEST_WAIT else False


def new_correlation() -> uuid.UUID:
    """What names a question in the source's logs and in ours."""
    return uuid.uuid4()
