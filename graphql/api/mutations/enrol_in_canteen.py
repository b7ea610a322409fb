"""Enrol a child in the canteen."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.loaders import Children
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.canteen import CanteenEnrolment, EnrolmentNode
from api.types.enumerations import Weekday
from billing.canteen import operations, overviews
from billing.canteen.enrolling import InvalidStart
from billing.canteen.operations import NotSchooledThere, Payer
from commons.school_calendar import school_year_of
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_own_child, access_pupil


class EnrolInCanteenInput(graphene.InputObjectType):
    """Une inscription à la cantine, de ce jour à la fin de l'année scolaire."""

    child_id = graphene.ID(required=True, description="L'enfant (UUID).")
    weekdays = graphene.List(
        graphene.NonNull(Weekday), required=True, description="Les jours de repas de la semaine."
    )
    start_on = graphene.Date(
        description="Le premier jour ; par défaut le premier que la cuisine peut encore servir."
    )


class EnrolInCanteen(OperationMutation):
    """A family enrols its own child; an agent who edits enrolments, any pupil they may see."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = EnrolInCanteenInput(required=True, description="Ce qui est demandé.")

    about = {
        "NOT_FOUND": "child_id",
        "CANTEEN_INVALID_WEEKDAYS": "weekdays",
        "CANTEEN_INVALID_START": "start_on",
        "CANTEEN_NO_RULES": "start_on",
        "TARIFF_ALREADY_BILLED": "start_on",
        "CANTEEN_NOT_SCHOOLED_THERE": "child_id",
        "CANTEEN_ALREADY_ENROLLED": "child_id",
    }

    enrolment = graphene.Field(
        CanteenEnrolment, description="L'inscription, avec son prix s'il est décidé."
    )

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls,
        context: Context,
        *,
        child_id: str,
        weekdays: list[Any],
        start_on: datetime.date | None = None,
    ) -> dict[str, Any]:
        user = context.require_user()
        by_agent = user.can(Capability.EDIT_ENROLMENTS)
        access = access_pupil if by_agent else access_own_child
        pupil = access(user, public_id(child_id))
        if start_on and abs(start_on.year - context.today.year) > 1:  # a year is counted from it
            raise InvalidStart(reason="OUTSIDE_SCHOOL_YEAR", day=start_on)
        year = school_year_of(start_on or context.today).start_year
        page = overviews.enrolment_page(pupil, school_year=year, at=context.at)
        if not page.colleges:
            raise NotSchooledThere(pupil=str(pupil.public_id), school_year=year)
        enrolment = operations.enrol(
            pupil=pupil,
            college=page.colleges[0],
            school_year=year,
            weekdays=sum({day.value for day in weekdays}),
            start_on=start_on or page.first_free_day,
            payers=[
                Payer(one.guardian, one.share_bp) for one in page.possible_payers if one.share_bp
            ],
            actor=context.actor,
            at=context.at,
            by_agent=by_agent,
        )
        batch = Children([pupil], user=user, on=context.today)
        return {"enrolment": EnrolmentNode(enrolment, batch)}
