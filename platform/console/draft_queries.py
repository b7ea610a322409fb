"""What the console shows of drafts and simulations. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from billing.rule_files import InvalidRule
from billing.simulation import queries
from billing.simulation.models import ScheduleDraft
from billing.simulation.trying import Asked, Simulation
from billing.tariffs.engine import Definition
from billing.tariffs.models import TariffVersion
from billing.tariffs.queries import definition_of, version_on
from billing.tariffs.schedule_files import ScheduleFile, ServiceName
from billing.tariffs.schedule_texts import Change
from console.agents import name_of_actor
from console.curves import Curve, curves_of, price_at
from ui import simulation_texts
from ui.rule_problems import refusal_sentences

CHART_WIDTH = 320


@dataclasses.dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in the list."""

    draft: ScheduleDraft
    author: str


@dataclasses.dataclass(frozen=True, slots=True)
class PriceLine:
    """What a quotient pays today, where there is a version, and by the draft."""

    quotient: int
    before_cents: int | None
    after_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class ServicePreview:
    """One service of a draft beside the version in force: the curve, its table, what differs."""

    service: ServiceName
    name: str
    standing: TariffVersion | None
    curve: Curve | None
    lines: tuple[PriceLine, ...]
    changes: tuple[Change, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TextPreview:
    """What a text says: its services, or one sentence for each problem."""

    schedule: ScheduleFile | None
    problems: tuple[str, ...]
    services: tuple[ServicePreview, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A class of the distribution: its name, its count, the length of its bar."""

    name: str
    sign: int
    pupils: int
    length: int


@dataclasses.dataclass(frozen=True, slots=True)
class SimulationPage:
    """A simulation with its tables and its bars."""

    simulation: Simulation
    bars: tuple[Bar, ...]
    curve: Curve | None


def draft_rows() -> tuple[DraftRow, ...]:
    """The drafts that are not dropped, latest changed first."""
    return tuple(
        DraftRow(draft, name_of_actor(draft.author_id)) for draft in queries.drafts()[:100]
    )


def previewed(text: str, *, on: datetime.date) -> TextPreview:
    """What a text says beside what is in force on its first day."""
    schedule, refusal = queries.read_text(text)
    if schedule is None:
        return TextPreview(None, tuple(sentences(refusal)) if refusal else (), ())
    return TextPreview(
        schedule,
        (),
        tuple(_service(schedule, service, on=on) for service in schedule.services),
    )


def sentences(refusal: InvalidRule) -> list[str]:
    """One sentence for each problem, with its line."""
    return refusal_sentences(refusal)


def _service(schedule: ScheduleFile, service: ServiceName, *, on: datetime.date) -> ServicePreview:
    standing = version_on(service, max(on, schedule.valid_from)) or version_on(service, on)
    after = schedule.services[service]
    before = None if standing is None else definition_of(standing)
    curve = curves_of(after, before)
    return ServicePreview(
        service=service,
        name=simulation_texts.service_name(service),
        standing=standing,
        curve=curve,
        lines=() if curve is None else _lines(curve, before, after),
        changes=() if standing is None else queries.changes_from(standing, schedule),
    )


def _lines(curve: Curve, before: Definition | None, after: Definition) -> tuple[PriceLine, ...]:
    """The prices of the curves in figures, where both are drawn."""
    other = before if curve.other_path else None
    return tuple(
        PriceLine(
            quotient=value,
            before_cents=None if other is None else price_at(other, value),
            after_cents=price_at(after, value),
        )
        for value in curve.values
    )


def simulation_page(public_id: uuid.UUID, *, asked: Asked) -> SimulationPage:
    """Try a draft; it refuses what `queries.simulate_draft` refuses."""
    simulation = queries.simulate_draft(public_id, asked=asked)
    bins = simulation.outcome.distribution
    most = max((one.pupils for one in bins), default=1)
    return SimulationPage(
        simulation=simulation,
        bars=tuple(
            Bar(
                name=simulation_texts.bin_name(one),
                sign=one.sign,
                pupils=one.pupils,
                length=max(1, one.pupils * CHART_WIDTH // most),
            )
            for one in bins
        ),
        curve=curves_of(simulation.after, simulation.before),
    )
