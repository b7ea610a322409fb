"""Pass+: 54,000 cards renewed, and tickets validated, on one purse and on many.

A renewal is compared with the statements alone that write its rows, with nothing decided: the SQL limit.
A validation is compared with two hand-written transactions of two statements on the same PostgreSQL. The
target is on the bare one: the ticket marked, if it is still to be, and the partner's balance moved. It keeps
no book; the other also writes the two movements, the three balances and the line of the journal, without
which no euro is accounted for. Each takes the fsync of its own commit.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from functools import partial
from itertools import count

from django.db import connection, transaction

from bench.billing import analyze
from bench.measures import Row, interleaved, seconds
from federation.passplus import operations
from federation.passplus.models import Card, Partner, Purse, Ticket
from tenants.people.models import Pupil
from tests.factories.passplus import AUTUMN, STRICT, make_card, make_partner, new_key, publish
from tests.factories.tariffs import ACTOR

PUPILS = 54_000
PURSES = 10_000
CAPTURES = 100
ROUNDS = 5
_LOAD = (
    """INSERT INTO people_college (public_id, uai, jointure_id, name, street, postal_code, city, phone,
           sector, is_open)
       VALUES (gen_random_uuid(), '0921234T', '', 'Collège', '', '', '', '', 'PUBLIC', true)""",
    """INSERT INTO people_schoolclass (college_id, school_year, name, level)
       SELECT id, 2023, '5e B', '5E' FROM people_college""",
    """INSERT INTO people_pupil (public_id, last_name, first_name, sort_key, search_key, birth_date,
           other_first_names)
       SELECT gen_random_uuid(), 'Nom' || n, 'Enfant', n::text, n::text, '2012-05-04', ''
       FROM generate_series(1, %(pupils)s::int) AS n""",
    """INSERT INTO people_schooling (pupil_id, college_id, school_year, school_class_id, regime, is_boursier,
           valid_from)
       SELECT pupil.id, class.college_id, 2023, class.id, 'DAY', pupil.id %% 5 = 0, '2023-09-01'
       FROM people_pupil AS pupil, people_schoolclass AS class""",
    """INSERT INTO passplus_card (public_id, campaign_id, pupil_id, status, facts, granted_at)
       SELECT gen_random_uuid(), %(campaign)s, id, 'BASE', '{"proved": []}', now() FROM people_pupil""",
)
# The rows of a renewal, with nothing decided: what the statements alone take.
_BARE = (
    """INSERT INTO passplus_card (public_id, campaign_id, pupil_id, status, facts, granted_at)
       SELECT gen_random_uuid(), %(campaign)s, pupil_id, 'BASE', %(facts)s::jsonb, now()
       FROM passplus_card WHERE campaign_id = %(first)s""",
    """INSERT INTO ledger_account (public_id, code, kind, name, debits_must_not_exceed_credits)
       SELECT gen_random_uuid(), 'bare:' || card.public_id || ':' || code, 'WALLET', code, true
       FROM passplus_card AS card, unnest(ARRAY['sport', 'culture']) AS code
       WHERE campaign_id = %(campaign)s""",
    """INSERT INTO passplus_purse (card_id, code, account_id)
       SELECT card.id, split_part(account.code, ':', 3), account.id
       FROM ledger_account AS account
       JOIN passplus_card AS card ON card.public_id = split_part(account.code, ':', 2)::uuid
       WHERE account.code LIKE 'bare:%%'""",
    """INSERT INTO ledger_transfer (public_id, kind, debit_account_id, credit_account_id, amount_cents, code,
           reference, booked_at, actor_kind, actor_id)
       SELECT gen_random_uuid(), 'POSTED', %(budget)s, purse.account_id, 4000, 'grant',
              'bare:' || gen_random_uuid(), now(), 'system', 'bench'
       FROM passplus_purse AS purse JOIN passplus_card AS card ON card.id = purse.card_id
       WHERE card.campaign_id = %(campaign)s""",
    """UPDATE ledger_account AS account SET credits_posted = credits_posted + 4000
       FROM passplus_purse AS purse JOIN passplus_card AS card ON card.id = purse.card_id
       WHERE card.campaign_id = %(campaign)s AND account.id = purse.account_id""",
)

# What a validation writes, by hand: the ticket, its two movements and the journal; then three balances.
_WRITTEN = """
    WITH ticket AS (
        UPDATE passplus_ticket SET state = 'CAPTURED', ended_at = %(at)s, captured_by_id = %(partner)s,
            captured_cents = %(cents)s
        WHERE id = %(ticket)s AND state = 'MADE'
    ), journal AS (
        INSERT INTO commons_auditentry (at, actor_kind, actor_id, action, subject_type, subject_id, details)
        VALUES (%(at)s, 'system', 'bench', 'bench', 'Ticket', %(name)s, '{}')
    )
    INSERT INTO ledger_transfer (public_id, kind, debit_account_id, credit_account_id, amount_cents,
        pending_id, held_cents, code, reference, booked_at, actor_kind, actor_id)
    VALUES (gen_random_uuid(), 'POST_PENDING', %(purse)s, %(captured)s, %(cents)s, %(hold)s, %(cents)s,
            'capture', %(capture)s, %(at)s, 'system', 'bench'),
           (gen_random_uuid(), 'POSTED', %(captured)s, %(due)s, %(cents)s, NULL, NULL,
            'due', %(owed)s, %(at)s, 'system', 'bench')"""
_BALANCED = """
    UPDATE ledger_account AS account
    SET debits_pending = account.debits_pending - moved.pending,
        debits_posted = account.debits_posted + moved.debit,
        credits_pending = account.credits_pending - moved.awaited,
        credits_posted = account.credits_posted + moved.credit
    FROM (VALUES (%(purse)s::bigint, %(cents)s::bigint, %(cents)s::bigint, 0, 0::bigint),
                 (%(captured)s, 0, %(cents)s, %(cents)s, %(cents)s),
                 (%(due)s, 0, 0, 0, %(cents)s))
        AS moved (id, pending, debit, awaited, credit)
    WHERE account.id = moved.id"""


def run(scale: float) -> list[Row]:
    pupils = max(1000, int(PUPILS * scale))
    return [*_renewals(pupils), *_captures(min(PURSES, pupils // 2))]


def _renewals(pupils: int) -> list[Row]:
    first = publish()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _LOAD:
            cursor.execute(statement, {"pupils": pupils, "campaign": first.pk})
    analyze()
    bare, ours = (
        operations.publish_campaign(
            rules=dataclasses.replace(STRICT, code=code), actor=ACTOR, at=AUTUMN
        )
        for code in ("92-bare", "92-ours")
    )
    facts = (
        '{"proved": ["awarded", "birth_date", "class_level", "school", "sector"], "school": "92"}'
    )
    values = {
        "campaign": bare.pk, "first": first.pk, "budget": bare.budget_account_id, "facts": facts,
    }  # fmt: skip

    def by_hand() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _BARE:
                cursor.execute(statement, values)

    limit = seconds(by_hand)

    def renew() -> None:
        last, found = 0, None
        while found is None or found.pupils:
            found = operations.renew_cards(campaign=ours, actor=ACTOR, at=AUTUMN, after=last)
            last = found.last

    taken = seconds(renew)
    granted = Card.objects.filter(campaign=ours).count()
    return [
        Row(f"limit: the statements alone, {pupils} cards", f"{limit:.2f} s"),
        Row(
            f"{granted} cards renewed, judged and credited",
            f"{taken:.2f} s (×{taken / limit:.1f})",
            "≤ 2 × the limit, all of them",
            taken <= 2 * limit and granted == pupils,
        ),
    ]


def _captures(purses: int) -> list[Row]:
    partner = make_partner()
    rows = []
    one = make_card(Card.objects.first().campaign, pupil=_spare_pupil())  # type: ignore[union-attr]
    many = [
        purse.card
        for purse in Purse.objects.filter(code="sport", card__campaign__code="92-ours")
        .select_related("card__campaign")
        .order_by("pk")[:purses]
    ]
    for name, cards in (("one purse", [one]), (f"{len(many)} purses", many)):
        turns = count()

        def tickets(cards: list[Card] = cards, turns: count[int] = turns) -> list[Ticket]:
            made = [
                operations.make_ticket(
                    card=cards[(next(turns) * 7919) % len(cards)], purse="sport", cents=1,
                    key=new_key(), actor=ACTOR, at=AUTUMN,
                ).pk
                for _ in range(CAPTURES)
            ]  # fmt: skip
            return list(Ticket.objects.filter(pk__in=made).select_related("hold").order_by("pk"))

        acts = {
            "bare": lambda ticket: _capture_bare(ticket, partner),
            "same rows": lambda ticket: _capture_by_hand(ticket, partner),
            "ours": lambda ticket: operations.capture_ticket(
                code=ticket.code, partner=partner, actor=ACTOR, at=AUTUMN
            ),
        }
        waiting = {way: [tickets() for _ in range(ROUNDS)] for way in acts}
        ways = {way: partial(_each, act, waiting[way]) for way, act in acts.items()}
        taken = interleaved(ways, rounds=ROUNDS)
        rate = {way: CAPTURES / taken[way] for way in taken}
        ratio = rate["ours"] / rate["bare"]
        rows += [
            Row(
                f"tickets validated, {name}, to two bare statements",
                f"{rate['ours']:.0f}/s, bare {rate['bare']:.0f}/s: ratio {ratio:.2f}",
                "≥ 0.5",
                ratio >= 0.5,
            ),
            Row(
                f"tickets validated, {name}, to two statements that write the same rows",
                f"{rate['same rows']:.0f}/s by hand: ratio {rate['ours'] / rate['same rows']:.2f}",
            ),
        ]
    return rows


def _each(act: Callable[[Ticket], object], waiting: list[list[Ticket]]) -> None:
    for ticket in waiting.pop():
        act(ticket)


def _capture_bare(ticket: Ticket, partner: Partner) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE passplus_ticket SET state = 'CANCELLED', ended_at = %s WHERE id = %s AND state = 'MADE'",
            [datetime.datetime.now(datetime.UTC), ticket.pk],
        )
        cursor.execute(
            "UPDATE ledger_account SET credits_posted = credits_posted + %s WHERE id = %s",
            [ticket.cents, partner.account_id],
        )


def _capture_by_hand(ticket: Ticket, partner: Partner) -> None:
    """What a validation writes, with nothing locked, decided nor compared."""
    hold, at = ticket.hold, datetime.datetime.now(datetime.UTC)
    values = {
        "ticket": ticket.pk, "cents": ticket.cents, "at": at, "partner": partner.pk, "hold": hold.pk,
        "purse": hold.debit_account_id, "captured": hold.credit_account_id,
        "due": partner.account_id, "capture": f"capture:{ticket.public_id}",
        "owed": f"due:{ticket.public_id}", "name": str(ticket.public_id),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WRITTEN, values)
        cursor.execute(_BALANCED, values)


def _spare_pupil() -> Pupil:
    return Pupil.objects.create(
        last_name="Seul", first_name="Un", sort_key="seul", search_key="seul",
        birth_date=datetime.date(2012, 5, 4),
    )  # fmt: skip
