"""What a family does on its request of rights. A document is sent by the portal, as a file."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.enumerations import CivilSex, RightsWay
from api.types.rights import RightsRequest, request_node
from billing.rights import operations
from billing.rights.access import access_own_household, access_own_request
from billing.rights.identity import FRANCE, AskedIdentity, ChildSex, CivilIdentity


def _input(description: str = "Ce qui est demandé.") -> dict[str, Any]:
    return {"required": True, "description": description}


class RightsRequestInput(graphene.InputObjectType):
    """Une demande de droits de son foyer."""

    request_id = graphene.ID(required=True, description="La demande (UUID).")


class BeginRightsRequestInput(graphene.InputObjectType):
    """Rien à dire : c'est le foyer de la personne connectée."""

    client_mutation_id = graphene.ID(description="Ce que vous voulez ; rendu tel quel.")


class CivilIdentityInput(graphene.InputObjectType):
    """Une personne, comme son état civil la connaît. Effacée après la réponse."""

    birth_name = graphene.String(required=True, description="Nom de naissance.")
    usage_name = graphene.String(description="Nom d'usage, s'il y en a un.")
    first_names = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="Un à trois prénoms."
    )
    sex = graphene.Field(CivilSex, required=True, description="Comme sur la carte d'identité.")
    birth_date = graphene.Date(required=True, description="Date de naissance.")
    birth_country = graphene.String(description="Code Insee du pays ; la France par défaut.")
    birth_commune = graphene.String(description="Code Insee de la commune, en France.")
    birth_commune_name = graphene.String(description="Son nom, quand le code n'est pas connu.")
    birth_departement = graphene.String(description="Son département, avec le nom : 92, 2A, 974.")


class ChildSexInput(graphene.InputObjectType):
    """Un enfant dont la bourse est demandée au ministère."""

    child_id = graphene.ID(required=True, description="L'enfant (UUID).")
    sex = graphene.Field(CivilSex, required=True, description="Comme sur son état civil.")


class ChooseRightsSourceInput(graphene.InputObjectType):
    """Comment les ressources du foyer seront connues."""

    request_id = graphene.ID(required=True, description="La demande (UUID).")
    way = graphene.Field(RightsWay, required=True, description="Le moyen.")
    identity = graphene.Field(CivilIdentityInput, description="Pour la CAF ou la MSA.")
    tax_number = graphene.String(description="Pour les impôts : treize chiffres.")
    children = graphene.List(
        graphene.NonNull(ChildSexInput), description="Les enfants dont demander la bourse."
    )


class GiveConsentInput(graphene.InputObjectType):
    """Un accord, pour le texte d'une version."""

    request_id = graphene.ID(required=True, description="La demande (UUID).")
    version = graphene.String(required=True, description="La version du texte qui a été lu.")


class BeginRightsRequest(OperationMutation):
    """Begin the household's request, or take up the one that is under way."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = BeginRightsRequestInput(**_input())

    rights_request = graphene.Field(RightsRequest, description="La demande.")
    client_mutation_id = graphene.ID(description="Ce que l'appel avait donné.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, client_mutation_id: str | None = None
    ) -> dict[str, Any]:
        household, guardian = access_own_household(context.require_user())
        begun = operations.begin_request(
            household=household, guardian=guardian, actor=context.actor, at=context.at
        )
        return {"rights_request": request_node(begun), "client_mutation_id": client_mutation_id}


class ChooseRightsSource(OperationMutation):
    """Choose a way, and say whom a source is to be asked about."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = ChooseRightsSourceInput(**_input())

    about = {
        "NOT_FOUND": "request_id",
        "RIGHTS_WAY_NOT_OFFERED": "way",
        "RIGHTS_IDENTITY_OF_ANOTHER": "identity",
        "RIGHTS_IDENTITY_INVALID": "identity",
    }

    rights_request = graphene.Field(RightsRequest, description="La demande.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls,
        context: Context,
        *,
        request_id: str,
        way: Any,
        identity: Mapping[str, Any] | None = None,
        tax_number: str | None = None,
        children: list[Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        user = context.require_user()
        found = access_own_request(user, public_id(request_id))
        _household, guardian = access_own_household(user)
        asked = AskedIdentity(
            civil=_civil(identity) if identity else None,
            tax_number=tax_number or "",
            children=tuple(
                ChildSex(pupil=str(public_id(child["child_id"])), sex=value_of(child["sex"]))
                for child in children or ()
            ),
        )
        changed = operations.choose_way(
            request=found,
            way=value_of(way),
            guardian=guardian,
            identity=asked,
            actor=context.actor,
            at=context.at,
        )
        return {"rights_request": request_node(changed)}


def value_of(member: Any) -> str:
    """The stored value of a member of an enumeration."""
    return str(getattr(member, "value", member))


def _civil(said: Mapping[str, Any]) -> CivilIdentity:
    born: datetime.date = said["birth_date"]
    return CivilIdentity(
        birth_name=said["birth_name"],
        usage_name=said.get("usage_name") or "",
        first_names=tuple(said["first_names"]),
        sex=value_of(said["sex"]),
        birth_year=born.year,
        birth_month=born.month,
        birth_day=born.day,
        birth_country=said.get("birth_country") or FRANCE,
        birth_commune=said.get("birth_commune") or "",
        birth_commune_name=said.get("birth_commune_name") or "",
        birth_departement=said.get("birth_departement") or "",
    )


class GiveConsent(OperationMutation):
    """Agree, and have the source asked at once."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = GiveConsentInput(**_input())

    about = {"NOT_FOUND": "request_id", "RIGHTS_CONSENT_TEXT_CHANGED": "version"}

    rights_request = graphene.Field(RightsRequest, description="La demande, en cours de réponse.")

    @classmethod
    def perform(cls, context: Context, *, request_id: str, version: str) -> dict[str, Any]:  # type: ignore[override]
        user = context.require_user()
        found = access_own_request(user, public_id(request_id))
        _household, guardian = access_own_household(user)
        asked = operations.consent_and_ask(
            request=found,
            text_version=version,
            guardian=guardian,
            actor=context.actor,
            at=context.at,
        )
        return {"rights_request": request_node(asked)}


def _simple(name: str, what: str, operation: str) -> type[OperationMutation]:
    """A mutation that says nothing but which request."""

    def perform(_cls: Any, context: Context, *, request_id: str) -> dict[str, Any]:
        found = access_own_request(context.require_user(), public_id(request_id))
        act = getattr(operations, operation)
        return {
            "rights_request": request_node(act(request=found, actor=context.actor, at=context.at))
        }

    members = {
        "__doc__": what,
        "Meta": type("Meta", (), {"rule": rules.by_object}),
        "Arguments": type("Arguments", (), {"input": RightsRequestInput(**_input())}),
        "about": {"NOT_FOUND": "request_id"},
        "rights_request": graphene.Field(RightsRequest, description="La demande."),
        "perform": classmethod(perform),
    }
    return type(name, (OperationMutation,), members)


AskRightsSource = _simple(
    "AskRightsSource", "Put the same question again to a source that did not answer.", "ask_source"
)
ChooseHighestPrice = _simple(
    "ChooseHighestPrice", "Choose the highest price for good: nobody is asked.", "choose_maximum"
)
WithdrawConsent = _simple("WithdrawConsent", "Take one's agreement back.", "withdraw_consent")
AbandonRightsRequest = _simple("AbandonRightsRequest", "Give a request up.", "abandon_request")
