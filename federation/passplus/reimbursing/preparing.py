"""Prepare what partners are paid: a statement for each, priced; nothing moves before the approval.

One run waits for a decision at a time: the row of the second waits for the first, and is refused. What
was validated within the hour is left for the next run: a till may still undo it.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Sequence

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.engine.refusals import NothingToReimburse
from federation.passplus.engine.spending import day_of, start_of
from federation.passplus.models import (
    Partner,
    PartnerRun,
    PartnerStatement,
    StatementLine,
)
from federation.passplus.reimbursing.accounts import over_paid_cents
from federation.passplus.reimbursing.dues import Due, dues_before
from federation.passplus.reimbursing.paying import has_something_to_pay_again
from federation.passplus.reimbursing.pricing_rules import Rules

SETTLED_AFTER = datetime.timedelta(hours=1)
ONE_DAY = datetime.timedelta(days=1)
BATCH = 2_000


class RunUnderWay(DomainError):
    """A run waits for a decision: it comes first."""

    code = "PASSPLUS_RUN_UNDER_WAY"


class RunTooEarly(DomainError):
    """A day that is not over cannot be paid."""

    code = "PASSPLUS_RUN_TOO_EARLY"


@dataclasses.dataclass(frozen=True, slots=True)
class Totals:
    """What a run comes to."""

    partners: int
    lines: int
    gross_cents: int
    kept_cents: int
    withheld_cents: int
    due_cents: int


@transaction.atomic(durable=True)
def prepare_run(*, until: datetime.date, actor: Actor, at: datetime.datetime) -> PartnerRun:
    """
    Make the statements of all that was validated before a day and is on none, for somebody to approve.

    :raises RunTooEarly: if the day before is not over
    :raises RunUnderWay: if another run waits for a decision
    :raises NothingToReimburse: if nothing is on no statement, and no earlier one can be paid now
    """
    if until > day_of(at):
        raise RunTooEarly(first_day=day_of(at) + ONE_DAY)
    run = _open(until, actor=actor, at=at)
    dues = dues_before(min(start_of(until), at - SETTLED_AFTER))
    if not dues and not has_something_to_pay_again():
        raise NothingToReimburse
    if dues and not _earlier():
        run.since = min(run.since, day_of(min(due.due_at for due in dues)))
        run.save(update_fields=["since"])
    statements = _write(run, dues)
    totals = totals_of(statements, lines=len(dues))
    record_audit(
        actor=actor,
        action="passplus.run.prepared",
        subject_type="PartnerRun",
        subject_id=run.public_id,
        at=at,
        **dataclasses.asdict(totals),
    )
    return run


def _open(until: datetime.date, *, actor: Actor, at: datetime.datetime) -> PartnerRun:
    """The row that says that a run is under way; whoever comes meanwhile waits for it here."""
    latest = _earlier()
    since = min(latest.until, until - ONE_DAY) if latest else until - ONE_DAY
    asked = PartnerRun(since=since, until=until, asked_by=actor.id, asked_at=at)
    PartnerRun.objects.bulk_create([asked], ignore_conflicts=True)
    run = PartnerRun.objects.filter(public_id=asked.public_id).first()
    if run is None:
        raise RunUnderWay
    return run


def _earlier() -> PartnerRun | None:
    return PartnerRun.objects.filter(state=PartnerRun.State.APPROVED).order_by("-until").first()


def _write(run: PartnerRun, dues: Sequence[Due]) -> list[PartnerStatement]:
    rules = Rules()
    by_partner = {
        partner_id: [_line(due, rules) for due in some]
        for partner_id, some in itertools.groupby(dues, key=lambda due: due.partner_id)
    }
    over_paid = over_paid_cents(Partner.objects.filter(pk__in=by_partner))
    statements = PartnerStatement.objects.bulk_create(
        [
            stated(run, partner_id, lines, over_paid.get(partner_id, 0))
            for partner_id, lines in by_partner.items()
        ],
        batch_size=BATCH,
    )
    for statement in statements:
        for line in by_partner[statement.partner_id]:
            line.statement = statement
    StatementLine.objects.bulk_create(itertools.chain(*by_partner.values()), batch_size=BATCH)
    return statements


def _line(due: Due, rules: Rules) -> StatementLine:
    row, line = rules.line(day_of(due.due_at), due.domains)
    return StatementLine(
        source=due.source,
        reference=due.reference,
        label=due.label,
        ticket_id=due.ticket_id,
        due_at=due.due_at,
        gross_cents=due.cents,
        rules=row,
        rate=line.rate,
        cap_cents=line.cap_cents,
        due_cents=line.due_cents(due.cents),
    )


def stated(
    run: PartnerRun, partner_id: int, lines: Sequence[StatementLine], over_paid: int
) -> PartnerStatement:
    """The sums of a statement: what a partner was paid too much before is taken first."""
    gross = sum(line.gross_cents for line in lines)
    paid = sum(line.due_cents for line in lines)
    withheld = min(paid, over_paid)
    return PartnerStatement(
        run=run,
        partner_id=partner_id,
        gross_cents=gross,
        kept_cents=gross - paid,
        withheld_cents=withheld,
        due_cents=paid - withheld,
    )


def totals_of(statements: Iterable[PartnerStatement], *, lines: int) -> Totals:
    """What statements come to together."""
    every = list(statements)
    return Totals(
        partners=len(every),
        lines=lines,
        gross_cents=sum(one.gross_cents for one in every),
        kept_cents=sum(one.kept_cents for one in every),
        withheld_cents=sum(one.withheld_cents for one in every),
        due_cents=sum(one.due_cents for one in every),
    )
