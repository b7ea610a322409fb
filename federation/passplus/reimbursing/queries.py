"""Reading what partners are paid: runs, statements and their lines, corrections, disputes. Cents."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from commons.errors import NotFound
from commons.models import AuditEntry
from federation.passplus.engine.pricing import Pricing
from federation.passplus.engine.spending import start_of
from federation.passplus.models import (
    Campaign,
    Correction,
    CorrectionLine,
    Partner,
    PartnerMember,
    PartnerRole,
    PartnerRun,
    PartnerStatement,
    PaymentOrder,
    Payout,
    ReimbursementRules,
    StatementDispute,
    StatementLine,
    Ticket,
)
from federation.passplus.payout_models import ReturnReason
from federation.passplus.reimbursing.accounts import over_paid_cents
from federation.passplus.reimbursing.paying import unpaid, usable_ibans
from federation.passplus.reimbursing.preparing import Totals, totals_of
from federation.passplus.reimbursing.pricing_rules import Rules
from federation.passplus.reimbursing.righting import standing_lines, taken_back
from federation.passplus.reimbursing.rule_files import MODEL_PATH, parse_pricing, pricing_text

__all__ = ("ReturnReason",)
ONE_DAY = datetime.timedelta(days=1)
SENT_WITHIN = datetime.timedelta(days=60)  # an older order was sent otherwise, or never will be


@dataclasses.dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list."""

    run: PartnerRun
    totals: Totals

    @property
    def public_id(self) -> uuid.UUID:
        return self.run.public_id


def every_run() -> QuerySet[PartnerRun]:
    """The runs, the latest first."""
    return PartnerRun.objects.order_by("-asked_at", "-pk")


def runs(limit: int = 60) -> list[RunRow]:
    """The latest runs, with what each comes to."""
    return run_rows(every_run()[:limit])


def runs_to_approve() -> list[RunRow]:
    """What waits for a second person."""
    return run_rows(PartnerRun.objects.filter(state=PartnerRun.State.PREPARED))


def runs_to_send(*, on: datetime.date) -> list[RunRow]:
    """The approved ones whose file for the bank nobody took yet, of the last `SENT_WITHIN`."""
    taken = AuditEntry.objects.filter(
        subject_type="PaymentOrder",
        subject_id=Cast(OuterRef("order__public_id"), TextField()),
        action="passplus.order.read",
    )
    recent = PartnerRun.objects.filter(order__made_at__gte=start_of(on - SENT_WITHIN))
    return run_rows(recent.exclude(Exists(taken)).order_by("-asked_at", "-pk"))


def run_rows(rows: Iterable[PartnerRun]) -> list[RunRow]:
    """What each of these runs comes to, in the same order."""
    found = list(rows)
    sums = {
        row["run"]: row
        for row in PartnerStatement.objects.filter(run__in=found)
        .values("run")
        .annotate(
            partners=Count("pk"),
            gross=Sum("gross_cents"),
            kept=Sum("kept_cents"),
            withheld=Sum("withheld_cents"),
            due=Sum("due_cents"),
        )
    }
    lines = dict(
        StatementLine.objects.filter(statement__run__in=found)
        .values_list("statement__run")
        .annotate(count=Count("pk"))
        .values_list("statement__run", "count")
    )
    return [RunRow(run, _totals(sums.get(run.pk), lines.get(run.pk, 0))) for run in found]


def _totals(row: Mapping[str, Any] | None, lines: int) -> Totals:
    if row is None:
        return Totals(0, 0, 0, 0, 0, 0)
    return Totals(row["partners"], lines, row["gross"], row["kept"], row["withheld"], row["due"])


def totals_of_run(run: PartnerRun) -> Totals:
    """What a run comes to."""
    return totals_of(
        PartnerStatement.objects.filter(run=run),
        lines=StatementLine.objects.filter(statement__run=run).count(),
    )


def statements_of_run(run: PartnerRun) -> QuerySet[PartnerStatement]:
    """The statements of a run, what is most to pay first."""
    return (
        PartnerStatement.objects.filter(run=run)
        .select_related("partner", "run")
        .order_by("-due_cents", "pk")
    )


def run_waiting() -> PartnerRun | None:
    """The run that waits for a decision, if there is one."""
    return PartnerRun.objects.filter(state=PartnerRun.State.PREPARED).first()


def issued_statements(partner: Partner) -> QuerySet[PartnerStatement]:
    """The statements of a partner, the latest first."""
    return (
        PartnerStatement.objects.filter(partner=partner, issued_at__isnull=False)
        .select_related("run", "partner")
        .order_by("-issued_at", "-pk")
    )


