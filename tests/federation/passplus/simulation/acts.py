"""What families, partners, agents, neighbours and the beat ask: each of the product and of the engine.

An act draws what is asked, then gives two functions: what the product answers, and what the engine does.
Both say a word, "done" or the code of a refusal; the engine is asked once, the product as often as a
person would ask again.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from django.utils import timezone

from commons import outbox
from commons.errors import DomainError
from commons.models import OutboxEvent
from federation.passplus import codes, operations
from federation.passplus.engine import registering
from federation.passplus.engine.life import Life, TicketState
from federation.passplus.engine.life import Ticket as Told
from federation.passplus.engine.refusals import NothingToReimburse
from federation.passplus.engine.spending import CaptureTooLate, day_of
from federation.passplus.knowing import facts_of
from federation.passplus.models import AwayTry, Card, PartnerRun, Ticket
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.taking import TRIES, TRIES_WITHIN
from federation.reciprocity import operations as reciprocity
from federation.reciprocity.models import Statement
from tenants.people.models import Pupil
from tenants.registry import contexts
from tests.factories.passplus import FACTS, PROVED
from tests.factories.reciprocity import FROM
from tests.factories.reimbursing import ANNE, BRUNO
from tests.federation.passplus.simulation.world import ACTOR, PARTNERS, Side, World

NOT_TAKEN = "PASSPLUS_TICKET_NOT_TAKEN_ELSEWHERE"


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """Something that is asked, in words for whoever reads a failure."""

    side: Side
    words: str
    product: Callable[[bool], str]  # told whether it was asked before
    engine: Callable[[], str]


def said(act: Callable[[], object]) -> str:
    """ "done", or the code of the refusal."""
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return "done"


def grant(world: World, side: Side) -> Act:
    """A family registers."""
    name, at = world.draw.choice(list(side.pupils)), world.clock(side)

    def product(again: bool) -> str:
        answer = said(
            lambda: operations.grant_card(
                campaign=side.campaign, pupil=side.pupils[name], facts=FACTS, actor=ACTOR, at=at
            )
        )
        if name in side.life.cards and name not in side.cards:
            found = Card.objects.select_related("campaign")
            side.cards[name] = found.get(campaign=side.campaign, pupil=side.pupils[name])
            return "done" if again else answer
        return answer

    return Act(
        side, f"grant {name}", product, lambda: said(lambda: side.life.grant(name, FACTS, at=at))
    )


def renew(world: World, side: Side) -> Act:
    """An agent renews the cards that remain, from a pupil drawn at random on."""
    at = world.clock(side)
    after = world.draw.choice(list(side.pupils.values())).pk
    without = [name for name in side.pupils if name not in side.cards]
    asked = [name for name in without if side.pupils[name].pk > after]

    def product(_again: bool) -> str:
        answer = said(
            lambda: operations.renew_cards(campaign=side.campaign, actor=ACTOR, at=at, after=after)
        )
        rows = {side.pupils[name].pk: name for name in asked}
        found = Card.objects.filter(campaign=side.campaign, pupil__in=list(rows))
        for card in found.select_related("campaign"):
            side.cards[rows[card.pupil_id]] = card
        return answer

    def engine() -> str:
        if day_of(at) >= side.life.campaign.tickets.issued_before:
            return "PASSPLUS_TICKETS_CLOSED"
        known = facts_of([Pupil.objects.get(pk=side.pupils[n].pk) for n in asked], on=day_of(at))
        for name in asked:
            facts = known[side.pupils[name].pk]
            if registering.is_automatic(side.life.campaign, facts):
                side.life.grant(name, facts, at=at, asked=False)
        return "done"

    return Act(side, f"renew after {after}", product, engine)


def prove(world: World, side: Side) -> Act | None:
    """A bursary is proved, or proved again."""
    if not side.cards:
        return None
    name, at = world.draw.choice(list(side.cards)), world.clock(side)
    return Act(
        side,
        f"prove {name}",
        lambda _again: said(
            lambda: operations.prove_status(card=side.cards[name], facts=PROVED, actor=ACTOR, at=at)
        ),
        lambda: said(lambda: side.life.prove(name, PROVED, at=at)),
    )


def make(world: World, side: Side) -> Act | None:
    """A ticket is made, for whoever or for a given partner."""
    if not side.cards:
        return None
    draw, at = world.draw, world.clock(side)
    card, purse = draw.choice(list(side.cards)), draw.choice(("sport", "culture"))
    cents = draw.randint(1, 8_00) if draw.random() < 0.8 else draw.randint(1, 45_00)
    partner = draw.choice(list(PARTNERS)) if draw.random() < 0.3 else None
    name = f"t{world.done.total()}"

    def product(_again: bool) -> str:
        answer = said(
            lambda: operations.make_ticket(
                card=side.cards[card], purse=purse, cents=cents, key=name, actor=ACTOR, at=at,
                partner=None if partner is None else side.partners[partner],
            )
        )  # fmt: skip
        if name in side.life.tickets:
            found = Ticket.objects.filter(key=name, purse__card=side.cards[card])
            side.codes[name] = found.values_list("code", flat=True).get()
        return answer

    def engine() -> str:
        return said(
            lambda: side.life.make_ticket(
                name, card=card, purse=purse, cents=cents, at=at, partner=partner,
                partner_domains=None if partner is None else PARTNERS[partner],
            )
        )  # fmt: skip

    return Act(side, f"make {name} of {card}:{purse} {cents} for {partner}", product, engine)


def _ticket(world: World, side: Side) -> str | None:
    """One of the latest tickets, or any; nothing when there is none."""
    names = list(side.codes)
    if not names:
        return None
    return world.draw.choice(names[-12:] if world.draw.random() < 0.7 else names)


def _asked_cents(world: World, ticket: Told) -> int | None:
    """All of it, a part, or more than it holds."""
    return world.draw.choice(
        (None, None, ticket.cents, ticket.cents, max(1, ticket.cents // 2), ticket.cents + 1)
    )


def capture(world: World, side: Side) -> Act | None:
    """A partner validates a ticket of here, scanned or typed."""
    name = _ticket(world, side)
    if name is None:
        return None
    at, partner = world.clock(side), world.draw.choice(list(PARTNERS))
    cents, is_typed = _asked_cents(world, side.life.tickets[name]), world.draw.random() < 0.5

    def product(_again: bool) -> str:
        code, here = side.codes[name], side.partners[partner]
        if is_typed:
            return said(
                lambda: operations.take_ticket(
                    text=code.lower(), partner=here, cents=cents, actor=ACTOR, at=at
                )
            )
        return said(
            lambda: operations.capture_ticket(
                code=code, partner=here, cents=cents, actor=ACTOR, at=at
            )
        )

    def engine() -> str:
        return said(
            lambda: side.life.capture(
                name, partner=partner, cents=cents, at=at, partner_domains=PARTNERS[partner]
            )
        )

    return Act(side, f"capture {name} by {partner} {cents}", product, engine)


def capture_elsewhere(world: World, side: Side) -> Act | None:
    """A partner of here validates a ticket of the neighbour's."""
    holder = world.other(side)
    name = _ticket(world, holder)
    if name is None:
        return None
    at, partner = world.clock(side), world.draw.choice(list(PARTNERS))
    cents = _asked_cents(world, holder.life.tickets[name])

    def product(_again: bool) -> str:
        text = codes.shown(holder.code, holder.codes[name])
        answer = said(
            lambda: operations.take_ticket(
                text=text, partner=side.partners[partner], cents=cents, actor=ACTOR, at=at
            )
        )
        return NOT_TAKEN if answer == operations.TooManyTries.code else answer

    def engine() -> str:
        if _waits(side, partner, at):
            return NOT_TAKEN
        return _elsewhere(holder.life, name, f"{side.code}:{partner}", cents, at)

    return Act(side, f"elsewhere {name} of {holder.code} by {partner} {cents}", product, engine)


