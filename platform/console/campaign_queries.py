"""What the pages of Pass+ campaigns show: where every euro is, and what a file would publish."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _

from billing.rule_files import InvalidRule
from commons.money import format_euros
from console.bars import Bar, bars_of
from federation.passplus.campaign_files import load_campaign_text
from federation.passplus.campaign_rows import CampaignRow, campaign_rows
from federation.passplus.engine.campaign import Status
from federation.passplus.models import Campaign
from federation.passplus.queries import Standing
from federation.passplus.registration_models import Registration, RegistrationDocument
from ui.rule_problems import refusal_sentences

if TYPE_CHECKING:
    from federation.passplus.engine.campaign import Campaign as Rules


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One thing that the rules say."""

    label: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignPage:
    """The page of a campaign."""

    row: CampaignRow
    places: tuple[Line, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    states: tuple[tuple[str, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Previewed:
    """A text as it is read: its rules, or every problem with its line."""

    rules: Rules | None
    problems: tuple[str, ...]
    lines: tuple[Line, ...] = ()


def campaign_page(campaign: Campaign, *, at: datetime.datetime) -> CampaignPage:
    """The page of a campaign."""
    counted = dict(
        Registration.objects.filter(campaign=campaign)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    (row,) = campaign_rows([campaign], at=at)
    places = _places(row.standing)
    return CampaignPage(
        row=row,
        places=tuple(Line(label, format_euros(cents)) for label, cents in places),
        bars=bars_of([(label, cents, format_euros(cents)) for label, cents in places]),
        lines=rule_lines(campaign.rules),
        states=tuple(
            (state, counted[state]) for state in Registration.State.values if state in counted
        ),
    )


def previewed(text: str) -> Previewed:
    """Read a text as it would be published."""
    try:
        rules = load_campaign_text(text)
    except InvalidRule as refusal:
        return Previewed(None, tuple(refusal_sentences(refusal)))
    return Previewed(rules, (), rule_lines(rules))


def _places(standing: Standing) -> list[tuple[str, int]]:
    """Every euro granted is in one of these, and in one only."""
    return [
        (_("Dans les porte-monnaie"), standing.purses),
        (_("Sur des tickets"), standing.held),
        (_("Validé par des partenaires"), standing.captured),
        (_("Revenu au Département"), standing.returned),
    ]


def rule_lines(rules: Rules) -> tuple[Line, ...]:
    """The rules of a campaign in words, the days as their last one."""
    base = _amounts(rules, Status.BASE)
    found = [
        Line(_("Montant"), base),
        Line(_("Inscriptions à partir du"), _day(rules.registration.opens_on)),
        Line(_("Inscriptions jusqu'au"), _last(rules.registration.registered_before)),
        Line(_("Tickets à partir du"), _day(rules.tickets.issued_from)),
        Line(_("Tickets jusqu'au"), _last(rules.tickets.issued_before)),
        Line(_("Validations jusqu'au"), _last(rules.tickets.captured_before)),
    ]
    if Status.BURSARY in rules.amounts:
        found.insert(1, Line(_("Montant pour un boursier"), _amounts(rules, Status.BURSARY)))
    kinds = dict(RegistrationDocument.Kind.choices)
    documents = [str(kinds[str(kind)]) for rule in rules.documents for kind in rule.any_of]
    if rules.photo_megabytes is not None:
        documents.append(_("Photo"))
    return (*found, Line(_("Pièces"), ", ".join(documents) or "–"))


def _amounts(rules: Rules, status: Status) -> str:
    amounts = rules.amount_of(status)
    parts = ", ".join(
        f"{purse.label} {format_euros(amounts[purse.code])}" for purse in rules.purses
    )
    return f"{format_euros(sum(amounts.values()))} ({parts})"


def _day(day: datetime.date) -> str:
    return f"{day:%d/%m/%Y}"


def _last(first_refused: datetime.date) -> str:
    return _day(first_refused - datetime.timedelta(days=1))
