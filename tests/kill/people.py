"""The people of a point: a régisseuse who issues the month, parents who pay, over HTTP as a browser does.

They do what people do when a site fails under their hands: they wait, look how things stand, and go
on from there. Nobody knows what was killed, nor when.
"""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import urlsplit

import httpx

from socle.seeding import cast
from tests.kill.house import PATIENCE, SLUG, House, NeverCame
from tests.kill.seed import AGENT, MONTH

SECONDS_BETWEEN_TRIES = 0.3
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CODES = re.compile(r"data-demo-code>(\d{6})<.*?(\d{6})</p>", re.DOTALL)
_FINGERPRINT = re.compile(r'name="fingerprint" value="([^"]+)"')


class Failed(Exception):
    """The site did not answer, or not with a page."""


class Visitor:
    """A browser without JavaScript, on the département's host."""

    def __init__(self, house: House, email: str) -> None:
        self._email = email
        host = f"{SLUG}.localhost:{house.port}"
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{house.port}", headers={"Host": host}, timeout=30
        )
        house.at_the_end(self._client.close)
        self._is_signed_in = False

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """One request.

        :raises Failed: without an answer, or with an error of the site's
        """
        try:
            answer = self._client.request(method, path, **options)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise Failed(f"{method} {path}: {type(error).__name__}") from error
        if answer.status_code >= 500:
            raise Failed(f"{method} {path}: {answer.status_code}")
        return answer

    def page(self, path: str) -> str:
        """A page, signing in first if needed."""
        if not self._is_signed_in:
            self._sign_in()
        answer = self.ask("GET", path)
        if "/connexion/" in answer.headers.get("Location", ""):
            self._is_signed_in = False
            raise Failed(f"GET {path}: signed out")
        return answer.text

    def send(self, path: str, page: str, answers: Mapping[str, str]) -> httpx.Response:
        """A form of a page that was seen."""
        token = _TOKEN.search(page)
        if token is None:
            raise Failed(f"POST {path}: no form")
        data = {**answers, "csrfmiddlewaretoken": token[1]}
        return self.ask("POST", path, data=data)

    def _sign_in(self) -> None:
        form = self.ask("GET", "/connexion/").text
        answers = {"name": self._email, "password": cast.PASSWORD}
        entered = self.send("/connexion/", form, answers)
        if "/connexion/verification/" in entered.headers.get("Location", ""):
            entered = self._prove_factor()
        if entered.status_code != 302:
            raise Failed("not signed in")
        self._is_signed_in = True

    def _prove_factor(self) -> httpx.Response:
        """One of the codes that the demo shows; the next, when the first has served."""
        codes = _CODES.search(self.ask("GET", "/boite/").text)
        if codes is None:
            raise Failed("no code")
        for code in codes.groups():
            form = self.ask("GET", "/connexion/verification/").text
            answer = self.send("/connexion/verification/", form, {"code": code})
            if answer.status_code == 302:
                break
        return answer


