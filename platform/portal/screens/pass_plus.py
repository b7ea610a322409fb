"""Pass+ as a family and a young person see it: what is left, until when, and what became of the rest."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.money import format_euros
from federation.passplus import holding
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import LateCancellation
from federation.passplus.holding import Happened, HeldCard, HeldPurse, Moment
from federation.passplus.models import Ticket
from ui import wording
from ui.percentages import share_percent

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.people.models import Pupil

LATEST = 5
# From how many days before the last one the time left is said as something to hurry for.
SOON_DAYS = 60
WHAT: dict[Happened, str | Promise] = {
    Happened.GRANTED: gettext_lazy("Crédit de l'année"),
    Happened.TOPPED_UP: gettext_lazy("Complément de crédit"),
    Happened.SWEPT: gettext_lazy("Reste rendu au Département"),
    Happened.CORRECTED: gettext_lazy("Correction"),
    Happened.MADE: gettext_lazy("Ticket prêt"),
    Happened.CAPTURED: gettext_lazy("Dépensé"),
    Happened.CANCELLED: gettext_lazy("Ticket annulé, montant rendu"),
    Happened.LOST: gettext_lazy("Montant perdu"),
    Happened.EXPIRED: gettext_lazy("Ticket trop ancien, montant perdu"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class PurseView:
    """A purse: what may be spent, what waits on tickets, and how much of the whole each is."""

    code: str
    label: str
    spendable_cents: int
    held_cents: int
    credited_cents: int
    left_width: str
    held_width: str


@dataclasses.dataclass(frozen=True, slots=True)
class CardView:
    """A card of a campaign, and how long it may still serve."""

    label: str
    is_illustrative: bool
    is_open: bool
    spendable_cents: int
    purses: tuple[PurseView, ...]
    time_left: str
    is_soon: bool
    note: str


@dataclasses.dataclass(frozen=True, slots=True)
class HolderView:
    """A young person, their cards, and the tickets that wait to be shown."""

    public_id: uuid.UUID
    first_name: str
    last_name: str
    cards: tuple[CardView, ...]
    ready: tuple[Ticket, ...]

    @property
    def can_spend(self) -> bool:
        return any(card.spendable_cents for card in self.cards)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a history. `amount` has its sign when it changed what is left."""

    day: datetime.date
    what: str
    where: str
    amount: str
    url: str


