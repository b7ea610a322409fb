"""What machines read: pupils and invoices as records, each part opened by the scope that names it."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.machine_reads import Records
from api.paging import Page, connection
from api.scalars import Money
from api.types.enumerations import (
    ClassLevel,
    EnrolmentState,
    MealService,
    RelationName,
    SchoolRegime,
    Weekday,
    weekdays_of,
)
from api.types.people import College
from billing.canteen.models import Enrolment
from billing.invoicing import queries as invoicing
from billing.invoicing.models import Invoice
from federation.passplus.holding import HeldCard
from tenants.integrators.scopes import Scope
from tenants.people.models import College as CollegeRow
from tenants.people.models import Guardianship, Pupil

_PEOPLE = frozenset({Scope.PEOPLE_READ})


@dataclasses.dataclass(frozen=True, slots=True)
class PupilNode:
    """A pupil, in the page they were read with."""

    pupil: Pupil
    records: Records

    @property
    def public_id(self) -> uuid.UUID:
        return self.pupil.public_id


class GuardianRecord(graphene.ObjectType):
    """Un responsable d'un élève, tel qu'un logiciel le lit. Portée : people:read."""

    opened_by: ClassVar = _PEOPLE

    id = graphene.ID(required=True, description="Identifiant du responsable (UUID).")
    first_name = graphene.String(required=True, description="Prénom.")
    last_name = graphene.String(required=True, description="Nom.")
    relation = graphene.Field(RelationName, required=True, description="Ce qu'il est pour l'élève.")
    has_authority = graphene.Boolean(
        required=True, description="Vrai s'il détient l'autorité parentale."
    )
    is_payer = graphene.Boolean(required=True, description="Vrai s'il paie une part.")
    email = graphene.String(required=True, description="Courriel ; vide s'il n'en a pas donné.")
    phone = graphene.String(required=True, description="Mobile ; vide s'il n'en a pas donné.")

    @staticmethod
    def resolve_id(link: Guardianship, _info: GraphQLResolveInfo) -> uuid.UUID:
        return link.guardian.public_id

    @staticmethod
    def resolve_first_name(link: Guardianship, _info: GraphQLResolveInfo) -> str:
        return link.guardian.first_name

    @staticmethod
    def resolve_last_name(link: Guardianship, _info: GraphQLResolveInfo) -> str:
        return link.guardian.last_name

    @staticmethod
    def resolve_has_authority(link: Guardianship, _info: GraphQLResolveInfo) -> bool:
        return link.legal_role in (1, 2)

    @staticmethod
    def resolve_is_payer(link: Guardianship, _info: GraphQLResolveInfo) -> bool:
        return link.payer_share_bp > 0

    @staticmethod
    def resolve_email(link: Guardianship, _info: GraphQLResolveInfo) -> str:
        return link.guardian.email

    @staticmethod
    def resolve_phone(link: Guardianship, _info: GraphQLResolveInfo) -> str:
        return link.guardian.mobile_phone


class CanteenRecord(graphene.ObjectType):
    """L'inscription d'un élève à la cantine aujourd'hui. Portée : canteen:read."""

    opened_by: ClassVar = frozenset({Scope.CANTEEN_READ})

    id = graphene.ID(required=True, description="Identifiant de l'inscription (UUID).")
    service = graphene.Field(MealService, required=True, description="Le service.")
    state = graphene.Field(EnrolmentState, required=True, description="L'état.")
    weekdays = graphene.List(
        graphene.NonNull(Weekday), required=True, description="Les jours de repas de la semaine."
    )
    valid_from = graphene.Date(required=True, description="Premier jour.")
    valid_until = graphene.Date(description="Fin, exclue : le premier jour sans repas.")

    @staticmethod
    def resolve_id(enrolment: Enrolment, _info: GraphQLResolveInfo) -> uuid.UUID:
        return enrolment.public_id

    @staticmethod
    def resolve_weekdays(enrolment: Enrolment, _info: GraphQLResolveInfo) -> list[int]:
        return weekdays_of(enrolment.weekdays)


class PassCardRecord(graphene.ObjectType):
    """Un Pass+ d'un élève qui peut encore servir. Portée : passplus:read."""

    opened_by: ClassVar = frozenset({Scope.PASSPLUS_READ})

    id = graphene.ID(required=True, description="Identifiant de la carte (UUID).")
    label = graphene.String(required=True, description="Le nom de la campagne.")
    available = graphene.Field(
        Money, required=True, description="Ce qui peut aller sur un ticket aujourd'hui."
    )
    used_until = graphene.Date(required=True, description="Le dernier jour, compris.")

    @staticmethod
    def resolve_id(card: HeldCard, _info: GraphQLResolveInfo) -> uuid.UUID:
        return card.row.public_id

    @staticmethod
    def resolve_available(card: HeldCard, _info: GraphQLResolveInfo) -> int:
        return card.spendable_cents


