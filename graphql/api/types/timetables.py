"""Lessons of a child, and the secret addresses that give them to a calendar."""

from __future__ import annotations

import datetime
import uuid

import graphene
from graphql import GraphQLResolveInfo

from api.types.enumerations import LessonState
from commons.periods import Period
from tenants.schoollife.timetable.days import ONE_DAY
from tenants.schoollife.timetable.models import FeedAddress
from tenants.schoollife.timetable.models import Lesson as LessonRow

MOST_DAYS = 7
MOST_OF_A_DAY = 10


class SchoolLesson(graphene.ObjectType):
    """Un cours d'un enfant, tel qu'il est prévu aujourd'hui."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    subject = graphene.String(required=True, description="La matière.")
    teacher = graphene.String(required=True, description="Le professeur ; vide s'il n'est pas dit.")
    room = graphene.String(required=True, description="La salle ; vide si elle n'est pas dite.")
    group_name = graphene.String(
        required=True, description="Le groupe ; vide pour toute la classe."
    )
    starts_at = graphene.DateTime(required=True, description="Quand il commence.")
    ends_at = graphene.DateTime(required=True, description="Quand il finit.")
    status = graphene.Field(LessonState, required=True, description="Ce qu'il devient.")
    reason = graphene.String(required=True, description="Pourquoi ; vide si ce n'est pas dit.")
    started_before_at = graphene.DateTime(
        description="Quand il devait commencer, si cela a changé ces jours-ci."
    )
    room_before = graphene.String(description="La salle d'avant, si elle a changé ces jours-ci.")
    teacher_before = graphene.String(description="Le professeur d'avant, s'il a changé.")
    subject_before = graphene.String(description="La matière d'avant, si elle a changé.")

    @staticmethod
    def resolve_id(lesson: LessonRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return lesson.public_id

    @staticmethod
    def resolve_started_before_at(
        lesson: LessonRow, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        was = lesson.before.get("starts_at")
        return datetime.datetime.fromisoformat(was) if was else None

    @staticmethod
    def resolve_room_before(lesson: LessonRow, _info: GraphQLResolveInfo) -> str | None:
        return lesson.before.get("room")

    @staticmethod
    def resolve_teacher_before(lesson: LessonRow, _info: GraphQLResolveInfo) -> str | None:
        return lesson.before.get("teacher")

    @staticmethod
    def resolve_subject_before(lesson: LessonRow, _info: GraphQLResolveInfo) -> str | None:
        return lesson.before.get("subject")


class TimetableFeed(graphene.ObjectType):
    """Une adresse secrète qui donne l'emploi du temps à un agenda. Elle n'est dite qu'une fois."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    child_id = graphene.ID(description="L'enfant ; rien si elle est de tous.")
    made_at = graphene.DateTime(required=True, description="Quand elle a été faite.")

    @staticmethod
    def resolve_id(address: FeedAddress, _info: GraphQLResolveInfo) -> uuid.UUID:
        return address.public_id

    @staticmethod
    def resolve_child_id(address: FeedAddress, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return address.pupil.public_id if address.pupil else None


def lessons_field() -> graphene.List:
    """The lessons of a child over some days."""
    return graphene.List(
        graphene.NonNull(SchoolLesson),
        required=True,
        description="Les cours, dans l'ordre. Pour la famille, l'élève et son collège.",
        day=graphene.Date(description="Le premier jour ; aujourd'hui si rien n'est dit."),
        days=graphene.Int(default_value=1, description="Combien de jours, de 1 à 7."),
        first=graphene.Int(
            default_value=MOST_OF_A_DAY, description="Combien de cours, 100 au plus."
        ),
    )


def days_asked(day: datetime.date | None, days: int | None, *, today: datetime.date) -> Period:
    """The days that arguments name: seven at most."""
    first = day or today
    return Period(first, first + ONE_DAY * min(MOST_DAYS, max(1, days or 1)))