def _waits(side: Side, partner: str, at: datetime.datetime) -> bool:
    """Whether a partner tried so many codes of elsewhere in vain that no other is looked at."""
    tried = AwayTry.objects.filter(partner=side.partners[partner], tried_at__gt=at - TRIES_WITHIN)
    return tried.count() >= TRIES


def _elsewhere(
    life: Life, name: str, partner: str, cents: int | None, at: datetime.datetime
) -> str:
    """What the holder's side does for a partner of the neighbour's; it does not say why it refuses."""
    ticket = life.tickets[name]
    if day_of(at) < FROM:
        return NOT_TAKEN
    is_same = (ticket.captured_by, ticket.captured_cents) == (partner, cents or ticket.cents)
    if not is_same and (ticket.state is not TicketState.MADE or ticket.partner is not None):
        return NOT_TAKEN
    domains = PARTNERS[partner.partition(":")[2]]
    answer = said(
        lambda: life.capture(name, partner=partner, cents=cents, at=at, partner_domains=domains)
    )
    return NOT_TAKEN if answer == CaptureTooLate.code else answer


def cancel(world: World, side: Side) -> Act | None:
    """A family gives a ticket up."""
    name = _ticket(world, side)
    if name is None:
        return None
    at = world.clock(side)
    return Act(
        side,
        f"cancel {name}",
        lambda _again: said(
            lambda: operations.cancel_ticket(
                ticket=Ticket.objects.get(code=side.codes[name]), actor=ACTOR, at=at
            )
        ),
        lambda: said(lambda: side.life.cancel(name, at=at)),
    )


