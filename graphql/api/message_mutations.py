"""What is written between families and collèges: a part of `api.schema.Mutation`."""

from __future__ import annotations

import graphene

from api.mutations.school_messages import (
    AppealHiddenMessage,
    LeaveThread,
    MarkThreadRead,
    ReplyInThread,
    ReportMessage,
    WriteToCollege,
    WriteToFamily,
)


class MessageMutation(graphene.ObjectType):
    """What is done in threads."""

    write_to_college = WriteToCollege.Field(
        required=True, description="Commencer une conversation avec un collège."
    )
    write_to_family = WriteToFamily.Field(
        required=True, description="Écrire à une famille. Pour les secrétariats de collège."
    )
    reply_in_thread = ReplyInThread.Field(
        required=True, description="Répondre dans une conversation."
    )
    mark_thread_read = MarkThreadRead.Field(
        required=True, description="Dire jusqu'où une conversation est lue."
    )
    leave_thread = LeaveThread.Field(
        required=True, description="Quitter une conversation : ce qui suit n'est pas lu."
    )
    report_message = ReportMessage.Field(
        required=True, description="Signaler un message au collège."
    )
    appeal_hidden_message = AppealHiddenMessage.Field(
        required=True, description="Contester qu'un message à soi soit masqué."
    )
