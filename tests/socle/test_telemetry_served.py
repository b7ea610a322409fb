"""granian and Celery as in service: each process tells what it did, for itself, before it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port
from tests.socle.processes import ROOT
from tests.socle.test_telemetry import HOST, Collector, attributes_of, collector

__all__ = ("collector",)
SECONDS = 60


@contextlib.contextmanager
def running(collector: Collector, folder: Path, *command: str, **variables: str) -> Iterator[None]:
    """A program of ours that sends to this collector; asked to end as an operator's does."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "socle.settings.embedded", "PYTHONWARNINGS": "ignore"}
            | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
            | variables,
            cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield
        process.terminate()
        process.wait(SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def requests_counted(collector: Collector) -> dict[str, int]:
    """How many requests each process says it answered."""
    latest: dict[str, int] = {}
    for request in collector.of_kind("metrics"):
        for resource in request.resource_metrics:
            instance = attributes_of(resource.resource)["service.instance.id"]
            for metric in (m for scope in resource.scope_metrics for m in scope.metrics):
                if metric.name == "http.server.request.duration":
                    points = metric.histogram.data_points
                    latest[instance] = sum(point.count for point in points)
    return latest


def ask(port: int, *, times: int) -> None:
    """Ask for a page until it answers, then some more times, each on a new connection."""
    url, headers = f"http://127.0.0.1:{port}/connexion/", {"Host": HOST}
    deadline = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(url, headers=headers, timeout=10)
            break
        assert time.monotonic() < deadline, "it does not answer"
        time.sleep(0.1)
    for _ in range(times - 1):
        assert httpx.get(url, headers=headers, timeout=10).status_code == 200


def test_each_process_of_granian_says_what_it_answered(collector: Collector, tmp_path: Any) -> None:
    port = free_port()
    command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
               "--workers", "2", "--blocking-threads", "1", "--no-ws", "socle.wsgi:application"]  # fmt: skip

    with running(collector, tmp_path, *command, SOCLE_PROCESS="web"):
        ask(port, times=20)

    counted = requests_counted(collector)
    assert sum(counted.values()) == 20, (tmp_path / "log").read_text()
    assert len(counted) == 2


def tasks_done(collector: Collector) -> set[str]:
    return {str(one["task"]) for one in collector.metrics.get("socle.task.duration", ())}


def test_a_process_of_a_worker_says_what_it_did(collector: Collector, tmp_path: Any) -> None:
    from socle import tasks

    # A queue of its own: in the house's, thousands of messages may wait that other tests left.
    command = ["celery", "-A", "socle.celery", "worker", "--concurrency", "1", "-Q", "telemetry"]
    tasks.sweep_outboxes.apply_async(queue="telemetry")

    often = {"OTEL_METRIC_EXPORT_INTERVAL": "200"}
    with running(collector, tmp_path, *command, SOCLE_PROCESS="worker", **often):
        deadline = time.monotonic() + SECONDS
        while "socle.sweep_outboxes" not in tasks_done(collector):
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)

    lag = collector.metrics["socle.outbox.lag"]
    assert sorted(one["socle.tenant.schema"] for one in lag) == ["d92", "d94"]
