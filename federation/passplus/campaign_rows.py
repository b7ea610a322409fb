"""Campaigns as a list shows them: where each is in its year, its cards, and where its euros are."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.db.models import Count, QuerySet

from federation.passplus.engine.spending import day_of
from federation.passplus.models import Campaign, Card
from federation.passplus.queries import Standing, standings_of
from federation.passplus.registration_models import Registration

WAITING = (Registration.State.SUBMITTED, Registration.State.UNDER_REVIEW)


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignRow:
    """A line of the list. `state`: SOON, OPEN, USED (no new ticket) or OVER."""

    campaign: Campaign
    state: str
    cards: int
    waiting: int
    standing: Standing

    @property
    def public_id(self) -> uuid.UUID:
        return self.campaign.public_id


def campaigns() -> QuerySet[Campaign]:
    """Every campaign, the latest published first."""
    return Campaign.objects.order_by("-pk")


def campaign_rows(found: Sequence[Campaign], *, at: datetime.datetime) -> list[CampaignRow]:
    """These campaigns, in the same order."""
    cards, waiting = (
        dict(rows.order_by().values_list("campaign_id").annotate(count=Count("pk")))
        for rows in (
            Card.objects.filter(campaign__in=found),
            Registration.objects.filter(campaign__in=found, state__in=WAITING),
        )
    )
    standings = standings_of(found)
    return [
        CampaignRow(
            one,
            state_of(one, on=day_of(at)),
            cards.get(one.pk, 0),
            waiting.get(one.pk, 0),
            standings[one.pk],
        )
        for one in found
    ]


def state_of(campaign: Campaign, *, on: datetime.date) -> str:
    """Where a campaign is in its year."""
    rules = campaign.rules
    if on < rules.registration.opens_on:
        return "SOON"
    if on < rules.tickets.issued_before:
        return "OPEN"
    return "USED" if on < rules.tickets.captured_before else "OVER"
