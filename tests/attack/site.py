"""A site that is served, its people and machines, canaries in what is not theirs, and a judge of answers.

The canaries are words planted in another family of the same département and in everything of a family of the
next one: an answer that has one of them gave what it must not.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.conf import settings
from graphql import parse

from api import limits
from api.schema import schema
from tenants.integrators.scopes import Scope
from tests.access.world import HOST, NOW, World, build
from tests.factories.canteen import Family
from tests.factories.integrators import make_integrator, token_of
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.portal import make_account
from tests.served_here import site_served
from tests.signed_in import open_session

TOKEN = "t" * 32
FAMILY_CANARY, TENANT_CANARY = "Canarifoyer", "Canarivoisin"
# Those of the cast to whom the other family is as absent as another département.
OF_FAMILIES = ("anonymous", "family", "separated", "pupil", "other_tenant", "linked")
AGENTS = ("administrator", "regisseur", "instructor", "reader", "secretary")
MACHINE = "machine"
EVERYBODY = (*OF_FAMILIES, *AGENTS, MACHINE)
LONGEST_SECONDS = 30  # PostgreSQL stops what lasts; neighbours of a test slow all the rest


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how long."""

    status: int
    kind: str
    body: bytes
    seconds: float

    @property
    def told(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


@dataclasses.dataclass
class Site:
    """What is served, and who comes."""

    port: int
    world: World
    token: str

    def headers_of(self, who: str) -> dict[str, str]:
        """What the browser or the machine of one of `EVERYBODY` sends."""
        if who == MACHINE:
            return {"Authorization": f"Bearer {self.token}"}
        cookies = self.world.clients[who].cookies
        if settings.SESSION_COOKIE_NAME not in cookies:
            return {}
        session = cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        return {"Cookie": cookie, "X-CSRFToken": TOKEN}

    def come_back(self, who: str) -> None:
        """Sign somebody in again: an act of theirs closed their session."""
        user = self.world.users.get(who)
        if user is not None:
            open_session(self.world.clients[who], user)

    def send(
        self,
        body: bytes,
        *,
        who: str = "anonymous",
        method: str = "POST",
        path: str = "/graphql/",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Whatever bytes, whatever the method and headers."""
        sent = {
            "Host": HOST,
            "Content-Type": "application/json",
            **self.headers_of(who),
            **(headers or {}),
        }
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * LONGEST_SECONDS)
        start = time.perf_counter()
        try:
            line.request(method, path, body, sent)
            with line.getresponse() as response:
                told = response.read()
        except ConnectionError:
            if not body:
                raise
            return Answer(
                413, "", b"", time.perf_counter() - start
            )  # closed on what it did not read
        finally:
            line.close()
        kind = response.headers.get("Content-Type", "")
        return Answer(response.status, kind, told, time.perf_counter() - start)

    def ask(self, who: str, document: str, variables: dict[str, Any] | None = None) -> Answer:
        """One document; signed in again for the next if the session is no more."""
        body = json.dumps({"query": document, "variables": variables or {}}).encode()
        answer = self.send(body, who=who)
        if b"SIGN_IN_REQUIRED" in answer.body:
            self.come_back(who)
        return answer


def judge(answer: Answer, *, who: str, said: str) -> None:
    """Fail if an answer is an error of ours, a trace, too late, or tells what it must not."""
    said = f"{who}: {said} -> {answer.status} {answer.body[:2_000]!r}"
    assert answer.status < 500, said
    assert answer.seconds < LONGEST_SECONDS, said
    for trace in (b"Traceback", b'File "', b"psycopg", b"SELECT ", b"graphql/api"):
        assert trace not in answer.body, said
    assert TENANT_CANARY.encode() not in answer.body, said
    if who in OF_FAMILIES:
        assert FAMILY_CANARY.encode() not in answer.body, said
    if answer.kind.startswith("application/json") and answer.body:
        for error in answer.told.get("errors", ()):
            assert error["extensions"]["code"] != "INTERNAL", said
            assert error["extensions"]["reference"], said
            assert error["message"].endswith((".", "?")), said


def judge_document(
    answer: Answer, document: str, variables: dict[str, Any] | None = None, *, who: str
) -> bool:
    """The same; and an answer holds at most what its document was counted for. Whether it has data."""
    judge(answer, who=who, said=f"{document} {variables or ''}")
    data = answer.told.get("data")
    if data is None:
        return False
    measures = limits.exceeded(schema.graphql_schema, parse(document), variables)[1]
    if not measures.introspects:
        found = _fields_of(data)
        assert found <= measures.elements, (
            f"{found} > {measures.elements}: {document} -> {answer.body!r}"
        )
    return True


def _fields_of(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_fields_of, value.values()))
    return sum(map(_fields_of, value)) if isinstance(value, list) else 0


@contextlib.contextmanager
def besieged(in_tenant: Any) -> Iterator[Site]:
    """Everybody and everything, really committed, and served."""
    world = build(in_tenant)
    _mark(FAMILY_CANARY, "d92", world.other)
    integrator, _secret = make_integrator(*Scope, at=NOW, name="Attaque")
    token = token_of(integrator, at=NOW)
    with in_tenant("d94"):
        there = make_billed_family("94")
        make_account(there.guardians[0])
        issue(prepare(make_regie()))
        _mark(TENANT_CANARY, "d94", there)
    with site_served() as port:
        yield Site(port, world, token)


# What is said of a family, and by it. `word`, `pupils`, `guardians`.
_MARKED = (
    """UPDATE people_pupil SET first_name = %(word)s || 'prenom', last_name = %(word)s || 'nom'
       WHERE id = ANY(%(pupils)s)""",
    """UPDATE people_guardian SET first_name = %(word)s || 'mere', last_name = %(word)s || 'nom',
           street = %(word)s || 'rue', city = %(word)s || 'ville'
       WHERE id = ANY(%(guardians)s)""",
    """UPDATE accounts_user SET first_name = %(word)s, last_name = %(word)s
       WHERE id IN (SELECT user_id FROM people_guardian WHERE id = ANY(%(guardians)s))""",
    """UPDATE invoicing_invoice SET number = %(word)s || id, payer_first_name = %(word)s,
           payer_last_name = %(word)s, payer_street = %(word)s
       WHERE payer_id = ANY(%(guardians)s)""",
    """UPDATE invoicing_invoiceline SET label = %(word)s || 'repas', pupil_first_name = %(word)s
       WHERE pupil_id = ANY(%(pupils)s)""",
    """UPDATE invoicing_dispute SET text = %(word)s WHERE guardian_id = ANY(%(guardians)s)""",
    """UPDATE tariffs_pricecontest SET text = %(word)s WHERE guardian_id = ANY(%(guardians)s)""",
)


def _mark(word: str, schema_name: str, family: Family) -> None:
    """Plant a canary in the names, addresses, invoices and messages of a family."""
    marked = {
        "word": word,
        "pupils": [family.pupil.pk],
        "guardians": [guardian.pk for guardian in family.guardians],
    }
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"SET search_path = {schema_name}")
        for statement in _MARKED:
            owner.execute(statement, marked)
