"""The billing run of a month, against its limit and against a loop over families.

The limit is `bench/limits/billing.sql`: one statement written by hand on the product's own tables,
with nothing but the arithmetic. Both must give the same lines, one by one. The loop is what one
writes with the ORM first: enrolment by enrolment, meal by meal. The month before is reviewed and
issued first, so that the month measured has a history, as all but one have.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from pathlib import Path

import psycopg
from django.db import connection, transaction

from bench.measures import Row, interleaved, resident_mib, seconds
from billing.canteen.models import Enrolment
from billing.canteen.queries import meals_for
from billing.invoicing import operations
from billing.invoicing.models import Anomaly, Regie
from billing.tariffs.queries import price_on
from commons.periods import Period
from tests.factories.invoicing import make_regie
from tests.factories.tariffs import ACTOR, make_version

PUPILS = 54_000
ROUNDS = 5
BEFORE = datetime.date(2026, 9, 1)
MONTH = datetime.date(2026, 10, 1)
NEXT = datetime.date(2026, 11, 1)
AT = datetime.datetime(2026, 11, 2, 10, tzinfo=datetime.UTC)
LOOPED = 400  # enrolments of the loop: it takes minutes on all
LIMIT = Path(__file__).with_name("limits") / "billing.sql"
_SAME = """
    SELECT count(*) FROM (
        (SELECT payer_id, pupil_id, enrolment_id, decision_id, quantity, unit_price_cents, share_bp,
                days, amount_cents FROM limit_lines
         EXCEPT ALL
         SELECT draft.payer_id, line.pupil_id, line.enrolment_id, line.price_decision_id,
                line.quantity, line.unit_price_cents, line.share_bp, line.days, line.amount_cents
         FROM invoicing_draftline AS line
         JOIN invoicing_draftinvoice AS draft ON draft.id = line.draft_invoice_id
         JOIN invoicing_billingrun AS run ON run.id = draft.run_id AND run.month = %s)
    ) AS only_there
