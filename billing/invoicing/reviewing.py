"""Looking for anomalies in a run, inside the transaction of the review."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from billing.invoicing.models import Anomaly, BillingRun
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from commons.periods import month_period
from commons.progress import reached
from commons.school_calendar import teaching_days

SEVERITIES = {
    "price_changed": Anomaly.Severity.WARNING,
    "invoice_far_above_median": Anomaly.Severity.WARNING,
    "enrolled_without_price": Anomaly.Severity.BLOCKING,
    "college_without_open_day": Anomaly.Severity.BLOCKING,
    "not_schooled_there": Anomaly.Severity.BLOCKING,
    "no_payer": Anomaly.Severity.BLOCKING,
    "shares_not_whole": Anomaly.Severity.BLOCKING,
    "meals_on_closed_day": Anomaly.Severity.WARNING,
    "pupil_in_two_colleges": Anomaly.Severity.WARNING,
    "zero_invoice": Anomaly.Severity.WARNING,
    "duplicate_guardian": Anomaly.Severity.WARNING,
    "unreachable_payer": Anomaly.Severity.BLOCKING,
    "payer_to_post": Anomaly.Severity.WARNING,
    "billed_again": Anomaly.Severity.BLOCKING,
}
# What is odd in a whole month was answered when it was issued: a correction asks about its own drafts,
# and about who should have been billed and is not.
OF_A_CORRECTION = (
    "enrolled_without_price",
    "no_payer",
    "shares_not_whole",
    "unreachable_payer",
    "payer_to_post",
    "billed_again",
)
OF_A_MONTH = tuple(code for code in SEVERITIES if code != "billed_again")
_Key = tuple[str, str, int]


def find_anomalies(run: BillingRun) -> dict[_Key, dict[str, object]]:
    """What is odd now: by kind and subject, with its figures."""
    period = month_period(run.month.year, run.month.month)
    parameters: dict[str, Any] = {
        "run": run.pk,
        "first": period.start,
        "end": period.end,
        "has_school": any(True for _day in teaching_days(period)),
    }
    found: dict[_Key, dict[str, object]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NO_NESTED_LOOPS)
        codes = OF_A_MONTH if run.corrects_id is None else OF_A_CORRECTION
        for place, code in enumerate(codes, start=1):
            reached(code, place, of=len(codes))
            cursor.execute(named(f"anomalies/{code}"), parameters)
            for subject_type, subject_id, details in cursor.fetchall():
                loaded = json.loads(details) if isinstance(details, str) else details
                found[code, subject_type, int(subject_id)] = loaded
        cursor.execute(NESTED_LOOPS)
    return found


def keep_anomalies(run: BillingRun, found: dict[_Key, dict[str, object]]) -> None:
    """Write what was found: answers to what is still odd in the same way are kept."""
    known = {
        (anomaly.code, anomaly.subject_type, anomaly.subject_id): anomaly
        for anomaly in run.anomalies.all()
    }
    changed = []
    for key in known.keys() & found.keys():
        anomaly = known[key]
        if anomaly.details != found[key]:
            # Something else is odd now: the answer was to another figure.
            anomaly.details = found[key]
            anomaly.answer, anomaly.answered_at, anomaly.answered_by = "", None, ""
            changed.append(anomaly)
    Anomaly.objects.filter(pk__in=[known[key].pk for key in known.keys() - found.keys()]).delete()
    Anomaly.objects.bulk_update(changed, ["details", "answer", "answered_at", "answered_by"])
    Anomaly.objects.bulk_create(
        [
            Anomaly(
                run=run,
                code=code,
                severity=SEVERITIES[code],
                subject_type=subject_type,
                subject_id=subject_id,
                details=details,
            )
            for (code, subject_type, subject_id), details in found.items()
            if (code, subject_type, subject_id) not in known
        ],
        batch_size=1000,
    )