class PupilRecord(graphene.ObjectType):
    """Un élève du département, tel qu'un logiciel le lit. Portée : people:read."""

    opened_by: ClassVar = _PEOPLE

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    first_name = graphene.String(required=True, description="Prénom.")
    last_name = graphene.String(required=True, description="Nom.")
    birth_date = graphene.Date(required=True, description="Date de naissance.")
    college = graphene.Field(College, description="Le collège d'aujourd'hui.")
    class_name = graphene.String(description="Le nom de la classe, s'il est connu.")
    level = graphene.Field(ClassLevel, description="Le niveau de la classe, s'il est connu.")
    guardians = graphene.List(
        graphene.NonNull(GuardianRecord),
        required=True,
        description="Qui répond de lui aujourd'hui : les payeurs d'abord.",
    )
    regime = graphene.Field(SchoolRegime, description="Le régime scolaire. Portée : canteen:read.")
    canteen = graphene.Field(
        CanteenRecord, description="L'inscription à la cantine, s'il en a une."
    )
    pass_cards = graphene.List(
        graphene.NonNull(PassCardRecord),
        required=True,
        description="Les Pass+ qui peuvent encore servir. Portée : passplus:read.",
    )

    @staticmethod
    def resolve_id(node: PupilNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.pupil.public_id

    @staticmethod
    def resolve_first_name(node: PupilNode, _info: GraphQLResolveInfo) -> str:
        return node.pupil.first_name

    @staticmethod
    def resolve_last_name(node: PupilNode, _info: GraphQLResolveInfo) -> str:
        return node.pupil.last_name

    @staticmethod
    def resolve_birth_date(node: PupilNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.pupil.birth_date

    @staticmethod
    def resolve_college(node: PupilNode, _info: GraphQLResolveInfo) -> CollegeRow | None:
        schooling = node.records.schoolings.get(node.pupil.pk)
        return schooling.college if schooling else None

    @staticmethod
    def resolve_class_name(node: PupilNode, _info: GraphQLResolveInfo) -> str | None:
        schooling = node.records.schoolings.get(node.pupil.pk)
        return schooling.school_class.name if schooling and schooling.school_class else None

    @staticmethod
    def resolve_level(node: PupilNode, _info: GraphQLResolveInfo) -> str | None:
        schooling = node.records.schoolings.get(node.pupil.pk)
        return schooling.school_class.level if schooling and schooling.school_class else None

    @staticmethod
    def resolve_guardians(node: PupilNode, _info: GraphQLResolveInfo) -> list[Guardianship]:
        return node.records.guardianships(node.pupil)

    @staticmethod
    @rules.by_machine(Scope.CANTEEN_READ)
    def resolve_regime(node: PupilNode, _info: GraphQLResolveInfo) -> str | None:
        schooling = node.records.schoolings.get(node.pupil.pk)
        return schooling.regime if schooling else None

    @staticmethod
    @rules.by_machine(Scope.CANTEEN_READ)
    def resolve_canteen(node: PupilNode, _info: GraphQLResolveInfo) -> Enrolment | None:
        return node.records.enrolments.get(node.pupil.pk)

    @staticmethod
    @rules.by_machine(Scope.PASSPLUS_READ)
    def resolve_pass_cards(node: PupilNode, _info: GraphQLResolveInfo) -> list[HeldCard]:
        return node.records.pass_cards(node.pupil)


class InvoiceRecord(graphene.ObjectType):
    """Une facture émise, telle qu'un logiciel la lit. Portée : invoices:read."""

    opened_by: ClassVar = frozenset({Scope.INVOICES_READ})

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    number = graphene.String(required=True, description="Le numéro, sans trou dans l'année.")
    month = graphene.Date(required=True, description="Le premier jour du mois facturé.")
    issued_on = graphene.Date(required=True, description="La date d'émission.")
    due_on = graphene.Date(required=True, description="La date limite de paiement.")
    payer_id = graphene.ID(required=True, description="Identifiant du responsable (UUID).")
    payer_name = graphene.String(required=True, description="Prénom et nom du payeur.")
    total = graphene.Field(Money, required=True, description="Le total.")
    due = graphene.Field(Money, required=True, description="Ce qui reste à payer.")

    @staticmethod
    def resolve_id(invoice: Invoice, _info: GraphQLResolveInfo) -> uuid.UUID:
        return invoice.public_id

    @staticmethod
    def resolve_payer_id(invoice: Invoice, _info: GraphQLResolveInfo) -> uuid.UUID:
        return invoice.payer.public_id

    @staticmethod
    def resolve_payer_name(invoice: Invoice, _info: GraphQLResolveInfo) -> str:
        return f"{invoice.payer_first_name} {invoice.payer_last_name}"

    @staticmethod
    def resolve_total(invoice: Invoice, _info: GraphQLResolveInfo) -> int:
        return invoice.total_cents

    @staticmethod
    def resolve_due(invoice: Invoice, _info: GraphQLResolveInfo) -> int:
        return invoicing.due_cents(invoice)


PupilRecordConnection = connection(PupilRecord, of="des élèves")
InvoiceRecordConnection = connection(InvoiceRecord, of="des factures")


def pupil_nodes(pupils: Sequence[Pupil], *, on: datetime.date) -> list[PupilNode]:
    """Pupils read together."""
    records = Records(pupils, on=on)
    return [PupilNode(pupil, records) for pupil in pupils]


def pupils_page(page: Page, *, on: datetime.date) -> Page:
    """The same page, of pupils with what their fields need."""
    nodes: Sequence[Any] = pupil_nodes(page.nodes, on=on)
    return dataclasses.replace(page, nodes=nodes)
