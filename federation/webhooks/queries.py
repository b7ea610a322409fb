"""Reads of endpoints and of what was sent to them."""

from __future__ import annotations

import dataclasses
import datetime
from urllib.parse import urlsplit

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from federation.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint, Outcome


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """How the deliveries of an endpoint stand, in numbers; `waiting_since` is the oldest's that waits."""

    delivered: int
    waiting: int
    given_up: int
    waiting_since: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """The calls of a local day: how many were taken, how many were not."""

    day: datetime.date
    taken: int
    failed: int


def subscribed_to(name: str) -> list[Endpoint]:
    """The endpoints to tell of an event; one that said it is gone hears of nothing new."""
    return list(Endpoint.objects.filter(events__contains=[name], is_gone=False).order_by("pk"))


def endpoints() -> QuerySet[Endpoint]:
    """All of them, by name."""
    return Endpoint.objects.order_by("name")


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What was sent or is to be, the latest first."""
    return Delivery.objects.filter(endpoint=endpoint).order_by("-pk")


def given_up_since(endpoint: Endpoint, since: datetime.datetime) -> QuerySet[Delivery]:
    """The deliveries given up of what happened since."""
    return deliveries_of(endpoint).filter(state=DeliveryState.GIVEN_UP, occurred_at__gte=since)


def tries_of(delivery: Delivery) -> QuerySet[Attempt]:
    """The calls made for a delivery, in order."""
    return Attempt.objects.filter(delivery=delivery).order_by("pk")


def endpoint_by_id(endpoint_id: int) -> Endpoint:
    """An endpoint, by its row."""
    return Endpoint.objects.get(pk=endpoint_id)


def host_of(endpoint: Endpoint) -> str:
    """The host of its address: what follows may be a secret of the integrator's."""
    return urlsplit(endpoint.url).hostname or ""


def latest_try_of(endpoint: Endpoint) -> Attempt | None:
    """The latest call made to an endpoint."""
    return Attempt.objects.filter(delivery__endpoint=endpoint).order_by("-pk").first()


def days_of(endpoint: Endpoint, *, until: datetime.date, count: int) -> list[Day]:
    """The calls of each of the latest days, that one included; days without any too."""
    days = [until - datetime.timedelta(days=back) for back in reversed(range(count))]
    zone = timezone.get_default_timezone()
    start = datetime.datetime.combine(days[0], datetime.time(), tzinfo=zone)
    rows = (
        Attempt.objects.filter(delivery__endpoint=endpoint, at__gte=start)
        .values(day=TruncDate("at", tzinfo=zone))
        .annotate(
            taken=Count("pk", filter=Q(outcome=Outcome.TAKEN)),
            failed=Count("pk", filter=~Q(outcome=Outcome.TAKEN)),
        )
    )
    found = {row["day"]: (row["taken"], row["failed"]) for row in rows}
    return [Day(day, *found.get(day, (0, 0))) for day in days]


def health_of(endpoint: Endpoint) -> Health:
    """How its deliveries stand, of those that are kept."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    states = Delivery.objects.filter(endpoint=endpoint).aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in DeliveryState}
    )
    oldest = waiting.order_by("asked_at").values_list("asked_at", flat=True).first()
    return Health(
        delivered=states[DeliveryState.DELIVERED],
        waiting=states[DeliveryState.WAITING],
        given_up=states[DeliveryState.GIVEN_UP],
        waiting_since=oldest,
    )