def issued_statement(partner: Partner, public_id: uuid.UUID) -> PartnerStatement | None:
    """A statement of a partner, once it is issued."""
    return issued_statements(partner).filter(public_id=public_id).first()


def statement_by_id(statement_id: int) -> PartnerStatement:
    """A statement by its number in the database, for messages."""
    return PartnerStatement.objects.select_related("run", "partner").get(pk=statement_id)


def lines_of(statement: PartnerStatement) -> QuerySet[StatementLine]:
    """The lines of a statement, the oldest first."""
    return (
        StatementLine.objects.filter(statement=statement)
        .select_related("rules")
        .prefetch_related("disputes__line__statement__partner")
        .order_by("due_at", "pk")
    )


def line_of(statement: PartnerStatement, number: str) -> StatementLine:
    """
    A line of a statement, by its number in the database.

    :raises NotFound: if it has none of this number
    """
    line = None
    if number.isdecimal() and len(number) < 19:
        line = lines_of(statement).filter(pk=number).first()
    if line is None:
        raise NotFound(line=number[:40])
    return line


def owed_back_cents(partner: Partner) -> int:
    """What a partner was paid too much and has not given back."""
    return over_paid_cents([partner]).get(partner.pk, 0)


def unstated_cents(partner: Partner, *, at: datetime.datetime) -> int:
    """What a partner validated that is on no statement yet."""
    stated = StatementLine.objects.filter(is_live=True, ticket__captured_by=partner)
    waiting = Ticket.objects.filter(captured_by=partner, ended_at__lte=at).exclude(
        pk__in=stated.values("ticket")
    )
    return int(waiting.aggregate(cents=Sum("captured_cents", default=0))["cents"])


def rules_published() -> QuerySet[ReimbursementRules]:
    """The rules of reimbursement, the latest first."""
    return ReimbursementRules.objects.order_by("-valid_from")


def pricing_on(day: datetime.date) -> Pricing | None:
    """The rules of reimbursement of a day, read; none before the first."""
    return Rules().on(day)


def pricing_to_begin_with() -> str:
    """The text that the next rules are written from: the latest published, or the model."""
    latest = rules_published().first()
    if latest is None:
        return MODEL_PATH.read_text(encoding="utf-8")
    return pricing_text(parse_pricing(latest.definition))


def corrections() -> QuerySet[Correction]:
    """Corrections, the latest first."""
    return Correction.objects.select_related("undoes").order_by("-asked_at", "-pk")


def lines_of_correction(correction: Correction) -> QuerySet[CorrectionLine]:
    """What a correction changes, line by line."""
    return (
        CorrectionLine.objects.filter(correction=correction)
        .select_related("partner", "ticket", "guest")
        .order_by("pk")
    )


def taken_back_by_campaign(campaigns: Collection[Campaign]) -> dict[int, int]:
    """What corrections that stand took back of the tickets of campaigns, here and elsewhere, by key."""
    here = standing_lines().filter(ticket__purse__card__campaign__in=campaigns)
    away = Ticket.objects.filter(
        purse__card__campaign__in=campaigns, captured_away__returned_at__isnull=False
    )
    found: collections.Counter[int] = collections.Counter()
    for rows, path, cents in (
        (here, "ticket__purse__card__campaign", "cents"),
        (away, "purse__card__campaign", "captured_cents"),
    ):
        told = rows.order_by().values_list(path).annotate(cents_taken=Sum(cents, default=0))
        found.update(dict(told))
    return dict(found)


def taken_back_of(ticket: Ticket) -> int:
    """What corrections that stand took back of a ticket that was used, in cents."""
    return taken_back([ticket.pk]).get(ticket.pk, 0)


def corrections_of(
    partner: Partner, statements: Iterable[PartnerStatement]
) -> list[CorrectionLine]:
    """What corrections took back of a partner since the first of these statements, oldest first."""
    every = list(statements)
    if not every:
        return []
    since = min(start_of(one.run.since) for one in every)
    return list(
        CorrectionLine.objects.filter(
            partner=partner,
            correction__state=Correction.State.DONE,
            correction__decided_at__gte=since,
        )
        .select_related("correction", "ticket", "guest")
        .order_by("correction__decided_at", "pk")
    )


def disputes() -> QuerySet[StatementDispute]:
    """Disputes, the latest first."""
    return StatementDispute.objects.select_related("line__statement__partner").order_by(
        "-opened_at", "-pk"
    )


def dispute_by_id(dispute_id: int) -> StatementDispute:
    """A dispute by its number in the database, for messages."""
    return disputes().get(pk=dispute_id)


