"""What a partner's people read: tickets at the till, validations, tills and colleagues.

Of a ticket, its amount and what it pays for; of the child, nothing: no name, no card, no family.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from commons.errors import DomainError
from commons.tenancy import require_tenant
from federation.passplus import codes
from federation.passplus.capturing import UNDO_FOR, TicketTaken, code_in, where_taken
from federation.passplus.codes import TicketUnreadable
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.refusals import OtherPartner, TicketOver, TicketUnknown
from federation.passplus.models import (
    OfflinePermit,
    Partner,
    PartnerInvitation,
    PartnerMember,
    Ticket,
    Till,
    TillCapture,
)
from federation.passplus.signing import TicketTextInvalid, published_keys
from federation.passplus.ticketing import PartnerEnded

SHOWN = 50
# What is refused to a code that no ticket bears: a till mistypes some, who guesses types thousands.
GUESSES = (TicketUnknown, TicketTextInvalid, TicketUnreadable)
MOST_SPENT_CODES = 50_000


class TooManyUnknown(DomainError):
    """Too many codes that no ticket bears were written here."""

    code = "PASSPLUS_TOO_MANY_UNKNOWN"


@dataclasses.dataclass(frozen=True, slots=True)
class TicketAtTill:
    """What a till needs to know of a ticket before it validates it."""

    code: str
    cents: int
    purse: str
    last_day: datetime.date
    is_made_out: bool


@dataclasses.dataclass(frozen=True, slots=True)
class TicketElsewhere:
    """A ticket of another département: nothing of it is known here before it is taken."""

    code: str
    departement: str


def ticket_at_till(
    partner: Partner, written: str, *, at: datetime.datetime
) -> TicketAtTill | TicketElsewhere:
    """
    A ticket that this partner can validate now, as typed or scanned.

    :raises DomainError: as `capturing.capture_at_till` would, for what can be known before
    """
    if partner.ended_at is not None and partner.ended_at <= at:
        raise PartnerEnded(partner=partner.name)
    read = codes.read(written)
    if read.departement not in (None, require_tenant().code):
        return TicketElsewhere(read.code, read.departement or "")
    code = code_in(written)
    ticket = Ticket.objects.filter(code=code).select_related("purse__card__campaign").first()
    if ticket is None:
        raise TicketUnknown(ticket=code)
    if ticket.captured_by_id == partner.pk:
        raise TicketTaken(**where_taken(ticket))
    if ticket.made_out_to_id not in (None, partner.pk):
        raise OtherPartner(ticket=ticket.code)
    if ticket.state != Ticket.State.MADE:
        raise TicketOver(ticket=ticket.code, state=ticket.state)
    rules = ticket.purse.card.campaign.rules
    purse = spending.purse_of(rules, ticket.purse.code)
    spending.check_domain(purse, tuple(map(Domain, partner.domains)))
    spending.capture(rules, held_cents=ticket.cents, cents=ticket.cents, at=at)
    return TicketAtTill(
        code=ticket.code,
        cents=ticket.cents,
        purse=purse.label,
        last_day=rules.tickets.captured_before - datetime.timedelta(days=1),
        is_made_out=ticket.made_out_to_id is not None,
    )


def can_be_undone(capture: TillCapture, *, at: datetime.datetime) -> bool:
    """Whether the minute of a validation is not over."""
    return capture.is_accepted and at <= capture.booked_at + UNDO_FOR


def captures_of(partner: Partner) -> QuerySet[TillCapture]:
    """All that was validated at the tills of a partner, or refused to a phone, the latest first."""
    found = TillCapture.objects.filter(till__partner=partner)
    return found.select_related("till", "member__user").order_by("-booked_at", "-pk")


@dataclasses.dataclass(frozen=True, slots=True)
class DayOfTill:
    """What was validated on a day: how many tickets, and the cents."""

    tickets: int
    cents: int


def day_of_partner(partner: Partner, *, on: datetime.date, till: Till | None = None) -> DayOfTill:
    """What was validated on a local day, at one till or at all."""
    start = timezone.make_aware(datetime.datetime.combine(on, datetime.time()), spending.PARIS)
    found = TillCapture.objects.filter(
        till__partner=partner,
        refusal="",
        undone_at__isnull=True,
        booked_at__gte=start,
        booked_at__lt=start + datetime.timedelta(days=1),
    )
    if till is not None:
        found = found.filter(till=till)
    sums = found.aggregate(tickets=Count("pk"), cents=Sum("cents", default=0))
    return DayOfTill(tickets=sums["tickets"], cents=sums["cents"])


def open_tills(partner: Partner) -> list[Till]:
    """The open tills of a partner, by name."""
    return list(Till.objects.filter(partner=partner, closed_at__isnull=True).order_by("name", "pk"))


def members_of(partner: Partner) -> list[PartnerMember]:
    """Who works for a partner now, managers first."""
    found = PartnerMember.objects.filter(partner=partner, ended_at__isnull=True)
    return list(
        found.select_related("user").order_by("role", "user__last_name", "user__first_name", "pk")
    )


def invitations_of(partner: Partner, *, at: datetime.datetime) -> list[PartnerInvitation]:
    """Who was invited and has not answered, the latest first."""
    found = PartnerInvitation.objects.filter(
        partner=partner, ended_at__isnull=True, expires_at__gt=at
    )
    return list(found.order_by("-invited_at", "-pk"))


def invitation_by_id(invitation_id: int) -> PartnerInvitation | None:
    """An invitation that still waits, by the number an event holds."""
    return (
        PartnerInvitation.objects.filter(pk=invitation_id, ended_at__isnull=True)
        .select_related("partner")
        .first()
    )


def running_permit(till: Till, *, at: datetime.datetime) -> OfflinePermit | None:
    """The permit by which a till may validate without network now, the one that ends last."""
    found = OfflinePermit.objects.filter(till=till, ended_at__isnull=True, until__gt=at)
    return found.order_by("-until").first()


@dataclasses.dataclass(frozen=True, slots=True)
class ForThePhone:
    """What a phone needs to judge a ticket without network."""

    keys: list[dict[str, object]]
    spent: tuple[str, ...]


def for_the_phone(partner: Partner, *, at: datetime.datetime) -> ForThePhone:
    """
    The public keys, and the tickets made out to a partner that are no longer what their picture says.

    To be read once the permit is written: what is given up afterwards waits for it.
    """
    changed = ~Q(state=Ticket.State.MADE) | Q(undone__gt=0)
    found = Ticket.objects.filter(changed, made_out_to=partner)
    # Those that nobody ended since a year are older than any campaign that still runs.
    recent = found.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at - datetime.timedelta(days=800))
    )
    codes = recent.order_by("-pk").values_list("code", flat=True)
    return ForThePhone(keys=published_keys()["keys"], spent=tuple(codes[:MOST_SPENT_CODES]))
