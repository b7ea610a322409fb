"""Collèges, children and whoever is signed in."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any, ClassVar

import graphene
from graphene_federation import key
from graphql import GraphQLResolveInfo

from api.context import Context
from api.limits import DEFAULT_PAGE
from api.loaders import Children
from api.paging import Page, page_of_list, page_of_rows, paged
from api.types.canteen import CanteenEnrolment, EnrolmentNode
from api.types.enumerations import (
    ClassLevel,
    SchoolRegime,
    StaffRoleName,
    Weekday,
    weekdays_of,
)
from api.types.invoices import InvoiceConnection, bills_page
from api.types.pass_plus import PassCard
from api.types.payments import PaymentConnection, payments_page
from api.types.prices import MealPrice
from api.types.timetables import TimetableFeed, days_asked, lessons_field
from billing.invoicing import queries as invoicing
from billing.payments import queries as payments
from billing.tariffs.queries import ExplainedPrice
from federation.passplus.holding import HeldCard
from tenants.accounts.models import User
from tenants.activation.queries import pupil_of
from tenants.integrators.scopes import Scope
from tenants.people import queries as people
from tenants.people.models import College as CollegeRow
from tenants.people.models import Pupil as PupilRow
from tenants.people.models import Schooling
from tenants.schoollife.timetable.access import own_addresses
from tenants.schoollife.timetable.models import FeedAddress
from tenants.schoollife.timetable.models import Lesson as LessonRow


@key("uai")
class College(graphene.ObjectType):
    """Un collège du département."""

    opened_by: ClassVar = frozenset({Scope.PEOPLE_READ})

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    uai = graphene.String(required=True, description="Code UAI du collège.")
    name = graphene.String(required=True, description="Nom.")
    city = graphene.String(required=True, description="Commune.")

    @staticmethod
    def resolve_id(college: CollegeRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return college.public_id


class SchoolPlace(graphene.ObjectType):
    """La scolarité d'un enfant aujourd'hui."""

    college = graphene.Field(College, required=True, description="Le collège.")
    class_name = graphene.String(description="Le nom de la classe, s'il est connu.")
    level = graphene.Field(ClassLevel, description="Le niveau de la classe, s'il est connu.")
    regime = graphene.Field(SchoolRegime, required=True, description="Le régime scolaire.")

    @staticmethod
    def resolve_class_name(schooling: Schooling, _info: GraphQLResolveInfo) -> str | None:
        return schooling.school_class.name if schooling.school_class else None

    @staticmethod
    def resolve_level(schooling: Schooling, _info: GraphQLResolveInfo) -> str | None:
        return schooling.school_class.level if schooling.school_class else None


@dataclasses.dataclass(frozen=True, slots=True)
class ChildNode:
    """A pupil, in the batch they were read with."""

    pupil: PupilRow
    batch: Children


@key("id")
class Child(graphene.ObjectType):
    """Un enfant, tel que la personne connectée peut le voir."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    first_name = graphene.String(required=True, description="Prénom.")
    last_name = graphene.String(required=True, description="Nom.")
    full_name = graphene.String(required=True, description="Prénom et nom.")
    birth_date = graphene.Date(required=True, description="Date de naissance.")
    college = graphene.Field(College, description="Le collège d'aujourd'hui, s'il est connu.")
    schooling = graphene.Field(SchoolPlace, description="La scolarité d'aujourd'hui.")
    enrolment = graphene.Field(
        CanteenEnrolment,
        description="L'inscription à la cantine en cours, ou à venir cette année scolaire.",
    )
    price = graphene.Field(
        MealPrice,
        description="Le prix d'un repas aujourd'hui, ou au premier jour d'une inscription à venir.",
    )
    pass_cards = graphene.List(
        graphene.NonNull(PassCard),
        required=True,
        description="Les Pass+ qui peuvent encore servir, le plus récent d'abord.",
    )
    lessons = lessons_field()
    invoices = paged(
        InvoiceConnection,
        "Les factures où cet enfant a une ligne, que la personne connectée peut voir.",
    )

    @staticmethod
    def resolve_id(child: ChildNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return child.pupil.public_id

    @staticmethod
    def resolve_first_name(child: ChildNode, _info: GraphQLResolveInfo) -> str:
        return child.pupil.first_name

    @staticmethod
    def resolve_last_name(child: ChildNode, _info: GraphQLResolveInfo) -> str:
        return child.pupil.last_name

    @staticmethod
    def resolve_full_name(child: ChildNode, _info: GraphQLResolveInfo) -> str:
        return child.pupil.full_name

    @staticmethod
    def resolve_birth_date(child: ChildNode, _info: GraphQLResolveInfo) -> Any:
        return child.pupil.birth_date

    @staticmethod
    def resolve_college(child: ChildNode, _info: GraphQLResolveInfo) -> CollegeRow | None:
        schooling = child.batch.schoolings.get(child.pupil.pk)
        return schooling.college if schooling else None

    @staticmethod
    def resolve_schooling(child: ChildNode, _info: GraphQLResolveInfo) -> Schooling | None:
        return child.batch.schoolings.get(child.pupil.pk)

    @staticmethod
    def resolve_enrolment(child: ChildNode, _info: GraphQLResolveInfo) -> EnrolmentNode | None:
        enrolment = child.batch.enrolments.get(child.pupil.pk)
        return EnrolmentNode(enrolment, child.batch) if enrolment else None

    @staticmethod
    def resolve_price(child: ChildNode, _info: GraphQLResolveInfo) -> ExplainedPrice | None:
        return child.batch.price(child.pupil)

    @staticmethod
    def resolve_pass_cards(child: ChildNode, _info: GraphQLResolveInfo) -> list[HeldCard]:
        return child.batch.pass_cards(child.pupil)

    @staticmethod
    def resolve_lessons(
        child: ChildNode,
        info: GraphQLResolveInfo,
        days: int | None,
        first: int | None,
        day: datetime.date | None = None,
    ) -> list[LessonRow]:
        asked = days_asked(day, days, today=info.context.today)
        return child.batch.lessons(child.pupil, asked)[:first]

    @staticmethod
    def resolve_invoices(
        child: ChildNode, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        page = page_of_list(child.batch.invoices(child.pupil), first=first, after=after)
        return bills_page(page, child.batch.bills)


def child_nodes(pupils: Any, context: Context) -> list[ChildNode]:
    """Children read together."""
    batch = Children(pupils, user=context.require_user(), on=context.today)
    return [ChildNode(pupil, batch) for pupil in batch.pupils]


def own_pupil_node(context: Context) -> PupilNode | None:
    """The pupil that the signed-in person is, if they are one."""
    user = context.require_user()
    pupil = pupil_of(user)
    return PupilNode(pupil, Children([pupil], user=user, on=context.today)) if pupil else None


@dataclasses.dataclass(frozen=True, slots=True)
class PupilNode(ChildNode):
    """The pupil that the signed-in person is: less is said of oneself than of one's child."""


@key("id")
class Pupil(graphene.ObjectType):
    """L'élève que la personne connectée est. Ni prix, ni factures : ils sont à ses parents."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    first_name = graphene.String(required=True, description="Prénom.")
    last_name = graphene.String(required=True, description="Nom.")
    birth_date = graphene.Date(required=True, description="Date de naissance.")
    schooling = graphene.Field(SchoolPlace, description="La scolarité d'aujourd'hui.")
    meal_weekdays = graphene.List(
        graphene.NonNull(Weekday),
        required=True,
        description="Les jours de cantine de la semaine ; aucun sans inscription.",
    )
    pass_cards = graphene.List(
        graphene.NonNull(PassCard),
        required=True,
        description="Les Pass+ qui peuvent encore servir, le plus récent d'abord.",
    )
    lessons = lessons_field()

    @staticmethod
    def resolve_id(child: ChildNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return child.pupil.public_id

    @staticmethod
    def resolve_first_name(child: ChildNode, _info: GraphQLResolveInfo) -> str:
        return child.pupil.first_name

    @staticmethod
    def resolve_last_name(child: ChildNode, _info: GraphQLResolveInfo) -> str:
        return child.pupil.last_name

    @staticmethod
    def resolve_birth_date(child: ChildNode, _info: GraphQLResolveInfo) -> Any:
        return child.pupil.birth_date

    @staticmethod
    def resolve_schooling(child: ChildNode, _info: GraphQLResolveInfo) -> Schooling | None:
        return child.batch.schoolings.get(child.pupil.pk)

    @staticmethod
    def resolve_meal_weekdays(child: ChildNode, _info: GraphQLResolveInfo) -> list[int]:
        enrolment = child.batch.enrolments.get(child.pupil.pk)
        return weekdays_of(enrolment.weekdays) if enrolment else []

    @staticmethod
    def resolve_lessons(
        child: ChildNode,
        info: GraphQLResolveInfo,
        days: int | None,
        first: int | None,
        day: datetime.date | None = None,
    ) -> list[LessonRow]:
        asked = days_asked(day, days, today=info.context.today)
        return child.batch.lessons(child.pupil, asked)[:first]

    @staticmethod
    def resolve_pass_cards(child: ChildNode, _info: GraphQLResolveInfo) -> list[HeldCard]:
        return child.batch.pass_cards(child.pupil)


@key("id")
class Viewer(graphene.ObjectType):
    """La personne connectée."""

    id = graphene.ID(required=True, description="Identifiant du compte (UUID).")
    email = graphene.String(
        required=True, description="Adresse électronique du compte ; vide s'il n'en a pas."
    )
    login = graphene.String(description="Identifiant donné sur papier, s'il y en a un.")
    first_name = graphene.String(required=True, description="Prénom.")
    last_name = graphene.String(required=True, description="Nom.")
    full_name = graphene.String(required=True, description="Prénom et nom.")
    roles = graphene.List(
        graphene.NonNull(StaffRoleName),
        required=True,
        description="Les rôles d'agent ; aucun pour une famille.",
    )
    children = graphene.List(
        graphene.NonNull(Child),
        required=True,
        description="Les enfants dont cette personne répond aujourd'hui, l'aîné d'abord.",
        first=graphene.Int(default_value=DEFAULT_PAGE, description="Nombre d'enfants, de 1 à 100."),
        after=graphene.ID(description="L'identifiant d'un enfant : commencer après lui."),
    )
    pupil = graphene.Field(Pupil, description="L'élève que cette personne est, si c'en est un.")
    invoices = paged(
        InvoiceConnection, "Les factures que cette personne paie, la plus récente d'abord."
    )
    payments = paged(
        PaymentConnection, "Les paiements que cette personne a faits, le plus récent d'abord."
    )

    timetable_feeds = graphene.List(
        graphene.NonNull(TimetableFeed),
        required=True,
        description="Les adresses d'agenda de cette personne qui marchent, la dernière d'abord.",
    )

    @staticmethod
    def resolve_timetable_feeds(user: User, _info: GraphQLResolveInfo) -> list[FeedAddress]:
        return list(own_addresses(user))

    @staticmethod
    def resolve_id(user: User, _info: GraphQLResolveInfo) -> uuid.UUID:
        return user.public_id

    @staticmethod
    def resolve_email(user: User, _info: GraphQLResolveInfo) -> str:
        return user.email or ""

    @staticmethod
    def resolve_full_name(user: User, _info: GraphQLResolveInfo) -> str:
        return user.get_full_name()

    @staticmethod
    def resolve_roles(user: User, _info: GraphQLResolveInfo) -> list[str]:
        return sorted(role.value for role in user.roles())

    @staticmethod
    def resolve_children(
        user: User, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> list[ChildNode]:
        found = list(people.children_of(user, on=info.context.today))
        return child_nodes(page_of_list(found, first=first, after=after).nodes, info.context)

    @staticmethod
    def resolve_pupil(_user: User, info: GraphQLResolveInfo) -> PupilNode | None:
        return own_pupil_node(info.context)

    @staticmethod
    def resolve_invoices(
        user: User, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = invoicing.invoices_of(user)
        return bills_page(page_of_rows(rows, order=("-month", "-pk"), first=first, after=after))

    @staticmethod
    def resolve_payments(
        user: User, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = payments.payments_of(user)
        return payments_page(
            page_of_rows(rows, order=("-created_at", "-pk"), first=first, after=after)
        )