def holders(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[HolderView, ...]:
    """Several young people, in as many statements as one."""
    held = holding.cards_of([pupil.public_id for pupil in pupils], on=on)
    ready: dict[int, list[Ticket]] = {}
    rows = [card.row for cards in held.values() for card in cards]
    for ticket in holding.ready_tickets(rows):
        ready.setdefault(ticket.purse.card.pupil_id, []).append(ticket)
    return tuple(
        HolderView(
            public_id=pupil.public_id,
            first_name=pupil.first_name,
            last_name=pupil.last_name,
            cards=tuple(card_view(card, on=on) for card in held.get(pupil.public_id, ())),
            ready=tuple(ready.get(pupil.pk, ())),
        )
        for pupil in pupils
    )


@dataclasses.dataclass(frozen=True, slots=True)
class AtHome:
    """What the home page says of one young person: what is left and until when."""

    public_id: uuid.UUID
    first_name: str
    spendable_cents: int
    time_left: str
    last_day: datetime.date
    is_soon: bool


def at_home(children: Sequence[tuple[uuid.UUID, str]], *, on: datetime.date) -> tuple[AtHome, ...]:
    """Those of some young people who have something to spend, in the order given."""
    held = holding.cards_of([public_id for public_id, _name in children], on=on)
    found = []
    for public_id, first_name in children:
        card = next((one for one in held.get(public_id, ()) if one.spendable_cents), None)
        if card is not None:
            view = card_view(card, on=on)
            found.append(
                AtHome(
                    public_id=public_id,
                    first_name=first_name,
                    spendable_cents=view.spendable_cents,
                    time_left=view.time_left,
                    last_day=card.made_until,
                    is_soon=view.is_soon,
                )
            )
    return tuple(found)


def card_view(card: HeldCard, *, on: datetime.date) -> CardView:
    """A card with its words."""
    return CardView(
        label=card.label,
        is_illustrative=card.is_illustrative,
        is_open=card.is_open,
        spendable_cents=card.spendable_cents,
        purses=tuple(_purse(purse) for purse in card.purses),
        time_left=_time_left(card, on=on),
        is_soon=card.is_open and card.days_left <= SOON_DAYS and card.spendable_cents > 0,
        note=_note(card, on=on),
    )


def _purse(purse: HeldPurse) -> PurseView:
    whole = max(purse.credited_cents, 1)
    return PurseView(
        code=purse.code,
        label=purse.label,
        spendable_cents=purse.spendable_cents,
        held_cents=purse.held_cents,
        credited_cents=purse.credited_cents,
        left_width=share_percent(purse.spendable_cents, whole),
        held_width=share_percent(purse.held_cents, whole),
    )


def _time_left(card: HeldCard, *, on: datetime.date) -> str:
    if on < card.opens_on:
        return _("Vous pourrez le dépenser à partir du %(day)s.") % {
            "day": wording.full_date(card.opens_on)
        }
    if not card.is_open:
        return _("Il n'est plus possible de faire un ticket.")
    said = {"day": wording.full_date(card.made_until), "count": card.days_left}
    if card.days_left == 1:
        return _("Dernier jour pour faire un ticket.")
    return wording.typographic(
        ngettext(
            "Encore %(count)s jour : jusqu'au %(day)s inclus.",
            "Encore %(count)s jours : jusqu'au %(day)s inclus.",
            card.days_left,
        )
        % said
    )


def _note(card: HeldCard, *, on: datetime.date) -> str:
    """What happens after the last day, before anybody learns it by losing something."""
    day = {"day": wording.full_date(card.used_until)}
    if on < card.opens_on:
        return ""
    if card.is_open:
        return _("Ensuite, ce qui n'est pas sur un ticket revient au Département.")
    if card.held_cents:
        return _("Vos tickets servent jusqu'au %(day)s inclus.") % day
    return ""


def what_cancelling_does(ticket: Ticket, *, at: datetime.datetime) -> tuple[str, bool]:
    """What giving a ticket up does on this day, in a sentence, and whether its money is lost.

    :raises DomainError: if it cannot be given up
    """
    rules = ticket.purse.card.campaign.rules
    back = spending.cancel(rules, at=at)
    amount = {"amount": format_euros(ticket.cents)}
    if back.to is spending.Destination.DEPARTEMENT:
        return _("Les %(amount)s de ce ticket seront perdus.") % amount, True
    purse = spending.purse_of(rules, ticket.purse.code).label
    said = _("Les %(amount)s reviennent dans le porte-monnaie %(purse)s.") % (
        amount | {"purse": purse}
    )
    if back.usable_before is not None:
        last = back.usable_before - holding.ONE_DAY
        said += " " + _("Vous pourrez les dépenser jusqu'au %(day)s inclus.") % {
            "day": wording.full_date(last)
        }
    return said, False


def until_when_it_comes_back(ticket: Ticket) -> str:
    """What the page of a ticket says of giving it up, long before it could be lost."""
    rules = ticket.purse.card.campaign.rules
    if rules.tickets.late_cancellation is not LateCancellation.LOST:
        return ""
    last = rules.tickets.issued_before - holding.ONE_DAY
    return _("Annulé après le %(day)s, son montant est perdu.") % {"day": wording.full_date(last)}


def purse_label(ticket: Ticket) -> str:
    return spending.purse_of(ticket.purse.card.campaign.rules, ticket.purse.code).label


def lines(moments: Sequence[Moment]) -> tuple[Line, ...]:
    """A history in words, in the order given."""
    return tuple(
        Line(
            day=wording.local_date(one.at),
            what=str(WHAT[one.what]),
            where=one.partner or one.purse,
            amount=_signed(one),
            url=reverse("portal:ticket", args=[one.ticket]) if one.ticket else "",
        )
        for one in moments
    )


def _signed(one: Moment) -> str:
    if not one.cents:
        return format_euros(one.shown_cents)
    sign = "+" if one.cents > 0 else "−"
    return f"{sign}{wording.NO_BREAK_SPACE}{format_euros(one.shown_cents)}"
