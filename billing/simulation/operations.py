"""Acts on drafts: start, save, drop, publish as a version.

Whoever changes a draft says which revision they read: another one in between is refused, and nothing
that was saved is lost. A draft is locked before it is changed; publishing locks what
a published version locks, after it.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from billing.simulation.models import ScheduleDraft
from billing.tariffs.models import TariffVersion
from billing.tariffs.operations import open_in_transaction, publish_in_transaction
from billing.tariffs.schedule_files import load_schedule_text, starting_on
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound

State = ScheduleDraft.State
LONGEST_TEXT = 200_000
LONGEST_NAME = 120


class DraftChanged(DomainError):
    """Somebody saved the draft after it was read."""

    code = "SCHEDULE_DRAFT_CHANGED"


class DraftClosed(DomainError):
    """The draft is published or dropped: it changes no more."""

    code = "SCHEDULE_DRAFT_CLOSED"


class DraftUnfit(DomainError):
    """A draft has no name, or its name or text is too long."""

    code = "SCHEDULE_DRAFT_UNFIT"


@transaction.atomic(durable=True)
def start_draft(*, name: str, text: str, actor: Actor, at: datetime.datetime) -> ScheduleDraft:
    """
    Start a draft from a text: that of a version, of a shipped file, or any other.

    :raises DraftUnfit: if it has no name, or its name or text is too long
    """
    _check(name, text)
    draft = ScheduleDraft.objects.create(
        name=name.strip(),
        text=_lines(text),
        started_at=at,
        changed_at=at,
        author_kind=actor.kind,
        author_id=actor.id,
    )
    _tell("tariffs.draft.started", draft, actor=actor, at=at)
    return draft


@transaction.atomic(durable=True)
def save_draft(
    *,
    public_id: uuid.UUID,
    revision: int,
    name: str,
    text: str,
    actor: Actor,
    at: datetime.datetime,
) -> ScheduleDraft:
    """
    Save the text of a draft, whether it can be applied or not. The same text again changes nothing.

    :raises NotFound: if there is no such draft
    :raises DraftClosed: if it is published or dropped
    :raises DraftChanged: if it was saved since revision `revision`
    :raises DraftUnfit: if it has no name, or its name or text is too long
    """
    _check(name, text)
    draft = _lock_draft(public_id, revision=revision)
    if (draft.name, draft.text) == (name.strip(), _lines(text)):
        return draft
    draft.name, draft.text = name.strip(), _lines(text)
    _write(draft, actor=actor, at=at)
    _tell("tariffs.draft.saved", draft, actor=actor, at=at)
    return draft


@transaction.atomic(durable=True)
def drop_draft(
    *, public_id: uuid.UUID, revision: int, actor: Actor, at: datetime.datetime
) -> ScheduleDraft:
    """
    Put a draft away for good.

    :raises NotFound: if there is no such draft
    :raises DraftClosed: if it is published or dropped
    :raises DraftChanged: if it was saved since revision `revision`
    """
    draft = _lock_draft(public_id, revision=revision)
    draft.state = State.DROPPED
    _write(draft, actor=actor, at=at)
    _tell("tariffs.draft.dropped", draft, actor=actor, at=at)
    return draft


@transaction.atomic(durable=True)
def publish_draft(
    *,
    public_id: uuid.UUID,
    revision: int,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> list[TariffVersion]:
    """
    Publish what a draft says as the version in force from a day on, and close the draft.

    :raises NotFound: if there is no such draft
    :raises DraftClosed: if it is published or dropped
    :raises DraftChanged: if it was saved since revision `revision`
    :raises InvalidRule: if its text cannot be applied, or not from that day
    :raises TariffVersionsOverlap: if another version starts later, or ends inside the period
    :raises TariffVersionInUse: if days that are already invoiced would change
    :raises FullPriceMissing: if an aid is given without the price it is taken off
    """
    draft = _lock_draft(public_id, revision=revision)
    schedule = starting_on(load_schedule_text(draft.text), valid_from)
    versions = publish_in_transaction(schedule=schedule, actor=actor, at=at)
    draft.state = State.PUBLISHED
    _write(draft, actor=actor, at=at)
    _tell("tariffs.draft.published", draft, actor=actor, at=at, valid_from=valid_from.isoformat())
    return versions


@transaction.atomic(durable=True)
def check_publication(
    *,
    public_id: uuid.UUID,
    revision: int,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """
    Refuse what `publish_draft` would refuse; to be rolled back. No price is decided: that is long.

    :raises NotFound: if there is no such draft
    :raises DraftClosed: if it is published or dropped
    :raises DraftChanged: if it was saved since revision `revision`
    :raises InvalidRule: if its text cannot be applied, or not from that day
    :raises DomainError: as `billing.tariffs.operations.publish_schedule`
    """
    draft = _lock_draft(public_id, revision=revision)
    schedule = starting_on(load_schedule_text(draft.text), valid_from)
    open_in_transaction(schedule=schedule, actor=actor, at=at)


def _check(name: str, text: str) -> None:
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise DraftUnfit(reason="NAME", longest=LONGEST_NAME)
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise DraftUnfit(reason="TEXT", longest=LONGEST_TEXT)


def _lines(text: str) -> str:
    """The text with the line ends of files: a browser sends others."""
    return text.replace("\r\n", "\n").rstrip() + "\n"


def _lock_draft(public_id: uuid.UUID, *, revision: int) -> ScheduleDraft:
    draft = (
        ScheduleDraft.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=public_id)
        .first()
    )
    if draft is None:
        raise NotFound(draft=str(public_id))
    if draft.state != State.OPEN:
        raise DraftClosed(state=draft.state)
    if draft.revision != revision:
        raise DraftChanged(revision=draft.revision)
    return draft


def _write(draft: ScheduleDraft, *, actor: Actor, at: datetime.datetime) -> None:
    draft.revision += 1
    draft.changed_at = at
    draft.author_kind, draft.author_id = actor.kind, actor.id
    draft.save(
        update_fields=[
            "name",
            "text",
            "state",
            "revision",
            "changed_at",
            "author_kind",
            "author_id",
        ]
    )


def _tell(
    action: str, draft: ScheduleDraft, *, actor: Actor, at: datetime.datetime, **details: str
) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type="ScheduleDraft",
        subject_id=draft.public_id,
        at=at,
        revision=draft.revision,
        **details,
    )
