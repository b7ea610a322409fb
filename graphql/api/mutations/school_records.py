"""Justify an absence of one's child; tick one's own homework."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.making import identifier, mutation
from api.scalars import public_id
from api.types.enumerations import AbsenceReason
from api.types.school_records import SchoolAbsence, SchoolHomework
from tenants.schoollife.records import operations, queries
from tenants.schoollife.records.access import access_own_absence, access_own_homework


def _justify(context: Context, *, absence_id: str, reason: str, text: str) -> dict[str, Any]:
    """Only a guardian of the child; a document is given on the page."""
    user = context.require_user()
    said = operations.justify_absence(
        absence=access_own_absence(user, public_id(absence_id)),
        reason=getattr(reason, "value", reason),
        text=text,
        given_by=user,
        actor=context.actor,
        at=context.at,
    )
    return {"absence": queries.absence_of(said.absence)}


JustifyAbsence = mutation(
    _justify,
    name="JustifyAbsence",
    rule=rules.by_object,
    asked="Pourquoi un enfant à soi était absent.",
    takes={
        "absence_id": identifier("L'absence"),
        "reason": graphene.Field(AbsenceReason, required=True, description="La raison."),
        "text": graphene.String(
            default_value="", description="Quelques mots ; obligatoires pour une autre raison."
        ),
    },
    gives={"absence": graphene.Field(SchoolAbsence, description="L'absence, avec ce qui est dit.")},
    about={
        "NOT_FOUND": "absence_id",
        "ABSENCE_JUSTIFIED": "absence_id",
        "JUSTIFICATION_TOO_LATE": "absence_id",
        "JUSTIFICATION_INVALID": "text",
    },
)


def _tick(context: Context, *, homework_id: str, is_done: bool) -> dict[str, Any]:
    """Only the pupil, for themselves."""
    pupil, homework = access_own_homework(context.require_user(), public_id(homework_id))
    operations.tick_homework(pupil=pupil, homework=homework, is_done=is_done, at=context.at)
    return {"homework": queries.homework_of(pupil).get(pk=homework.pk)}


TickHomework = mutation(
    _tick,
    name="TickHomework",
    rule=rules.by_object,
    asked="Un devoir à soi, et s'il est fait.",
    takes={
        "homework_id": identifier("Le devoir"),
        "is_done": graphene.Boolean(required=True, description="Vrai s'il est fait."),
    },
    gives={"homework": graphene.Field(SchoolHomework, description="Le devoir.")},
    about={"NOT_FOUND": "homework_id"},
)
