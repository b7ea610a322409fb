"""Make again the points of `federation/passplus/towns/ile-de-france.csv`, from outlines of communes.

    python tools/towns.py communes-ile-de-france.geojson

The outlines are IGN's Admin Express (Licence Ouverte), as GeoJSON (RFC 7946). The point of a commune is the
centre of gravity of its largest part; where that lies outside (a commune in the shape of a crescent), the
middle of the widest stretch at that latitude. Codes, names and postal codes of the file stay.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
from pathlib import Path

CSV = Path(__file__).parents[1] / "federation/passplus/towns/ile-de-france.csv"
Point = tuple[float, float]  # longitude, latitude (WGS 84)
Ring = list[Point]


def gravity(ring: Ring) -> tuple[float, Point]:
    """The area of a ring, in square degrees, and its centre of gravity."""
    (x0, y0), area, x, y = ring[0], 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        area += cross / 2
        x += (x1 + x2 - 2 * x0) * cross / 6
        y += (y1 + y2 - 2 * y0) * cross / 6
    return abs(area), (x0 + x / area, y0 + y / area)


def crossings(ring: Ring, latitude: float) -> list[float]:
    """The longitudes where a ring crosses a latitude, from west to east: inside lies between pairs."""
    return sorted(
        (x2 - x1) * (latitude - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in itertools.pairwise(ring)
        if (y1 > latitude) != (y2 > latitude)
    )


def middle(geometry: dict[str, object]) -> Point:
    """A point inside the largest part of a commune."""
    parts: list[list[Ring]] = geometry["coordinates"]  # type: ignore[assignment]  # of GeoJSON
    if geometry["type"] == "Polygon":
        parts = [parts]  # type: ignore[list-item]  # one part is written without its list
    ring = max((part[0] for part in parts), key=lambda outline: gravity(outline)[0])
    _area, (x, y) = gravity(ring)
    found = crossings(ring, y)
    stretches = list(zip(found[::2], found[1::2], strict=True))
    if not any(west <= x <= east for west, east in stretches):
        west, east = max(stretches, key=lambda one: one[1] - one[0])
        x = (west + east) / 2
    return x, y


def main(path: Path) -> None:
    """Write the points; a commune without an outline is an error, and changes nothing."""
    outlines = json.loads(path.read_text(encoding="utf-8"))["features"]
    points = {one["properties"]["code"]: middle(one["geometry"]) for one in outlines}
    with CSV.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        x, y = points[row["code"]]
        row |= {"latitude": f"{y:.5f}", "longitude": f"{x:.5f}"}
    with CSV.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
