"""Reading Pass+: what a card holds, and where the euros of a campaign are."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet, Sum

from billing.ledger.models import Account, Transfer
from commons.errors import NotFound
from federation.passplus.engine.spending import start_of
from federation.passplus.models import (
    Campaign,
    Card,
    OfflinePermit,
    Partner,
    PartnerApplication,
    PartnerCode,
    PartnerIban,
    PartnerTerms,
    Purse,
    Ticket,
    available_in,
)
from federation.passplus.reimbursing.queries import taken_back_by_campaign

KNOWN = 6  # partners offered without a search


@dataclasses.dataclass(frozen=True, slots=True)
class PurseStanding:
    """What a purse has left, and what its tickets hold, in cents."""

    code: str
    label: str
    available_cents: int
    held_cents: int


def purses_of(card: Card) -> list[PurseStanding]:
    """The purses of a card, in the order of the campaign."""
    described = {purse.code: purse for purse in card.campaign.rules.purses}
    accounts = {purse.code: purse.account for purse in card.purses.select_related("account")}
    return [
        PurseStanding(
            code=code,
            label=purse.label,
            available_cents=available_in(accounts[code]),
            held_cents=accounts[code].debits_pending,
        )
        for code, purse in described.items()
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where the cents that a campaign granted are; together they are what was granted.

    `captured` is what partners validated, whether they were paid or not, less what corrections took back.
    """

    granted: int
    purses: int
    held: int
    captured: int
    returned: int

    @property
    def is_whole(self) -> bool:
        """Whether every cent granted is in exactly one place."""
        return self.granted == self.purses + self.held + self.captured + self.returned


def standing_of(campaign: Campaign) -> Standing:
    """Where the euros of a campaign are now, by the ledger and the corrections it has booked."""
    return standings_of([campaign])[campaign.pk]


def standings_of(campaigns: Collection[Campaign]) -> dict[int, Standing]:
    """The same of several campaigns, by their key, in as many statements as of one."""
    purses = {
        row["card__campaign"]: row
        for row in Purse.objects.filter(card__campaign__in=campaigns)
        .order_by()
        .values("card__campaign")
        .annotate(
            given=Sum("account__credits_posted", default=0),
            left=Sum("account__debits_posted", default=0),
            held=Sum("account__debits_pending", default=0),
        )
    }
    keys = {key for one in campaigns for key in (one.budget_account_id, one.captured_account_id)}
    accounts = Account.objects.in_bulk(keys)
    undone = _undone_cents(keys)
    taken_back = taken_back_by_campaign(campaigns)
    found = {}
    for one in campaigns:
        purse = purses.get(one.pk, {"given": 0, "left": 0, "held": 0})
        budget, captured = accounts[one.budget_account_id], accounts[one.captured_account_id]
        # A validation that was undone came and went again: on each account, on both sides. What a correction
        # gave back to the budget leaves it when the correction is undone: it is not granted once more.
        came_back = undone[captured.pk, "undo-capture"]
        given_again = undone[budget.pk, "undo-return"] + undone[budget.pk, "correction"]
        found[one.pk] = Standing(
            granted=budget.debits_posted - given_again,
            purses=purse["given"] - purse["left"] - purse["held"],
            held=purse["held"],
            captured=captured.credits_posted - taken_back.get(one.pk, 0) - 2 * came_back,
            returned=budget.credits_posted - given_again,
        )
    return found


def _undone_cents(accounts: Collection[int]) -> collections.Counter[tuple[int, str]]:
    """What left accounts again, by their key and the code of what undid it."""
    codes = ("undo-capture", "undo-return", "correction")
    rows = Transfer.objects.filter(debit_account__in=accounts, code__in=codes)
    told = rows.order_by().values_list("debit_account", "code").annotate(cents=Sum("amount_cents"))
    return collections.Counter({(account, code): cents for account, code, cents in told})


def tickets_of(card: Card) -> list[Ticket]:
    """The tickets of a card, the latest first."""
    found = Ticket.objects.filter(purse__card=card).select_related(
        "purse", "captured_by", "captured_away"
    )
    return list(found.order_by("-pk"))


def place_of(ticket: Ticket) -> str | None:
    """Where a ticket was used; the département too, when it is another."""
    away = ticket.captured_away
    if away is not None:
        return str(away)
    return ticket.captured_by.name if ticket.captured_by else None


def waits_until(ticket: Ticket, *, at: datetime.datetime) -> datetime.datetime | None:
    """Until when a ticket cannot be given up, if a phone without network may have taken it."""
    if ticket.made_out_to_id is None:
        return None
    running = OfflinePermit.objects.filter(
        till__partner_id=ticket.made_out_to_id, ended_at__isnull=True, sent_by__gt=at
    )
    return running.order_by("-sent_by").values_list("sent_by", flat=True).first()


