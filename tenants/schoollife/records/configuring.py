"""The rules a département sets for these records."""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.schoollife.records.models import RecordsRules

BOUNDS = {"fewest_marks": (5, 100), "days_to_justify": (1, 60), "years_kept": (0, 4)}


class RecordsRulesInvalid(DomainError):
    """`field` says which rule is out of its bounds."""

    code = "RECORDS_RULES_INVALID"


@transaction.atomic(durable=True)
def set_records_rules(
    *,
    fewest_marks: int,
    days_to_justify: int,
    years_kept: int,
    actor: Actor,
    at: datetime.datetime,
) -> RecordsRules:
    """
    Say from how many marks a median is shown, how long absences can be justified, how long all is kept.

    :raises RecordsRulesInvalid: naming the one that is out of its bounds
    """
    said = {
        "fewest_marks": fewest_marks,
        "days_to_justify": days_to_justify,
        "years_kept": years_kept,
    }
    for field, value in said.items():
        least, most = BOUNDS[field]
        if not least <= value <= most:
            raise RecordsRulesInvalid(field=field)
    rules = RecordsRules.objects.create(**said, set_at=at)
    record_audit(
        actor=actor,
        action="schoollife.records_rules.set",
        subject_type="records_rules",
        subject_id=rules.pk,
        at=at,
        **said,
    )
    return rules
