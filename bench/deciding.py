"""Deciding prices: one, and the quotients of a day's 5,000 households, in a département of 54,000.

One decision is compared with the engine alone, which reads and writes nothing; the day's refresh with
the same acts household by household, and with the statements alone that write what it writes.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import count

from django.db import connection, transaction

from bench.billing import analyze
from bench.measures import Row, interleaved, seconds
from billing.tariffs import operations, queries
from billing.tariffs.engine import Basis, decide
from billing.tariffs.models import HouseholdResources, Service
from billing.tariffs.refreshing import Refresh, refresh_quotients
from billing.tariffs.timeline import situation_of
from tenants.people.models import Household, Pupil
from tests.factories.tariffs import ACTOR, make_version

PUPILS = 54_000
DAY = 5_000
LOOPED = 100  # households one by one
DECISIONS = 40
START = datetime.date(2026, 9, 1)
AT = datetime.datetime(2026, 11, 2, 10, tzinfo=datetime.UTC)
_LOAD = (
    """INSERT INTO people_household (public_id, label)
       SELECT gen_random_uuid(), 'Foyer ' || n FROM generate_series(1, %(households)s::int) AS n""",
    """INSERT INTO people_pupil (public_id, last_name, first_name, sort_key, search_key, birth_date,
           other_first_names, household_id)
       SELECT gen_random_uuid(), 'Nom' || n, 'Enfant', n::text, n::text, '2013-05-04', '',
              1 + n %% %(households)s
       FROM generate_series(1, %(pupils)s::int) AS n""",
    """INSERT INTO tariffs_householdresources (public_id, household_id, basis, quotient_familial,
           statuses, proof_kind, proof_note, choose_maximum, valid_from, recorded_at)
       SELECT gen_random_uuid(), household.id, 'CAF_QF', (household.id * 7) %% 3000, '[]',
              'CAF_CERTIFICATE', '', false, '2026-09-01', now()
       FROM people_household AS household""",
    """INSERT INTO tariffs_pricedecision (public_id, pupil_id, service, tariff_version_id,
           resources_id, unit_price_cents, inputs, steps, source, valid_from, decided_at)
       SELECT gen_random_uuid(), pupil.id, 'HALF_BOARD', %(version)s, resources.id, 595, '{}', '[]',
              'CAF_CERTIFICATE', '2026-09-01', now()
       FROM people_pupil AS pupil
       JOIN tariffs_householdresources AS resources ON resources.household_id = pupil.household_id""",
)
# The rows of a day, written by hand with nothing decided: what the statements alone take.
_BARE = (
    """UPDATE tariffs_householdresources SET valid_until = %(day)s WHERE household_id = ANY(%(ids)s)
           AND valid_until IS NULL""",
    """INSERT INTO tariffs_householdresources (public_id, household_id, basis, quotient_familial,
           statuses, proof_kind, proof_note, choose_maximum, valid_from, recorded_at)
       SELECT gen_random_uuid(), id, 'CAF_QF', 600, '[]', 'CAF_CERTIFICATE', '', false, %(day)s, now()
       FROM unnest(%(ids)s) AS id""",
    """UPDATE tariffs_pricedecision AS decision SET valid_until = %(day)s FROM people_pupil AS pupil
       WHERE pupil.id = decision.pupil_id AND pupil.household_id = ANY(%(ids)s)
           AND decision.valid_until IS NULL""",
    """INSERT INTO tariffs_pricedecision (public_id, pupil_id, service, tariff_version_id,
           resources_id, unit_price_cents, inputs, steps, source, valid_from, decided_at)
       SELECT gen_random_uuid(), pupil.id, 'HALF_BOARD', %(version)s, resources.id, 115,
              jsonb_build_object('stated', '600', 'basis', 'CAF_QF', 'source', 'CAF_CERTIFICATE'),
              jsonb_build_array(repeat('x', 400)), 'CAF_CERTIFICATE', %(day)s, now()
       FROM people_pupil AS pupil
       JOIN tariffs_householdresources AS resources
         ON resources.household_id = pupil.household_id AND resources.valid_until IS NULL
       WHERE pupil.household_id = ANY(%(ids)s)""",
)


def run(scale: float) -> list[Row]:
    pupils = max(1000, int(PUPILS * scale))
    households = pupils * 2 // 3
    day = min(max(200, int(DAY * scale)), households // 4)
    version = make_version("94")
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _LOAD:
            cursor.execute(
                statement, {"pupils": pupils, "households": households, "version": version.pk}
            )
    analyze()
    ids = list(Household.objects.order_by("pk").values_list("public_id", flat=True))
    return [*_one(), *_many(ids, day, version.pk)]


def _one() -> list[Row]:
    """Decisions of pupils drawn here and there, each on a later day, so that each is new."""
    definition = queries.definition_of(queries.version_on(Service.HALF_BOARD, START))  # type: ignore[arg-type]
    pupils = list(Pupil.objects.select_related("household").order_by("-pk")[:DECISIONS])
    turns = count()

    def alone() -> None:
        for pupil in pupils:
            decide(definition, situation_of(queries.resources_on(pupil.household_id, START)))

    def whole() -> None:
        turn = next(turns)
        for pupil in pupils:
            operations.decide_price(
                pupil=pupil,
                service=Service.HALF_BOARD,
                valid_from=START + datetime.timedelta(days=1 + turn),
                actor=ACTOR,
                at=AT,
            )

    taken = interleaved({"alone": alone, "whole": whole}, rounds=5)
    alone_ms, whole_ms = (taken[name] * 1000 / DECISIONS for name in ("alone", "whole"))
    return [
        Row("reading what a household proved, and the engine", f"{alone_ms:.2f} ms"),
        Row("a decision, written and told", f"{whole_ms:.2f} ms (×{whole_ms / alone_ms:.1f})"),
    ]


def _many(ids: list[object], day: int, version: int) -> list[Row]:
    keys = list(Household.objects.order_by("pk").values_list("pk", flat=True))
    bare = seconds(lambda: _write_by_hand(keys[:day], version))
    refreshed = seconds(lambda: _refresh(ids[day : 2 * day]))
    again = seconds(lambda: _refresh(ids[day : 2 * day]))
    looped = seconds(lambda: _loop(ids[-LOOPED:])) * day / LOOPED
    return [
        Row(f"the statements alone, {day} households", f"{bare:.2f} s"),
        Row(
            "their quotients refreshed, prices decided",
            f"{refreshed:.2f} s (×{refreshed / bare:.1f} the statements)",
        ),
        Row("the same again", f"{again:.2f} s"),
        Row(
            "household by household",
            f"{looped:.0f} s (×{looped / refreshed:.0f}), from {LOOPED} of them",
            "≥ 5 × slower",
            looped >= 5 * refreshed,
        ),
    ]


def _write_by_hand(keys: list[int], version: int) -> None:
    values = {"ids": keys, "day": datetime.date(2026, 11, 1), "version": version}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _BARE:
            cursor.execute(statement, values)


def _refresh(ids: list[object]) -> None:
    dated = datetime.date(2026, 10, 20)
    done = refresh_quotients(
        refreshes=[Refresh(key, Decimal("612.40"), dated) for key in ids],  # type: ignore[arg-type]
        basis=Basis.CAF_QF,
        proof_kind=HouseholdResources.Proof.CAF_CERTIFICATE,
        service=Service.HALF_BOARD,
        valid_from=datetime.date(2026, 11, 1),
        actor=ACTOR,
        at=AT,
    )
    assert not any(batch.refused for batch in done)


def _loop(ids: list[object]) -> None:
    for household in Household.objects.filter(public_id__in=ids):
        operations.record_resources(
            household=household,
            basis="CAF_QF",
            quotient_familial=Decimal("612.40"),
            proof_kind="CAF_CERTIFICATE",
            proof_dated_on=datetime.date(2026, 10, 20),
            valid_from=datetime.date(2026, 11, 1),
            actor=ACTOR,
            at=AT,
        )
        operations.decide_household_prices(
            household=household,
            service=Service.HALF_BOARD,
            valid_from=datetime.date(2026, 11, 1),
            actor=ACTOR,
            at=AT,
        )
