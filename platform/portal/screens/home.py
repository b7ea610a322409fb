"""Home: what to do, most urgent first; then each child; then what is new.

Urgency: invoices that are late, then due soonest first; then a document that is awaited, or a request
of rights that is begun; then Pass+ credit that will soon go back; then enrolments begun; then
enrolments that can begin. What is new is what was issued or confirmed in the last sixty days.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.canteen.overviews import is_open_for_families
from billing.family_reads.home import OpenRequest, family_home
from commons.money import format_euros
from federation.passplus.registrations import access as registrations
from portal.screens import bills, family, pass_plus, service_cards
from portal.screens.service_cards import ServiceCard
from tenants.schoollife.announcements import queries as announcements
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User

NEWS_DAYS = 60
NEWS_LIMIT = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what, until when, where. `tone` is "late", "soon" or empty."""

    what: str
    when: str
    url: str
    icon: str
    tone: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class News:
    """Something that happened."""

    day: datetime.date
    text: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """The whole page."""

    todos: tuple[Todo, ...]
    children: tuple[family.ChildCard, ...]
    pass_plus: tuple[pass_plus.AtHome, ...]
    services: tuple[ServiceCard, ...]
    news: tuple[News, ...]


def home_of(user: User, *, at: datetime.datetime) -> Home:
    """Read the home page of a person: one statement, another for the services, two for Pass+."""
    today = wording.local_date(at)
    read = family_home(user, on=today)
    children = tuple(family.card_of(child, on=today) for child in read.children)
    invoices = tuple(bills.bill_of_owed(owed, on=today) for owed in read.invoices)
    is_open = read.rules is not None and is_open_for_families(read.rules, today)
    credits_left = pass_plus.at_home(
        [(child.public_id, child.first_name) for child in children], on=today
    )
    todos = [_pay(bill) for bill in bills.to_pay(invoices)]
    todos += announcement_todos(user, on=today)
    todos += _rights(read.rights)
    todos += _registrations(user, at=at)
    todos += [_spend(left) for left in credits_left if left.is_soon]
    todos += [_finish(card) for card in children if card.enrolment_state == "DRAFT"]
    todos += [
        _enrol(card)
        for card in children
        if is_open and card.enrolment_state == "NONE" and card.public_id in read.schooled
    ]
    return Home(
        todos=tuple(todos),
        children=children,
        pass_plus=credits_left,
        services=service_cards.first_of(user, on=today),
        news=_news(children, invoices, today),
    )


def _pay(bill: bills.Bill) -> Todo:
    said_of = (
        _("Payer la facture complémentaire %(month)s · %(amount)s")
        if bill.is_complementary
        else _("Payer la facture %(month)s · %(amount)s")
    )
    what = said_of % {
        "month": wording.of_month(bill.month),
        "amount": format_euros(bill.due_cents),
    }
    said = {"day": wording.long_date(bill.due_on)}
    is_late = bill.state == "OVERDUE"
    return Todo(
        what=what,
        when=(_("En retard depuis le %(day)s") if is_late else _("Avant le %(day)s")) % said,
        url=reverse("portal:invoice", args=[bill.public_id]),
        icon="invoice",
        tone="late" if is_late else "soon" if bill.state == "SOON" else "",
    )


def announcement_todos(user: User, *, on: datetime.date) -> list[Todo]:
    """What the collège asks to be read: each that is to be acknowledged, the others in one line."""
    waiting = announcements.waiting_for(user, on=on)
    asked = [one for one in waiting if one.asks_acknowledgement]
    others = [one for one in waiting if not one.asks_acknowledgement]
    todos = [
        Todo(
            what=wording.typographic(_("Lire : %(title)s") % {"title": one.title}),
            when=_("Dites que vous avez lu"),
            url=reverse("portal:announcement", args=[one.public_id]),
            icon="pencil",
            tone="soon",
        )
        for one in asked
    ]
    if others:
        one = others[0]
        url = (
            reverse("portal:announcement", args=[one.public_id])
            if len(others) == 1
            else reverse("portal:announcements")
        )
        what = (
            wording.typographic(_("Lire : %(title)s") % {"title": one.title})
            if len(others) == 1
            else _("Lire %(count)s annonces") % {"count": len(others)}
        )
        todos.append(Todo(what=what, when=one.college, url=url, icon="letter"))
    return todos


