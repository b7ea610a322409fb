"""Acts on what a département publishes: prepare a figure, publish it, hold it back.

Whoever prepares or decides holds the lock of the département's figures. What is published leaves once. A
correction is prepared again, and protected with all that left before of the same figures (`linking`).
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from commons.progress import reached
from federation.metrics import catalogue
from federation.metrics import queries as metrics
from federation.metrics.catalogue import Grain
from federation.publication import linking, storing
from federation.publication.models import Kept, Publication, State, Suppression, Why
from federation.releases.models import PeriodKind, Release
from federation.releases.operations import Named, write_release
from federation.secrecy.protecting import protect
from federation.secrecy.tables import Mark, Place, Protection, Table

PARIS = ZoneInfo("Europe/Paris")
LONGEST_REASON = 300
# Between what is prepared and what is published: time to look, and to hold back.
DELAY = datetime.timedelta(days=7)
AUTOMATIC = Actor.system("publication")
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('publication'), hashtext(current_schema()))"


class PeriodNotOver(DomainError):
    """A figure is of a period that is over."""

    code = "PUBLICATION_PERIOD_NOT_OVER"


class NothingCounted(DomainError):
    """The indicator counts nobody in this period: there is nothing to publish."""

    code = "PUBLICATION_NOTHING_COUNTED"


class NothingCorrected(DomainError):
    """What was published of this figure is what would be published again."""

    code = "PUBLICATION_NOTHING_CORRECTED"


class PublicationClosed(DomainError):
    """It was published, held back or prepared again already."""

    code = "PUBLICATION_CLOSED"


class DefinitionChanged(DomainError):
    """The indicator changed since the figure was prepared: it has to be prepared again."""

    code = "PUBLICATION_DEFINITION_CHANGED"


class ReasonMissing(DomainError):
    """What is held back is held back for a reason, in a few words."""

    code = "PUBLICATION_REASON_MISSING"


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of figures: how many were done, and the code of each refusal."""

    done: int
    refused: dict[str, str]


@transaction.atomic(durable=True)
def prepare(
    *, indicator: str, start: datetime.date, actor: Actor, at: datetime.datetime
) -> Publication:
    """
    Compute a figure, protect it with what left of it before, and keep it to be looked at.

    One that was prepared and not decided is replaced.

    :raises NotFound: if there is no such indicator
    :raises PeriodNotOver: if the period is not over
    :raises NothingCounted: if nobody is counted
    :raises NothingCorrected: if the same was published already
    :raises TableInconsistent, NotProtectable, LeakFound: if it cannot be protected
    """
    known = catalogue.indicator(indicator)
    period = known.grain.period(start)
    if period.end is None or period.end > at.astimezone(PARIS).date():
        raise PeriodNotOver(start=period.start.isoformat())
    _lock()
    counted = metrics.compute(known, period)
    if not any(cell.units for table in counted for cell in table.cells.values()):
        raise NothingCounted(indicator=indicator, start=period.start.isoformat())
    kind = PeriodKind(known.grain.value)
    linked = linking.linked_with(known, period, [table.measure for table in counted])
    protection = protect(counted, earlier=linked.earlier, periods=linked.periods)
    tables = storing.written(protection.tables)
    figure = _figure(indicator, kind, period.start)
    latest = figure.filter(state=State.PUBLISHED).order_by("-revision").first()
    if latest and (latest.tables, latest.indicator_version) == (tables, known.version):
        raise NothingCorrected(indicator=indicator, start=period.start.isoformat())
    figure.filter(state=State.PREPARED).update(state=State.REPLACED, decided_at=at)
    made = Publication.objects.create(
        indicator=indicator,
        indicator_version=known.version,
        period_kind=kind,
        period_start=period.start,
        revision=latest.revision + 1 if latest else 1,
        tables=tables,
        prepared_at=at,
        due_at=at + DELAY,
    )
    _write_journal(made, counted, protection)
    _tell("publication.prepared", made, actor=actor, at=at)
    return made


@transaction.atomic(durable=True)
def publish(*, public_id: uuid.UUID, actor: Actor, at: datetime.datetime) -> Release:
    """
    Publish what was prepared, as it was looked at: every département reads it from now on.

    :raises NotFound: if there is no such publication
    :raises PublicationClosed: if it was published, held back or prepared again
    :raises DefinitionChanged: if the indicator is no longer what was computed
    """
    found = _locked(public_id)
    known = catalogue.indicator(found.indicator)
    if known.version != found.indicator_version:
        raise DefinitionChanged(indicator=found.indicator)
    release = write_release(
        named=Named(
            indicator=found.indicator,
            version=found.indicator_version,
            kind=PeriodKind(found.period_kind),
            start=found.period_start,
            revision=found.revision,
        ),
        tables=metrics.by_role(known, storing.read(found.tables)),
        rule=known.rule,
        words=metrics.labels(known),
        at=at,
    )
    found.release = release.public_id
    _decide(found, State.PUBLISHED, at=at)
    _tell("publication.published", found, actor=actor, at=at)
    return release


