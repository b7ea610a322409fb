"""What is done on registrations for Pass+: by the parent who made one, and by the agents who decide.

A document or a photograph is given by the portal, as a file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.mutations.family_rights import value_of
from api.scalars import public_id
from api.types.enumerations import PassClassLevel, PassDocumentKind, PassFact, PassSector
from api.types.pass_registrations import PassRegistration, registration_node
from federation.passplus.engine.facts import Fact
from federation.passplus.registration_models import Registration
from federation.passplus.registrations import operations
from federation.passplus.registrations.access import (
    access_open_campaign,
    access_own_registration,
    access_registrable_pupil,
    access_registration_to_decide,
)
from tenants.accounts.capabilities import Capability

_DECIDES = rules.needs(Capability.DECIDE_REGISTRATIONS)


class BeginPassRegistrationInput(graphene.InputObjectType):
    """Un enfant à soi, dans une campagne ouverte."""

    campaign_id = graphene.ID(required=True, description="La campagne (UUID).")
    child_id = graphene.ID(required=True, description="L'enfant (UUID).")


class PassRegistrationInput(graphene.InputObjectType):
    """Une inscription."""

    registration_id = graphene.ID(required=True, description="L'inscription (UUID).")


class TellPassSituationInput(graphene.InputObjectType):
    """Ce que la famille dit de l'enfant : seulement ce qui est demandé est gardé."""

    registration_id = graphene.ID(required=True, description="L'inscription (UUID).")
    home_postal_code = graphene.String(description="Code postal de son adresse.")
    school_postal_code = graphene.String(description="Code postal de son établissement.")
    class_level = graphene.Field(PassClassLevel, description="Sa classe.")
    sector = graphene.Field(PassSector, description="Public ou privé.")
    child_welfare = graphene.Boolean(description="Suivi par l'aide sociale à l'enfance.")
    bursary = graphene.Boolean(description="Boursier ; la preuve peut venir plus tard.")


class GrantPassRegistrationInput(graphene.InputObjectType):
    """Une inscription, et ce que l'agent a vérifié lui-même."""

    registration_id = graphene.ID(required=True, description="L'inscription (UUID).")
    attested = graphene.List(
        graphene.NonNull(PassFact), description="Vérifié au guichet ou dans un fichier."
    )
    bursary_words = graphene.String(
        description="Pourquoi la preuve de bourse ne convient pas ; le montant reste celui de base."
    )


class AskPassDocumentsInput(graphene.InputObjectType):
    """Les pièces à donner, et ce que la famille lira."""

    registration_id = graphene.ID(required=True, description="L'inscription (UUID).")
    kinds = graphene.List(
        graphene.NonNull(PassDocumentKind), required=True, description="Les sortes de pièces."
    )
    words = graphene.String(required=True, description="Pourquoi, en une ou deux phrases.")


class RefusePassRegistrationInput(graphene.InputObjectType):
    """Une inscription, et ce que la famille lira."""

    registration_id = graphene.ID(required=True, description="L'inscription (UUID).")
    words = graphene.String(required=True, description="Pourquoi, en une ou deux phrases.")


class BeginPassRegistration(OperationMutation):
    """Begin one's registration of a child, or take it up again."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = BeginPassRegistrationInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "child_id"}

    registration = graphene.Field(PassRegistration, description="L'inscription.")

    @classmethod
    def perform(cls, context: Context, *, campaign_id: str, child_id: str) -> dict[str, Any]:  # type: ignore[override]
        pupil, guardian = access_registrable_pupil(context.require_user(), public_id(child_id))
        begun = operations.begin_registration(
            campaign=access_open_campaign(public_id(campaign_id)),
            pupil=pupil,
            guardian=guardian,
            actor=context.actor,
            at=context.at,
        )
        return {"registration": registration_node(begun)}


def _on_one(
    name: str,
    what: str,
    input_type: type[graphene.InputObjectType],
    act: Callable[..., Registration],
    *,
    by_agents: bool = False,
) -> type[OperationMutation]:
    """A mutation on one registration: the operation takes what the input says."""
    access = access_registration_to_decide if by_agents else access_own_registration

    def perform(
        _cls: Any, context: Context, *, registration_id: str, **said: Any
    ) -> dict[str, Any]:
        found = access(context.require_user(), public_id(registration_id))
        done = act(registration=found, actor=context.actor, at=context.at, **said)
        return {"registration": registration_node(done)}

    members = {
        "__doc__": what,
        "Meta": type("Meta", (), {"rule": _DECIDES if by_agents else rules.by_object}),
        "Arguments": type(
            "Arguments", (), {"input": input_type(required=True, description="Ce qui est demandé.")}
        ),
        "about": {"NOT_FOUND": "registration_id", "PASSPLUS_WORDS_MISSING": "words"},
        "registration": graphene.Field(PassRegistration, description="L'inscription."),
        "perform": classmethod(perform),
    }
    return type(name, (OperationMutation,), members)


def _tell(*, registration: Registration, **said: Any) -> Registration:
    acting = {"actor": said.pop("actor"), "at": said.pop("at")}
    declared = operations.Declared(
        home_postal_code=said.get("home_postal_code") or "",
        school_postal_code=said.get("school_postal_code") or "",
        class_level=value_of(said["class_level"]) if said.get("class_level") else "",
        sector=value_of(said["sector"]) if said.get("sector") else "",
        child_welfare=said.get("child_welfare"),
        bursary=bool(said.get("bursary")),
    )
    return operations.tell_situation(registration=registration, declared=declared, **acting)


def _grant(
    *,
    attested: list[Any] | None = None,
    bursary_words: str | None = None,
    **acting: Any,
) -> Registration:
    facts = tuple(Fact(value_of(fact)) for fact in attested or ())
    return operations.grant_registration(
        attested=facts, bursary_words=bursary_words or "", **acting
    )


def _ask(*, kinds: list[Any], **acting: Any) -> Registration:
    return operations.ask_documents(kinds=[value_of(kind) for kind in kinds], **acting)


TellPassSituation = _on_one(
    "TellPassSituation", "Say what nothing proves yet.", TellPassSituationInput, _tell
)
SubmitPassRegistration = _on_one(
    "SubmitPassRegistration", "Send it.", PassRegistrationInput, operations.submit_registration
)
WithdrawPassRegistration = _on_one(
    "WithdrawPassRegistration",
    "Give it up: what was said and given is erased.",
    PassRegistrationInput,
    operations.withdraw_registration,
)
TakePassRegistration = _on_one(
    "TakePassRegistration",
    "Have it for oneself.",
    PassRegistrationInput,
    operations.take_registration,
    by_agents=True,
)
ReleasePassRegistration = _on_one(
    "ReleasePassRegistration",
    "Put it back in the queue.",
    PassRegistrationInput,
    operations.release_registration,
    by_agents=True,
)
GrantPassRegistration = _on_one(
    "GrantPassRegistration", "Grant the card.", GrantPassRegistrationInput, _grant, by_agents=True
)
AskPassDocuments = _on_one(
    "AskPassDocuments", "Ask for documents.", AskPassDocumentsInput, _ask, by_agents=True
)
RefusePassRegistration = _on_one(
    "RefusePassRegistration",
    "Refuse, with words.",
    RefusePassRegistrationInput,
    operations.refuse_registration,
    by_agents=True,
)
AcceptPassDocuments = _on_one(
    "AcceptPassDocuments",
    "Accept what came for a card that is granted.",
    PassRegistrationInput,
    operations.accept_documents,
    by_agents=True,
)
