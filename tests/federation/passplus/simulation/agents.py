"""What agents do with money: partners are paid, transfers come back, lines are disputed, wrongs put right."""

from __future__ import annotations

from commons.actors import Actor
from federation.passplus.engine.refusals import NothingToReimburse
from federation.passplus.engine.spending import day_of
from federation.passplus.models import (
    Correction,
    PartnerRun,
    Payout,
    StatementDispute,
    StatementLine,
)
from federation.passplus.reimbursing import operations
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.reimbursing import ANNE, BRUNO
from tests.federation.passplus.simulation.acts import Act, said
from tests.federation.passplus.simulation.told import TakenBack
from tests.federation.passplus.simulation.world import Asked, Side, World

CARLA = Actor(kind="user", id="carla")
AGENTS = {agent.id: agent for agent in (ANNE, BRUNO, CARLA)}
DECIDED, SAME_PERSON = operations.CorrectionDecided.code, operations.CorrectionBySamePerson.code


def pay_partners(world: World, side: Side) -> Act:
    """One prepares what partners are paid; another approves, or refuses, what was validated before today."""
    at, decides = world.clock(side), world.draw.choice(("bruno", "bruno", "bruno", "anne", "no"))

    def product(_again: bool) -> str:
        run = PartnerRun.objects.filter(state=PartnerRun.State.PREPARED).first()
        try:
            run = run or operations.prepare_run(until=day_of(at), actor=ANNE, at=at)
        except NothingToReimburse:
            return "done"
        if decides == "no":
            return said(lambda: operations.refuse_run(run=run, answer="Non", actor=BRUNO, at=at))
        approver = AGENTS[decides]
        answer = said(lambda: operations.approve_run(run=run, actor=approver, at=at))
        if approver is ANNE:
            return "done" if answer == operations.RunBySamePerson.code else "alone"
        return answer

    return Act(side, f"pay partners, decided by {decides}", product, lambda: "done")


def return_payout(world: World, side: Side) -> Act | None:
    """The bank sends a transfer back, or it is noted twice; later its account is said to be good."""
    latest = list(Payout.objects.order_by("-pk").values_list("pk", flat=True)[:9])
    if not latest:
        return None
    at, pk = world.clock(side), world.draw.choice(latest)
    noted, is_trust = world.draw.choice((ANNE, BRUNO)), world.draw.random() < 0.5
    payout = Payout.objects.select_related("order").get(pk=pk)
    is_possible = day_of(payout.order.made_at) <= day_of(at)

    def product(again: bool) -> str:
        row = Payout.objects.get(pk=pk)
        if is_trust:
            answer = said(lambda: operations.trust_iban_again(payout=row, actor=noted, at=at))
            was_done = again and (row.trusted_by, row.trusted_at) == (noted.id, at)
        else:
            answer = said(
                lambda: operations.record_return(
                    payout=row, reason="AC04", on=day_of(at), actor=noted, at=at
                )
            )
            was_done = again and (row.returned_by, row.returned_on) == (noted.id, day_of(at))
        return "done" if was_done else answer

    def engine() -> str:
        is_returned = payout.state == Payout.State.RETURNED
        if not is_trust:
            can = is_possible and not is_returned
            return "done" if can else operations.PayoutReturned.code
        if not is_returned or payout.trusted_at is not None:
            return operations.PayoutNotReturned.code
        if payout.returned_by == noted.id:
            return operations.TrustBySamePerson.code
        return "done"

    what = "trusts the account of" if is_trust else "notes the return of"
    return Act(side, f"{noted.id} {what} payout {pk}", product, engine)


def dispute(world: World, side: Side) -> Act | None:
    """A partner disputes a line of a statement, or is answered."""
    issued = StatementLine.objects.filter(statement__issued_at__isnull=False)
    latest = list(issued.order_by("-pk").values_list("pk", flat=True)[:5])
    if not latest:
        return None
    at, pk = world.clock(side), world.draw.choice(latest)
    is_answer, is_accepted = world.draw.random() < 0.5, world.draw.random() < 0.5

    def answers(again: bool) -> str:
        found = StatementDispute.objects.filter(line=pk).order_by("-pk").first()
        if found is None:
            return operations.DisputeAnswered.code
        answer = said(
            lambda: operations.answer_statement_dispute(
                dispute=found, is_accepted=is_accepted, answer="Vu", actor=BRUNO, at=at
            )
        )
        return "done" if again and found.answered_at == at else answer

    def opens(again: bool) -> str:
        line = StatementLine.objects.get(pk=pk)
        answer = said(
            lambda: operations.dispute_statement_line(line=line, text="Non", actor=ANNE, at=at)
        )
        is_ours = again and line.disputes.filter(opened_at=at).exists()
        return "done" if is_ours else answer

    def engine() -> str:
        if is_answer:
            expected = "done" if pk in side.disputed else operations.DisputeAnswered.code
            side.disputed.discard(pk)
            return expected
        expected = operations.LineDisputed.code if pk in side.disputed else "done"
        side.disputed.add(pk)
        return expected

    what = "answered" if is_answer else "disputed"
    return Act(side, f"line {pk} is {what}", answers if is_answer else opens, engine)


