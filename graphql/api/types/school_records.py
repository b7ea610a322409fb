"""Marks, absences and homework of a child, as their family reads them."""

from __future__ import annotations

import uuid
from decimal import Decimal

import graphene
from graphql import GraphQLResolveInfo

from api.list_lengths import LIST_LENGTHS
from api.paging import connection
from api.types.enumerations import (
    AbsenceKind,
    AbsenceReason,
    JustificationState,
    MarkStatus,
)
from tenants.schoollife.records.models import Homework as HomeworkRow
from tenants.schoollife.records.models import Justification as JustificationRow
from tenants.schoollife.records.queries import AbsenceOf, MarkInContext
from tenants.schoollife.records.queries import Context as ContextRow
from ui import records_texts

MOST_JUSTIFICATIONS = LIST_LENGTHS["SchoolAbsence.justifications"]


class MarkContext(graphene.ObjectType):
    """Ce que le groupe a eu. Rien d'un petit groupe, et jamais de rang."""

    median = graphene.Decimal(required=True, description="La note du milieu.")
    lowest = graphene.Decimal(required=True, description="La plus basse.")
    highest = graphene.Decimal(required=True, description="La plus haute.")
    words = graphene.String(required=True, description="De quoi à quoi vont les notes, en mots.")

    @staticmethod
    def resolve_words(context: ContextRow, _info: GraphQLResolveInfo) -> str:
        return records_texts.spread(context)