@transaction.atomic(durable=True)
def veto(*, public_id: uuid.UUID, reason: str, actor: Actor, at: datetime.datetime) -> Publication:
    """
    Hold back what was prepared. It may be prepared again, and is not by itself.

    :raises NotFound: if there is no such publication
    :raises PublicationClosed: if it was published, held back or prepared again
    :raises ReasonMissing: if no reason is given, or a long one
    """
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise ReasonMissing(longest=LONGEST_REASON)
    found = _locked(public_id)
    found.reason = reason.strip()
    _decide(found, State.VETOED, at=at)
    _tell("publication.vetoed", found, actor=actor, at=at)
    return found


def prepare_period(
    *, grain: Grain, start: datetime.date, actor: Actor, at: datetime.datetime
) -> Outcome:
    """
    Prepare each indicator of a period that nobody prepared yet. One after the other: twice is once.

    What one refuses stops no other; an indicator that was held back is left alone.
    """

    def prepare_one(code: str) -> None:
        prepare(indicator=code, start=start, actor=actor, at=at)

    return _each(missing(grain=grain, start=start), prepare_one, step="figures")


def publish_period(
    *, grain: Grain, start: datetime.date, actor: Actor, at: datetime.datetime
) -> Outcome:
    """Publish all that is prepared of a period. What was decided in between is left as it is."""
    waiting = Publication.objects.filter(
        state=State.PREPARED, period_kind=grain.value, period_start=grain.period(start).start
    )
    return _publish_each(waiting, actor=actor, at=at)


def publish_due(*, at: datetime.datetime) -> Outcome:
    """Publish what was prepared long enough ago, and that nobody held back."""
    waiting = Publication.objects.filter(state=State.PREPARED, due_at__lte=at)
    return _publish_each(waiting, actor=AUTOMATIC, at=at)


def missing(*, grain: Grain, start: datetime.date) -> list[str]:
    """The indicators of a period that nobody prepared, in the order of the catalogue."""
    first = grain.period(start).start
    there = set(
        Publication.objects.filter(period_kind=grain.value, period_start=first)
        .exclude(state=State.REPLACED)
        .values_list("indicator", flat=True)
    )
    return [
        one.code
        for one in catalogue.indicators()
        if one.grain is grain and one.valid_from <= first and one.code not in there
    ]


def _publish_each(
    waiting: QuerySet[Publication], *, actor: Actor, at: datetime.datetime
) -> Outcome:
    found = waiting.order_by("pk").values_list("indicator", "period_start", "public_id")
    rows = {f"{code} {start.isoformat()}": public_id for code, start, public_id in found}

    def publish_one(name: str) -> None:
        publish(public_id=rows[name], actor=actor, at=at)

    return _each(list(rows), publish_one, step="releases")


def _each(names: Sequence[str], act: Callable[[str], None], *, step: str) -> Outcome:
    """Do an act of each, one transaction after the other: what one refuses stops no other."""
    done, refused = 0, {}
    for place, name in enumerate(names, 1):
        reached(step, place, of=len(names))
        try:
            act(name)
        except DomainError as refusal:
            refused[name] = refusal.code
        else:
            done += 1
    return Outcome(done, refused)


def _lock() -> None:
    """Wait until nobody else prepares or decides here. In a transaction, before any row is read.

    One lock for all figures: what is prepared is protected with everything else that leaves, or is about to.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def _figure(indicator: str, kind: str, start: datetime.date) -> QuerySet[Publication]:
    return Publication.objects.filter(indicator=indicator, period_kind=kind, period_start=start)


def _locked(public_id: uuid.UUID) -> Publication:
    """A publication that is to be decided, under the lock."""
    _lock()
    found = Publication.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(publication=str(public_id))
    if found.state != State.PREPARED:
        raise PublicationClosed(state=found.state)
    return found


def _write_journal(made: Publication, counted: Sequence[Table], protection: Protection) -> None:
    """Why each cell is left out, and, apart, what was counted in it."""
    Kept.objects.create(publication=made, cells=storing.left_out(counted, protection.tables))
    places = {
        table.place(key)
        for table, protected in zip(counted, protection.tables, strict=True)
        for key, cell in protected.cells.items()
        if cell.mark is not Mark.TOLD
    }
    Suppression.objects.bulk_create(
        Suppression(
            publication=made,
            measure=line.place.measure,
            codes=dict(line.place.codes),
            why=Why(line.mark.value),
            protects=[_said(place) for place in line.protects],
        )
        for line in protection.journal
        if line.place in places
    )


def _said(place: Place) -> dict[str, object]:
    return {"measure": place.measure, "period": place.period, "codes": dict(sorted(place.codes))}


def _decide(found: Publication, state: State, *, at: datetime.datetime) -> None:
    found.state, found.decided_at = state, at
    found.save(update_fields=["state", "decided_at", "reason", "release"])


def _tell(action: str, found: Publication, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type="Publication",
        subject_id=found.public_id,
        at=at,
        indicator=found.indicator,
        period=found.period_start.isoformat(),
        revision=found.revision,
    )
