"""Threads between families and collèges, as who is in one, or a collège's secretariat, reads them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import Page, connection, page_of_rows, paged
from tenants.people.models import College
from tenants.schoollife.messages import queries
from tenants.schoollife.messages.models import (
    Attachment,
    Hiding,
    Message,
    MessageTemplate,
    Participant,
    Report,
)
from tenants.schoollife.messages.queries import Addressee, Shown

MEMBERS_SHOWN = LIST_LENGTHS["SchoolConversation.members"]


class SchoolAddressee(graphene.ObjectType):
    """Un collège à qui la personne peut écrire : pour un enfant, ou en général."""

    college_uai = graphene.String(required=True, description="L'UAI du collège.")
    college_name = graphene.String(required=True, description="Le nom du collège.")
    child_id = graphene.ID(description="L'enfant (UUID) ; rien pour une question générale.")
    child_first_name = graphene.String(description="Son prénom.")

    @staticmethod
    def resolve_college_uai(one: Addressee, _info: GraphQLResolveInfo) -> str:
        return one.college.uai

    @staticmethod
    def resolve_college_name(one: Addressee, _info: GraphQLResolveInfo) -> str:
        return one.college.name

    @staticmethod
    def resolve_child_id(one: Addressee, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return one.pupil.public_id if one.pupil else None

    @staticmethod
    def resolve_child_first_name(one: Addressee, _info: GraphQLResolveInfo) -> str | None:
        return one.pupil.first_name if one.pupil else None


class SchoolMessageAttachment(graphene.ObjectType):
    """Une pièce jointe. Le fichier se lit par le portail, ou par la console du collège."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    name = graphene.String(required=True, description="Le nom que lui donne qui l'envoie.")
    content_type = graphene.String(required=True, description="Son type, par exemple image/jpeg.")
    size_bytes = graphene.Int(required=True, description="Sa taille, en octets.")

    @staticmethod
    def resolve_id(row: Attachment, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id


class SchoolMessage(graphene.ObjectType):
    """Un message, comme la personne peut le lire."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    number = graphene.Int(required=True, description="Son rang dans la conversation.")
    author = graphene.String(required=True, description="Le nom de qui l'envoie.")
    is_own = graphene.Boolean(required=True, description="La personne, ou son collège, l'a écrit.")
    is_from_college = graphene.Boolean(required=True, description="Le secrétariat l'a écrit.")
    text = graphene.String(required=True, description="Le texte ; vide s'il est masqué pour elle.")
    sent_at = graphene.DateTime(required=True, description="Quand il a été envoyé.")
    hidden_at = graphene.DateTime(description="Quand le collège l'a masqué, s'il l'est.")
    hidden_for = graphene.String(description="Pourquoi.")
    attachments = graphene.List(
        graphene.NonNull(SchoolMessageAttachment), required=True, description="Les pièces jointes."
    )

    @staticmethod
    def resolve_id(one: Shown, _info: GraphQLResolveInfo) -> uuid.UUID:
        return one.message.public_id

    @staticmethod
    def resolve_number(one: Shown, _info: GraphQLResolveInfo) -> int:
        return one.message.number

    @staticmethod
    def resolve_author(one: Shown, _info: GraphQLResolveInfo) -> str:
        return queries.name_of(one.author)

    @staticmethod
    def resolve_is_from_college(one: Shown, _info: GraphQLResolveInfo) -> bool:
        return one.author.is_college

    @staticmethod
    def resolve_sent_at(one: Shown, _info: GraphQLResolveInfo) -> datetime.datetime:
        return one.message.sent_at

    @staticmethod
    def resolve_hidden_at(one: Shown, _info: GraphQLResolveInfo) -> datetime.datetime | None:
        return one.hiding.hidden_at if one.hiding else None

    @staticmethod
    def resolve_hidden_for(one: Shown, _info: GraphQLResolveInfo) -> str | None:
        return one.hiding.reason if one.hiding else None


SchoolMessageConnection: Any = connection(SchoolMessage, "des messages")


class SchoolThreadMember(graphene.ObjectType):
    """Quelqu'un qui est, ou fut, dans une conversation."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    name = graphene.String(required=True, description="Son nom, ou celui du collège.")
    is_college = graphene.Boolean(required=True, description="C'est le secrétariat du collège.")
    is_there = graphene.Boolean(required=True, description="Il lit encore ce qui s'y écrit.")

    @staticmethod
    def resolve_id(row: Participant, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_name(row: Participant, _info: GraphQLResolveInfo) -> str:
        return queries.name_of(row)


class SchoolThread(graphene.ObjectType):
    """Une conversation, dans une liste."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    subject = graphene.String(required=True, description="L'objet.")
    college_uai = graphene.String(required=True, description="L'UAI du collège.")
    college_name = graphene.String(required=True, description="Le nom du collège.")
    child_id = graphene.ID(description="L'enfant (UUID) dont elle parle, s'il y en a un.")
    child_first_name = graphene.String(description="Son prénom.")
    unread = graphene.Int(required=True, description="Combien de messages sont à lire.")
    excerpt = graphene.String(required=True, description="Le début du dernier message.")
    latest_at = graphene.DateTime(required=True, description="Quand il a été envoyé.")

    @staticmethod
    def resolve_id(row: Participant, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.thread.public_id

    @staticmethod
    def resolve_subject(row: Participant, _info: GraphQLResolveInfo) -> str:
        return row.thread.subject

    @staticmethod
    def resolve_college_uai(row: Participant, _info: GraphQLResolveInfo) -> str:
        return row.thread.college.uai

    @staticmethod
    def resolve_college_name(row: Participant, _info: GraphQLResolveInfo) -> str:
        return row.thread.college.name

    @staticmethod
    def resolve_child_id(row: Participant, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return row.thread.pupil.public_id if row.thread.pupil else None

    @staticmethod
    def resolve_child_first_name(row: Participant, _info: GraphQLResolveInfo) -> str | None:
        return row.thread.pupil.first_name if row.thread.pupil else None


SchoolThreadConnection: Any = connection(SchoolThread, "des conversations")


class SchoolConversation(graphene.ObjectType):
    """Une conversation, avec ce que la personne peut en lire."""

    thread = graphene.Field(SchoolThread, required=True, description="Ce qu'en dit la liste.")
    is_in = graphene.Boolean(required=True, description="La personne y est encore.")
    members = graphene.List(
        graphene.NonNull(SchoolThreadMember), required=True, description="Qui y est, ou y fut."
    )
    messages = paged(SchoolMessageConnection, "Les messages, le dernier d'abord.")

    @staticmethod
    def resolve_thread(part: Participant, _info: GraphQLResolveInfo) -> Participant:
        return part

    @staticmethod
    def resolve_is_in(part: Participant, _info: GraphQLResolveInfo) -> bool:
        return queries.is_in(part)

    @staticmethod
    def resolve_members(part: Participant, _info: GraphQLResolveInfo) -> list[Participant]:
        return list(queries.members_of(part.thread)[:MEMBERS_SHOWN])

    @staticmethod
    def resolve_messages(
        part: Participant, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = queries.whole_messages(part)
        page = page_of_rows(rows, order=("-number", "-pk"), first=first, after=after)
        shown = [queries.shown(row, part) for row in page.nodes]
        return Page(shown, page.has_next_page, page.has_previous_page)


class FoundSchoolMessage(graphene.ObjectType):
    """Un message trouvé par ses mots."""

    id = graphene.ID(required=True, description="Le message (UUID).")
    thread_id = graphene.ID(required=True, description="Sa conversation (UUID).")
    subject = graphene.String(required=True, description="L'objet de la conversation.")
    author = graphene.String(required=True, description="Le nom de qui l'envoie.")
    text = graphene.String(required=True, description="Le texte.")
    sent_at = graphene.DateTime(required=True, description="Quand il a été envoyé.")

    @staticmethod
    def resolve_id(row: Message, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_thread_id(row: Message, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.thread.public_id

    @staticmethod
    def resolve_subject(row: Message, _info: GraphQLResolveInfo) -> str:
        return row.thread.subject

    @staticmethod
    def resolve_author(row: Message, _info: GraphQLResolveInfo) -> str:
        return queries.name_of(row.participant)


class MessageReport(graphene.ObjectType):
    """Un message signalé, pour le collège."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    message_id = graphene.ID(required=True, description="Le message (UUID).")
    thread_id = graphene.ID(required=True, description="Sa conversation (UUID).")
    text = graphene.String(required=True, description="Ce qu'il dit.")
    reason = graphene.String(required=True, description="Pourquoi il est signalé.")
    reported_at = graphene.DateTime(required=True, description="Quand il a été signalé.")

    @staticmethod
    def resolve_id(row: Report, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_message_id(row: Report, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.message.public_id

    @staticmethod
    def resolve_thread_id(row: Report, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.message.thread.public_id

    @staticmethod
    def resolve_text(row: Report, _info: GraphQLResolveInfo) -> str:
        return row.message.text


MessageReportConnection: Any = connection(MessageReport, "des messages signalés")


class MessageAppeal(graphene.ObjectType):
    """Un message masqué que son auteur conteste, pour le collège."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    message_id = graphene.ID(required=True, description="Le message (UUID).")
    thread_id = graphene.ID(required=True, description="Sa conversation (UUID).")
    text = graphene.String(required=True, description="Ce qu'il dit.")
    reason = graphene.String(required=True, description="Pourquoi il est masqué.")
    appeal = graphene.String(required=True, description="Ce que l'auteur répond.")
    appealed_at = graphene.DateTime(required=True, description="Quand il a contesté.")

    @staticmethod
    def resolve_id(row: Hiding, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_message_id(row: Hiding, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.message.public_id

    @staticmethod
    def resolve_thread_id(row: Hiding, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.message.thread.public_id

    @staticmethod
    def resolve_text(row: Hiding, _info: GraphQLResolveInfo) -> str:
        return row.message.text


MessageAppealConnection: Any = connection(MessageAppeal, "des messages masqués et contestés")


class SchoolMessageTemplate(graphene.ObjectType):
    """Les mots qu'un collège écrit souvent."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    college_uai = graphene.String(required=True, description="L'UAI du collège.")
    name = graphene.String(required=True, description="Son nom.")
    subject = graphene.String(required=True, description="L'objet.")
    text = graphene.String(required=True, description="Le texte ; [élève] est un nom à remplacer.")
    valid_from = graphene.Date(required=True, description="Depuis quand il sert.")

    @staticmethod
    def resolve_id(row: MessageTemplate, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_college_uai(row: MessageTemplate, _info: GraphQLResolveInfo) -> str:
        college: College = row.college
        return college.uai


SchoolMessageTemplateConnection: Any = connection(SchoolMessageTemplate, "des modèles de messages")
