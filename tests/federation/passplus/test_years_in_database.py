"""The two real years again, in the database and by its clock: partners are paid by runs and orders."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from billing.ledger import queries as ledger
from billing.ledger.models import Account
from commons.errors import DomainError
from federation.passplus import operations
from federation.passplus.engine.refusals import NothingToReimburse
from federation.passplus.engine.spending import PARIS, day_of
from federation.passplus.models import Campaign, Card, Partner, Ticket
from federation.passplus.queries import due_cents, standing_of
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.paying import payouts_account
from federation.passplus.scripts import Event, Script, load_script, play
from tenants.people.models import Pupil
from tests.factories.canteen import make_family
from tests.factories.passplus import make_partner, publish
from tests.factories.reimbursing import ANNE, BRUNO, paying, priced, with_account
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
SCRIPTS = Path(__file__).parent / "scripts"


@dataclasses.dataclass(slots=True)
class Year:
    """A campaign and those a script speaks of, as rows."""

    script: Script
    campaign: Campaign
    partners: dict[str, Partner]
    cards: dict[str, Card] = dataclasses.field(default_factory=dict)
    tickets: dict[str, Ticket] = dataclasses.field(default_factory=dict)
    pupils: dict[str, Pupil] = dataclasses.field(default_factory=dict)
    paid_on: set[datetime.date] = dataclasses.field(default_factory=set)
    asked: set[tuple[datetime.date, int]] = dataclasses.field(default_factory=set)

    def do(self, event: Event) -> None:
        """What an event asks of the product."""
        values, at = event.values, event.at
        match event.do:
            case "grant" | "renew":
                name = values["card"]
                self.cards[name] = operations.grant_card(
                    campaign=self.campaign, pupil=self.pupil(name), actor=ACTOR, at=at,
                    facts=self.script.people[name], asked=event.do == "grant",
                )  # fmt: skip
            case "prove":
                facts = self.script.people[values["card"]]
                proved = dataclasses.replace(facts, proved=facts.proved | values["facts"])
                card = self.cards[values["card"]]
                operations.prove_status(card=card, facts=proved, actor=ACTOR, at=at)
            case "ticket":
                self.tickets[values["ticket"]] = operations.make_ticket(
                    card=self.cards[values["card"]], purse=values["purse"],
                    cents=values["amount"], key=values["ticket"], actor=ACTOR, at=at,
                    partner=self.partners.get(values["partner"]),
                )  # fmt: skip
            case "capture":
                operations.capture_ticket(
                    code=self.tickets[values["ticket"]].code, cents=values["amount"],
                    partner=self.partners[values["partner"]], actor=ACTOR, at=at,
                )  # fmt: skip
            case "cancel":
                ticket = self.tickets[values["ticket"]]
                operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=at)
            case "reimburse":
                self.reimburse(self.partners[values["partner"]], at=at)

    def pupil(self, name: str) -> Pupil:
        """The pupil of a card; a name is one pupil."""
        if name not in self.pupils:
            self.pupils[name] = make_family().pupil
        return self.pupils[name]

    def reimburse(self, partner: Partner, *, at: datetime.datetime) -> None:
        """Pay all partners; a run pays all at once, so that the second of a day finds it done."""
        day, is_asked_again = day_of(at), (day_of(at), partner.pk) in self.asked
        self.asked.add((day, partner.pk))
        if not due_cents(partner):
            if is_asked_again or day not in self.paid_on:
                raise NothingToReimburse(partner=partner.name)
            return
        run = reimbursing.prepare_run(until=day, actor=ANNE, at=at)
        reimbursing.approve_run(run=run, actor=BRUNO, at=at)
        self.paid_on.add(day)


def build(script: Script) -> Year:
    priced(valid_from="2022-06-01")
    paying()
    partners = {name: make_partner(*domains) for name, domains in script.partners.items()}
    for partner in partners.values():
        with_account(partner)
    return Year(script, publish(script.campaign), partners)


def days(since: datetime.datetime, until: datetime.datetime) -> Iterator[datetime.datetime]:
    """The first moment of each month between two moments, then the second of them."""
    day = since.date().replace(day=1)
    while (day := (day + datetime.timedelta(days=32)).replace(day=1)) <= until.date():
        yield datetime.datetime.combine(day, datetime.time(), PARIS)
    yield until


def said(year: Year, event: Event) -> str:
    try:
        year.do(event)
    except DomainError as refusal:
        return refusal.code
    return "done"


def paid_cents() -> int:
    account = Account.objects.get(pk=payouts_account().pk)
    return account.credits_posted - account.debits_posted


@pytest.mark.parametrize("name", ["year-2022-2023.yaml", "year-2023-2024.yaml"])
def test_a_real_year_in_the_database_ends_as_the_engine_says(name):
    script = load_script(SCRIPTS / name)
    played, year = play(script), build(script)
    now = script.events[0].at
    for event in script.events:
        for moment in days(now, event.at):
            with time_machine.travel(moment, tick=False):
                operations.keep_deadlines(actor=ACTOR, at=moment)
        now = event.at
        with time_machine.travel(now, tick=False):
            answer = said(year, event)

        assert answer == (event.expect or "done"), event
        standing = standing_of(year.campaign)
        assert standing.is_whole
        assert standing.captured == sum(map(due_cents, year.partners.values())) + paid_cents()

    found, engine = standing_of(year.campaign), played.whereabouts
    assert (found.granted, found.purses, found.held, found.returned) == (
        engine.granted, engine.purses, engine.held, engine.returned,
    )  # fmt: skip
    assert paid_cents() == engine.reimbursed
    assert (ledger.reconcile(), ledger.broken_resolutions()) == ([], [])
