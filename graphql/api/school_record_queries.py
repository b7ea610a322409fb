"""What is read of marks, absences and homework at the root: a part of `api.queries.Query`."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.paging import Page, id_of, page_of_list, page_of_rows, paged
from api.scalars import public_id
from api.types.school_records import (
    SchoolAbsenceConnection,
    SchoolHomeworkConnection,
    SchoolMarkConnection,
)
from commons.school_calendar import school_year_of
from tenants.people.models import Pupil
from tenants.schoollife.records import queries
from tenants.schoollife.records.access import access_read_pupil


class SchoolRecordsQuery(graphene.ObjectType):
    """What a family reads of a child's marks, absences and homework; a pupil, of their own."""

    school_marks = paged(
        SchoolMarkConnection,
        "Les notes de l'année scolaire d'un enfant à soi, ou les siennes ; la dernière d'abord.",
        child_id=id_of("L'enfant"),
    )
    school_absences = paged(
        SchoolAbsenceConnection,
        "Les absences et retards de l'année d'un enfant à soi, ou les siens ; le dernier d'abord.",
        child_id=id_of("L'enfant"),
    )
    school_homework = paged(
        SchoolHomeworkConnection,
        "Les devoirs d'un enfant à soi, ou les siens, à partir d'un jour ; le plus proche d'abord.",
        child_id=id_of("L'enfant"),
        since=graphene.Argument(graphene.Date, description="Pour ce jour ou après ; aujourd'hui."),
    )

    @staticmethod
    @rules.by_object
    def resolve_school_marks(
        _root: None, info: GraphQLResolveInfo, child_id: str, **paging: Any
    ) -> Page:
        rows = queries.marks_of(_child(info, child_id), school_year=_year(info))
        page = page_of_rows(rows, order=("-assessment__held_on", "-pk"), **_paging(paging))
        return dataclasses.replace(page, nodes=queries.in_context(page.nodes))

    @staticmethod
    @rules.by_object
    def resolve_school_absences(
        _root: None, info: GraphQLResolveInfo, child_id: str, **paging: Any
    ) -> Page:
        found = queries.absences_of(_child(info, child_id), school_year=_year(info))
        return page_of_list(found, **_paging(paging))

    @staticmethod
    @rules.by_object
    def resolve_school_homework(
        _root: None,
        info: GraphQLResolveInfo,
        child_id: str,
        since: datetime.date | None = None,
        **paging: Any,
    ) -> Page:
        rows = queries.homework_due(_child(info, child_id), since=since or info.context.today)
        return page_of_rows(rows, order=("due_on", "subject__name", "pk"), **_paging(paging))


def _child(info: GraphQLResolveInfo, child_id: str) -> Pupil:
    return access_read_pupil(info.context.require_user(), public_id(child_id))


def _year(info: GraphQLResolveInfo) -> int:
    return school_year_of(info.context.today).start_year


def _paging(given: dict[str, Any]) -> dict[str, Any]:
    return {"first": given.get("first"), "after": given.get("after")}
