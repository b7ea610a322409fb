"""Applications to become a partner, as who holds one, or an agent who decides, reads them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import connection
from api.types.enumerations import PartnerApplicationState, PartnerDomain, PartnerKindName
from api.types.partner_payments import id_of_row
from commons.errors import NotFound
from federation.passplus import agreeing, applying, queries
from federation.passplus.models import PartnerApplication as ApplicationRow
from federation.passplus.models import PartnerTerms
from federation.passplus.terms import Article, articles_of, signable_from


class AgreementArticle(graphene.ObjectType):
    """Un article d'une convention."""

    title = graphene.String(required=True, description="Son titre.")
    text = graphene.String(required=True, description="Son texte.")


class PartnerAgreementText(graphene.ObjectType):
    """Ce qu'un partenaire signe."""

    version = graphene.String(required=True, description="La version.")
    title = graphene.String(required=True, description="Le titre.")
    is_illustrative = graphene.Boolean(required=True, description="Vrai si c'est un exemple.")
    articles = graphene.List(
        graphene.NonNull(AgreementArticle), required=True, description="Les articles, dans l'ordre."
    )

    @staticmethod
    def resolve_articles(terms: PartnerTerms, _info: GraphQLResolveInfo) -> list[Article]:
        return list(articles_of(terms))


class PartnerApplication(graphene.ObjectType):
    """La demande d'une structure qui veut prendre des tickets Pass+."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(PartnerApplicationState, required=True, description="Où elle en est.")
    siret = graphene.String(required=True, description="Le SIRET de la structure.")
    email = graphene.String(required=True, description="L'adresse qui ouvre la demande.")
    kind = graphene.Field(PartnerKindName, description="La forme de la structure.")
    name = graphene.String(required=True, description="Son nom ; vide si non dit.")
    founded_on = graphene.Date(description="Depuis quand elle existe.")
    street = graphene.String(required=True, description="Son adresse ; vide si non dite.")
    postal_code = graphene.String(required=True, description="Son code postal ; vide si non dit.")
    town = graphene.String(required=True, description="Sa ville ; vide si non dite.")
    domains = graphene.List(
        graphene.NonNull(PartnerDomain), required=True, description="Ce qu'elle propose."
    )
    activities = graphene.String(required=True, description="Ses activités ; vide si non dites.")
    description = graphene.String(required=True, description="Sa présentation ; vide si aucune.")
    site = graphene.String(required=True, description="Son site ; vide si aucun.")
    public_email = graphene.String(
        required=True, description="Son adresse publique ; vide si aucune."
    )
    public_phone = graphene.String(
        required=True, description="Son téléphone public ; vide si aucun."
    )
    signer_name = graphene.String(required=True, description="Qui signe ; vide si non dit.")
    signer_role = graphene.String(required=True, description="Sa fonction ; vide si non dite.")
    signer_phone = graphene.String(required=True, description="Son mobile ; vide si non dit.")
    declarations = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Ce que la structure a déclaré, mot pour mot.",
    )
    account_holder = graphene.String(
        required=True, description="Le titulaire du compte ; vide si non dit."
    )
    account_ending = graphene.String(
        required=True, description="La fin de l'IBAN ; vide si non dit, ou oublié."
    )
    missing_steps = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Ce qui manque pour l'envoyer : body, offer, declarations, payee.",
    )
    answer = graphene.String(required=True, description="Les mots de l'agent ; vide si aucun.")
    has_twin = graphene.Boolean(
        required=True, description="Vrai si une autre demande de la structure est ouverte."
    )
    agreement = graphene.Field(
        PartnerAgreementText, description="Ce qui est à signer, ou fut signé, une fois acceptée."
    )
    signable_from = graphene.Date(
        description="Le premier jour où signer, selon l'âge de la structure."
    )
    agreement_digest = graphene.String(
        description="L'empreinte SHA-256 du document signé, une fois signé."
    )
    partner_id = graphene.ID(description="Le partenaire (UUID), une fois signée.")
    created_at = graphene.DateTime(required=True, description="Quand elle a été commencée.")
    submitted_at = graphene.DateTime(description="Quand elle a été envoyée.")
    answered_at = graphene.DateTime(description="Quand un agent a répondu.")
    closed_at = graphene.DateTime(description="Quand elle a fini.")

    resolve_id = staticmethod(id_of_row)

    @staticmethod
    def resolve_kind(row: ApplicationRow, _info: GraphQLResolveInfo) -> str | None:
        return row.kind or None

    @staticmethod
    def resolve_declarations(row: ApplicationRow, _info: GraphQLResolveInfo) -> list[str]:
        return [one["words"] for one in row.declarations]

    @staticmethod
    def resolve_account_ending(row: ApplicationRow, _info: GraphQLResolveInfo) -> str:
        return row.iban_ending

    @staticmethod
    def resolve_missing_steps(row: ApplicationRow, _info: GraphQLResolveInfo) -> list[str]:
        return applying.missing_steps(row)

    @staticmethod
    def resolve_has_twin(row: ApplicationRow, _info: GraphQLResolveInfo) -> bool:
        return queries.has_twin(row)

    @staticmethod
    def resolve_agreement(row: ApplicationRow, _info: GraphQLResolveInfo) -> PartnerTerms | None:
        return row.terms

    @staticmethod
    def resolve_signable_from(
        row: ApplicationRow, _info: GraphQLResolveInfo
    ) -> datetime.date | None:
        years = row.terms.least_years if row.terms else queries.least_years()
        return signable_from(row, years)

    @staticmethod
    def resolve_agreement_digest(row: ApplicationRow, _info: GraphQLResolveInfo) -> str | None:
        if row.state != ApplicationRow.State.SIGNED:
            return None
        try:
            return agreeing.agreement_of(row).sha256
        except NotFound:
            return None

    @staticmethod
    def resolve_partner_id(row: ApplicationRow, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return row.partner.public_id if row.partner else None


PartnerApplicationConnection: Any = connection(PartnerApplication, "des demandes de partenariat")
