"""What partners ask at their tills: tickets of here and elsewhere, put back within a minute, or sent late."""

from __future__ import annotations

import datetime
import uuid
from typing import NamedTuple

from federation.passplus import codes, operations, signing
from federation.passplus.capturing import TicketTaken, Way
from federation.passplus.engine.life import Ticket as Told
from federation.passplus.engine.life import TicketState
from federation.passplus.engine.refusals import OtherPartner
from federation.passplus.engine.spending import CaptureTooLate, CaptureTooMuch, day_of, start_of
from federation.passplus.models import AwayTry, OfflinePermit, Ticket, TillCapture
from federation.passplus.permits import LONGEST, SHORTEST, TIME_TO_SEND
from federation.passplus.taking import TRIES, TRIES_WITHIN
from tests.federation.passplus.simulation.acts import Act, drawn_ticket, said
from tests.federation.passplus.simulation.told import Taken
from tests.federation.passplus.simulation.world import ACTOR, PARTNERS, Side, World

NOT_TAKEN = "PASSPLUS_TICKET_NOT_TAKEN_ELSEWHERE"
HASTE = 0.25  # how often somebody undoes at once what was just validated
DISHONEST = 0.04  # how often an agent takes it back at once, before or after


def _asked_cents(world: World, ticket: Told) -> int | None:
    """All of it, a part, or more than it holds."""
    return world.draw.choice(
        (None, None, ticket.cents, ticket.cents, max(1, ticket.cents // 2), ticket.cents + 1)
    )


def _hurry(world: World, side: Side) -> None:
    """Somebody undoes what was just validated, or an agent takes it back: in either order."""
    drawn = world.draw.random()
    if drawn < DISHONEST:
        acts = [["ask", "decide", "undo"], ["ask", "undo", "capture", "decide"]]
        world.soon.extend((name, side) for name in world.draw.choice(acts))
    elif drawn < HASTE:
        world.soon.append(("undo", side))


def capture(world: World, side: Side) -> Act | None:
    """A partner validates a ticket of here at a till, by its code."""
    name = drawn_ticket(world, side)
    if name is None:
        return None
    at, partner = world.clock(side), world.draw.choice(list(PARTNERS))
    cents, key = _asked_cents(world, side.life.tickets[name]), world.key()
    counter, which = side.counters[partner], world.draw.randrange(2)

    def product(_again: bool) -> str:
        return said(
            lambda: operations.capture_at_till(
                member=counter.member, till=counter.tills[which], written=side.codes[name].lower(),
                key=key, way=Way.TYPED, cents=cents, actor=ACTOR, at=at,
            )
        )  # fmt: skip

    def engine() -> str:
        answer = said(lambda: _take(side, name, partner, cents, at=at))
        if answer == "done":
            side.taken[str(key)] = Taken(name, side.code, partner, at)
            _hurry(world, side)
        return answer

    return Act(side, f"capture {name} by {partner} {cents}", product, engine)


def capture_directly(world: World, side: Side) -> Act | None:
    """A partner validates a ticket of here at no till; again for the same amount, it changes nothing."""
    name = drawn_ticket(world, side)
    if name is None:
        return None
    at, partner = world.clock(side), world.draw.choice(list(PARTNERS))
    cents = _asked_cents(world, side.life.tickets[name])
    return Act(
        side,
        f"capture {name} by {partner} {cents}, directly",
        lambda _again: said(
            lambda: operations.capture_ticket(
                code=side.codes[name], partner=side.counters[partner].partner, cents=cents,
                actor=ACTOR, at=at,
            )
        ),
        lambda: said(
            lambda: side.life.capture(
                name, partner=partner, cents=cents, at=at, partner_domains=PARTNERS[partner]
            )
        ),
    )  # fmt: skip


def _take(side: Side, name: str, partner: str, cents: int | None, *, at: datetime.datetime) -> None:
    """What a till does with a ticket of here: one that this partner took before is not taken again."""
    if side.life.tickets[name].captured_by == partner:
        raise TicketTaken
    side.life.capture(name, partner=partner, cents=cents, at=at, partner_domains=PARTNERS[partner])


def capture_elsewhere(world: World, side: Side) -> Act | None:
    """A partner of here validates a ticket of another département."""
    holder = world.another(side)
    name = drawn_ticket(world, holder)
    if name is None:
        return None
    at, partner = world.clock(side), world.draw.choice(list(PARTNERS))
    cents, key = _asked_cents(world, holder.life.tickets[name]), world.key()
    counter, which = side.counters[partner], world.draw.randrange(2)

    def product(_again: bool) -> str:
        answer = said(
            lambda: operations.capture_at_till(
                member=counter.member, till=counter.tills[which],
                written=codes.shown(holder.code, holder.codes[name]), key=key, way=Way.TYPED,
                cents=cents, actor=ACTOR, at=at,
            )
        )  # fmt: skip
        return NOT_TAKEN if answer == operations.TooManyTries.code else answer

    def engine() -> str:
        if _waits(side, partner, at):
            return NOT_TAKEN
        answer = _elsewhere(world, side, holder, name, partner, cents, at)
        if answer == "done":
            side.taken[str(key)] = Taken(name, holder.code, partner, at)
            _hurry(world, side)
        return answer

    words = f"elsewhere {name} of {holder.code} by {partner} {cents}"
    return Act(side, words, product, engine)


def _waits(side: Side, partner: str, at: datetime.datetime) -> bool:
    """Whether a partner tried so many codes of elsewhere in vain that no other is looked at."""
    tried = AwayTry.objects.filter(
        partner=side.counters[partner].partner, tried_at__gt=at - TRIES_WITHIN
    )
    return tried.count() >= TRIES


def _elsewhere(
    world: World,
    side: Side,
    holder: Side,
    name: str,
    partner: str,
    cents: int | None,
    at: datetime.datetime,
) -> str:
    """What the holder's side does for a partner of another's; it does not say why it refuses."""
    life, day = holder.life, day_of(at)
    if not world.is_opened(holder, side, day) or not world.are_listed(holder, side):
        return NOT_TAKEN
    ticket, far = life.tickets[name], f"{side.code}:{partner}"
    at = max(at, life.made_at[name])  # the clocks of two départements differ
    if (ticket.captured_by, ticket.captured_cents) == (far, cents or ticket.cents):
        return TicketTaken.code
    if ticket.state is not TicketState.MADE or ticket.partner is not None:
        return NOT_TAKEN
    domains = PARTNERS[partner] if world.is_opened(holder, side, day_of(at)) else ()
    answer = said(
        lambda: life.capture(name, partner=far, cents=cents, at=at, partner_domains=domains)
    )
    return NOT_TAKEN if answer == CaptureTooLate.code else answer


def undo(world: World, side: Side) -> Act | None:
    """A partner puts back what was validated: a moment ago, most of the time."""
    if not side.taken:
        return None
    latest = side.taken.names[-1:] if world.draw.random() < 0.9 else side.taken.names[-12:]
    key, at = world.draw.choice(latest), world.clock(side)
    taken = side.taken[key]
    holder = next(one for one in world.sides if one.code == taken.holder)
    member = side.counters[taken.partner].member

    def product(_again: bool) -> str:
        return said(
            lambda: operations.undo_capture(
                capture=TillCapture.objects.get(key=key), member=member, actor=ACTOR, at=at
            )
        )

    def engine() -> str:
        if taken.is_undone:
            return "done"
        answer = said(lambda: holder.life.put_back(taken.ticket, at=at, since=taken.booked_at))
        taken.is_undone = answer == "done"
        return answer

    return Act(side, f"undo {taken.ticket} of {holder.code} by {taken.partner}", product, engine)


def begin_offline(world: World, side: Side) -> Act:
    """A till prepares to work without network for some hours."""
    partner, hours = world.draw.choice(list(PARTNERS)), world.draw.randint(1, 12)
    at, counter = world.clock(side), side.counters[partner]

    def product(again: bool) -> str:
        if again and OfflinePermit.objects.filter(till=counter.tills[0], begun_at=at).exists():
            return "done"
        return said(
            lambda: operations.begin_offline(
                member=counter.member, till=counter.tills[0], hours=hours, actor=ACTOR, at=at
            )
        )

    def engine() -> str:
        rules = side.life.campaign.tickets
        ends = [start_of(day) for day in (rules.issued_before, rules.captured_before)]
        last = min([end - TIME_TO_SEND for end in ends if end > at], default=at + LONGEST)
        until = min(at + datetime.timedelta(hours=hours), last)
        if until < at + SHORTEST:
            return operations.OfflineNotNow.code
        side.life.running.setdefault(partner, []).append(until + TIME_TO_SEND)
        return "done"

    return Act(side, f"{partner} goes offline for {hours} hours", product, engine)


def end_offline(world: World, side: Side) -> Act | None:
    """A partner says that all its phones have sent all that they had."""
    partner, at = world.draw.choice(list(PARTNERS)), world.clock(side)
    if not side.life.running.get(partner):
        return None

    def product(_again: bool) -> str:
        running = OfflinePermit.objects.filter(
            till__partner=side.counters[partner].partner, ended_at__isnull=True
        )
        for permit in running.order_by("pk"):
            operations.end_offline(permit=permit, actor=ACTOR, at=at)
        return "done"

    def engine() -> str:
        side.life.running[partner].clear()
        return "done"

    return Act(side, f"{partner} is back on line", product, engine)


class _Late(NamedTuple):
    """What a phone kept: a ticket, how much of it, when it was shown, at which till; its key."""

    ticket: str
    cents: int
    taken_at: datetime.datetime
    till: int
    key: uuid.UUID


def send(world: World, side: Side) -> Act | None:
    """A phone sends what it took without network; sometimes another phone of the partner has it too."""
    partner, at = world.draw.choice(list(PARTNERS)), world.clock(side)
    mine = side.made_out.get(partner, [])[-12:]
    names = [
        world.draw.choice(mine) if mine and world.draw.random() < 0.8 else drawn_ticket(world, side)
        for _ in range(world.draw.randint(1, 3))
    ]
    late = [_kept(world, side, name, at) for name in names if name is not None]
    if not late:
        return None
    if world.draw.random() < 0.3:  # shown at two tills
        late.append(late[0]._replace(till=1 - late[0].till, key=world.key()))
    texts = {one.ticket: _text(side, one.ticket) for one in late}
    counter = side.counters[partner]

    def product(_again: bool) -> str:
        answers = {}
        for till in range(2):
            shown = [
                operations.Shown(
                    key=one.key, text=texts[one.ticket], cents=one.cents, taken_at=one.taken_at
                )
                for one in late
                if one.till == till
            ]
            sent = operations.send_captures(
                member=counter.member, till=counter.tills[till], shown=shown, actor=ACTOR, at=at
            )
            answers |= {row.key: row.refusal or "done" for row in sent}
        return " ".join(answers[one.key] for one in late)

    def engine() -> str:
        answers = {}
        for one in sorted(late, key=lambda one: one.till):
            answers[one.key] = answer = said(lambda one=one: _book(side, partner, one, at=at))
            if answer == "done":
                side.taken[str(one.key)] = Taken(one.ticket, side.code, partner, at)
        return " ".join(answers[one.key] for one in late)

    said_of = ", ".join(f"{one.ticket} {one.cents} at till {one.till}" for one in late)
    return Act(side, f"{partner} sends {said_of}", product, engine)


def _kept(world: World, side: Side, name: str, at: datetime.datetime) -> _Late:
    held = side.life.tickets[name].cents
    cents = world.draw.choice((held, held, max(1, held // 2), held + 1))
    before = datetime.timedelta(minutes=world.draw.randint(-5, 600))
    return _Late(name, cents, at - before, world.draw.randrange(2), world.key())


def _text(side: Side, name: str) -> str:
    rows = Ticket.objects.select_related("purse__card__campaign", "made_out_to")
    return signing.ticket_text(rows.get(code=side.codes[name]))


def _book(side: Side, partner: str, one: _Late, *, at: datetime.datetime) -> None:
    """What is done of a ticket that a phone took; its picture says for whom, how much, until when."""
    ticket = side.life.tickets[one.ticket]
    if ticket.partner != partner:
        raise OtherPartner
    if not 0 < one.cents <= ticket.cents:
        raise CaptureTooMuch
    if day_of(min(one.taken_at, at)) >= side.life.campaign.tickets.captured_before:
        raise CaptureTooLate
    _take(side, one.ticket, partner, one.cents, at=at)