def card_by_id(public_id: uuid.UUID) -> Card:
    """
    A card with all that a message says of it.

    :raises Card.DoesNotExist: if there is none
    """
    cards = Card.objects.select_related("campaign", "pupil__user")
    return cards.prefetch_related("purses__account").get(public_id=public_id)


def ticket_by_id(public_id: uuid.UUID) -> Ticket:
    """
    A ticket with all that a message says of it.

    :raises Ticket.DoesNotExist: if there is none
    """
    tickets = Ticket.objects.select_related("purse__card__campaign", "captured_by", "captured_away")
    return tickets.get(public_id=public_id)


def captured_on(card: Card, day: datetime.date) -> list[Ticket]:
    """The tickets of a card that were used on a day in Paris, in the order of that day."""
    found = Ticket.objects.filter(
        purse__card=card,
        state=Ticket.State.CAPTURED,
        ended_at__gte=start_of(day),
        ended_at__lt=start_of(day + datetime.timedelta(days=1)),
    )
    return list(found.select_related("captured_by", "captured_away").order_by("ended_at", "pk"))


def partners_known_to(
    card: Card, *, chosen: uuid.UUID | None, at: datetime.datetime
) -> list[Partner]:
    """
    Whom a ticket may be made out to without a search: the partner chosen, then those of before.

    Only who still takes tickets, and offers what a purse of the card pays for.
    """
    former = Ticket.objects.filter(purse__card__pupil_id=card.pupil_id).order_by("-pk")[:50]
    ids = dict.fromkeys(
        partner_id
        for pair in former.values_list("captured_by_id", "made_out_to_id")
        for partner_id in pair
        if partner_id is not None
    )
    named = Q(pk__in=ids) | Q(public_id=chosen)
    found = Partner.objects.filter(named).filter(_takes_tickets(at))
    paid = {str(domain) for purse in card.campaign.rules.purses for domain in purse.domains}
    order = {partner_id: place for place, partner_id in enumerate(ids)}
    return sorted(
        (partner for partner in found if paid & set(partner.domains)),
        key=lambda one: (one.public_id != chosen, order.get(one.pk, 0)),
    )[:KNOWN]


def partner_taking(public_id: uuid.UUID, *, at: datetime.datetime) -> Partner:
    """
    A partner who takes tickets.

    :raises NotFound: if absent, or not any more
    """
    partner = Partner.objects.filter(_takes_tickets(at), public_id=public_id).first()
    if partner is None:
        raise NotFound(partner=str(public_id))
    return partner


def _takes_tickets(at: datetime.datetime) -> Q:
    return Q(ended_at__isnull=True) | Q(ended_at__gt=at)


def due_cents(partner: Partner) -> int:
    """What a partner is owed."""
    account = Account.objects.get(pk=partner.account_id)
    return account.credits_posted - account.debits_posted


def application_of(public_id: uuid.UUID) -> PartnerApplication | None:
    """An application, by what a session holds of it."""
    found = PartnerApplication.objects.filter(public_id=public_id).select_related("terms")
    return found.first()


def applications() -> QuerySet[PartnerApplication]:
    """All of them."""
    return PartnerApplication.objects.select_related("terms", "partner")


def application_by_id(application_id: int) -> PartnerApplication:
    """An application an event names."""
    return applications().get(pk=application_id)


def partner_code_by_id(code_id: int) -> PartnerCode:
    """A code an event names."""
    return PartnerCode.objects.select_related("application").get(pk=code_id)


def partner_by_id(partner_id: int) -> Partner:
    """A partner an event names."""
    return Partner.objects.get(pk=partner_id)


def iban_by_id(iban_id: int) -> PartnerIban:
    """An account an event names."""
    return PartnerIban.objects.select_related("partner").get(pk=iban_id)


def contact_of(partner: Partner) -> str:
    """Where a partner is written to: who signed last, else what it shows to families."""
    signed = partner.agreements.order_by("-signed_at").first()
    return signed.signer_email if signed else partner.email


def least_years() -> int:
    """For how long a body must have existed to sign, by what is in force."""
    latest = PartnerTerms.objects.order_by("-pk").first()
    return latest.least_years if latest else 2


def has_twin(application: PartnerApplication) -> bool:
    """Whether another application of the same body is open."""
    return application.pk in twins_among([application])


def twins_among(applications: Collection[PartnerApplication]) -> set[int]:
    """The keys of these applications whose body has another one open."""
    sirets = {one.siret for one in applications}
    still_open = PartnerApplication.objects.filter(siret__in=sirets, closed_at__isnull=True)
    found = list(still_open.values_list("siret", "pk"))
    return {
        one.pk
        for one in applications
        if any(siret == one.siret and key != one.pk for siret, key in found)
    }
