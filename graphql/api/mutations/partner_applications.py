"""Becoming a partner, step by step, by who holds the application; and what agents answer.

Who applies has no account. A code goes to the address that was given; typed here, it opens the
application on this device for two hours, as on the pages: it is the session that holds it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.family_rights import value_of
from api.mutations.making import identifier, mutation, words
from api.refusals import Refused
from api.scalars import public_id
from api.types.enumerations import PartnerDeclaration, PartnerDomain, PartnerKindName
from api.types.partner_applications import PartnerApplication
from federation.passplus import agreeing, applicants, applying, operations, queries
from federation.passplus.applying import Body, Offer, Payee
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerApplication as Row
from federation.passplus.partner_access import access_application
from tenants.accounts.capabilities import Capability
from ui import visitors
from ui.documents import agreements
from ui.guessing import ASKS

_DECIDES = rules.needs(Capability.MANAGE_PARTNERS)
_GIVEN = {"application": graphene.Field(PartnerApplication, description="La demande.")}
_FIELDS = {
    "PASSPLUS_CODE_REFUSED": "code",
    "PASSPLUS_CODE_TOO_MANY": "code",
    "PASSPLUS_IBAN_INVALID": "iban",
    "PASSPLUS_DECLARATION_MISSING": "declared",
    "PASSPLUS_PARTNER_AFFILIATED": "siret",
    "NOT_FOUND": "application_id",
    "PASSPLUS_REASON_MISSING": "words",
}


def _read_again(row: Row) -> dict[str, Any]:
    return {"application": queries.application_of(row.public_id)}


def _begin(context: Context, *, email: str, siret: str) -> dict[str, Any]:
    """The same answer whether there was one or not: the code says who reads the address."""
    place = visitors.place_of(context.request)
    if ASKS.is_over(place):
        raise Refused("TOO_MANY_TRIES")
    ASKS.count(place)
    applicants.begin(context.request.session, email=email, siret=siret, at=context.at)
    return {"is_sent": True}


BeginPartnerApplication = mutation(
    _begin,
    name="BeginPartnerApplication",
    rule=rules.anyone,
    asked="Une structure, et l'adresse où envoyer le code.",
    takes={
        "email": words("L'adresse électronique, qui ouvrira la demande."),
        "siret": words("Le SIRET de la structure, quatorze chiffres."),
    },
    gives={"is_sent": graphene.Boolean(description="Vrai quand un code est parti.")},
    about={"PASSPLUS_PARTNER_AFFILIATED": "siret"},
)


def _open(context: Context, *, code: str) -> dict[str, Any]:
    """The session has another key from then on."""
    found = applicants.open_with(context.request.session, code=code[:40], at=context.at)
    return _read_again(found)


OpenPartnerApplication = mutation(
    _open,
    name="OpenPartnerApplication",
    rule=rules.anyone,
    asked="Le code reçu.",
    takes={"code": words("Les six chiffres reçus par courriel.")},
    gives=_GIVEN,
    about=_FIELDS,
)


def _leave(context: Context, **_nothing: Any) -> dict[str, Any]:
    """On this device only."""
    applicants.leave(context.request.session)
    return {"is_left": True}


LeavePartnerApplication = mutation(
    _leave,
    name="LeavePartnerApplication",
    rule=rules.by_applicant,
    asked="Rien : la demande ouverte ici se ferme ici.",
    takes={"client_mutation_id": graphene.ID(description="Un mot à vous.")},
    gives={"is_left": graphene.Boolean(description="Vrai quand c'est fermé.")},
)


def _step(name: str, asked: str, takes: dict[str, Any], act: Callable[..., Any]) -> Any:
    """A step of the application that is open here: saved when it is given."""

    def perform(context: Context, **said: Any) -> dict[str, Any]:
        held = context.require_application()
        act(application=held, actor=applying.applicant(held), at=context.at, **said)
        return _read_again(held)

    perform.__doc__ = act.__doc__
    return mutation(
        perform, name=name, rule=rules.by_applicant, asked=asked, takes=takes, gives=_GIVEN,
        about=_FIELDS,
    )  # fmt: skip


def _optional(what: str) -> graphene.String:
    return graphene.String(default_value="", description=what)


def _describe_body(*, kind: Any, **said: Any) -> Row:
    """Say who the body is."""
    acting = {name: said.pop(name) for name in ("application", "actor", "at")}
    return applying.describe_body(body=Body(kind=value_of(kind), **said), **acting)


DescribePartnerBody = _step(
    "DescribePartnerBody",
    "La structure.",
    {
        "name": words("Son nom."),
        "kind": graphene.InputField(PartnerKindName, required=True, description="Sa forme."),
        "founded_on": graphene.Date(required=True, description="Depuis quand elle existe."),
        "street": words("Son adresse."),
        "postal_code": words("Son code postal."),
        "town": words("Sa ville."),
    },
    _describe_body,
)


def _describe_offer(*, domains: list[Any], **said: Any) -> Row:
    """Say what the body offers, as families will read it."""
    acting = {name: said.pop(name) for name in ("application", "actor", "at")}
    offered = [Domain(value_of(one)) for one in domains]
    return applying.describe_offer(offer=Offer(domains=offered, **said), **acting)


DescribePartnerOffer = _step(
    "DescribePartnerOffer",
    "Ce que la structure propose, tel que les familles le liront.",
    {
        "domains": graphene.List(
            graphene.NonNull(PartnerDomain), required=True, description="Les domaines."
        ),
        "activities": words("Les activités."),
        "description": _optional("Une présentation."),
        "site": _optional("Son site."),
        "public_email": _optional("Une adresse que les familles verront."),
        "public_phone": _optional("Un téléphone que les familles verront."),
    },
    _describe_offer,
)


def _declare(*, declared: list[Any], **acting: Any) -> Row:
    """Make the declarations that are asked of a body of its kind."""
    return applying.declare(declared=[value_of(one) for one in declared], **acting)


DeclareForPartner = _step(
    "DeclareForPartner",
    "Ce que la structure déclare.",
    {
        "declared": graphene.List(
            graphene.NonNull(PartnerDeclaration), required=True, description="Les engagements."
        )
    },
    _declare,
)


def _give_payee(**said: Any) -> Row:
    """Say who signs, and where the body is paid."""
    acting = {name: said.pop(name) for name in ("application", "actor", "at")}
    return applying.give_payee(payee=Payee(**said), **acting)


GivePartnerPayee = _step(
    "GivePartnerPayee",
    "Qui signe, et le compte à payer.",
    {
        "signer_name": words("Qui signe."),
        "signer_role": words("Sa fonction."),
        "signer_phone": words("Son mobile."),
        "account_holder": words("Le titulaire du compte."),
        "iban": words("L'IBAN ; il n'est plus jamais montré en entier."),
    },
    _give_payee,
)
_NOTHING = {"client_mutation_id": graphene.ID(description="Un mot à vous.")}


def _quiet(act: Callable[..., Any]) -> Callable[..., Any]:
    def called(*, client_mutation_id: str | None = None, **acting: Any) -> Any:
        del client_mutation_id
        return act(**acting)

    called.__doc__ = act.__doc__
    return called


SubmitPartnerApplication = _step(
    "SubmitPartnerApplication",
    "Rien : la demande ouverte ici est envoyée.",
    _NOTHING,
    _quiet(applying.submit_application),
)
AbandonPartnerApplication = _step(
    "AbandonPartnerApplication",
    "Rien : la demande ouverte ici est abandonnée.",
    _NOTHING,
    _quiet(applying.abandon_application),
)


def _send_code(*, application: Row, actor: Any, at: datetime.datetime) -> None:
    """Have the code sent that signs."""
    del actor
    agreeing.send_signing_code(application=application, at=at)


SendPartnerSigningCode = _step(
    "SendPartnerSigningCode",
    "Rien : le code qui signe part à l'adresse de la demande.",
    _NOTHING,
    _quiet(_send_code),
)


def _sign(*, code: str, at: datetime.datetime, **acting: Any) -> Any:
    """Sign: the body is affiliated, and its document kept with its hash."""
    return agreeing.sign_agreement(
        code=code[:40], typeset=agreements.typesetter(at=at), at=at, **acting
    )


SignPartnerAgreement = _step(
    "SignPartnerAgreement",
    "Le code qui signe la convention.",
    {"code": words("Les six chiffres reçus par courriel.")},
    _sign,
)


def _by_agent(name: str, asked: str, act: Callable[..., Row], *, spoken: bool) -> Any:
    """What an agent answers to an application, in words that the applicant reads."""

    def perform(context: Context, *, application_id: str, **said: Any) -> dict[str, Any]:
        found = access_application(context.require_user(), public_id(application_id))
        act(
            application=found,
            words=said["words"][: agreeing.LONGEST_WORDS],
            actor=context.actor,
            at=context.at,
        )
        return _read_again(found)

    perform.__doc__ = act.__doc__
    spoken_words = words("Ce que la structure lira.") if spoken else _optional("Ce qu'elle lira.")
    return mutation(
        perform,
        name=name,
        rule=_DECIDES,
        asked=asked,
        takes={"application_id": identifier("La demande"), "words": spoken_words},
        gives=_GIVEN,
        about=_FIELDS,
    )


AcceptPartnerApplication = _by_agent(
    "AcceptPartnerApplication",
    "Une demande à accepter.",
    operations.accept_application,
    spoken=False,
)
AskPartnerApplicant = _by_agent(
    "AskPartnerApplicant", "Une demande, et la question.", operations.ask_applicant, spoken=True
)
RefusePartnerApplication = _by_agent(
    "RefusePartnerApplication",
    "Une demande à refuser, et pourquoi.",
    operations.refuse_application,
    spoken=True,
)
