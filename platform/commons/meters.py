"""Counters and gauges: how the house is doing, each value with its tenant.

A counter counts what is committed, in the tenant of the act, and nothing of what is rolled back. An
attribute is declared with the values it may take, so that a name or an identifier can never become
one: anything else is told as OTHER. Each room declares its own meters next to its acts;
docs/telemetry.md lists them all, and a test keeps that true.

Without a provider (`socle.telemetry` sets one when an address is given) nothing is kept or sent.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from commons.tenancy import current_schema

TENANT = "socle.tenant.schema"
OTHER = "OTHER"
FRESH_SECONDS = 120.0  # what a gauge was told longer ago is no longer true, and no longer said
_METER = metrics.get_meter("socle")


@dataclasses.dataclass(frozen=True, slots=True)
class Declared:
    """What a meter is, as docs/telemetry.md says it. An attribute of None takes any value."""

    name: str
    unit: str
    description: str
    attributes: Mapping[str, frozenset[str] | None]

    def with_tenant(self, given: Mapping[str, str | int]) -> dict[str, str | int]:
        """The attributes of one value told now: the tenant's, and those declared."""
        told: dict[str, str | int] = {TENANT: current_schema()}
        for name, allowed in self.attributes.items():
            value = given.get(name, OTHER)
            told[name] = value if allowed is None or value in allowed else OTHER
        return told


_declared: dict[str, Declared] = {}


def declared() -> tuple[Declared, ...]:
    """Every meter that was declared, by name."""
    return tuple(_declared[name] for name in sorted(_declared))


def _declare(
    name: str, unit: str, description: str, attributes: Mapping[str, Iterable[str] | None] | None
) -> Declared:
    allowed = {
        key: None if values is None else frozenset(map(str, values))
        for key, values in (attributes or {}).items()
    }
    _declared[name] = Declared(name, unit, description, allowed)
    return _declared[name]


class Counter:
    """How many times something happened, or how many cents it was."""

    def __init__(
        self,
        name: str,
        *,
        unit: str,
        description: str,
        attributes: Mapping[str, Iterable[str] | None] | None = None,
    ) -> None:
        self.declared = _declare(name, unit, description, attributes)
        self._counter = _METER.create_counter(name, unit, description)

    def add(self, amount: int = 1, **attributes: str | int) -> None:
        """Count, once this transaction is committed; at once outside any."""
        told = self.declared.with_tenant(attributes)
        transaction.on_commit(functools.partial(self._counter.add, amount, told), robust=True)


class Durations:
    """How long something takes, in seconds."""

    def __init__(
        self,
        name: str,
        *,
        description: str,
        boundaries: Sequence[float],
        attributes: Mapping[str, Iterable[str] | None] | None = None,
    ) -> None:
        self.declared = _declare(name, "s", description, attributes)
        self._histogram = _METER.create_histogram(
            name, "s", description, explicit_bucket_boundaries_advisory=boundaries
        )

    def record(self, seconds: float, **attributes: str | int) -> None:
        """Tell one duration, whatever became of it."""
        self._histogram.record(seconds, self.declared.with_tenant(attributes))


class Gauge:
    """A figure as it was found lately: the process that looked says it, until it is too old."""

    def __init__(
        self,
        name: str,
        *,
        unit: str,
        description: str,
        attributes: Mapping[str, Iterable[str] | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.declared = _declare(name, unit, description, attributes)
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[tuple[tuple[str, str | int], ...], tuple[float, float]] = {}
        _METER.create_observable_gauge(name, [self._observe], unit, description)

    def set(self, value: float, **attributes: str | int) -> None:
        """Say what was found now, in this tenant."""
        told = tuple(self.declared.with_tenant(attributes).items())
        with self._lock:
            self._found[told] = (value, self._clock())

    def _observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        """Called by the reader of metrics, in its own thread: it asks nothing of the database."""
        oldest = self._clock() - FRESH_SECONDS
        with self._lock:
            self._found = {told: kept for told, kept in self._found.items() if kept[1] >= oldest}
            found = [(dict(told), value) for told, (value, _at) in self._found.items()]
        return [Observation(value, told) for told, value in found]
