"""How long a département's month of shared figures takes, against the named SQL that counts it.

The floor is the SQL of every indicator of the month, which counts and protects nothing. On top come the
protection, each figure with all that tells of the same, the journal, and what is written for everybody.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

from bench import billing
from bench.measures import Row, keep, seconds
from commons.actors import Actor
from federation.metrics import catalogue
from federation.metrics import queries as metrics
from federation.metrics.catalogue import Grain
from federation.publication import operations
from federation.publication.models import Suppression
from federation.releases.models import Figure
from tests.factories.invoicing import make_regie

ACTOR = Actor.command("bench")
_VISITS = """
INSERT INTO usage_audience ("window", starts_on, college_uai, profile, kind, service_code, visits, visitors,
                            is_example)
SELECT 'MONTH', %s, college.uai, profile, '', '', 40 * size + college.id %% 7, 3 * size + college.id %% 5,
       false
FROM people_college AS college,
    (VALUES ('ELEVE', 40), ('PARENT', 25), ('ENSEIGNANT', 6), ('ADMIN_VIE_SCOL_TECH', 1)) AS p (profile, size)
"""


def run(scale: float) -> list[Row]:
    """A month that was issued: its figures counted alone, then prepared and published."""
    pupils = int(billing.PUPILS * scale)
    billing._load(pupils)
    billing._issue_the_month_before(make_regie())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_VISITS, [billing.BEFORE])
    billing.analyze()
    period = Grain.MONTH.period(billing.BEFORE)
    monthly = [one for one in catalogue.indicators() if one.grain is Grain.MONTH]
    counted = {one.code: seconds(lambda one=one: metrics.compute(one, period)) for one in monthly}
    asked = {"grain": Grain.MONTH, "start": billing.BEFORE, "actor": ACTOR, "at": billing.AT}
    taken: dict[str, float] = {}
    for one in monthly:
        start = time.perf_counter()
        operations._each(
            [one.code],
            lambda code: operations.prepare(
                indicator=code, start=billing.BEFORE, actor=ACTOR, at=billing.AT
            ),
            step="figures",
        )
        taken[one.code] = time.perf_counter() - start
    published = seconds(lambda: operations.publish_period(**asked))
    floor, prepared = sum(counted.values()), sum(taken.values())
    slowest = max(taken, key=taken.__getitem__)
    keep("publication", {"counted": counted, "prepared": taken, "published": published})
    return [
        Row("pupils", f"{pupils:,}"),
        Row("the named SQL of the month", f"{floor:.2f} s for {len(monthly)} indicators"),
        Row(
            "prepared, each protected with the others",
            f"{prepared:.2f} s (×{prepared / floor:.1f} of its SQL)",
        ),
        Row("the slowest indicator", f"{slowest}, {taken[slowest]:.2f} s"),
        Row("published", f"{published:.2f} s"),
        Row(
            "the month, in all",
            f"{prepared + published:.2f} s (×{(prepared + published) / floor:.1f})",
            "< 600 s",
            prepared + published < 600,
        ),
        Row(
            "figures told and secret",
            f"{Figure.objects.filter(mark='TOLD').count():,}, "
            f"{Figure.objects.filter(mark='SECRET').count():,} ({Suppression.objects.count():,} lines)",
        ),
    ]
