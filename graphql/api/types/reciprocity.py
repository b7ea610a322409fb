"""Agreements between départements, where two of them stand, and their monthly statements. For agents."""

from __future__ import annotations

import datetime
import uuid

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import connection
from api.scalars import Cents, Money
from federation.passplus.clearing import Standing
from federation.reciprocity import queries
from federation.reciprocity.models import (
    Agreement,
    Settlement,
    Signature,
    Statement,
    StatementLine,
    StatementSignature,
    Term,
)

LINES_SHOWN = LIST_LENGTHS["ClearingStatement.lines"]


class ReciprocityTerm(graphene.ObjectType):
    """Un sens d'une convention : les jeunes de l'un, chez les partenaires de l'autre."""

    holder_code = graphene.String(required=True, description="Le département des jeunes.")
    partner_code = graphene.String(required=True, description="Le département des partenaires.")
    domains = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="Les domaines ouverts."
    )

    @staticmethod
    def resolve_holder_code(term: Term, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(term.holder)

    @staticmethod
    def resolve_partner_code(term: Term, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(term.partner)


class PartySignature(graphene.ObjectType):
    """La signature d'un des deux départements."""

    departement_code = graphene.String(required=True, description="Le département qui signe.")
    signatory = graphene.String(required=True, description="Le nom et la fonction donnés.")
    signed_at = graphene.DateTime(required=True, description="Quand.")

    @staticmethod
    def resolve_departement_code(signature: Signature, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(signature.signed_by)


class ClearingSignature(graphene.ObjectType):
    """L'accord d'un des deux départements sur un relevé."""

    departement_code = graphene.String(required=True, description="Le département qui accepte.")
    signatory = graphene.String(required=True, description="Le nom et la fonction donnés.")
    position_cents = Cents(
        required=True, description="Ce que l'autre lui doit, moins ce qu'il doit."
    )
    signed_at = graphene.DateTime(required=True, description="Quand.")

    @staticmethod
    def resolve_departement_code(signature: StatementSignature, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(signature.signed_by)


class ReciprocityAgreement(graphene.ObjectType):
    """Une convention Pass+ avec un autre département, ou sa proposition."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    departement_code = graphene.String(required=True, description="L'autre département.")
    valid_from = graphene.Date(required=True, description="Le premier jour.")
    ends_on = graphene.Date(description="Le premier jour sans convention, s'il est connu.")
    legal_basis = graphene.String(required=True, description="Les délibérations.")
    digest = graphene.String(required=True, description="L'empreinte du texte signé.")
    is_in_force = graphene.Boolean(required=True, description="Vrai si elle vaut aujourd'hui.")
    terms = graphene.List(
        graphene.NonNull(ReciprocityTerm), required=True, description="Ce qu'elle ouvre."
    )
    signatures = graphene.List(
        graphene.NonNull(PartySignature), required=True, description="Les signatures, deux au plus."
    )

    @staticmethod
    def resolve_id(agreement: Agreement, _info: GraphQLResolveInfo) -> uuid.UUID:
        return agreement.public_id

    @staticmethod
    def resolve_departement_code(agreement: Agreement, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(queries.other_party(agreement))

    @staticmethod
    def resolve_ends_on(agreement: Agreement, _info: GraphQLResolveInfo) -> datetime.date | None:
        return queries.ends_on(agreement)

    @staticmethod
    def resolve_digest(agreement: Agreement, _info: GraphQLResolveInfo) -> str:
        return queries.digest_of(agreement)

    @staticmethod
    def resolve_is_in_force(agreement: Agreement, info: GraphQLResolveInfo) -> bool:
        day = info.context.at.astimezone(queries.PARIS).date()
        return queries.is_in_force(agreement, on=day)

    @staticmethod
    def resolve_terms(agreement: Agreement, _info: GraphQLResolveInfo) -> list[Term]:
        return list(agreement.terms.all())

    @staticmethod
    def resolve_signatures(agreement: Agreement, _info: GraphQLResolveInfo) -> list[Signature]:
        return list(agreement.signatures.all())


class ClearingPosition(graphene.ObjectType):
    """Où l'on en est avec un autre département."""

    departement_code = graphene.String(required=True, description="L'autre département.")
    booked = graphene.Field(
        Money, required=True, description="Ce qu'il nous doit selon notre grand livre."
    )
    shared = graphene.Field(
        Money, required=True, description="Ce qu'il nous doit selon ce que les deux partagent."
    )
    is_agreed = graphene.Boolean(required=True, description="Vrai si les deux sont égaux.")

    @staticmethod
    def resolve_departement_code(standing: Standing, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(standing.schema)

    @staticmethod
    def resolve_booked(standing: Standing, _info: GraphQLResolveInfo) -> int:
        return standing.booked_cents

    @staticmethod
    def resolve_shared(standing: Standing, _info: GraphQLResolveInfo) -> int:
        return standing.shared.cents


class ClearingLine(graphene.ObjectType):
    """Une ligne d'un relevé. Elle ne dit rien du jeune."""

    reference = graphene.ID(required=True, description="La même dans les deux grands livres.")
    captured_at = graphene.DateTime(required=True, description="Quand le ticket a été validé.")
    holder_code = graphene.String(required=True, description="Le département du jeune.")
    partner_name = graphene.String(required=True, description="Le partenaire.")
    domain = graphene.String(required=True, description="Le domaine.")
    is_reversal = graphene.Boolean(required=True, description="Vrai si la validation est reprise.")
    amount = graphene.Field(Money, required=True, description="Négatif pour une reprise.")

    @staticmethod
    def resolve_reference(line: StatementLine, _info: GraphQLResolveInfo) -> uuid.UUID:
        return line.capture.public_id

    @staticmethod
    def resolve_captured_at(line: StatementLine, _info: GraphQLResolveInfo) -> datetime.datetime:
        return line.capture.captured_at

    @staticmethod
    def resolve_holder_code(line: StatementLine, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(line.capture.holder)

    @staticmethod
    def resolve_partner_name(line: StatementLine, _info: GraphQLResolveInfo) -> str:
        return line.capture.partner_name

    @staticmethod
    def resolve_domain(line: StatementLine, _info: GraphQLResolveInfo) -> str:
        return line.capture.domain

    @staticmethod
    def resolve_amount(line: StatementLine, _info: GraphQLResolveInfo) -> int:
        return line.signed_cents


class ClearingStatement(graphene.ObjectType):
    """Le relevé d'un mois avec un autre département."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    departement_code = graphene.String(required=True, description="L'autre département.")
    month = graphene.Date(required=True, description="Le mois, par son premier jour.")
    owed_to_us = graphene.Field(
        Money, required=True, description="Ce que l'autre doit, moins ce que nous devons."
    )
    digest = graphene.String(required=True, description="L'empreinte des lignes.")
    is_agreed = graphene.Boolean(required=True, description="Vrai si les deux l'ont accepté.")
    is_settled = graphene.Boolean(required=True, description="Vrai si le paiement est arrivé.")
    signatures = graphene.List(
        graphene.NonNull(ClearingSignature), required=True, description="Les accords, deux au plus."
    )
    lines = graphene.List(
        graphene.NonNull(ClearingLine),
        required=True,
        description="Les premières lignes ; toutes sont dans le fichier de la console.",
    )

    @staticmethod
    def resolve_id(statement: Statement, _info: GraphQLResolveInfo) -> uuid.UUID:
        return statement.public_id

    @staticmethod
    def resolve_departement_code(statement: Statement, _info: GraphQLResolveInfo) -> str:
        return queries.code_of(queries.other_of(statement))

    @staticmethod
    def resolve_owed_to_us(statement: Statement, _info: GraphQLResolveInfo) -> int:
        return -statement.owes_cents(queries.here())

    @staticmethod
    def resolve_is_agreed(statement: Statement, _info: GraphQLResolveInfo) -> bool:
        return queries.is_agreed(statement)

    @staticmethod
    def resolve_is_settled(statement: Statement, _info: GraphQLResolveInfo) -> bool:
        settlement: Settlement | None = getattr(statement, "settlement", None)
        return settlement is not None

    @staticmethod
    def resolve_signatures(
        statement: Statement, _info: GraphQLResolveInfo
    ) -> list[StatementSignature]:
        return list(statement.signatures.all())

    @staticmethod
    def resolve_lines(statement: Statement, _info: GraphQLResolveInfo) -> list[StatementLine]:
        return queries.lines_of(statement)[:LINES_SHOWN]


ClearingStatementConnection = connection(ClearingStatement, "les relevés entre départements")
