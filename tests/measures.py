"""What the meters count, as a reader of metrics gets it. Star-imported by `tests.plugin`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader

Attributes = dict[str, str | int]


class Measures:
    """The values told since they were last read."""

    def __init__(self, reader: InMemoryMetricReader) -> None:
        self._reader = reader

    def read(self) -> dict[str, list[tuple[Attributes, float]]]:
        """Each metric's values, by name, in the order of their attributes; of durations, how many."""
        data = self._reader.get_metrics_data()
        found: dict[str, list[tuple[Attributes, float]]] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    points = [
                        (dict(one.attributes), getattr(one, "value", getattr(one, "count", 0)))
                        for one in metric.data.data_points
                    ]
                    found[metric.name] = sorted(points, key=lambda one: str(sorted(one[0].items())))
        return found

    def of(self, name: str) -> list[tuple[Attributes, float]]:
        """The values of one metric; the others are forgotten."""
        return self.read().get(name, [])


@pytest.fixture(scope="session")
def metric_reader() -> InMemoryMetricReader:
    delta = AggregationTemporality.DELTA
    reader = InMemoryMetricReader(preferred_temporality={Counter: delta, Histogram: delta})
    # OpenTelemetry takes one provider for the life of the process.
    metrics.set_meter_provider(MeterProvider([reader], shutdown_on_exit=False))
    return reader


@pytest.fixture
def measures(metric_reader: InMemoryMetricReader) -> Iterator[Measures]:
    """What is counted from here on."""
    found = Measures(metric_reader)
    found.read()
    yield found
    found.read()