def ask(world: World, side: Side) -> Act | None:
    """An agent asks that tickets be taken back: the latest validated, or any, one or several at once."""
    draw, at = world.draw, world.clock(side)
    latest = [taken.ticket for taken in map(side.taken.get, side.taken.names[-6:])
              if taken is not None and taken.holder == side.code]  # fmt: skip
    names = latest[-1:] if world.soon else latest[-draw.randint(1, 3) :]
    if draw.random() < 0.3 and side.codes:
        names = [*names, draw.choice(side.codes.names)]
    names = list(dict.fromkeys(names))
    if not names:
        return None
    agent, name = draw.choice(list(AGENTS)), f"c{world.done.total()}"
    lines = [(one, _asked_of(world, side, one)) for one in names]
    wrongs = [Wrong(side.codes[one], cents) for one, cents in lines]

    def product(again: bool) -> str:
        if again and Correction.objects.filter(reason=name).exists():
            return "done"
        return said(
            lambda: operations.ask_correction(
                kind="TICKETS", wrongs=wrongs, reason=name, actor=AGENTS[agent], at=at
            )
        )

    def engine() -> str:
        asked = []
        for one, cents in lines:
            ticket = side.life.tickets[one]
            left = side.life.left_of(one, ticket.captured_by)
            is_here = ticket.captured_by is not None and ":" not in ticket.captured_by
            taken = left if cents is None else cents
            if not is_here or left <= 0 or taken <= 0:
                return operations.CorrectionLineInvalid.code
            asked.append(TakenBack(one, ticket.captured_by, taken))
        if any(line.cents > side.life.left_of(line.ticket, line.partner) for line in asked):
            return operations.CorrectionTooMuch.code
        side.corrections[name] = Asked(name, agent, asked)
        return "done"

    said_of = ", ".join(f"{one} {cents}" for one, cents in lines)
    return Act(side, f"{agent} asks {name}: {said_of}", product, engine)


def _asked_of(world: World, side: Side, name: str) -> int | None:
    """All that is left, a part of it, or too much."""
    held = side.life.tickets[name].captured_cents
    return world.draw.choice((None, None, max(1, held // 2), held, held + 1))


def _drawn_correction(world: World, side: Side) -> Asked | None:
    names = side.corrections.names[-1:] if world.soon else side.corrections.names[-5:]
    return side.corrections[world.draw.choice(names)] if names else None


def ask_undoing(world: World, side: Side) -> Act | None:
    """An agent asks that a correction be undone."""
    done = _drawn_correction(world, side)
    if done is None:
        return None
    at, agent = world.clock(side), world.draw.choice(list(AGENTS))
    name = f"u{world.done.total()}"

    def product(again: bool) -> str:
        if again and Correction.objects.filter(reason=name).exists():
            return "done"
        row = Correction.objects.get(reason=done.name)
        return said(
            lambda: operations.ask_undoing(correction=row, reason=name, actor=AGENTS[agent], at=at)
        )

    def engine() -> str:
        before = done.undone_by
        under_way = before is not None and before.state != "REFUSED"
        if done.state != "DONE" or done.undoes is not None or under_way:
            return operations.CorrectionNotUndone.code
        side.corrections[name] = done.undone_by = Asked(name, agent, done.lines, undoes=done)
        return "done"

    return Act(side, f"{agent} asks {name} to undo {done.name}", product, engine)


def decide(world: World, side: Side) -> Act | None:
    """An agent does what was asked, or refuses it; not who asked."""
    asked = _drawn_correction(world, side)
    if asked is None:
        return None
    at, agent = world.clock(side), world.draw.choice(list(AGENTS))
    is_refused = world.draw.random() < 0.15

    def product(again: bool) -> str:
        row = Correction.objects.get(reason=asked.name)
        act = operations.refuse_correction if is_refused else operations.approve_correction
        more = {"answer": "Non"} if is_refused else {}
        answer = said(lambda: act(correction=row, actor=AGENTS[agent], at=at, **more))
        is_ours = again and (row.decided_by, row.decided_at) == (agent, at)
        return "done" if is_ours else answer

    def engine() -> str:
        if asked.state != "ASKED":
            return DECIDED
        if is_refused:
            asked.state = "REFUSED"
            return "done"
        if asked.asked_by == agent:
            return SAME_PERSON
        life = side.life
        answer = said(
            lambda: (
                life.take_back(asked.lines, at=at)
                if asked.undoes is None
                else life.give_again(asked.lines)
            )
        )
        if answer == "done":
            asked.state = "DONE"
        return answer

    verb = "refuses" if is_refused else "approves"
    return Act(side, f"{agent} {verb} {asked.name}", product, engine)


def pay_more_or_less(world: World, side: Side) -> Act:
    """A partner is paid more, or less, whatever the tickets; asked and agreed by two, at once."""
    draw, at = world.draw, world.clock(side)
    partner, kind = draw.choice(list(side.counters)), draw.choice(("MORE", "LESS"))
    cents, name = draw.randint(1, 30_00), f"m{world.done.total()}"
    siret = side.counters[partner].partner.siret

    def product(_again: bool) -> str:
        row = Correction.objects.filter(reason=name).first()
        if row is None:
            row = operations.ask_correction(
                kind=kind, wrongs=[Wrong(siret, cents)], reason=name, actor=ANNE, at=at
            )
        if row.state == Correction.State.DONE:
            return "done"
        return said(lambda: operations.approve_correction(correction=row, actor=BRUNO, at=at))

    def engine() -> str:
        if kind == "MORE":
            side.paid_more[partner] = side.paid_more.get(partner, 0) + cents
        else:
            side.paid_less[partner] = side.paid_less.get(partner, 0) + cents
        return "done"

    return Act(side, f"{partner} is paid {kind} by {cents}", product, engine)
