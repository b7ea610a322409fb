"""A family adds a meal of its child, or cancels some; and links the numbers of cards and badges."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.family_rights import value_of
from api.mutations.making import identifier, mutation, words
from api.scalars import public_id
from api.types.enumerations import PassNumberKind
from api.types.pass_plus import PassNumber
from billing.canteen import operations as canteen
from billing.canteen.access import access_enrolment
from billing.canteen.models import Enrolment
from commons.errors import NotFound
from federation.passplus import holding
from federation.passplus import operations as passplus
from federation.passplus.access import access_holder
from federation.passplus.engine.campaign import CardKind
from federation.passplus.numbers import numbers_of
from tenants.people.access import access_own_child

_ENROLMENT = identifier("L'inscription à la cantine")
_REFUSED_DAYS = (
    "CANTEEN_MEAL_NOT_BOOKED",
    "CANTEEN_MEAL_ALREADY_BOOKED",
    "CANTEEN_MEAL_TOO_LATE",
    "TARIFF_ALREADY_BILLED",
)


def _own_enrolment(context: Context, enrolment_id: str) -> Enrolment:
    """An enrolment of a child of one's own: agents have their own acts."""
    user = context.require_user()
    found = access_enrolment(user, public_id(enrolment_id))
    access_own_child(user, found.pupil.public_id)
    return found


def _cancel(context: Context, *, enrolment_id: str, days: list[datetime.date]) -> dict[str, Any]:
    """All of them, or none. Again changes nothing."""
    kept = canteen.cancel_meals(
        enrolment=_own_enrolment(context, enrolment_id),
        days=days,
        actor=context.actor,
        at=context.at,
    )
    return {"late_days": sorted(one.day for one in kept if one.is_late)}


CancelMeals = mutation(
    _cancel,
    name="CancelMeals",
    rule=rules.by_object,
    asked="Des repas à annuler.",
    takes={
        "enrolment_id": _ENROLMENT,
        "days": graphene.List(
            graphene.NonNull(graphene.Date), required=True, description="Les jours sans repas."
        ),
    },
    gives={
        "late_days": graphene.List(
            graphene.NonNull(graphene.Date),
            description="Les jours annulés trop tard : l'absence est notée, le repas reste compté.",
        )
    },
    about={"NOT_FOUND": "enrolment_id"} | dict.fromkeys(_REFUSED_DAYS, "days"),
)


def _add(context: Context, *, enrolment_id: str, day: datetime.date) -> dict[str, Any]:
    """Or take a cancellation back."""
    canteen.add_meal(
        enrolment=_own_enrolment(context, enrolment_id),
        day=day,
        actor=context.actor,
        at=context.at,
    )
    return {}


AddMeal = mutation(
    _add,
    name="AddMeal",
    rule=rules.by_object,
    asked="Un repas à ajouter, ou à remettre.",
    takes={
        "enrolment_id": _ENROLMENT,
        "day": graphene.Date(required=True, description="Le jour."),
    },
    gives={},
    about={"NOT_FOUND": "enrolment_id"} | dict.fromkeys(_REFUSED_DAYS, "day"),
)


def _link(context: Context, *, child_id: str, kind: Any, number: str) -> dict[str, Any]:
    """The same again changes nothing."""
    pupil = access_holder(context.require_user(), public_id(child_id))
    cards = holding.all_cards_of(pupil)
    if not cards:
        raise NotFound(pupil=str(pupil.public_id))
    linked = passplus.link_number(
        card=cards[0],
        kind=CardKind(value_of(kind)),
        number=number,
        actor=context.actor,
        at=context.at,
    )
    return {"number": linked}


LinkPassNumber = mutation(
    _link,
    name="LinkPassNumber",
    rule=rules.by_object,
    asked="Le numéro d'une carte ou d'un badge, à relier à son Pass+.",
    takes={
        "child_id": identifier("L'enfant, ou soi-même"),
        "kind": graphene.InputField(
            PassNumberKind, required=True, description="Sur quoi il est écrit."
        ),
        "number": words("Le numéro, tel qu'il est écrit."),
    },
    gives={"number": graphene.Field(PassNumber, description="Le numéro, relié.")},
    about={
        "NOT_FOUND": "child_id",
        "PASSPLUS_NUMBER_INVALID": "number",
        "PASSPLUS_NUMBER_TAKEN": "number",
        "PASSPLUS_KIND_NOT_OFFERED": "kind",
    },
)


def _end(context: Context, *, child_id: str, number_id: str) -> dict[str, Any]:
    """Lost: it leads to nobody any more."""
    pupil = access_holder(context.require_user(), public_id(child_id))
    held = {one.public_id: one for one in numbers_of(pupil)}
    found = held.get(public_id(number_id))
    if found is None:
        raise NotFound(number=number_id)
    passplus.end_number(number=found, actor=context.actor, at=context.at)
    return {}


EndPassNumber = mutation(
    _end,
    name="EndPassNumber",
    rule=rules.by_object,
    asked="Un numéro perdu, qui ne doit plus mener à personne.",
    takes={
        "child_id": identifier("L'enfant, ou soi-même"),
        "number_id": identifier("Le numéro"),
    },
    gives={},
    about={"NOT_FOUND": "number_id"},
)
