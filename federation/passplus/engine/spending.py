"""What may be done with the credit, and when: tickets made, validated, given up, and their end.

A ticket holds money of *one* purse until a partner validates it. Two days rule: that of the last new
tickets (`issued_before`), then that of the last validations (`captured_before`). Between both, a ticket
can still be used; credit that is not on a ticket goes back to the département on the first of them, and
what is still on a ticket on the second.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Collection
from zoneinfo import ZoneInfo

from commons.errors import DomainError
from federation.passplus.engine.campaign import Campaign, Domain, LateCancellation, Purse

PARIS = ZoneInfo("Europe/Paris")


class PurseUnknown(DomainError):
    """The campaign has no such purse."""

    code = "PASSPLUS_PURSE_UNKNOWN"


class TicketsNotOpen(DomainError):
    """Tickets of this campaign cannot be made yet."""

    code = "PASSPLUS_TICKETS_NOT_OPEN"


class TicketsClosed(DomainError):
    """Tickets of this purse can no longer be made."""

    code = "PASSPLUS_TICKETS_CLOSED"


class AmountNotAllowed(DomainError):
    """Less than the smallest ticket, or not a multiple of its step."""

    code = "PASSPLUS_AMOUNT_NOT_ALLOWED"


class PurseTooSmall(DomainError):
    """The purse does not hold enough; another purse cannot complete."""

    code = "PASSPLUS_PURSE_TOO_SMALL"


class OutsideDomain(DomainError):
    """The partner offers nothing that this purse pays for."""

    code = "PASSPLUS_OUTSIDE_DOMAIN"


class CaptureTooLate(DomainError):
    """The last day of validations has passed."""

    code = "PASSPLUS_CAPTURE_TOO_LATE"


class CaptureTooMuch(DomainError):
    """More than what the ticket holds."""

    code = "PASSPLUS_CAPTURE_TOO_MUCH"


class CancellationRefused(DomainError):
    """A ticket cannot be given up any more: it would be lost. It can still be used."""

    code = "PASSPLUS_CANCELLATION_REFUSED"


class Destination(enum.StrEnum):
    """Where money that leaves a ticket goes."""

    PURSE = "PURSE"
    DEPARTEMENT = "DEPARTEMENT"


@dataclasses.dataclass(frozen=True, slots=True)
class Return:
    """Where what a ticket no longer holds goes; `usable_before`: the purse's new last day, if it moves."""

    to: Destination
    usable_before: datetime.date | None = None


def day_of(at: datetime.datetime) -> datetime.date:
    """The day in Paris."""
    return at.astimezone(PARIS).date()


def start_of(day: datetime.date) -> datetime.datetime:
    """The first moment of a day in Paris."""
    return datetime.datetime.combine(day, datetime.time(), PARIS)


def expires_at(campaign: Campaign) -> datetime.datetime:
    """The moment from which the tickets of a campaign can no longer be validated."""
    return start_of(campaign.tickets.captured_before)


def purse_of(campaign: Campaign, code: str) -> Purse:
    """A purse by its code.

    :raises PurseUnknown: if the campaign has none
    """
    purse = campaign.purse(code)
    if purse is None:
        raise PurseUnknown(purse=code)
    return purse


def check_ticket(
    campaign: Campaign,
    purse: Purse,
    *,
    cents: int,
    available_cents: int,
    at: datetime.datetime,
    usable_before: datetime.date | None = None,
    partner_domains: Collection[Domain] | None = None,
) -> None:
    """
    Refuse a ticket that the rules do not allow.

    `usable_before` is the purse's own last day, when a ticket came back to it late;
    `partner_domains` are those of the partner it is made out to, when it is.

    :raises TicketsNotOpen: before the first day
    :raises TicketsClosed: after the last one
    :raises OutsideDomain: if the purse pays for nothing that the partner offers
    :raises AmountNotAllowed: if the amount is too small, or between two steps
    :raises PurseTooSmall: if the purse does not hold it
    """
    day = day_of(at)
    if day < campaign.tickets.issued_from:
        raise TicketsNotOpen(opens_on=campaign.tickets.issued_from)
    before = swept_on(campaign, usable_before)
    if day >= before:
        raise TicketsClosed(closed_on=before)
    check_domain(purse, partner_domains)
    step, lowest = campaign.tickets.step_cents, campaign.tickets.lowest_cents
    if cents < lowest or cents % step:
        raise AmountNotAllowed(lowest_cents=lowest, step_cents=step)
    if cents > available_cents:
        raise PurseTooSmall(available_cents=available_cents)


def check_domain(purse: Purse, partner_domains: Collection[Domain] | None) -> None:
    """Refuse a partner that offers nothing of what a purse pays for.

    :raises OutsideDomain: if there is nothing in common
    """
    if partner_domains is not None and not set(purse.domains) & set(partner_domains):
        raise OutsideDomain(purse=purse.label)


def capture(
    campaign: Campaign, *, held_cents: int, cents: int, at: datetime.datetime
) -> Return | None:
    """
    Allow a validation, and say where the rest of the ticket goes; `None` when nothing is left.

    :raises CaptureTooLate: after the last day of validations
    :raises CaptureTooMuch: if the ticket holds less
    """
    if day_of(at) >= campaign.tickets.captured_before:
        raise CaptureTooLate(closed_on=campaign.tickets.captured_before)
    if not 0 < cents <= held_cents:
        raise CaptureTooMuch(held_cents=held_cents)
    return None if cents == held_cents else _returned(campaign, at=at)


def cancel(campaign: Campaign, *, at: datetime.datetime) -> Return:
    """
    Say where the money of a ticket that is given up goes.

    :raises CancellationRefused: if it would be lost, in a campaign that does not allow that
    :raises CaptureTooLate: if the ticket is over already
    """
    day = day_of(at)
    if day >= campaign.tickets.captured_before:
        raise CaptureTooLate(closed_on=campaign.tickets.captured_before)
    late = campaign.tickets.late_cancellation
    if day >= campaign.tickets.issued_before and late is LateCancellation.REFUSED:
        raise CancellationRefused(usable_before=campaign.tickets.captured_before)
    return _returned(campaign, at=at)


def is_lost_by_cancelling(campaign: Campaign, *, at: datetime.datetime) -> bool:
    """Whether giving a ticket up now would lose its money: what a screen must say before."""
    return (
        day_of(at) >= campaign.tickets.issued_before
        and campaign.tickets.late_cancellation is LateCancellation.LOST
    )


def _returned(campaign: Campaign, *, at: datetime.datetime) -> Return:
    rules, day = campaign.tickets, day_of(at)
    if day < rules.issued_before:
        return Return(Destination.PURSE)
    if rules.late_cancellation is LateCancellation.RESTORED:
        usable_before = day + datetime.timedelta(days=rules.restored_days)
        return Return(Destination.PURSE, min(usable_before, rules.captured_before))
    return Return(Destination.DEPARTEMENT)


def swept_on(campaign: Campaign, usable_before: datetime.date | None) -> datetime.date:
    """The day on which what is left in a purse goes back to the département."""
    return max(usable_before or campaign.tickets.issued_before, campaign.tickets.issued_before)


def warnings(campaign: Campaign) -> tuple[datetime.date, ...]:
    """The days on which a family with credit left is warned, in order."""
    last = campaign.tickets.issued_before
    return tuple(last - datetime.timedelta(days=days) for days in campaign.tickets.warning_days)
