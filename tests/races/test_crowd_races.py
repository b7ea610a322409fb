"""A crowd on one purse: hundreds of acts of every kind at once, none of which knows of another."""

from __future__ import annotations

import datetime
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from billing.ledger import queries as ledger
from commons.errors import DomainError
from federation.passplus import deadlines, operations, ticketing
from federation.passplus.models import Card, Partner, PartnerMember, Ticket, TillCapture
from federation.passplus.queries import due_cents, purses_of, standing_of
from tests.factories.passplus import AUTUMN, PROVED, make_card, make_partner, new_key, noon
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, shown, till_of
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
AT_ONCE, TICKETS = 24, 40
OVER = noon("2025-07-01")
CHECK = "ledger_debits_do_not_exceed_credits"


def making(card: Card, cents: int) -> Callable[[], object]:
    return lambda: operations.make_ticket(
        card=Card.objects.select_related("campaign").get(pk=card.pk), purse="sport", cents=cents,
        key=new_key(), actor=ACTOR, at=AUTUMN,
    )  # fmt: skip


def capturing(ticket: Ticket, partner: Partner, cents: int | None) -> Callable[[], object]:
    return lambda: operations.capture_ticket(
        code=ticket.code, partner=Partner.objects.get(pk=partner.pk), cents=cents, actor=ACTOR,
        at=AUTUMN,
    )  # fmt: skip


def sending(member: PartnerMember, one: operations.Shown) -> Callable[[], object]:
    return lambda: operations.send_captures(
        member=PartnerMember.objects.select_related("partner").get(pk=member.pk),
        till=till_of(member), shown=[one], actor=ACTOR, at=AUTUMN + datetime.timedelta(hours=1),
    )  # fmt: skip


def crowd(card: Card, member: PartnerMember) -> list[Callable[[], object]]:
    """Six acts on each ticket, and as many tickets again; some bursaries, some that end what is too old."""
    partner, other = member.partner, make_partner()
    acts: list[Callable[[], object]] = []
    for rank in range(TICKETS):
        for_us = partner if rank % 2 else None
        ticket = operations.make_ticket(
            card=card, purse="sport", cents=90, key=new_key(), partner=for_us, actor=ACTOR,
            at=AUTUMN,
        )  # fmt: skip
        acts += [capturing(ticket, partner, cents) for cents in (None, 50)]
        acts += [capturing(ticket, other, None), making(card, 80)]
        acts.append(
            lambda ticket=ticket: operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN)
        )
        if for_us:
            acts += [sending(member, shown(ticket, key=uuid.uuid4())) for _ in range(2)]
    acts += [
        lambda: operations.prove_status(card=card, facts=PROVED, actor=ACTOR, at=AUTUMN)
        for _ in range(8)
    ]
    acts += [
        lambda: deadlines.end_tickets(campaign=card.campaign, actor=ACTOR, at=OVER, limit=3)
        for _ in range(8)
    ]
    return acts


def test_hundreds_at_once_never_overdraw_never_double_never_lose():
    card, member = make_card(), make_member()
    acts = crowd(card, member)
    random.shuffle(acts)
    refused: Counter[str] = Counter()

    def worker(mine: list[Callable[[], object]]) -> Callable[[], None]:
        def work() -> None:
            for act in mine:
                try:
                    act()
                except DomainError as refusal:
                    refused[refusal.code] += 1

        return work

    results = run_in_threads([worker(acts[n::AT_ONCE]) for n in range(AT_ONCE)], timeout=120)

    assert (len(acts), set(results)) == (256, {None})
    assert refused["PASSPLUS_TICKET_OVER"] > TICKETS  # they did meet
    standing = standing_of(card.campaign)
    assert standing.is_whole
    assert standing.granted == 100_00  # the bursary came once
    assert min(one.available_cents for one in purses_of(card)) >= 0
    captured = Ticket.objects.filter(state=Ticket.State.CAPTURED)
    assert sum(captured.values_list("captured_cents", flat=True)) == standing.captured
    assert standing.captured == sum(map(due_cents, Partner.objects.all()))
    kept = TillCapture.objects.filter(refusal="").values_list("ticket_id", flat=True)
    assert len(set(kept)) == len(kept)
    assert (ledger.reconcile(), ledger.broken_resolutions()) == ([], [])


@pytest.fixture
def without_check(owner_cursor) -> Iterator[None]:
    """A ledger that lets a purse be overdrawn."""
    owner_cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conname = %s AND"
        " conrelid = 'd92.ledger_account'::regclass",
        [CHECK],
    )
    (rule,) = owner_cursor.fetchone()
    owner_cursor.execute(f"ALTER TABLE d92.ledger_account DROP CONSTRAINT {CHECK}")
    yield
    owner_cursor.execute("UPDATE d92.ledger_account SET debits_must_not_exceed_credits = false")
    owner_cursor.execute(f"ALTER TABLE d92.ledger_account ADD CONSTRAINT {CHECK} {rule}")


def test_without_lock_nor_check_a_purse_is_overdrawn(without_check, monkeypatch):
    """If this fails, the test above proves nothing."""
    card, both = make_card(), threading.Barrier(2, timeout=20)
    unlocked = ticketing.named("lock_purse").replace(" FOR NO KEY UPDATE OF account", "")
    read, named = ticketing._made_before, ticketing.named
    monkeypatch.setattr(
        ticketing, "named", lambda name: unlocked if name == "lock_purse" else named(name)
    )

    def read_and_wait(*asked: object) -> object:
        found = read(*asked)
        both.wait()
        return found

    monkeypatch.setattr(ticketing, "_made_before", read_and_wait)

    run_in_threads([making(card, 40_00), making(card, 40_00)])

    assert purses_of(card)[0].available_cents == -40_00
