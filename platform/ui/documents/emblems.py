"""The emblem of a département as a drawing of its own, in one colour."""

from __future__ import annotations

import functools
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import parse

from ui import brand

_DRAWINGS = Path(__file__).parents[1] / "static" / "ui" / "emblems.svg"
_SVG = "http://www.w3.org/2000/svg"


@functools.lru_cache(maxsize=256)
def drawing(name: str, color: str) -> str:
    """An emblem of emblems.svg; the house's own for a name that is not there."""
    wanted = name if name in brand.EMBLEMS else "socle"
    symbols = parse(_DRAWINGS).iter(f"{{{_SVG}}}symbol")
    symbol = next(one for one in symbols if one.get("id") == wanted)
    svg = Element(f"{{{_SVG}}}svg", {**symbol.attrib, "stroke": color})
    svg.extend(symbol)
    return tostring(svg, encoding="unicode")