def beat(world: World, side: Side) -> Act:
    """Deadlines are kept, what another process left undone is booked, the outbox is relayed."""
    at = world.clock(side)

    def product(_again: bool) -> str:
        operations.keep_deadlines(actor=ACTOR, at=at)
        while operations.book_guests(actor=ACTOR, at=at):
            pass
        operations.book_settlements(actor=ACTOR, at=at)
        outbox.deliver_pending(at=timezone.now())
        return "done"

    def engine() -> str:
        side.life.reach(at)
        return "done"

    return Act(side, "beat", product, engine)


def tell_again(world: World, side: Side) -> Act | None:
    """Some events are handed over once more, whatever their order: a relay that died had told them."""
    told = list(OutboxEvent.objects.filter(delivered_at__isnull=False).order_by("-pk")[:20])
    world.draw.shuffle(told)

    def product(_again: bool) -> str:
        for event in told[:5]:
            for handler in outbox._handlers.get(event.name, ()):
                handler(event)
        return "done"

    return Act(side, f"tell {[event.pk for event in told[:5]]} again", product, lambda: "done")


def pay_partners(world: World, side: Side) -> Act:
    """One prepares what partners are paid, another approves: what was validated before today."""
    at = world.clock(side)

    def product(_again: bool) -> str:
        run = PartnerRun.objects.filter(state=PartnerRun.State.PREPARED).first()
        try:
            run = run or reimbursing.prepare_run(until=day_of(at), actor=ANNE, at=at)
        except NothingToReimburse:
            return "done"
        return said(lambda: reimbursing.approve_run(run=run, actor=BRUNO, at=at))

    return Act(side, "pay partners", product, lambda: "done")


def settle_month(world: World, side: Side) -> Act | None:
    """The month before is stated, signed by both and, sometimes, paid; asked again at will."""
    month = (world.clock(side).date().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    if month < FROM:
        return None
    at, is_paid = world.clock(side), world.draw.random() < 0.5
    return Act(
        side,
        f"settle {month:%Y-%m}{' and pay' if is_paid else ''}",
        lambda _again: said(lambda: _settle(world, side, month, at, is_paid=is_paid)),
        lambda: "done",
    )


def _settle(
    world: World, side: Side, month: datetime.date, at: datetime.datetime, *, is_paid: bool
) -> None:
    other = world.other(side)
    try:
        statement = reciprocity.prepare_statement(
            departement_code=other.code, month=month, actor=ACTOR, at=at
        )
    except reciprocity.NothingToState:
        return
    for one in (side, other):
        with contexts.tenant(one.schema):
            found = Statement.objects.get(pk=statement.pk)
            operations.sign_statement(
                statement=found, signatory="La présidente", actor=ACTOR, at=at
            )
    receives = side if statement.owes_cents(side.schema) < 0 else other
    if is_paid and statement.owes_cents(receives.schema) < 0:
        with contexts.tenant(receives.schema):
            operations.record_settlement(
                statement=Statement.objects.get(pk=statement.pk), reference="VIR",
                received_on=at.date(), actor=ACTOR, at=at,
            )  # fmt: skip
