"""What is read of the threads between families and collèges: a part of `api.queries.Query`."""

from __future__ import annotations

import graphene
from django.db.models import QuerySet
from graphql import GraphQLResolveInfo

from api import rules
from api.limits import LIST_LENGTHS
from api.paging import Page, id_of, page_of_rows, paged
from api.scalars import public_id
from api.types.school_messages import (
    FoundSchoolMessage,
    MessageAppealConnection,
    MessageReportConnection,
    SchoolAddressee,
    SchoolConversation,
    SchoolMessageTemplateConnection,
    SchoolThreadConnection,
)
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import User
from tenants.schoollife.messages import access, queries
from tenants.schoollife.messages.models import Message, Participant
from tenants.schoollife.messages.queries import Addressee
from ui.wording import local_date

ADDRESSEES_SHOWN = LIST_LENGTHS["Query.schoolAddressees"]


def as_college() -> graphene.Argument:
    """On which side the person reads."""
    return graphene.Argument(
        graphene.Boolean,
        default_value=False,
        description="Vrai pour les conversations du collège dont la personne est le secrétariat.",
    )


class MessageQuery(graphene.ObjectType):
    """What is read of messages."""

    school_addressees = graphene.List(
        graphene.NonNull(SchoolAddressee),
        required=True,
        description="Les collèges à qui la personne peut écrire.",
    )
    school_threads = paged(
        SchoolThreadConnection,
        "Les conversations de la personne avec les collèges, la dernière écrite d'abord.",
        as_college=as_college(),
        unread=graphene.Argument(
            graphene.Boolean, default_value=False, description="Seulement celles qui sont à lire."
        ),
    )
    school_thread = graphene.Field(
        SchoolConversation,
        id=id_of("La conversation"),
        as_college=as_college(),
        description="Une conversation où la personne est, ou fut.",
    )
    school_messages = graphene.List(
        graphene.NonNull(FoundSchoolMessage),
        required=True,
        text=graphene.Argument(graphene.String, required=True, description="Les mots cherchés."),
        as_college=as_college(),
        description="Les messages que la personne peut lire et qui ont ces mots, les derniers d'abord.",
    )
    message_reports = paged(
        MessageReportConnection, "Les messages signalés à regarder. Pour les secrétariats."
    )
    message_appeals = paged(
        MessageAppealConnection, "Les messages masqués et contestés. Pour les secrétariats."
    )
    school_message_templates = paged(
        SchoolMessageTemplateConnection, "Les modèles qui servent. Pour les secrétariats."
    )

    @staticmethod
    @rules.by_object
    def resolve_school_addressees(_root: None, info: GraphQLResolveInfo) -> list[Addressee]:
        context = info.context
        found = queries.addressees_of(context.require_user(), on=local_date(context.at))
        return found[:ADDRESSEES_SHOWN]

    @staticmethod
    @rules.by_object
    def resolve_school_threads(
        _root: None,
        info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        as_college: bool = False,  # noqa: FBT001, FBT002  named by the schema
        unread: bool = False,  # noqa: FBT001, FBT002
    ) -> Page:
        parts = _parts(info.context.require_user(), is_college=as_college)
        among = parts
        if unread:
            parts = queries.unread_of(parts)
        return page_of_rows(
            queries.told(parts),
            order=("-latest_at", "-pk"),
            first=first,
            after=after,
            among=among,
        )

    @staticmethod
    @rules.by_object
    def resolve_school_thread(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
        as_college: bool = False,  # noqa: FBT001, FBT002
    ) -> Participant:
        user = info.context.require_user()
        part = part_of(user, id, is_college=as_college)
        return queries.told(_parts(user, is_college=as_college)).get(pk=part.pk)

    @staticmethod
    @rules.by_object
    def resolve_school_messages(
        _root: None,
        info: GraphQLResolveInfo,
        text: str,
        as_college: bool = False,  # noqa: FBT001, FBT002
    ) -> list[Message]:
        user = info.context.require_user()
        parts = _parts(user, is_college=as_college)
        if not as_college:
            return queries.search(parts, text[:100])
        colleges = [one.pk for one in access.desk_colleges(user)]
        return queries.search(parts, text[:100], college_ids=colleges)

    @staticmethod
    @rules.needs(Capability.MANAGE_SCHOOL_LIFE)
    def resolve_message_reports(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        reports = access.desk_reports(info.context.require_user())
        return page_of_rows(
            queries.waiting_reports(reports),
            order=("reported_at", "pk"),
            first=first,
            after=after,
            among=reports,
        )

    @staticmethod
    @rules.needs(Capability.MANAGE_SCHOOL_LIFE)
    def resolve_message_appeals(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        hidings = access.desk_hidings(info.context.require_user())
        return page_of_rows(
            queries.waiting_appeals(hidings),
            order=("appealed_at", "pk"),
            first=first,
            after=after,
            among=hidings,
        )

    @staticmethod
    @rules.needs(Capability.MANAGE_SCHOOL_LIFE)
    def resolve_school_message_templates(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        templates = access.desk_templates(info.context.require_user())
        current = queries.current_templates(templates, on=local_date(info.context.at))
        return page_of_rows(
            current, order=("college__name", "name", "pk"), first=first, after=after
        )


def part_of(user: User, thread_id: str, *, is_college: bool) -> Participant:
    """The part of a person, or of their collège, in a thread.

    :raises NotFound: if absent, or not theirs
    """
    find = access.access_desk_thread if is_college else access.access_own_thread
    return find(user, public_id(thread_id))


def _parts(user: User, *, is_college: bool) -> QuerySet[Participant]:
    return access.desk_participations(user) if is_college else access.own_participations(user)