"""


def _load(pupils: int) -> None:
    """Fill the tables by statements of our own: collèges, pupils, payers, prices, enrolments."""
    version = make_version("92")
    colleges = max(1, pupils // 540)
    statements: Iterable[tuple[str, list[object]]] = [
        (
            """INSERT INTO people_college (public_id, uai, name, jointure_id, street, postal_code,
                   city, phone, sector, is_open)
               SELECT gen_random_uuid(), '092' || lpad(n::text, 4, '0') || 'A', 'Collège ' || n,
                      n::text, '', '', '', '', 'PUBLIC', true FROM generate_series(1, %s::int) AS n""",
            [colleges],
        ),
        (
            """INSERT INTO canteen_serviceday (college_id, day, is_open, closed_reason)
               SELECT college.id, day::date, true, '' FROM people_college AS college,
                   generate_series(%s::date, %s::date, interval '1 day') AS day
               WHERE extract(isodow FROM day) < 6""",
            [MONTH - datetime.timedelta(days=30), NEXT + datetime.timedelta(days=30)],
        ),
        (
            """INSERT INTO people_pupil (public_id, last_name, first_name, sort_key, search_key,
                   birth_date, other_first_names)
               SELECT gen_random_uuid(), 'Nom' || n, 'Enfant', n::text, n::text, '2013-05-04', ''
               FROM generate_series(1, %s::int) AS n""",
            [pupils],
        ),
        (
            """INSERT INTO people_schooling (pupil_id, college_id, school_year, regime, valid_from)
               SELECT pupil.id, 1 + pupil.id %% %s, 2026, 'HALF_BOARD', '2026-09-01'
               FROM people_pupil AS pupil""",
            [colleges],
        ),
        (
            """INSERT INTO people_guardian (public_id, last_name, first_name, sort_key, search_key,
                   title, email, mobile_phone, home_phone, street, postal_code, city, country)
               SELECT gen_random_uuid(), 'Nom' || n, 'Parent', lpad(n::text, 8, '0'), n::text,
                      '', n || '@exemple.fr', '', '', '', '', '', ''
               FROM generate_series(1, %s::int) AS n""",
            [pupils * 3 // 4],
        ),
        (
            """INSERT INTO tariffs_pricedecision (public_id, pupil_id, service, tariff_version_id,
                   unit_price_cents, inputs, steps, source, valid_from, valid_until, decided_at)
               SELECT gen_random_uuid(), pupil.id, 'HALF_BOARD', %s, 64 + pupil.id %% 637, '{}', '[]',
                      'NONE', period.first_day, period.end_day, now()
               FROM people_pupil AS pupil
               CROSS JOIN LATERAL (
                   SELECT '2026-09-01'::date AS first_day,
                          CASE WHEN pupil.id %% 20 = 0 THEN '2026-10-15'::date END AS end_day
                   UNION ALL
                   SELECT '2026-10-15', NULL WHERE pupil.id %% 20 = 0
               ) AS period""",
            [version.pk],
        ),
        (
            """INSERT INTO canteen_enrolment (public_id, pupil_id, college_id, school_year, service,
                   weekdays, state, valid_from, created_at)
               SELECT gen_random_uuid(), pupil.id, 1 + pupil.id %% %s, 2026, 'HALF_BOARD',
                      (ARRAY[27, 27, 11, 9, 31])[1 + pupil.id %% 5], 'ACTIVE', '2026-09-01', now()
               FROM people_pupil AS pupil""",
            [colleges],
        ),
        (
            """INSERT INTO canteen_enrolmentpayer (enrolment_id, guardian_id, share_bp)
               SELECT enrolment.id, 1 + (enrolment.pupil_id * 3 / 4 + part.rank) %% %s, part.share_bp
               FROM canteen_enrolment AS enrolment
               CROSS JOIN LATERAL (
                   SELECT 0 AS rank, CASE WHEN enrolment.id %% 8 = 0 THEN 5000 ELSE 10000 END AS share_bp
                   UNION ALL SELECT 1, 5000 WHERE enrolment.id %% 8 = 0
               ) AS part""",
            [pupils * 3 // 4],
        ),
        (
            """INSERT INTO canteen_bookingexception (enrolment_id, day, kind, is_late, requested_at,
                   actor_kind, actor_id)
               SELECT enrolment.id, ('2026-10-01'::date + (enrolment.id %% 14)::int),
                      CASE WHEN enrolment.id %% 11 = 0 THEN 'EXTRA' ELSE 'CANCELLED' END,
                      enrolment.id %% 7 = 0 AND enrolment.id %% 11 <> 0, now(), 'system', 'bench'
               FROM canteen_enrolment AS enrolment WHERE enrolment.id %% 3 = 0""",
            [],
        ),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, parameters in statements:
            # Without parameters psycopg leaves `%%` as it is written.
            cursor.execute(
                statement if parameters else statement.replace("%%", "%"), parameters or None
            )
    analyze()


def analyze() -> None:
    """What autovacuum has long done in a département that lives."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE")
        owner.execute("GRANT CREATE ON SCHEMA d92 TO d92")  # the limit makes its table


