"""What agents do with another département: agree, end, prepare a statement, accept it, see it paid."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.reciprocity import ClearingStatement, ReciprocityAgreement
from federation.passplus import operations as passplus
from federation.reciprocity import operations, queries
from federation.reciprocity.access import access_agreement, access_statement
from federation.reciprocity.models import Agreement, Statement
from tenants.accounts.capabilities import Capability

_AGREES = rules.needs_proof(Capability.MANAGE_PASSPLUS)


def _read(agreement: Agreement) -> Agreement:
    return queries.agreements().get(pk=agreement.pk)


def _statement(statement: Statement) -> Statement:
    return queries.statements().get(pk=statement.pk)


class ProposeReciprocityInput(graphene.InputObjectType):
    """Le texte d'une convention, et qui la signe."""

    departement_code = graphene.String(required=True, description="L'autre département.")
    ours_there = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Les domaines où nos jeunes dépensent là-bas : SPORT, CULTURE, LEISURE.",
    )
    theirs_here = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Les domaines où ses jeunes dépensent ici.",
    )
    valid_from = graphene.Date(required=True, description="Le premier jour.")
    valid_until = graphene.Date(description="Le premier jour sans convention, s'il est connu.")
    legal_basis = graphene.String(required=True, description="Les délibérations.")
    signatory = graphene.String(required=True, description="Le nom et la fonction de qui signe.")


class ProposeReciprocity(OperationMutation):
    class Meta:
        rule = _AGREES

    class Arguments:
        input = ProposeReciprocityInput(required=True, description="Ce qui est proposé.")

    agreement = graphene.Field(ReciprocityAgreement, description="La convention proposée.")

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        directions = operations.Directions(
            ours_there=values.pop("ours_there"), theirs_here=values.pop("theirs_here")
        )
        made = operations.propose_agreement(
            directions=directions, actor=context.actor, at=context.at, **values
        )
        return {"agreement": _read(made)}


class SignReciprocityInput(graphene.InputObjectType):
    """La convention, et qui signe."""

    agreement_id = graphene.ID(required=True, description="La convention (UUID).")
    signatory = graphene.String(required=True, description="Le nom et la fonction de qui signe.")


class SignReciprocity(OperationMutation):
    class Meta:
        rule = _AGREES

    class Arguments:
        input = SignReciprocityInput(required=True, description="Ce qui est signé.")

    about = {"NOT_FOUND": "agreement_id"}
    agreement = graphene.Field(ReciprocityAgreement, description="La convention signée.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, agreement_id: str, signatory: str
    ) -> dict[str, Any]:
        found = access_agreement(context.require_user(), public_id(agreement_id))
        signed = operations.sign_agreement(
            agreement=found, signatory=signatory, actor=context.actor, at=context.at
        )
        return {"agreement": _read(signed)}


class EndReciprocityInput(graphene.InputObjectType):
    """La convention, son premier jour sans effet, et pourquoi."""

    agreement_id = graphene.ID(required=True, description="La convention (UUID).")
    ends_on = graphene.Date(required=True, description="Le premier jour sans convention.")
    reason = graphene.String(required=True, description="Pourquoi ; l'autre département le lit.")


class EndReciprocity(OperationMutation):
    class Meta:
        rule = _AGREES

    class Arguments:
        input = EndReciprocityInput(required=True, description="Ce qui prend fin.")

    about = {"NOT_FOUND": "agreement_id"}
    agreement = graphene.Field(ReciprocityAgreement, description="La convention.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, agreement_id: str, **values: Any
    ) -> dict[str, Any]:
        found = access_agreement(context.require_user(), public_id(agreement_id))
        ended = operations.end_agreement(
            agreement=found, actor=context.actor, at=context.at, **values
        )
        return {"agreement": _read(ended)}


class PrepareClearingInput(graphene.InputObjectType):
    """Avec qui, et pour quel mois."""

    departement_code = graphene.String(required=True, description="L'autre département.")
    month = graphene.Date(required=True, description="Un jour du mois.")


class PrepareClearing(OperationMutation):
    class Meta:
        rule = rules.needs(Capability.PREPARE_PARTNER_PAYMENTS)

    class Arguments:
        input = PrepareClearingInput(required=True, description="Ce qui est établi.")

    statement = graphene.Field(ClearingStatement, description="Le relevé.")

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        made = operations.prepare_statement(actor=context.actor, at=context.at, **values)
        return {"statement": _statement(made)}


class SignClearingInput(graphene.InputObjectType):
    """Le relevé, et qui l'accepte."""

    statement_id = graphene.ID(required=True, description="Le relevé (UUID).")
    signatory = graphene.String(required=True, description="Le nom et la fonction de qui accepte.")


class SignClearing(OperationMutation):
    class Meta:
        rule = rules.needs_proof(Capability.APPROVE_PARTNER_PAYMENTS)

    class Arguments:
        input = SignClearingInput(required=True, description="Ce qui est accepté.")

    about = {"NOT_FOUND": "statement_id"}
    statement = graphene.Field(ClearingStatement, description="Le relevé accepté.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, statement_id: str, signatory: str
    ) -> dict[str, Any]:
        found = access_statement(context.require_user(), public_id(statement_id))
        passplus.sign_statement(
            statement=found, signatory=signatory, actor=context.actor, at=context.at
        )
        return {"statement": _statement(found)}


class SettleClearingInput(graphene.InputObjectType):
    """Le relevé, et le virement reçu."""

    statement_id = graphene.ID(required=True, description="Le relevé (UUID).")
    reference = graphene.String(required=True, description="La référence du virement.")
    received_on = graphene.Date(required=True, description="Le jour où il est arrivé.")


class SettleClearing(OperationMutation):
    class Meta:
        rule = rules.needs_proof(Capability.APPROVE_PARTNER_PAYMENTS)

    class Arguments:
        input = SettleClearingInput(required=True, description="Ce qui est arrivé.")

    about = {"NOT_FOUND": "statement_id"}
    statement = graphene.Field(ClearingStatement, description="Le relevé réglé.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, statement_id: str, **values: Any
    ) -> dict[str, Any]:
        found = access_statement(context.require_user(), public_id(statement_id))
        passplus.record_settlement(statement=found, actor=context.actor, at=context.at, **values)
        return {"statement": _statement(found)}
