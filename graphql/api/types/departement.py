"""The département whose host was asked: open to all."""

from __future__ import annotations

from typing import ClassVar

import graphene
from graphene_federation import key


@key("code")
class Departement(graphene.ObjectType):
    """Le département de cet hôte."""

    opened_by: ClassVar = frozenset[str]()  # any machine

    code = graphene.String(required=True, description="Le numéro, par exemple « 92 ».")
    name = graphene.String(required=True, description="Le nom.")
    slug = graphene.String(required=True, description="Le nom court, celui de l'hôte.")
    contact_phone = graphene.String(required=True, description="Le téléphone pour les familles.")
    contact_email = graphene.String(required=True, description="Le courriel pour les familles.")
