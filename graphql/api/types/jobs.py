"""Long work that somebody asked for: where it is, and what it gave."""

from __future__ import annotations

import uuid

import graphene
from graphql import GraphQLResolveInfo

from api.types.enumerations import JobState
from commons.models import Job as JobRow
from commons.progress import Step, step_of
from ui.errors import explain_code, tenant_phone

# What a work is about, in what it gives: a month's run, a schedule, a campaign.
_RESULTS = ("run", "draft", "campaign")


class JobStep(graphene.ObjectType):
    """L'étape en cours d'un travail."""

    code = graphene.String(required=True, description="Son nom.")
    place = graphene.Int(required=True, description="Son rang, à partir de 1.")
    of = graphene.Int(required=True, description="Combien il y en a.")

    @staticmethod
    def resolve_code(step: Step, _info: GraphQLResolveInfo) -> str:
        return step.name


class Job(graphene.ObjectType):
    """Un travail long : demandez-le de nouveau jusqu'à ce qu'il soit fini."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.String(required=True, description="Ce qui est fait, par son code.")
    state = graphene.Field(JobState, required=True, description="Où il en est.")
    asked_at = graphene.DateTime(required=True, description="Quand il a été demandé.")
    started_at = graphene.DateTime(description="Quand il a commencé.")
    ended_at = graphene.DateTime(description="Quand il a fini, fait ou non.")
    step = graphene.Field(JobStep, description="L'étape en cours, si elle est connue.")
    result_id = graphene.ID(
        description="Ce qu'il a fait : la facturation, le brouillon ou la campagne."
    )
    error_code = graphene.String(description="Le code du refus, s'il n'est pas fait.")
    error_message = graphene.String(description="La phrase à montrer, s'il n'est pas fait.")

    @staticmethod
    def resolve_id(job: JobRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return job.public_id

    @staticmethod
    def resolve_step(job: JobRow, _info: GraphQLResolveInfo) -> Step | None:
        return None if job.is_over else step_of(job.public_id)

    @staticmethod
    def resolve_result_id(job: JobRow, _info: GraphQLResolveInfo) -> str | None:
        return next((job.result[name] for name in _RESULTS if job.result.get(name)), None)

    @staticmethod
    def resolve_error_code(job: JobRow, _info: GraphQLResolveInfo) -> str | None:
        return job.error_code or None

    @staticmethod
    def resolve_error_message(job: JobRow, _info: GraphQLResolveInfo) -> str | None:
        if not job.error_code:
            return None
        return str(explain_code(job.error_code, job.error_details, phone=tenant_phone()))
