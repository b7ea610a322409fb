"""What messages hold about a person: what they wrote, and what they were given to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.schoollife.messages import queries
from tenants.schoollife.messages.access import own_participations
from tenants.schoollife.messages.models import Hiding, Participant, Report, Stay

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos messages avec le collège"),
    why=_("Vous écrire et vous répondre. Gardé jusqu'à la fin de l'année scolaire suivante."),
    reads=(
        "school_messages.Thread",
        "school_messages.Participant",
        "school_messages.Stay",
        "school_messages.Message",
        "school_messages.Attachment",
    ),
)
def threads(user: User) -> Iterable[Record]:
    """Each thread the person is or was in, with what they may read of it, and nothing else."""
    for part in own_participations(user).order_by("thread__opened_at", "pk"):
        yield record_of(part.thread, "subject", "opened_at", collège=str(part.thread.college)) | {
            "présences": [
                record_of(stay, "joined_at", "left_at")
                for stay in Stay.objects.filter(participant=part).order_by("from_number")
            ],
            "messages": list(_messages(part)),
        }


def _messages(part: Participant) -> Iterable[Record]:
    for shown in queries.everything_of(part):
        yield record_of(
            shown.message, "sent_at", auteur=queries.name_of(shown.author), texte=shown.text
        ) | {"pièces": [record_of(one, "name", "size_bytes") for one in shown.attachments]}


@holds(
    _("Vos signalements et vos contestations"),
    why=_("Regarder ce qui ne va pas dans un message, et vous répondre."),
    reads=("school_messages.Report", "school_messages.Hiding"),
)
def moderation(user: User) -> Iterable[Record]:
    """What the person reported, and what was hidden of their messages."""
    own = own_participations(user).order_by().values("pk")
    for report in Report.objects.filter(participant__in=own).order_by("reported_at", "pk"):
        yield record_of(report, "reason", "state", "reported_at", "decided_at")
    for hiding in Hiding.objects.filter(message__participant__in=own).order_by("hidden_at", "pk"):
        yield record_of(
            hiding, "reason", "hidden_at", "appeal", "appealed_at", "answer", "answered_at",
            "lifted_at",
        )  # fmt: skip
