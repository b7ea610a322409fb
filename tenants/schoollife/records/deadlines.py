"""Until when a guardian may say why a pupil was absent."""

from __future__ import annotations

import datetime

from django.utils import timezone

from tenants.schoollife.records.models import Absence, Justification, RecordsRules


def justify_until(
    absence: Absence, latest: Justification | None, rules: RecordsRules
) -> datetime.date:
    """The last day: so many after the absence, or after the collège asked for more."""
    asked_again = latest is not None and latest.state == Justification.State.ASKED_AGAIN
    since = latest.answered_at if latest is not None and asked_again else absence.ends_at
    assert since is not None  # by a constraint
    return timezone.localdate(since) + datetime.timedelta(days=rules.days_to_justify)