def _rights(request: OpenRequest | None) -> list[Todo]:
    """What a household has to do about its request; nothing while somebody else has."""
    if request is None or request.state not in {"DRAFT", "CONSENTED", "TO_COMPLETE"}:
        return []
    url = reverse("portal:rights-request", args=[request.public_id])
    if request.state == "TO_COMPLETE":
        what, when = _("Envoyer une pièce pour le prix des repas"), _("Pièce à ajouter")
        return [Todo(what=what, when=when, url=url, icon="pencil", tone="soon")]
    what, when = _("Finir de donner vos droits"), _("Vos réponses sont gardées")
    return [Todo(what=what, when=when, url=url, icon="pencil")]


def _registrations(user: User, *, at: datetime.datetime) -> list[Todo]:
    """What a person has to do for the Pass+ of their children: add, finish, then begin."""
    found = []
    for begun in registrations.to_go_on(user):
        of_name = wording.of_name(begun.pupil.first_name)
        is_waiting = begun.state != "DRAFT"
        what = (
            _("Ajouter une pièce pour le Pass+ %(of_name)s")
            if is_waiting
            else _("Finir l'inscription %(of_name)s au Pass+")
        )
        found.append(
            Todo(
                what=what % {"of_name": of_name},
                when=_("Pièce à ajouter") if is_waiting else _("Vos réponses sont gardées"),
                url=reverse("portal:registration", args=[begun.public_id]),
                icon="pencil",
                tone="soon" if is_waiting else "",
            )
        )
    found += [
        Todo(
            what=_("Inscrire %(name)s au Pass+") % {"name": offer.pupil.first_name},
            when=str(offer.campaign.label),
            url=reverse("portal:registrations"),
            icon="star",
        )
        for offer in registrations.to_begin(user, at=at)
    ]
    return found


def _spend(left: pass_plus.AtHome) -> Todo:
    what = _("Dépenser le Pass+ %(of_name)s · %(amount)s") % {
        "of_name": wording.of_name(left.first_name),
        "amount": format_euros(left.spendable_cents),
    }
    return Todo(
        what=what,
        when=_("Jusqu'au %(day)s inclus") % {"day": wording.long_date(left.last_day)},
        url=reverse("portal:pass-plus-child", args=[left.public_id]),
        icon="ticket",
        tone="soon",
    )


def _finish(child: family.ChildCard) -> Todo:
    return Todo(
        what=_("Finir l'inscription %(name)s à la cantine")
        % {"name": wording.of_name(child.first_name)},
        when=_("Vos réponses sont gardées"),
        url=reverse("portal:enrolment", args=[child.public_id]),
        icon="pencil",
    )


def _enrol(child: family.ChildCard) -> Todo:
    return Todo(
        what=_("Inscrire %(name)s à la cantine") % {"name": child.first_name},
        when=_("Seulement si %(name)s y mange") % {"name": child.first_name},
        url=reverse("portal:enrolment", args=[child.public_id]),
        icon="meal",
    )


def _news(
    children: tuple[family.ChildCard, ...],
    invoices: tuple[bills.Bill, ...],
    today: datetime.date,
) -> tuple[News, ...]:
    since = today - datetime.timedelta(days=NEWS_DAYS)
    news = [
        News(
            day=bill.issued_on,
            text=wording.typographic(
                _("%(title)s : %(amount)s")
                % {"title": bill.title, "amount": format_euros(bill.total_cents)}
            ),
            url=reverse("portal:invoice", args=[bill.public_id]),
        )
        for bill in invoices
    ]
    for child in children:
        for held in child.enrolments:
            text = wording.typographic(
                _("Cantine : inscription %(name)s, %(days)s")
                % {
                    "name": wording.of_name(child.first_name),
                    "days": wording.weekday_list(held.weekdays),
                }
            )
            url = reverse("portal:child", args=[child.public_id])
            news.append(News(day=wording.local_date(held.created_at), text=text, url=url))
    recent = [entry for entry in news if since <= entry.day <= today]
    return tuple(sorted(recent, key=lambda entry: entry.day, reverse=True)[:NEWS_LIMIT])
