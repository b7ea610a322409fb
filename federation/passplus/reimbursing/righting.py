"""What a correction moves in the books, and the opposite.

Of a ticket that is taken back, the partner owes what it was paid for that part, by the rules of its
day; the rest had been kept. Both go to the purse if it can still be used, else to the département.
Inside the transaction of `correcting`.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet, Sum

from billing.ledger import operations as ledger
from billing.ledger.models import Account
from billing.ledger.operations import InsufficientBalance, TransferRequest
from commons.actors import Actor
from commons.errors import DomainError
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Domain, LateCancellation
from federation.passplus.engine.pricing import Line
from federation.passplus.guests import clearing_account
from federation.passplus.models import (
    Campaign,
    Correction,
    CorrectionLine,
    GuestCapture,
    Purse,
    StatementLine,
    Ticket,
)
from federation.passplus.reimbursing.accounts import (
    kept_account,
    over_paid_accounts,
    put_right_account,
)
from federation.passplus.reimbursing.dues import Due, register_source
from federation.passplus.reimbursing.pricing_rules import Rules

_Kind, _State = Correction.Kind, Correction.State


class CorrectionSpent(DomainError):
    """What would be taken back of a purse was spent, or went back to the département."""

    code = "PASSPLUS_CORRECTION_SPENT"


class CorrectionTooMuch(DomainError):
    """More than what is left of what was validated."""

    code = "PASSPLUS_CORRECTION_TOO_MUCH"


@dataclasses.dataclass(frozen=True, slots=True)
class _Books:
    """The accounts of a correction, locked."""

    kept: Account
    put_right: Account
    over_paid: Mapping[int, Account]
    owing: Mapping[str, int]  # by the code of another département, what it owes us


def taken_back(tickets: Iterable[int | None]) -> dict[int, int]:
    """What corrections that stand took back of tickets, by their keys."""
    return dict(
        standing_lines()
        .filter(ticket__in=[pk for pk in tickets if pk is not None])
        .values_list("ticket")
        .annotate(cents=Sum("cents"))
        .values_list("ticket", "cents")
    )


def guests_taken_back(guests: Iterable[int | None]) -> frozenset[int]:
    """Those of these tickets of elsewhere, by their keys, that a correction that stands took back."""
    asked = [pk for pk in guests if pk is not None]
    return frozenset(standing_lines().filter(guest__in=asked).values_list("guest_id", flat=True))


def standing_lines() -> QuerySet[CorrectionLine]:
    """The lines of what was done to tickets and not undone."""
    undone = Correction.objects.filter(kind=_Kind.UNDO, state=_State.DONE).values("undoes")
    return CorrectionLine.objects.filter(
        correction__kind=_Kind.TICKETS, correction__state=_State.DONE
    ).exclude(correction__in=undone)


def check_left(lines: Iterable[CorrectionLine], before: Mapping[int, int]) -> None:
    """Refuse to take back more of a ticket than what is left of it: nothing, once it was put back.

    :raises CorrectionTooMuch: naming the ticket
    """
    lines = list(lines)
    gone = guests_taken_back(line.guest_id for line in lines)
    for line in lines:
        if line.guest is not None and (line.guest.reversed_at or line.guest.pk in gone):
            raise CorrectionTooMuch(ticket=str(line.guest.public_id), left_cents=0)
        if line.ticket is None:
            continue
        is_theirs = line.ticket.captured_by_id == line.partner_id
        taken = (line.ticket.captured_cents or 0) if is_theirs else 0
        left = taken - before.get(line.ticket.pk, 0)
        if line.cents > left:
            raise CorrectionTooMuch(ticket=line.ticket.code, left_cents=left)


def put_right(
    correction: Correction, *, actor: Actor, at: datetime.datetime
) -> list[CorrectionLine]:
    """
    Post what a correction moves, and write what became of each line.

    :raises CorrectionTooMuch: if a ticket was taken back meanwhile
    :raises CorrectionSpent: if what it would take back of a purse was spent
    """
    lines = _locked_lines(correction)
    books = _locked_books(lines)
    moves: list[TransferRequest] = []
    if correction.kind == _Kind.TICKETS:
        before = taken_back(line.ticket_id for line in lines)
        check_left(lines, before)
        priced = _prices(lines)
        for line in lines:
            if line.guest is not None:
                moves += _give_back(line, books)
                continue
            assert line.ticket_id is not None
            moves += _take_back(line, books, priced[line.ticket_id], before, at=at)
    elif correction.kind == _Kind.UNDO:
        moves = _undo(correction, lines, books)
    else:
        for line in lines:
            moves += _less_or_more(line, books)
    try:
        ledger.post(transfers=moves, actor=actor, at=at)
    except InsufficientBalance as error:
        raise CorrectionSpent from error
    CorrectionLine.objects.bulk_update(
        lines, ["partner_cents", "is_to_purse", "credited_cents"], batch_size=500
    )
    return lines


def _locked_lines(correction: Correction) -> list[CorrectionLine]:
    """The lines of a correction, read once nobody can correct their tickets nor put them back any more."""
    list(
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=correction.lines.filter(ticket__isnull=False).values("ticket"))
        .order_by("pk")
        .values_list("pk")
    )
    list(
        GuestCapture.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=correction.lines.filter(guest__isnull=False).values("guest"))
        .order_by("pk")
        .values_list("pk")
    )
    return list(
        correction.lines.select_related(
            "partner", "ticket__purse__card__campaign", "ticket__purse__account", "guest"
        ).order_by("pk")
    )


def _locked_books(lines: Sequence[CorrectionLine]) -> _Books:
    kept, put_right_ = kept_account(), put_right_account()
    over_paid = over_paid_accounts(line.partner for line in lines)
    moved = {kept.pk, put_right_.pk}
    moved |= {account.pk for account in over_paid.values()}
    moved |= {line.partner.account_id for line in lines}
    owing = {
        code: clearing_account(code)
        for code in {line.guest.departement_code for line in lines if line.guest is not None}
    }
    moved |= set(owing.values())
    for line in lines:
        if line.ticket is not None:
            purse = line.ticket.purse
            moved |= {purse.account_id, purse.card.campaign.budget_account_id}
    locked = ledger.lock_accounts(account_ids=moved)
    return _Books(
        kept=locked[kept.pk],
        put_right=locked[put_right_.pk],
        over_paid={pk: locked[account.pk] for pk, account in over_paid.items()},
        owing=owing,
    )


def _prices(lines: Sequence[CorrectionLine]) -> dict[int, Line]:
    """How each ticket was priced, or will be: its line of a statement says so, else the rules do."""
    tickets = [line.ticket for line in lines if line.ticket is not None]
    stated = {
        line.ticket_id: Line(rate=line.rate, cap_cents=line.cap_cents)
        for line in StatementLine.objects.filter(ticket__in=tickets, source="ticket", is_live=True)
    }
    rules = Rules()
    found = {}
    for ticket in tickets:
        if ticket.pk in stated:
            found[ticket.pk] = stated[ticket.pk]
            continue
        purse = ticket.purse.card.campaign.rules.purse(ticket.purse.code)
        assert purse is not None  # a campaign is never edited
        assert ticket.captured_by is not None  # its line was made from a validated ticket
        assert ticket.ended_at is not None
        domains = frozenset(purse.domains) & frozenset(map(Domain, ticket.captured_by.domains))
        _row, found[ticket.pk] = rules.line(spending.day_of(ticket.ended_at), domains)
    return found


def _take_back(
    line: CorrectionLine,
    books: _Books,
    price: Line,
    before: Mapping[int, int],
    *,
    at: datetime.datetime,
) -> list[TransferRequest]:
    ticket = line.ticket
    assert ticket is not None
    assert ticket.captured_cents is not None
    left = ticket.captured_cents - before.get(ticket.pk, 0)
    line.partner_cents = price.due_cents(left) - price.due_cents(left - line.cents)
    line.is_to_purse = is_to_purse(ticket.purse.card.campaign, ticket.purse, at=at)
    target = _target(line)
    return _moves(
        line,
        ("partner", books.over_paid[line.partner_id].pk, target, line.partner_cents),
        ("kept", books.kept.pk, target, line.cents - line.partner_cents),
    )


def _give_back(line: CorrectionLine, books: _Books) -> list[TransferRequest]:
    """A ticket of elsewhere: the partner owes the whole, and its département owes us that much less.

    Under the name that its statement checks; `elsewhere` has the other side do its part.
    """
    assert line.guest is not None
    line.partner_cents = line.cents
    return [
        TransferRequest(
            debit_account_id=books.over_paid[line.partner_id].pk,
            credit_account_id=books.owing[line.guest.departement_code],
            amount_cents=line.cents,
            code="guest-undone",
            reference=f"guest-undone:{line.guest.public_id}",
        )
    ]


def is_to_purse(campaign: Campaign, purse: Purse, *, at: datetime.datetime) -> bool:
    """Whether the purse can still be used; where credit comes back late, it is, for some days more."""
    rules, day = campaign.rules, spending.day_of(at)
    if day < spending.swept_on(rules, purse.usable_before):
        return True
    is_kind = rules.tickets.late_cancellation is LateCancellation.RESTORED
    if not is_kind or day >= rules.tickets.captured_before:
        return False
    until = day + datetime.timedelta(days=rules.tickets.restored_days)
    until = min(until, rules.tickets.captured_before)  # after it no ticket is of any use
    Purse.objects.filter(pk=purse.pk).update(usable_before=until)
    return True


def _target(line: CorrectionLine) -> int:
    assert line.ticket is not None
    purse = line.ticket.purse
    return purse.account_id if line.is_to_purse else purse.card.campaign.budget_account_id


def _less_or_more(line: CorrectionLine, books: _Books) -> list[TransferRequest]:
    line.partner_cents = line.cents
    if line.correction.kind == _Kind.MORE:
        line.credited_cents = line.cents
        return _moves(line, ("more", books.put_right.pk, line.partner.account_id, line.cents))
    owed = books.over_paid[line.partner_id].pk
    return _moves(line, ("less", owed, books.put_right.pk, line.cents))


def _undo(
    undoing: Correction, lines: Sequence[CorrectionLine], books: _Books
) -> list[TransferRequest]:
    """The opposite of what was done. What the partner gave back meanwhile is due to it again."""
    assert undoing.undoes is not None
    done = undoing.undoes
    by_name = {(line.partner_id, line.ticket_id): line for line in done.lines.all()}
    owed = {pk: one.debits_posted - one.credits_posted for pk, one in books.over_paid.items()}
    moves: list[TransferRequest] = []
    for line in lines:
        if line.guest_id is not None:  # taken again there, and due here as a validation is
            line.partner_cents = line.cents
            continue
        first = by_name[line.partner_id, line.ticket_id]
        share = first.partner_cents or 0
        line.partner_cents, line.is_to_purse = share, first.is_to_purse
        over_paid = books.over_paid[line.partner_id].pk
        if done.kind == _Kind.MORE:
            moves += _moves(line, ("less", over_paid, books.put_right.pk, share))
            continue
        source = _target(line) if line.ticket_id is not None else books.put_right.pk
        still = min(share, owed[line.partner_id])
        owed[line.partner_id] -= still
        line.credited_cents = share - still
        moves += _moves(
            line,
            ("owed", source, over_paid, still),
            ("again", source, line.partner.account_id, line.credited_cents),
            ("kept", source, books.kept.pk, line.cents - share),
        )
    return moves


def _moves(line: CorrectionLine, *asked: tuple[str, int, int, int]) -> list[TransferRequest]:
    return [
        TransferRequest(
            debit_account_id=debit,
            credit_account_id=credit,
            amount_cents=cents,
            code="correction",
            reference=f"correction:{line.correction.public_id}:{line.pk}:{what}",
        )
        for what, debit, credit, cents in asked
        if cents
    ]


def _credited(moment: datetime.datetime) -> Iterable[Due]:
    """What corrections added to what partners are due, and no statement has yet."""
    found = CorrectionLine.objects.filter(
        credited_cents__gt=0, correction__state=_State.DONE, correction__decided_at__lt=moment
    ).select_related("correction")
    references = {f"correction:{line.pk}": line for line in found.order_by("pk")}
    stated = set(
        StatementLine.objects.filter(source="correction", is_live=True).values_list(
            "reference", flat=True
        )
    )
    for reference, line in references.items():
        if reference in stated:
            continue
        assert line.correction.decided_at is not None
        yield Due(
            partner_id=line.partner_id,
            source="correction",
            reference=reference,
            label=line.correction.reason[:100],
            due_at=line.correction.decided_at,
            cents=line.credited_cents,
        )


register_source("correction", _credited)
