"""Reads of drafts: which there are, what their text says, what it would change."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db.models import QuerySet

from billing.rule_files import InvalidRule
from billing.simulation.models import ScheduleDraft
from billing.simulation.trying import Asked, Simulation, simulate
from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.queries import definition_of, on_day
from billing.tariffs.schedule_files import (
    ScheduleFile,
    ServiceName,
    load_schedule,
    load_schedule_text,
    published_schedule_paths,
)
from billing.tariffs.schedule_texts import Change, differences
from commons.errors import DomainError, NotFound
from commons.periods import Period
from commons.tenancy import require_tenant

State = ScheduleDraft.State
LONG_WORK = 3_000  # prices
LONGEST_PERIOD = datetime.timedelta(days=800)


class PeriodUnfit(DomainError):
    """The days of a simulation are not in order, or are more than two years."""

    code = "SIMULATION_PERIOD_UNFIT"


@dataclasses.dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft read: what its text says, or why it says nothing that can be applied."""

    draft: ScheduleDraft
    schedule: ScheduleFile | None
    refusal: InvalidRule | None


@dataclasses.dataclass(frozen=True, slots=True)
class Shipped:
    """A schedule that ships with Socle, of this département or of another."""

    name: str
    schedule: ScheduleFile


def drafts() -> QuerySet[ScheduleDraft]:
    """The drafts that are not dropped, latest changed first."""
    return ScheduleDraft.objects.exclude(state=State.DROPPED).order_by("-changed_at", "-pk")


def draft_of(public_id: uuid.UUID) -> ScheduleDraft:
    """A draft.

    :raises NotFound: if there is none, or it is dropped
    """
    draft = drafts().filter(public_id=public_id).first()
    if draft is None:
        raise NotFound(draft=str(public_id))
    return draft


def is_published(public_id: uuid.UUID) -> bool:
    """Whether a draft became a version."""
    return ScheduleDraft.objects.filter(public_id=public_id, state=State.PUBLISHED).exists()


def is_long_work() -> bool:
    """Whether publishing takes more than a moment here: each price in force is decided again."""
    prices = PriceDecision.objects.filter(valid_until__isnull=True)
    return prices.values("pk")[:LONG_WORK].count() >= LONG_WORK


def draft_page(public_id: uuid.UUID) -> DraftPage:
    """
    A draft and what its text says.

    :raises NotFound: if there is none, or it is dropped
    """
    draft = draft_of(public_id)
    schedule, refusal = read_text(draft.text)
    return DraftPage(draft=draft, schedule=schedule, refusal=refusal)


def read_text(text: str) -> tuple[ScheduleFile | None, InvalidRule | None]:
    """What a text says, or its refusal with a line for each problem."""
    try:
        return load_schedule_text(text), None
    except InvalidRule as refusal:
        return None, refusal


def asked_over(
    service: str,
    *,
    first_day: datetime.date,
    last_day: datetime.date,
    proofs_on: datetime.date,
    is_alike: bool = False,
) -> Asked:
    """
    What is asked over the meals of some days, the last one included.

    :raises PeriodUnfit: if the days are not in order, or more than two years
    """
    if not first_day <= last_day <= first_day + LONGEST_PERIOD:
        raise PeriodUnfit(first_day=first_day, last_day=last_day)
    period = Period(first_day, last_day + datetime.timedelta(days=1))
    return Asked(ServiceName(service), period, proofs_on, is_alike)


def simulate_draft(public_id: uuid.UUID, *, asked: Asked) -> Simulation:
    """
    Try a draft on the pupils enrolled.

    :raises NotFound: if there is none
    :raises InvalidRule: if its text cannot be applied
    :raises NoTariffInForce: if no version prices the service on the first day
    :raises NotComparable: if the two do not price the same meal
    """
    return simulate(asked=asked, schedule=load_schedule_text(draft_of(public_id).text))


def shipped_schedules() -> tuple[Shipped, ...]:
    """Every schedule that ships with Socle, those of this département first."""
    own = require_tenant().code
    found = [Shipped(path.stem, load_schedule(path)) for path in published_schedule_paths("*")]
    return tuple(sorted(found, key=lambda one: (one.schedule.departement != own, one.name)))


def shipped_schedule(name: str) -> ScheduleFile:
    """
    A schedule that ships with Socle (`94-2025`).

    :raises NotFound: if there is none of that name
    """
    for path in published_schedule_paths("*"):
        if path.stem == name:
            return load_schedule(path)
    raise NotFound(schedule=name)


def schedule_of_version(public_id: uuid.UUID) -> ScheduleFile:
    """
    A published version as a schedule file: one service, from the day it starts, without end.

    :raises NotFound: if there is no such version
    """
    version = TariffVersion.objects.select_related("schedule").filter(public_id=public_id).first()
    if version is None:
        raise NotFound(version=str(public_id))
    return schedule_file(version)


def schedule_file(version: TariffVersion) -> ScheduleFile:
    """A published version as a schedule file of one service."""
    return ScheduleFile(
        code=version.schedule.code,
        departement=require_tenant().code,
        label=version.schedule.label,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        legal_basis=version.legal_basis,
        source_note=version.source_note or version.legal_basis,
        is_illustrative=version.is_illustrative,
        services={ServiceName(version.schedule.service): definition_of(version)},
    )


def standing_schedules(*, on: datetime.date) -> tuple[ScheduleFile, ...]:
    """What is in force on a day as schedule files: services of one act in one file."""
    rows = TariffVersion.objects.filter(on_day(on)).select_related("schedule")
    files: dict[tuple[object, ...], ScheduleFile] = {}
    for row in rows.order_by("schedule__service"):
        one = schedule_file(row)
        act = (one.code, one.valid_from, one.valid_until, one.legal_basis, one.is_illustrative)
        known = files.get(act)
        services = {**(known.services if known else {}), **one.services}
        files[act] = dataclasses.replace(known or one, services=services)
    return tuple(files.values())


def changes_from(version: TariffVersion, schedule: ScheduleFile) -> tuple[Change, ...]:
    """What a schedule changes of a published version of one of its services, line by line."""
    service = ServiceName(version.schedule.service)
    kept = {service: schedule.services[service]} if service in schedule.services else {}
    return differences(schedule_file(version), dataclasses.replace(schedule, services=kept))
