"""Reading what moves: agreements, arrivals, departures, what came of them, and the log of what crossed."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from commons.school_calendar import school_year_of
from commons.tenancy import current_schema
from federation.agreements.reading import (
    common_text,
    day_of,
    digest_of_text,
    is_in_force,
    other_party,
)
from federation.correspondence.models import Agreement, Ending, Envelope, Signature
from federation.exchange.models import (
    Arrival,
    Crossing,
    Departure,
    Merge,
    ReceivedItem,
)
from tenants.people.models import Guardian, Guardianship, Pupil
from tenants.people.queries import household_of, in_force

MOST_READ = 500  # envelopes in one pass


def agreements() -> QuerySet[Agreement]:
    """The agreements and proposals of this département, the latest first, with their parts."""
    return Agreement.objects.order_by("-pk").prefetch_related(
        Prefetch("signatures", Signature.objects.order_by("pk")),
        Prefetch("endings", Ending.objects.order_by("pk")),
    )


def digest_of(agreement: Agreement) -> str:
    """What names the text that is signed."""
    return digest_of_text(text_of(agreement))


def text_of(agreement: Agreement) -> dict[str, Any]:
    """What is signed, whole."""
    return common_text(agreement) | {
        "items": sorted(agreement.items),
        "most_a_year": agreement.most_a_year,
        "pupil_cents": agreement.pupil_cents,
    }


def agreement_with(schema: str, *, on: datetime.date) -> Agreement | None:
    """The agreement in force with another département, on a day."""
    return next(
        (one for one in agreements_in_force(on=on) if other_party(one) == schema),
        None,
    )


def agreements_in_force(*, on: datetime.date) -> list[Agreement]:
    """The agreements that let something pass on a day."""
    return [one for one in agreements() if is_in_force(one, on=on)]


def to_sign(*, on: datetime.date) -> list[Agreement]:
    """The proposals that wait for the signature of this département."""
    here = current_schema()
    return [
        one
        for one in agreements()
        if not one.endings.all()
        and (one.valid_until is None or one.valid_until > on)
        and all(signature.signed_by != here for signature in one.signatures.all())
    ]


def agreement_named(public_id: uuid.UUID) -> Agreement:
    """An agreement, by its identifier."""
    return agreements().get(public_id=public_id)


def arrivals() -> QuerySet[Arrival]:
    """Who comes, the latest first."""
    return Arrival.objects.select_related("guardian", "pupil").order_by("-opened_at", "-pk")


def departures() -> QuerySet[Departure]:
    """Who leaves, the latest first."""
    return Departure.objects.select_related("guardian", "pupil").order_by("-opened_at", "-pk")


def arrivals_of(guardian: Guardian) -> QuerySet[Arrival]:
    """Those that a guardian opened."""
    return arrivals().filter(guardian=guardian)


def departures_of(guardian: Guardian) -> QuerySet[Departure]:
    """Those that a guardian opened."""
    return departures().filter(guardian=guardian)


def arrivals_to_look_at() -> QuerySet[Arrival]:
    """Those whose items came and wait for an agent, the oldest first."""
    return (
        arrivals()
        .filter(closed_at__isnull=True, received_at__isnull=False)
        .order_by("received_at", "pk")
    )


def departures_to_confirm() -> QuerySet[Departure]:
    """Those that are probably matched and whose items an agent lets go, the oldest first."""
    return (
        departures()
        .filter(closed_at__isnull=True, arrival__isnull=False, sent_at__isnull=True)
        .order_by("matched_at", "pk")
    )


def received_items(arrival: Arrival) -> QuerySet[ReceivedItem]:
    """What came for an arrival."""
    return ReceivedItem.objects.filter(arrival=arrival).order_by("item")


def merges_of(arrival: Arrival) -> QuerySet[Merge]:
    """Whose an arrival was said to be, the latest first."""
    return Merge.objects.filter(arrival=arrival).select_related("pupil").order_by("-pk")


def crossings() -> QuerySet[Crossing]:
    """The log of what went and came, the latest first."""
    return Crossing.objects.order_by("-pk")


def crossings_about(*subjects: uuid.UUID | None) -> QuerySet[Crossing]:
    """What went and came about one move, in order."""
    known = [subject for subject in subjects if subject is not None]
    return Crossing.objects.filter(about__in=known).order_by("pk")


def unread() -> QuerySet[Envelope]:
    """What others wrote to us and we did not take yet, in the order it was written."""
    read = Crossing.objects.filter(
        way=Crossing.Way.IN, other=OuterRef("sent_by"), envelope=OuterRef("public_id")
    )
    return (
        Envelope.objects.filter(sent_to=current_schema())
        .exclude(Exists(read))
        .select_related("agreement")
        .order_by("pk")[:MOST_READ]
    )


def opened_this_year(agreement: uuid.UUID, *, at: datetime.datetime) -> int:
    """How many moves this side opened under an agreement in the school year: what its bound counts."""
    year = school_year_of(day_of(at)).start_year
    asked = Q(agreement=agreement, school_year=year)
    return Arrival.objects.filter(asked).count() + Departure.objects.filter(asked).count()


def opened_by_one(author: str, *, at: datetime.datetime) -> int:
    """The same, of one author, whatever the agreement."""
    year = school_year_of(day_of(at)).start_year
    asked = Q(opened_by=author, school_year=year)
    return Arrival.objects.filter(asked).count() + Departure.objects.filter(asked).count()


def answers_for(guardian: Guardian, pupil: Pupil, *, on: datetime.date) -> bool:
    """Whether a guardian has parental authority on a pupil, on a day."""
    return Guardianship.objects.filter(
        in_force(on), guardian=guardian, pupil=pupil, legal_role__gt=0
    ).exists()


def shares_household(guardian: Guardian, pupil: Pupil, *, on: datetime.date) -> bool:
    """Whether a pupil's prices rest on the household that a guardian is of."""
    household = household_of(guardian, on=on)
    return household is not None and household.pk == pupil.household_id
