"""The roots that machines read. Nobody else: a person has the fields of their own rights."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.limits import MAX_EXPORT_PAGE
from api.paging import Page, id_of, page_of_rows
from api.scalars import public_id
from api.types.people import College
from api.types.records import (
    InvoiceRecordConnection,
    PupilNode,
    PupilRecord,
    PupilRecordConnection,
    pupil_nodes,
    pupils_page,
)
from billing.invoicing import queries as invoicing
from commons.errors import NotFound
from tenants.integrators.scopes import Scope
from tenants.people import queries as people
from tenants.people.models import College as CollegeRow


def _exported(kind: type[graphene.ObjectType], description: str) -> graphene.Field:
    return graphene.Field(
        kind,
        required=True,
        description=description,
        first=graphene.Int(
            default_value=MAX_EXPORT_PAGE, description="Nombre d'éléments, de 1 à 500."
        ),
        after=graphene.String(description="Curseur : commencer après cet élément."),
    )


class MachineQuery(graphene.ObjectType):
    """Ce que lisent les logiciels."""

    college_records = graphene.List(
        graphene.NonNull(College),
        required=True,
        description="Les collèges, par nom. Pour les logiciels : people:read.",
    )
    pupil_record = graphene.Field(
        PupilRecord,
        id=id_of("L'élève"),
        description="Un élève scolarisé aujourd'hui. Pour les logiciels : people:read.",
    )
    export_pupils = _exported(
        PupilRecordConnection,
        "Tous les élèves scolarisés aujourd'hui. Pour les logiciels : export et people:read.",
    )
    export_invoices = _exported(
        InvoiceRecordConnection,
        "Toutes les factures émises. Pour les logiciels : export et invoices:read.",
    )

    @staticmethod
    @rules.by_machine(Scope.PEOPLE_READ)
    def resolve_college_records(_root: None, _info: GraphQLResolveInfo) -> list[CollegeRow]:
        return list(people.colleges()[:500])

    @staticmethod
    @rules.by_machine(Scope.PEOPLE_READ)
    def resolve_pupil_record(_root: None, info: GraphQLResolveInfo, id: str) -> PupilNode:  # noqa: A002
        on = info.context.today
        pupil = people.schooled_pupils(on=on).filter(public_id=public_id(id)).first()
        if pupil is None:
            raise NotFound(pupil=id)
        return pupil_nodes([pupil], on=on)[0]

    @staticmethod
    @rules.by_machine(Scope.EXPORT, Scope.PEOPLE_READ)
    def resolve_export_pupils(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        on = info.context.today
        rows = people.schooled_pupils(on=on)
        return pupils_page(_page(rows, people.all_pupils(), first, after), on=on)

    @staticmethod
    @rules.by_machine(Scope.EXPORT, Scope.INVOICES_READ)
    def resolve_export_invoices(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = invoicing.issued_invoices()
        return _page(rows, rows, first, after)


def _page(rows: Any, among: Any, first: int | None, after: str | None) -> Page:
    """A page in the order rows were made: what is added meanwhile comes last, and nothing comes twice."""
    return page_of_rows(
        rows, order=("pk",), first=first, after=after, most=MAX_EXPORT_PAGE, among=among
    )
