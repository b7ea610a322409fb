"""What a family reads of itself: children, school, canteen, prices and Pass+."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, NullIf, Trim

from api.compiling import sql
from api.compiling.kinds import (
    Asked,
    Behind,
    ById,
    Kind,
    Leaf,
    Many,
    One,
    Paged,
    Said,
    column,
    columns,
    named,
)
from api.compiling.money import invoices_about
from api.compiling.sql import Row, full_name
from api.limits import LIST_LENGTHS
from api.types.enumerations import Weekday
from billing.canteen import queries as canteen
from billing.canteen.access import visible_shares
from billing.canteen.models import Enrolment, EnrolmentPayer
from billing.family_reads.prices import read_price
from billing.invoicing import queries as invoicing
from billing.payments import queries as payments
from billing.tariffs import queries as prices
from billing.tariffs.models import PriceDecision, Service
from federation.passplus.holding import read_cards
from federation.passplus.models import Card, CardNumber, Purse
from tenants.people import queries as people
from tenants.people.access import visible_pupils
from tenants.people.models import Guardian, HouseholdMember, Pupil, Schooling

_DAYS = {day.value: day.name for day in Weekday._meta.enum}  # noqa: SLF001  graphene's own way
_MOST_CARDS = LIST_LENGTHS["Child.passCards"]


def _schooling(asked: Asked, pupil: Row) -> QuerySet[Schooling]:
    rows = Schooling.objects.filter(people.in_force(asked.on), pupil_id=pupil.outer("pk"))
    return rows.order_by("-valid_from", "-pk")


def _enrolment(asked: Asked, pupil: Row) -> QuerySet[Enrolment]:
    """The enrolment that holds today, or the next of this school year."""
    return canteen.held_or_to_come(on=asked.on).filter(pupil_id=pupil.outer("pk"))


def _payers(asked: Asked, enrolment: Row) -> QuerySet[EnrolmentPayer]:
    return visible_shares(asked.user).filter(enrolment_id=enrolment.outer("pk"))


def _is_pupil_only(asked: Asked, name: str) -> Q:
    """Whether a pupil is who asks, and that person is nobody else: no guardian, no agent."""
    if asked.user.roles():
        return Q(pk__isnull=True)  # none: an agent is more than a pupil
    guardians = Guardian.objects.filter(user_id=asked.user.pk)
    return Q(**{name: asked.user.pk}) & ~Q(Exists(guardians))


def _decision(asked: Asked, pupil: Row) -> QuerySet[PriceDecision]:
    """The price of a meal today, or on the first day of an enrolment to come (`priced_on`).

    A pupil gets none for themselves: a price tells what their parents earn.
    """
    starts = _enrolment(asked, Row("pupil__")).values("valid_from")[:1]
    rows = prices.held_or_to_come(Service.HALF_BOARD, on=asked.on).filter(
        ~_is_pupil_only(asked, "pupil__user_id"), pupil_id=pupil.outer("pk")
    )
    rows = rows.annotate(
        priced_on=Greatest(
            Value(asked.on, output_field=DateField()),
            Subquery(starts, output_field=DateField()),
        )
    )
    return rows.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=F("priced_on")),
        valid_from__lte=F("priced_on"),
    )


def _price(asked: Asked, pupil: Row) -> Subquery:
    """What `read_price` reads: the resources it rests on are told to their household alone."""
    on = OuterRef("priced_on")
    shares = HouseholdMember.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        guardian__user_id=asked.user.pk,
        household_id=Coalesce(OuterRef("resources__household_id"), OuterRef("pupil__household_id")),
        valid_from__lte=on,
    )
    version = Row("tariff_version__")
    said = {
        **_same("public_id", "service", "unit_price_cents", "steps", "source"),
        **_same("valid_from", "valid_until", "decided_at"),
        "version": sql.JsonObject(
            {
                name: version(name)
                for name in (
                    "definition",
                    "valid_from",
                    "legal_basis",
                    "source_note",
                    "is_illustrative",
                )
            }
        ),
        "may_read_resources": sql.TRUE if asked.reads_files else Exists(shares),
    }
    return sql.row(_decision(asked, pupil), sql.JsonObject(said))


def _same(*names: str) -> dict[str, F]:
    return {name: F(name) for name in names}


def _cards(asked: Asked, pupil: Row) -> Subquery:
    """What `read_cards` reads: the Pass+ of one's own children, or one's own; of all, for agents."""
    mine = Q(pupil__in=people.children_of(asked.user, on=asked.on))
    seen = Q() if asked.reads_files else mine | _is_pupil_only(asked, "pupil__user_id")
    purses = Purse.objects.filter(card_id=OuterRef("pk")).order_by("pk")
    account = Row("account__")
    counted = ("credits_posted", "debits_posted", "debits_pending")
    purse = {**_same("code", "usable_before"), **{name: account(name) for name in counted}}
    numbers = CardNumber.objects.filter(pupil_id=OuterRef("pupil_id"), ended_at=None).order_by("pk")
    campaign = Row("campaign__")
    said = {
        "public_id": F("public_id"),
        **{name: campaign(name) for name in ("digest", "label", "is_illustrative")},
        "purses": sql.rows(purses, sql.JsonObject(purse)),
        "numbers": sql.rows(numbers, sql.JsonObject(_same("public_id", "kind", "number"))),
    }
    rows = Card.objects.filter(seen, pupil_id=pupil.outer("pk")).order_by("-campaign_id")
    return sql.rows(rows, sql.JsonObject(said))


def _pupil(asked: Asked, _user: Row) -> QuerySet[Pupil]:
    """The pupil who asks, if they are nobody else."""
    return Pupil.objects.filter(_is_pupil_only(asked, "user_id")).order_by("pk")


def _weekdays(row: Row) -> Any:
    return sql.Names(row("weekdays"), _DAYS)


def _meal_weekdays(asked: Asked, pupil: Row) -> Any:
    return Coalesce(sql.row(_enrolment(asked, pupil), _weekdays(Row())), sql.NO_LIST)


def _children(asked: Asked, _row: Row) -> QuerySet[Pupil]:
    return people.children_of(asked.user, on=asked.on)


def _child(asked: Asked, wanted: uuid.UUID) -> QuerySet[Pupil]:
    """That pupil, if they may be seen: not one of all that may be, who would all be looked for."""
    seen = visible_pupils(asked.user, on=asked.on).filter(public_id=wanted)
    return Pupil.objects.filter(pk__in=seen.values("pk"))


def _user_name(_asked: Asked, user: Row) -> Any:
    """As `User.get_full_name`: who has no name is told by what they sign in with."""
    name = NullIf(Trim(full_name(user)), Value(""))
    return Coalesce(
        name,
        user("email"),
        user("login"),
        Cast(user("public_id"), TextField()),
        output_field=TextField(),
    )


def _school_year(_asked: Asked, enrolment: Row) -> Any:
    first = enrolment("school_year")
    years = Cast(first, TextField()), Value("-"), Cast(first + 1, TextField())
    return Concat(*years, output_field=TextField())


_CARDS = Said(
    _cards,
    lambda read, context: read_cards(read, on=context.today)[:_MOST_CARDS],
    kind="PassCard",
    is_list=True,
)
_CHILD: dict[str, Kind] = {
    "id": column("public_id"),
    **columns("first_name", "last_name", "birth_date"),
    "schooling": One("SchoolPlace", _schooling),
    "passCards": _CARDS,
}


def _said_price(of: str = "") -> Said:
    """The price of a pupil, who is the row or stands behind a key of it."""
    return Said(
        lambda asked, row: _price(asked, row.behind(of) if of else row),
        lambda read, _context: read_price(read),
        kind="MealPrice",
    )


TYPES: dict[str, dict[str, Kind]] = {
    "Query": {"child": ById("Child", _child)},
    "Viewer": {
        "id": column("public_id"),
        **columns("first_name", "last_name", "login"),
        "email": Leaf(lambda _asked, user: Coalesce(user("email"), Value(""))),
        "fullName": Leaf(_user_name),
        "roles": Leaf(lambda asked, _user: sql.constant_list(sorted(asked.user.roles()))),
        "children": Paged("Child", _children, is_list=True),
        "pupil": One("Pupil", _pupil),
        "invoices": Paged("Invoice", lambda asked, _user: invoicing.invoices_of(asked.user)),
        "payments": Paged("Payment", lambda asked, _user: payments.payments_of(asked.user)),
    },
    "Child": {
        **_CHILD,
        "fullName": Leaf(lambda _asked, pupil: full_name(pupil)),
        "college": One("College", _schooling, behind="college"),
        "enrolment": One("CanteenEnrolment", _enrolment),
        "price": _said_price(),
        "invoices": Paged("Invoice", invoices_about),
    },
    "Pupil": {**_CHILD, "mealWeekdays": Leaf(_meal_weekdays)},
    "College": {"id": column("public_id"), **columns("uai", "name", "city")},
    "SchoolPlace": {
        "college": Behind("College", "college"),
        "className": column("school_class__name"),
        "level": named("school_class__level"),
        "regime": named("regime"),
    },
    "CanteenEnrolment": {
        "id": column("public_id"),
        "schoolYear": Leaf(_school_year),
        **columns("service", "state", "valid_from", "valid_until"),
        "weekdays": Leaf(lambda _asked, enrolment: _weekdays(enrolment)),
        "collegeName": column("college__name"),
        "payers": Many("EnrolmentShare", _payers),
        "price": _said_price("pupil"),
    },
    "EnrolmentShare": {
        "fullName": Leaf(lambda _asked, payer: full_name(payer.behind("guardian"))),
        "shareBp": column("share_bp"),
    },
}
