"""The rules in force, day by day: published, found, applied."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json
from collections.abc import Collection

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.engine import pricing
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import Line, Pricing
from federation.passplus.engine.spending import day_of
from federation.passplus.models import PartnerRun, ReimbursementRules
from federation.passplus.reimbursing.dues import dues_before
from federation.passplus.reimbursing.rule_files import parse_pricing


class PricingPublished(DomainError):
    """Rules of this code were published, with other lines."""

    code = "PASSPLUS_PRICING_PUBLISHED"


class PricingTooEarly(DomainError):
    """The first day is on or before that of other rules, or was paid already."""

    code = "PASSPLUS_PRICING_TOO_EARLY"


@transaction.atomic(durable=True)
def publish_pricing(*, rules: Pricing, actor: Actor, at: datetime.datetime) -> ReimbursementRules:
    """
    Publish rules from their first day on; those before them end there. The same again changes nothing.

    :raises PricingPublished: if their code was published with other lines
    :raises PricingTooEarly: if others begin then or later, or that day is on a statement
    """
    definition = rules.as_dict()
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
    latest = (
        ReimbursementRules.objects.select_for_update(of=("self",), no_key=True)
        .filter(valid_until__isnull=True)
        .first()
    )
    found = ReimbursementRules.objects.filter(code=rules.code).first()
    if found is not None:
        if found.digest != digest:
            raise PricingPublished(code=rules.code)
        return found
    first_free = first_unpaid_day()
    if latest is not None:
        first_free = max(first_free or latest.valid_from, latest.valid_from + ONE_DAY)
    if first_free is not None and rules.valid_from < first_free:
        raise PricingTooEarly(first_day=first_free)
    if latest is not None:
        latest.valid_until = rules.valid_from
        latest.save(update_fields=["valid_until"])
    published = ReimbursementRules.objects.create(
        code=rules.code,
        label=rules.label,
        valid_from=rules.valid_from,
        definition=definition,
        digest=digest,
        is_illustrative=rules.is_illustrative,
        published_at=at,
    )
    record_audit(
        actor=actor,
        action="passplus.pricing.published",
        subject_type="ReimbursementRules",
        subject_id=published.public_id,
        at=at,
        code=rules.code,
        digest=digest,
    )
    return published


ONE_DAY = datetime.timedelta(days=1)


def first_unpaid_day() -> datetime.date | None:
    """The day after the last that statements cover, prepared ones included; none before the first."""
    refused = PartnerRun.State.REFUSED
    return (
        PartnerRun.objects.exclude(state=refused)
        .order_by("-until")
        .values_list("until", flat=True)
        .first()
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """Published rules, read."""

    row: ReimbursementRules
    rules: Pricing

    def holds_on(self, day: datetime.date) -> bool:
        """Whether these are the rules of a day."""
        until = self.row.valid_until
        return self.row.valid_from <= day and (until is None or day < until)


class Rules:
    """All that was published; what was validated before the first rules is paid whole."""

    def __init__(self) -> None:
        self._versions = [
            Version(row, parse_pricing(row.definition))
            for row in ReimbursementRules.objects.order_by("valid_from")
        ]
        self._line = functools.lru_cache(maxsize=4_096)(self._find)

    def line(
        self, day: datetime.date, domains: frozenset[Domain] | None
    ) -> tuple[ReimbursementRules | None, Line]:
        """The line that prices what became due on a day, and the rules it stands in."""
        return self._line(day, domains)

    def on(self, day: datetime.date) -> Pricing | None:
        """The rules of a day; none before the first."""
        return next((one.rules for one in self._versions if one.holds_on(day)), None)

    def _find(
        self, day: datetime.date, domains: Collection[Domain] | None
    ) -> tuple[ReimbursementRules | None, Line]:
        version = next((one for one in self._versions if one.holds_on(day)), None)
        if version is None or domains is None:
            return None, pricing.ALL_OF_IT
        return version.row, version.rules.line_for(domains)


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """What rules would change of what is validated and on no statement yet: how many, and cents."""

    dues: int
    gross_cents: int
    paid_now_cents: int
    paid_then_cents: int


def foresee_pricing(rules: Pricing, *, at: datetime.datetime) -> Foreseen:
    """What publishing rules would change of what partners already validated. Nothing is kept."""
    now, first = Rules(), rules.valid_from
    dues = [
        due for due in dues_before(at) if due.domains is not None and day_of(due.due_at) >= first
    ]
    then = [rules.line_for(due.domains or ()).due_cents(due.cents) for due in dues]
    paid = [now.line(day_of(due.due_at), due.domains)[1].due_cents(due.cents) for due in dues]
    return Foreseen(len(dues), sum(due.cents for due in dues), sum(paid), sum(then))