def go_on(what: str, step: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Do a step again and again, whatever fails, until it says that all is done.

    :raises NeverCame: with the latest failure, if it never does
    """
    deadline = time.monotonic() + seconds
    latest = ""
    while time.monotonic() < deadline:
        try:
            if step():
                return
        except Failed as failure:
            latest = str(failure)
        time.sleep(SECONDS_BETWEEN_TRIES)
    raise NeverCame(f"{what}: {latest or 'not done'}")


class Agent:
    """Claire, who prepares the month again, reviews it, answers what blocks, and issues it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._visitor = Visitor(house, AGENT)
        self._prepared_before: object = None
        self.watched = ""  # the act before whose confirmation we say so, and wait to be let go
        self.begins, self.may_go_on = threading.Event(), threading.Event()

    def issue_the_month(self) -> None:
        """Until the month is issued."""
        ((self._prepared_before,),) = self._house.rows(
            "SELECT prepared_at FROM invoicing_billingrun WHERE month = %s", MONTH
        )
        go_on("the month", self._step)

    def ask_to_issue_again(self) -> str:
        """What the page of the act says of a month that is issued."""
        run, *_more = self._standing()
        path = f"/console/actes/issue-run/?sur={run}"
        page = self._visitor.page(path)
        return _said(self._visitor.send(path, page, {"due_on": "2099-01-31"}).text)

    def _step(self) -> bool:
        run, regie, state, prepared_at = self._standing()
        if state == "ISSUED":
            return True
        about = f"?sur={run}"
        if prepared_at == self._prepared_before:
            answers = {"regie": str(regie), "month": f"{MONTH:%Y-%m}"}
            self._do("prepare-run", "", answers)
        elif state == "PREPARED":
            self._do("review-run", about, {})
        elif code := self._unanswered(run):
            self._do("answer-anomalies", f"{about}:{code}", {"answer": "Vérifié."})
        else:
            self._do("issue-run", about, {"due_on": "2099-01-31"})
        return False

    def _standing(self) -> tuple[object, object, str, object]:
        """Read from the database, which is down at times."""
        return self._read(
            """SELECT run.public_id, regie.public_id, run.state, run.prepared_at
               FROM invoicing_billingrun AS run
               JOIN invoicing_regie AS regie ON regie.id = run.regie_id
               WHERE run.month = %s""",
            MONTH,
        )[0]

    def _unanswered(self, run: object) -> str:
        rows = self._read(
            """SELECT anomaly.code FROM invoicing_anomaly AS anomaly
               JOIN invoicing_billingrun AS run ON run.id = anomaly.run_id
               WHERE run.public_id = %s AND severity = 'BLOCKING' AND answered_at IS NULL
               ORDER BY 1 LIMIT 1""",
            run,
        )
        return str(rows[0][0]) if rows else ""

    def _read(self, query: str, *parameters: object) -> list[tuple]:
        import psycopg

        try:
            return self._house.rows(query, *parameters)
        except psycopg.Error as error:
            raise Failed(type(error).__name__) from error

    def _do(self, name: str, about: str, answers: dict[str, str]) -> None:
        """See the effect of an act, and confirm it."""
        path = f"/console/actes/{name}/{about}"
        page = self._visitor.page(path)
        if answers:
            page = self._visitor.send(path, page, answers).text
        seen = _FINGERPRINT.search(page)
        if seen is None:
            raise Failed(f"{name}: nothing to confirm: {_said(page)}")
        if name == self.watched:
            self.begins.set()
            self.may_go_on.wait(PATIENCE)
        self._visitor.send(path, page, {**answers, "fingerprint": unescape(seen[1])})


def _said(page: str) -> str:
    text = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))


@dataclasses.dataclass(frozen=True)
class Errand:
    """What a parent is to do: which invoice, how they pay, and whether they come back from the bank."""

    email: str
    invoice: str
    how: tuple[str, ...]  # `declined` before another, or `card`, `debit`
    comes_back: bool


class Parent:
    """Somebody who pays an invoice, once, whatever happens to the site."""

    def __init__(self, house: House, errand: Errand) -> None:
        self._errand = errand
        self._visitor = Visitor(house, errand.email)
        self._bank = httpx.Client(timeout=30)
        house.at_the_end(self._bank.close)
        self.has_paid = threading.Event()  # at the bank

    def pay(self) -> None:
        """Until there is no more to do: the invoice is paid, or the bank prepares it."""
        go_on(f"invoice {self._errand.invoice}", self._step)

    def _step(self) -> bool:
        page = self._visitor.page(f"/factures/{self._errand.invoice}/")
        begin = re.search(r'action="(/factures/[^"]+/payer/)"', page)
        under_way = re.search(r'href="(/paiements/[0-9a-f-]{36}/)"', page)
        if begin:
            self._visitor.send(begin[1], page, {})
            return False  # the page then says what to do
        if not under_way:
            return "Payée" in page
        page = self._visitor.page(under_way[1])
        go = re.search(r'action="(/paiements/[^"]+/continuer/)"', page)
        if go is None:
            return True  # the bank prepares it, or it is over
        if self.has_paid.is_set():
            return False  # the bank says it is paid: the site will know
        answer = self._visitor.send(go[1], page, {})
        if answer.status_code == 303:
            self._at_the_bank(answer.headers["Location"])
        return False

    def _at_the_bank(self, page: str) -> None:
        target = ""
        for how in self._errand.how:
            try:
                answer = self._bank.post(page, data={"how": how})
            except httpx.HTTPError as error:
                raise Failed(f"bank: {type(error).__name__}") from error
            if answer.status_code != 303:
                raise Failed(f"bank: {answer.status_code}")
            target = answer.headers["Location"]
        self.has_paid.set()
        if self._errand.comes_back:
            self._visitor.page(urlsplit(target).path)
