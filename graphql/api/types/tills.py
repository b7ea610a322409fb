"""The partners' space: tills, tickets at a till, what was validated. Nothing of a child is in it."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import connection
from api.scalars import Money
from api.types.enumerations import TillWay
from federation.passplus import till_queries
from federation.passplus.capturing import UNDO_FOR
from federation.passplus.models import OfflinePermit as PermitRow
from federation.passplus.models import Till as TillRow
from federation.passplus.models import TillCapture as CaptureRow
from federation.passplus.till_queries import DayOfTill, TicketAtTill, TicketElsewhere
from ui.till_refusals import refusal_of


class OfflinePermit(graphene.ObjectType):
    """Le droit de valider sans internet, à une caisse, jusqu'à une heure."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    begun_at = graphene.DateTime(required=True, description="Quand il commence.")
    until = graphene.DateTime(required=True, description="Jusqu'à quand valider.")
    sent_by = graphene.DateTime(required=True, description="Avant quand tout envoyer.")
    ended_at = graphene.DateTime(description="Quand il a été rendu, s'il l'est.")

    @staticmethod
    def resolve_id(permit: PermitRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return permit.public_id


class PhoneKit(graphene.ObjectType):
    """Ce qu'un téléphone sans internet sait pour juger un ticket fait au nom du partenaire."""

    keys = graphene.String(
        required=True, description="Les clés publiques qui vérifient les tickets (JWK), en JSON."
    )
    spent = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Les codes des tickets qui ne valent plus ce que dit leur carré.",
    )

    @staticmethod
    def resolve_keys(kit: till_queries.ForThePhone, _info: GraphQLResolveInfo) -> str:
        return json.dumps(kit.keys)

    @staticmethod
    def resolve_spent(kit: till_queries.ForThePhone, _info: GraphQLResolveInfo) -> list[str]:
        return list(kit.spent)


class Till(graphene.ObjectType):
    """Un lieu où un partenaire prend des tickets."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    name = graphene.String(required=True, description="Son nom.")
    permit = graphene.Field(OfflinePermit, description="Son travail sans internet, s'il en a un.")

    @staticmethod
    def resolve_id(till: TillRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return till.public_id

    @staticmethod
    def resolve_permit(till: TillRow, info: GraphQLResolveInfo) -> PermitRow | None:
        return till_queries.running_permit(till, at=info.context.at)


class TillRefusal(graphene.ObjectType):
    """Pourquoi un ticket envoyé après coup n'est pas validé."""

    code = graphene.String(required=True, description="Le code, stable, en anglais.")
    message = graphene.String(required=True, description="La phrase à montrer, en français.")


class TillCapture(graphene.ObjectType):
    """Une validation à une caisse, ou ce qu'un téléphone a envoyé et qui fut refusé."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    key = graphene.ID(required=True, description="Le nom que l'appareil lui a donné (UUID).")
    code = graphene.String(required=True, description="Le code du ticket.")
    amount = graphene.Field(Money, required=True, description="Ce qui est pris, ou demandé.")
    till = graphene.String(required=True, description="Le nom de la caisse.")
    by = graphene.String(required=True, description="Le nom de qui a validé.")
    way = graphene.Field(TillWay, required=True, description="Comment.")
    taken_at = graphene.DateTime(required=True, description="Quand il a été présenté.")
    booked_at = graphene.DateTime(required=True, description="Quand il a été enregistré.")
    is_accepted = graphene.Boolean(
        required=True, description="Vrai s'il est validé, et l'est toujours."
    )
    undone_at = graphene.DateTime(description="Quand il a été annulé, s'il l'est.")
    undo_before = graphene.DateTime(
        description="Jusqu'à quand il peut être annulé ; rien quand c'est trop tard."
    )
    refusal = graphene.Field(TillRefusal, description="Pourquoi il est refusé, s'il l'est.")

    @staticmethod
    def resolve_id(capture: CaptureRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return capture.public_id

    @staticmethod
    def resolve_amount(capture: CaptureRow, _info: GraphQLResolveInfo) -> int:
        return capture.cents

    @staticmethod
    def resolve_till(capture: CaptureRow, _info: GraphQLResolveInfo) -> str:
        return capture.till.name

    @staticmethod
    def resolve_by(capture: CaptureRow, _info: GraphQLResolveInfo) -> str:
        return capture.member.user.get_full_name()

    @staticmethod
    def resolve_undo_before(
        capture: CaptureRow, info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        can_be_undone = till_queries.can_be_undone(capture, at=info.context.at)
        return capture.booked_at + UNDO_FOR if can_be_undone else None

    @staticmethod
    def resolve_refusal(capture: CaptureRow, _info: GraphQLResolveInfo) -> dict[str, str] | None:
        said = refusal_of(capture)
        return None if said is None else {"code": said.code, "message": f"{said.why} {said.todo}"}


TillCaptureConnection: Any = connection(TillCapture, "des validations")


class TillTicket(graphene.ObjectType):
    """Un ticket présenté, avant qu'il soit validé. Rien n'y est dit du jeune."""

    code = graphene.String(required=True, description="Son code.")
    amount = graphene.Field(
        Money, description="Ce qu'il garde ; rien s'il est d'un autre département."
    )
    purse = graphene.String(
        description="Ce qu'il paie, par exemple « Sport » ; rien s'il est d'ailleurs."
    )
    last_day = graphene.Date(description="Son dernier jour, compris ; rien s'il est d'ailleurs.")
    is_made_out = graphene.Boolean(
        required=True, description="Vrai s'il est fait au nom de ce partenaire."
    )
    departement = graphene.String(description="Le département d'où il vient, si ce n'est pas ici.")

    @staticmethod
    def resolve_amount(
        ticket: TicketAtTill | TicketElsewhere, _info: GraphQLResolveInfo
    ) -> int | None:
        return getattr(ticket, "cents", None)

    @staticmethod
    def resolve_is_made_out(
        ticket: TicketAtTill | TicketElsewhere, _info: GraphQLResolveInfo
    ) -> bool:
        return bool(getattr(ticket, "is_made_out", False))


class TillDay(graphene.ObjectType):
    """Ce qui est validé aujourd'hui, à toutes les caisses."""

    tickets = graphene.Int(required=True, description="Combien de tickets.")
    total = graphene.Field(Money, required=True, description="Leur montant.")

    @staticmethod
    def resolve_total(day: DayOfTill, _info: GraphQLResolveInfo) -> int:
        return day.cents
