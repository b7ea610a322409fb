"""How things are measured: ways of doing the same, taken in turns, medians and ratios.

Machines are shared and noisy: a way is only compared with another way of the same run. Seconds are
wall-clock; sizes are MiB of resident memory.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Way = Callable[[], object]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of the results: what was measured, what was found, and the target it has, if any."""

    what: str
    found: str
    target: str = ""
    holds: bool = True


def keep(name: str, found: object) -> None:
    """Write what a bench found in full, as JSON, to `var/bench`."""
    folder = Path(__file__).resolve().parents[1] / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))


def seconds(way: Way) -> float:
    """How long one call takes."""
    gc.collect()
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def interleaved(
    ways: Mapping[str, Way], *, rounds: int, between: Way | None = None
) -> dict[str, float]:
    """The median seconds of each way, each taken once per round; `between` runs before every one."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            if between is not None:
                between()
            taken[name].append(seconds(way))
    return {name: statistics.median(times) for name, times in taken.items()}


def resident_mib() -> float:
    """The resident memory of this process now, where the system says it; else its peak."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return peak_mib()


def peak_mib() -> float:
    """The largest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if Path("/proc").exists() else peak / 2**20


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as a Markdown table."""
    lines = ["| what | found | target | |", "|---|---|---|---|"]
    for row in rows:
        mark = "" if not row.target else "✓" if row.holds else "✗"
        lines.append(f"| {row.what} | {row.found} | {row.target} | {mark} |")
    return lines


def milliseconds_of(way: Way, *, calls: int, warm: int = 8) -> list[float]:
    """How long each of some calls takes, after a few that do not count."""
    for _warm in range(warm):
        way()
    taken = []
    for _call in range(calls):
        start = time.perf_counter()
        way()
        taken.append(1000 * (time.perf_counter() - start))
    return taken


def p99_row(what: str, taken: Sequence[float], most: int) -> Row:
    """The median and the 99th percentile of some milliseconds, and the most the latter may be."""
    p99 = statistics.quantiles(taken, n=100)[98]
    found = f"p50 {statistics.median(taken):.1f} ms, p99 {p99:.1f} ms"
    return Row(what, found, f"p99 ≤ {most} ms", p99 <= most)