class SchoolMark(graphene.ObjectType):
    """Ce qu'un élève a eu à une évaluation : une note, un niveau de maîtrise, ou pourquoi rien."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    subject = graphene.String(required=True, description="La matière.")
    title = graphene.String(required=True, description="L'intitulé de l'évaluation.")
    held_on = graphene.Date(required=True, description="Le jour de l'évaluation.")
    coefficient = graphene.Decimal(required=True, description="Le coefficient.")
    status = graphene.Field(MarkStatus, required=True, description="Noté, ou pourquoi rien.")
    value = graphene.Decimal(description="La note, s'il y en a une.")
    out_of = graphene.Decimal(description="Sur combien, s'il y a une note.")
    level = graphene.Int(description="Le niveau de maîtrise du socle, de 1 à 4, s'il y en a un.")
    comment = graphene.String(required=True, description="L'appréciation ; vide s'il n'y en a pas.")
    result = graphene.String(required=True, description="Le résultat en mots : « 14 sur 20 ».")
    words = graphene.String(
        required=True, description="À côté de la note du milieu ; vide pour un petit groupe."
    )
    context = graphene.Field(
        MarkContext, description="Ce que le groupe a eu ; rien d'un petit groupe."
    )

    @staticmethod
    def resolve_id(found: MarkInContext, _info: GraphQLResolveInfo) -> uuid.UUID:
        return found.public_id

    @staticmethod
    def resolve_subject(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return found.mark.assessment.subject.name

    @staticmethod
    def resolve_title(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return found.mark.assessment.title

    @staticmethod
    def resolve_held_on(found: MarkInContext, _info: GraphQLResolveInfo) -> object:
        return found.mark.assessment.held_on

    @staticmethod
    def resolve_coefficient(found: MarkInContext, _info: GraphQLResolveInfo) -> Decimal:
        return found.mark.assessment.coefficient

    @staticmethod
    def resolve_status(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return found.mark.status

    @staticmethod
    def resolve_value(found: MarkInContext, _info: GraphQLResolveInfo) -> Decimal | None:
        return found.mark.value

    @staticmethod
    def resolve_out_of(found: MarkInContext, _info: GraphQLResolveInfo) -> Decimal | None:
        return found.mark.out_of

    @staticmethod
    def resolve_level(found: MarkInContext, _info: GraphQLResolveInfo) -> int | None:
        return found.mark.level

    @staticmethod
    def resolve_comment(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return found.mark.comment

    @staticmethod
    def resolve_result(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return records_texts.result(found.mark)

    @staticmethod
    def resolve_words(found: MarkInContext, _info: GraphQLResolveInfo) -> str:
        return records_texts.in_words(found)


class AbsenceJustification(graphene.ObjectType):
    """Ce qu'un responsable a dit d'une absence, et la réponse du collège."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    reason = graphene.Field(AbsenceReason, required=True, description="La raison donnée.")
    text = graphene.String(required=True, description="Ce qui est écrit ; vide si rien.")
    given_at = graphene.DateTime(required=True, description="Quand elle a été donnée.")
    state = graphene.Field(JustificationState, required=True, description="Où elle en est.")
    answer = graphene.String(required=True, description="Ce que le collège demande ; vide si rien.")
    answered_at = graphene.DateTime(description="Quand le collège a répondu.")

    @staticmethod
    def resolve_id(said: JustificationRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return said.public_id


class SchoolAbsence(graphene.ObjectType):
    """Une absence, ou un retard."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.Field(AbsenceKind, required=True, description="Absence ou retard.")
    starts_at = graphene.DateTime(required=True, description="Le début.")
    ends_at = graphene.DateTime(required=True, description="La fin ; d'un retard, l'arrivée.")
    reason = graphene.String(
        required=True, description="Le motif du collège ; vide s'il n'y en a pas."
    )
    is_justified = graphene.Boolean(
        required=True, description="Justifiée, par le collège ou par une raison qu'il a acceptée."
    )
    is_waiting = graphene.Boolean(
        required=True, description="Le collège a une justification à lire."
    )
    justify_until = graphene.Date(required=True, description="Le dernier jour pour l'expliquer.")
    justifications = graphene.List(
        graphene.NonNull(AbsenceJustification),
        required=True,
        description="Ce que les responsables ont dit, le dernier d'abord ; rien pour l'élève.",
    )

    @staticmethod
    def resolve_id(found: AbsenceOf, _info: GraphQLResolveInfo) -> uuid.UUID:
        return found.public_id

    @staticmethod
    def resolve_kind(found: AbsenceOf, _info: GraphQLResolveInfo) -> str:
        return found.absence.kind

    @staticmethod
    def resolve_starts_at(found: AbsenceOf, _info: GraphQLResolveInfo) -> object:
        return found.absence.starts_at

    @staticmethod
    def resolve_ends_at(found: AbsenceOf, _info: GraphQLResolveInfo) -> object:
        return found.absence.ends_at

    @staticmethod
    def resolve_reason(found: AbsenceOf, _info: GraphQLResolveInfo) -> str:
        return found.absence.reason

    @staticmethod
    def resolve_justify_until(found: AbsenceOf, _info: GraphQLResolveInfo) -> object:
        return found.until

    @staticmethod
    def resolve_justifications(
        found: AbsenceOf, info: GraphQLResolveInfo
    ) -> tuple[JustificationRow, ...]:
        """What parents wrote is theirs: a pupil learns that it was justified, and no more."""
        is_own = found.absence.pupil.user_id == info.context.require_user().pk
        return () if is_own else found.justifications[:MOST_JUSTIFICATIONS]


class SchoolHomework(graphene.ObjectType):
    """Ce qu'un élève a à faire."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    subject = graphene.String(required=True, description="La matière.")
    text = graphene.String(required=True, description="Le travail.")
    given_on = graphene.Date(required=True, description="Donné le.")
    due_on = graphene.Date(required=True, description="Pour le.")
    is_done = graphene.Boolean(required=True, description="L'élève l'a coché.")

    @staticmethod
    def resolve_id(homework: HomeworkRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return homework.public_id

    @staticmethod
    def resolve_subject(homework: HomeworkRow, _info: GraphQLResolveInfo) -> str:
        return homework.subject.name


SchoolMarkConnection = connection(SchoolMark, "des notes")
SchoolAbsenceConnection = connection(SchoolAbsence, "des absences")
SchoolHomeworkConnection = connection(SchoolHomework, "des devoirs")
