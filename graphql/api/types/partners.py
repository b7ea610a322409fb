"""Partners, as the directory lists them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import graphene
from graphene_federation import key
from graphql import GraphQLResolveInfo

from api.paging import Page, connection, page_of_rows
from api.types.enumerations import PartnerDomain
from federation.passplus.directory import Search, partners_found, town_written
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner as PartnerRow


@key("id")
class Partner(graphene.ObjectType):
    """Un partenaire affilié : un club, un cinéma, une librairie."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    name = graphene.String(required=True, description="Son nom.")
    domains = graphene.List(
        graphene.NonNull(PartnerDomain), required=True, description="Ce qu'un ticket y paie."
    )
    activities = graphene.String(required=True, description="Ses activités ; vide si non dites.")
    description = graphene.String(required=True, description="Sa présentation ; vide si aucune.")
    street = graphene.String(required=True, description="Son adresse ; vide si non dite.")
    postal_code = graphene.String(required=True, description="Son code postal ; vide si non dit.")
    town = graphene.String(required=True, description="Sa ville ; vide si non dite.")
    latitude = graphene.Decimal(description="Sa latitude (WGS 84), si elle est connue.")
    longitude = graphene.Decimal(description="Sa longitude (WGS 84), si elle est connue.")
    site = graphene.String(required=True, description="Son site ; vide si aucun.")
    email = graphene.String(required=True, description="Son adresse électronique ; vide si aucune.")
    phone = graphene.String(required=True, description="Son téléphone ; vide si aucun.")
    distance_metres = graphene.Int(
        description="La distance à la ville demandée, à vol d'oiseau ; rien sans ville."
    )

    @staticmethod
    def resolve_id(partner: PartnerRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return partner.public_id

    @staticmethod
    def resolve_distance_metres(partner: PartnerRow, _info: GraphQLResolveInfo) -> Any:
        metres = getattr(partner, "metres", None)
        return None if metres is None else int(metres)


PartnerConnection = connection(Partner, "les partenaires")


def partners_page(asked: Mapping[str, Any], *, first: int | None, after: str | None) -> Page:
    """A page of the directory.

    :raises TownUnknown: if the town is not one we know
    """
    near = town_written(asked["near"]) if asked.get("near") else None
    domain = asked.get("domain")
    search = Search(
        text=asked.get("text") or "",
        domain=Domain(getattr(domain, "value", domain)) if domain else None,
        near=near,
        within_km=asked.get("within_km"),
    )
    rows = partners_found(search)
    order: tuple[str, ...] = ("sort_key", "pk")
    if near is not None:
        rows, order = rows.filter(latitude__isnull=False), ("metres", *order)
    return page_of_rows(rows, order=order, first=first, after=after)