def _forget() -> None:
    """Take the month's last run away, as the owner: each preparation is a first one."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET search_path = d92")
        run = owner.execute(
            "SELECT id FROM invoicing_billingrun WHERE month = %s", [MONTH]
        ).fetchone()
        if run is not None:
            owner.execute(
                """DELETE FROM invoicing_draftline USING invoicing_draftinvoice AS draft
                   WHERE draft.id = draft_invoice_id AND draft.run_id = %s""",
                run,
            )
            owner.execute("DELETE FROM invoicing_draftinvoice WHERE run_id = %s", run)
            owner.execute("DELETE FROM invoicing_billingrun WHERE id = %s", run)
            owner.execute(
                "VACUUM invoicing_draftline, invoicing_draftinvoice, invoicing_billingrun"
            )
        owner.execute("DROP TABLE IF EXISTS limit_lines")


def _limit() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DROP TABLE IF EXISTS limit_lines")
        text = LIMIT.read_text(encoding="utf-8")
        literal = text.replace("%(first)s", f"'{MONTH}'").replace("%(last)s", f"'{NEXT}'")
        cursor.execute(literal)


def _product(regie: Regie) -> None:
    operations.prepare_run(regie=regie, month=MONTH, actor=ACTOR, at=AT)


def _issue_the_month_before(regie: Regie) -> list[Row]:
    """The acts of a whole month, once each, as an agent does them."""
    run = operations.prepare_run(regie=regie, month=BEFORE, actor=ACTOR, at=AT)
    review = seconds(lambda: operations.review_run(run=run, actor=ACTOR, at=AT))
    blocking = list(run.anomalies.filter(severity=Anomaly.Severity.BLOCKING))
    for anomaly in blocking:
        operations.answer_anomaly(anomaly=anomaly, answer="Vu.", actor=ACTOR, at=AT)
    due_on = AT.date() + datetime.timedelta(days=30)
    before = resident_mib()
    issue = seconds(lambda: operations.issue_run(run=run, due_on=due_on, actor=ACTOR, at=AT))
    added = resident_mib() - before
    run.refresh_from_db()
    invoices = run.counts["invoices"]
    return [
        Row("review_run", f"{review:.2f} s, {run.anomalies.count():,} anomalies"),
        Row(
            "issue_run",
            f"{issue:.2f} s for {invoices:,} invoices ({invoices / issue:,.0f}/s), {added:.0f} MiB",
        ),
    ]


def _loop() -> int:
    """What one writes first; returns the cents, to be sure it does the same work."""
    total = 0
    for enrolment in Enrolment.objects.order_by("pk")[:LOOPED]:
        for day in meals_for(enrolment, Period(MONTH, NEXT)):
            decision = price_on(enrolment.pupil, enrolment.service, day)
            total += decision.unit_price_cents if decision else 0
    return total


def run(scale: float) -> list[Row]:
    """Seconds of the limit, of the product's preparation, and of the loop."""
    pupils = int(PUPILS * scale)
    _load(pupils)
    regie = make_regie()
    issued = _issue_the_month_before(regie)
    _product(regie)
    _limit()  # both warm
    before = resident_mib()
    ways = {"limit": _limit, "product": lambda: _product(regie)}
    taken = interleaved(ways, rounds=ROUNDS, between=_forget)
    added = resident_mib() - before
    _forget()
    _limit()
    _product(regie)
    with connection.cursor() as cursor:
        cursor.execute(_SAME, [MONTH])
        ((different,),) = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM limit_lines")
        ((lines,),) = cursor.fetchall()
        cursor.execute(
            """SELECT count(*) FROM invoicing_draftline AS line
               JOIN invoicing_draftinvoice AS draft ON draft.id = line.draft_invoice_id
               JOIN invoicing_billingrun AS run ON run.id = draft.run_id WHERE run.month = %s""",
            [MONTH],
        )
        ((own,),) = cursor.fetchall()
    loop = seconds(_loop) * pupils / LOOPED
    ratio, faster = taken["product"] / taken["limit"], loop / taken["product"]
    is_same = different == 0 and lines == own
    return [
        *issued,
        Row("lines", f"{own:,} for {pupils:,} pupils", "the limit's own, row by row", is_same),
        Row("limit", f"{taken['limit']:.2f} s"),
        Row(
            "prepare_run", f"{taken['product']:.2f} s (×{ratio:.2f})", "≤ 1.5 × limit", ratio <= 1.5
        ),
        Row(
            "a loop over enrolments",
            f"{loop:.0f} s (×{faster:.0f}), from {LOOPED} of them",
            "≥ 100 × slower",
            faster >= 100,
        ),
        Row("memory added by ten runs", f"{added:.0f} MiB", "flat (≤ 20)", added <= 20),
    ]
