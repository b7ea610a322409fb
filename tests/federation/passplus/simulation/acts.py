"""What families and the beat ask: each of the product and of the engine.

An act draws what is asked, then gives two functions: what the product answers, and what the engine does.
Both say a word, "done" or the code of a refusal; the engine is asked once, the product as often as a
person would ask again.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

from django.utils import timezone

from commons import outbox
from commons.errors import DomainError
from commons.models import OutboxEvent
from federation.passplus import operations
from federation.passplus.engine import registering
from federation.passplus.engine.spending import day_of
from federation.passplus.granting import BATCH
from federation.passplus.knowing import facts_of
from federation.passplus.models import Card, Ticket
from tests.factories.passplus import FACTS, PROVED
from tests.federation.passplus.simulation.world import ACTOR, BEGINS, PARTNERS, Side, World


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
    name, at = world.draw.choice(side.pupils.names), world.clock(side)

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
    at, first = world.clock(side), world.draw.randrange(len(side.pupils.names))
    after = side.pupils[side.pupils.names[first]].pk
    asked = [name for name in side.pupils.names[first + 1 :] if name not in side.cards][:BATCH]

    def product(_again: bool) -> str:
        answer = said(
            lambda: operations.renew_cards(campaign=side.campaign, actor=ACTOR, at=at, after=after)
        )
        new = [name for name in asked if name in side.life.cards and name not in side.cards]
        rows = {side.pupils[name].pk: name for name in new}
        found = Card.objects.filter(campaign=side.campaign, pupil__in=list(rows)).order_by("pk")
        for card in found.select_related("campaign"):
            side.cards[rows[card.pupil_id]] = card
        return answer

    def engine() -> str:
        if day_of(at) >= side.life.campaign.tickets.issued_before:
            return "PASSPLUS_TICKETS_CLOSED"
        known = facts_of([side.pupils[name] for name in asked], on=day_of(at))
        for name in asked:
            facts = known[side.pupils[name].pk]
            if registering.is_automatic(side.life.campaign, facts):
                side.life.grant(name, facts, at=at, asked=False)
        return "done"

    return Act(side, f"renew after {side.pupils.names[first]}", product, engine)


def prove(world: World, side: Side) -> Act | None:
    """A bursary is proved, or proved again."""
    if not side.cards:
        return None
    name, at = world.draw.choice(side.cards.names), world.clock(side)
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
    card, purse = draw.choice(side.cards.names), draw.choice(("sport", "culture"))
    cents = draw.randint(1, 8_00) if draw.random() < 0.8 else draw.randint(1, 45_00)
    partner = draw.choice(list(PARTNERS)) if draw.random() < 0.3 else None
    name = f"t{world.done.total()}"

    def asked() -> None:
        made = operations.make_ticket(
            card=side.cards[card], purse=purse, cents=cents, key=name, actor=ACTOR, at=at,
            partner=None if partner is None else side.counters[partner].partner,
        )  # fmt: skip
        side.codes[name] = made.code
        if partner is not None and name not in side.made_out.setdefault(partner, [])[-1:]:
            side.made_out[partner].append(name)

    def engine() -> str:
        return said(
            lambda: side.life.make_ticket(
                name, card=card, purse=purse, cents=cents, at=at, partner=partner,
                partner_domains=None if partner is None else PARTNERS[partner],
            )
        )  # fmt: skip

    words = f"make {name} of {card}:{purse} {cents} for {partner}"
    return Act(side, words, lambda _again: said(asked), engine)


def drawn_ticket(world: World, side: Side) -> str | None:
    """One of the latest tickets, or any; nothing when there is none."""
    names = side.codes.names
    if not names:
        return None
    return world.draw.choice(names[-12:] if world.draw.random() < 0.7 else names)


def cancel(world: World, side: Side) -> Act | None:
    """A family gives a ticket up."""
    name = drawn_ticket(world, side)
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
        exchange(side, world)
        outbox.deliver_pending(
            at=timezone.now() + (at - BEGINS)
        )  # what a dead relay claimed is free again
        return "done"

    def engine() -> str:
        side.life.reach(at)
        return "done"

    return Act(side, "beat", product, engine)


def exchange(side: Side, world: World) -> None:
    """What a worker does every five minutes: it finishes what dead processes began."""
    at = world.clock(side)
    operations.list_partners(at=at)
    operations.book_settlements(actor=ACTOR, at=at)
    while operations.book_guests(actor=ACTOR, at=at):
        pass
    operations.finish_undoing(actor=ACTOR, at=at)


def tell_again(world: World, side: Side) -> Act | None:
    """Some events are handed over once more, whatever their order: a relay that died had told them."""
    told = list(OutboxEvent.objects.filter(delivered_at__isnull=False).order_by("-pk")[:20])
    random.Random(world.draw.random()).shuffle(told)  # however many there are, one draw

    def product(_again: bool) -> str:
        for event in told[:5]:
            for handler in outbox._handlers.get(event.name, ()):
                handler(event)
        return "done"

    names = ", ".join(event.name for event in told[:5])
    return Act(side, f"tell {names} again", product, lambda: "done")
