"""What the page of a piece of software that is told shows: its health, drawn by day and in a table."""

from __future__ import annotations

import dataclasses
import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from console.around import Cell, Table
from console.bars import Bar, bars_of
from console.columns import NUMBER, SHORT
from console.records import NOTHING, moment
from federation.webhooks import queries
from federation.webhooks.models import Delivery, Endpoint
from federation.webhooks.public_events import words_of
from federation.webhooks.queries import Day, Health

DAYS = 14


@dataclasses.dataclass(frozen=True, slots=True)
class EndpointHealth:
    """How its deliveries stand, and the calls of each of the latest days."""

    health: Health
    days: tuple[Day, ...]
    taken: tuple[Bar, ...]
    failed: tuple[Bar, ...]

    @property
    def has_calls(self) -> bool:
        return any(day.taken or day.failed for day in self.days)

    @property
    def has_failures(self) -> bool:
        return any(day.failed for day in self.days)


def health_of(endpoint: Endpoint, *, today: datetime.date) -> EndpointHealth:
    """The health of an endpoint, up to a day."""
    days = queries.days_of(endpoint, until=today, count=DAYS)
    return EndpointHealth(
        health=queries.health_of(endpoint),
        days=tuple(days),
        taken=bars_of([(_short(day.day), day.taken, str(day.taken)) for day in days]),
        failed=bars_of([(_short(day.day), day.failed, str(day.failed)) for day in days]),
    )


def _short(day: datetime.date) -> str:
    return f"{day:%d/%m}"


def latest_table(endpoint: Endpoint, *, count: int = 10) -> list[Table]:
    """The latest deliveries of an endpoint, under it; the whole log is a list of its own."""
    rows = tuple(
        (
            Cell(words_of(delivery.name), url=page_of(delivery)),
            Cell(moment(delivery.occurred_at), css=SHORT),
            Cell(str(delivery.get_state_display())),
            Cell(str(delivery.attempts), css=NUMBER),
        )
        for delivery in queries.deliveries_of(endpoint)[:count]
    )
    heads = (_("Événement"), _("Survenu le"), _("État"), _("Essais"))
    return [Table(_("Derniers envois"), heads, rows)] if rows else []


def page_of(delivery: Delivery) -> str:
    """The page of a delivery."""
    return reverse("console:webhooks_delivery_change", args=[delivery.pk])


def tries_table(delivery: Delivery) -> list[Table]:
    """The calls made for a delivery, under it."""
    rows = tuple(
        (
            Cell(moment(one.at)),
            Cell(str(one.get_outcome_display())),
            Cell(str(one.status or NOTHING), css=NUMBER),
            Cell(_("%(ms)s ms") % {"ms": one.duration_ms}, css=NUMBER),
        )
        for one in queries.tries_of(delivery)
    )
    heads = (_("Essai du"), _("Résultat"), _("Statut"), _("Durée"))
    return [Table(_("Essais"), heads, rows)] if rows else []
