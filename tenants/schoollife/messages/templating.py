"""The words a collège uses often: dated, so that what was sent in a year is what was approved then."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from tenants.people.models import College, Pupil
from tenants.schoollife.messages.models import MessageTemplate
from tenants.schoollife.messages.refusals import TemplateOver
from tenants.schoollife.messages.sending import body, line

LONGEST_NAME = 80
PUPIL = "[élève]"  # what stands for the pupil's name in a template


@transaction.atomic(durable=True)
def save_template(
    *,
    college: College,
    name: str,
    subject: str,
    text: str,
    actor: Actor,
    at: datetime.datetime,
) -> MessageTemplate:
    """
    Keep words under a name, from today on; those that had the name are used no more.

    :raises TextMissing: if one of the texts is empty, or too long
    """
    on = timezone.localdate(at)
    called = line(name, field="name", most=LONGEST_NAME)
    _lock_templates(college)
    former = MessageTemplate.objects.filter(college=college, name=called, valid_until__isnull=True)
    former.update(valid_until=on)
    template = MessageTemplate.objects.create(
        college=college, name=called, subject=line(subject), text=body(text), valid_from=on
    )
    _journal("saved", template, actor=actor, at=at)
    return template


@transaction.atomic(durable=True)
def end_template(
    *, template: MessageTemplate, actor: Actor, at: datetime.datetime
) -> MessageTemplate:
    """
    Use a template no more, from today on.

    :raises TemplateOver: if it is used no more already
    """
    _lock_templates(template.college)
    ended = MessageTemplate.objects.filter(pk=template.pk, valid_until__isnull=True).update(
        valid_until=timezone.localdate(at)
    )
    if not ended:
        raise TemplateOver(template=str(template.public_id))
    _journal("ended", template, actor=actor, at=at)
    template.refresh_from_db()
    return template


def filled(text: str, *, pupil: Pupil | None) -> str:
    """The words of a template, for one pupil."""
    return text.replace(PUPIL, pupil.full_name) if pupil else text


def _lock_templates(college: College) -> None:
    rows = College.objects.select_for_update(of=("self",), no_key=True).filter(pk=college.pk)
    list(rows.order_by("pk"))


def _journal(done: str, template: MessageTemplate, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"school_messages.template.{done}",
        subject_type="message_template",
        subject_id=template.public_id,
        at=at,
        college=template.college.uai,
    )
