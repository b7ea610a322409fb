"""Who is to be recognised: what a provider says of somebody, and who of the feed it may be."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import connection
from api.types.enumerations import IdentityProfile, IdentityProviderKind, LinkReason
from tenants.identities.models import LinkCandidate as CandidateRow
from tenants.identities.models import LinkRequest as RequestRow
from tenants.identities.queries import claims_in
from tenants.people.models import Pupil

MOST_CANDIDATES = LIST_LENGTHS["LinkRequest.candidates"]


class LinkCandidate(graphene.ObjectType):
    """Une personne de l'annuaire dont il s'agit peut-être."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    full_name = graphene.String(required=True, description="Le nom, dans l'annuaire.")
    profile = graphene.Field(IdentityProfile, required=True, description="Élève ou responsable.")
    birth_date = graphene.Date(description="La date de naissance ; celle d'un élève seulement.")

    @staticmethod
    def resolve_id(row: CandidateRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_full_name(row: CandidateRow, _info: GraphQLResolveInfo) -> str:
        person = row.guardian or row.pupil
        return person.full_name if person else ""

    @staticmethod
    def resolve_profile(row: CandidateRow, _info: GraphQLResolveInfo) -> str:
        return "PUPIL" if row.pupil_id else "GUARDIAN"

    @staticmethod
    def resolve_birth_date(row: CandidateRow, _info: GraphQLResolveInfo) -> datetime.date | None:
        return row.pupil.birth_date if isinstance(row.pupil, Pupil) else None


class LinkRequest(graphene.ObjectType):
    """Quelqu'un qu'un service connaît, et que l'annuaire ne dit pas assez."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.Field(IdentityProviderKind, required=True, description="Le service.")
    profile = graphene.Field(IdentityProfile, required=True, description="Élève ou responsable.")
    reason = graphene.Field(LinkReason, required=True, description="Pourquoi il y a un doute.")
    waiting_since = graphene.DateTime(required=True, description="Depuis quand elle attend.")
    said_name = graphene.String(required=True, description="Le nom que le service donne.")
    said_birth_date = graphene.Date(description="La date de naissance qu'il donne, s'il la donne.")
    candidates = graphene.List(
        graphene.NonNull(LinkCandidate), required=True, description="Qui c'est peut-être."
    )

    @staticmethod
    def resolve_id(row: RequestRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_said_name(row: RequestRow, _info: GraphQLResolveInfo) -> str:
        claims = claims_in(row)
        return claims.full_name if claims else ""

    @staticmethod
    def resolve_said_birth_date(row: RequestRow, _info: GraphQLResolveInfo) -> datetime.date | None:
        claims = claims_in(row)
        return claims.birth_date if claims else None

    @staticmethod
    def resolve_candidates(row: RequestRow, _info: GraphQLResolveInfo) -> Sequence[CandidateRow]:
        return list(row.candidates.all())[:MOST_CANDIDATES]  # read with the page


LinkRequestConnection: Any = connection(LinkRequest, "des personnes à reconnaître")