def paid_again_with(run: PartnerRun) -> list[PartnerStatement]:
    """The statements of earlier runs that the approval of this one would pay."""
    if run.state != PartnerRun.State.PREPARED:
        return []
    waiting = list(unpaid().exclude(run=run))
    usable = usable_ibans(one.partner_id for one in waiting)
    return [one for one in waiting if one.partner_id in usable]


def order_of(run: PartnerRun) -> PaymentOrder | None:
    """The order to the bank of a run."""
    return PaymentOrder.objects.filter(run=run).select_related("paid_from").first()


def latest_payouts(statements: Iterable[PartnerStatement]) -> dict[int, Payout]:
    """The latest transfer of each statement, by its key."""
    found = Payout.objects.filter(statement__in=list(statements)).select_related(
        "iban", "order", "statement__partner"
    )
    return {payout.statement_id: payout for payout in found.order_by("pk")}


def standing_of_payment(statement: PartnerStatement, payout: Payout | None) -> str:
    """How the payment of a statement stands, as `ui.statuses` names it."""
    if statement.issued_at is None:
        return "PREPARED"
    if not statement.due_cents:
        return "NOTHING"
    if payout is None:
        return "WAITING"
    return payout.state


def payouts() -> QuerySet[Payout]:
    """Transfers to partners, the latest first."""
    return Payout.objects.select_related("order", "statement__partner", "iban").order_by("-pk")


def payout_by_id(payout_id: int) -> Payout:
    """A transfer by its number in the database, for messages."""
    return payouts().get(pk=payout_id)


@dataclasses.dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a correction changes once it is done."""

    lines: tuple[CorrectionLine, ...]
    partners: int
    tickets: int
    cents: int
    to_purse_cents: int
    to_departement_cents: int
    to_neighbour_cents: int
    owed_cents: int
    credited_cents: int


def rehearsed(correction: Correction) -> Rehearsed:
    """What a correction that is done changed."""
    lines = tuple(lines_of_correction(correction))
    takes = correction.kind in (Correction.Kind.TICKETS, Correction.Kind.LESS)
    tickets = [line for line in lines if line.ticket_name]
    given = tickets if correction.kind == Correction.Kind.TICKETS else []
    ours = [line for line in given if line.guest is None]
    return Rehearsed(
        lines=lines,
        partners=len({line.partner_id for line in lines}),
        tickets=len(tickets),
        cents=sum(line.cents for line in lines),
        to_purse_cents=sum(line.cents for line in ours if line.is_to_purse),
        to_departement_cents=sum(line.cents for line in ours if not line.is_to_purse),
        to_neighbour_cents=sum(line.cents for line in given if line.guest is not None),
        owed_cents=sum(line.partner_cents or 0 for line in lines) if takes else 0,
        credited_cents=sum(line.credited_cents for line in lines),
    )


def can_be_undone(correction: Correction) -> bool:
    """Whether somebody may ask for the opposite of a correction."""
    return (
        correction.state == Correction.State.DONE
        and correction.kind != Correction.Kind.UNDO
        and not correction.undone_by.exclude(state=Correction.State.REFUSED).exists()
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Who is written to for a partner; `key` tells two of them apart, without an address."""

    key: str
    email: str
    first_name: str


def readers_of(partner: Partner) -> list[Reader]:
    """Those who manage a partner; its own address while nobody does."""
    members = (
        PartnerMember.objects.filter(
            partner=partner, role=PartnerRole.MANAGER, ended_at__isnull=True, user__is_active=True
        )
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )
    found = [
        Reader(str(one.user.public_id), str(one.user.email), one.user.first_name)
        for one in members
        if one.user.email
    ]
    if found or not partner.email:
        return found
    return [Reader(str(partner.public_id), partner.email, "")]


@dataclasses.dataclass(frozen=True, slots=True)
class CorrectionFor:
    """What a correction changes for one partner."""

    correction: Correction
    partner: Partner
    owed_cents: int
    credited_cents: int


def correction_for(correction_id: int, partner_id: int) -> CorrectionFor:
    """What a correction that is done changed for a partner, for messages."""
    correction = Correction.objects.select_related("undoes").get(pk=correction_id)
    lines = [one for one in lines_of_correction(correction) if one.partner_id == partner_id]
    kind = correction.undoes.kind if correction.undoes else correction.kind
    takes = (kind == Correction.Kind.MORE) == (correction.kind == Correction.Kind.UNDO)
    return CorrectionFor(
        correction=correction,
        partner=lines[0].partner,
        owed_cents=sum(one.partner_cents or 0 for one in lines) if takes else 0,
        credited_cents=sum(one.credited_cents for one in lines),
    )
