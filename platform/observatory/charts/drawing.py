"""From a specification to an SVG that a page, a printer and a reader of screens can take.

Vega's own SVG has no style and no script, but says in each element what a reader would have to listen to.
We keep its shapes and words: the whole is one picture, whose text stands beside it. Colours stay as
attributes, which a style sheet overrides: one drawing serves both themes, paper and PDF.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as Tree

from defusedxml.ElementTree import fromstring
from django.core.cache import cache

KEPT_SECONDS = 30 * 24 * 3600
DRAWN = "4"  # of this module and `specs`: another number draws all again
HATCH = "#c7ccd1"  # what stands for « secret », as a colour of specifications
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d+")
_KEPT = {
    "d", "transform", "fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "x", "y", "x1",
    "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "viewBox", "text-anchor", "font-size",
    "font-weight", "stroke-linecap", "fill-opacity",
}  # fmt: skip
_AS_BY_DEFAULT = {
    "opacity": "1", "transform": "translate(0,0)", "text-anchor": "start", "stroke-width": "1",
}  # fmt: skip
Tree.register_namespace("", "http://www.w3.org/2000/svg")


def drawn(name: str, content: object, specify: Callable[[], Any]) -> str:
    """The SVG of a picture, drawn once for what it shows (`content`), wherever it is asked for."""
    digest = hashlib.sha256(
        json.dumps([DRAWN, name, content], default=str, ensure_ascii=False).encode()
    ).hexdigest()
    key = f"picture:{digest}"
    kept: str | None = cache.get(key)
    if kept is None:
        kept = cleaned(to_svg(specify()), name=f"h{digest[:8]}")
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def to_svg(chart: Any) -> str:
    """What Vega draws; it loads nothing from anywhere."""
    import vl_convert  # noqa: PLC0415  84 MB that only who draws needs

    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])
    return svg


def cleaned(svg: str, *, name: str) -> str:
    """The same drawing without what nobody reads; `name` is that of its hatching on the page."""
    root = fromstring(svg)
    _clean(root)
    for attribute in list(root.attrib):
        if attribute not in ("width", "height", "viewBox"):
            del root.attrib[attribute]
    if any(element.get("fill") == HATCH for element in root.iter()):
        _hatch(root, name)
    text = Tree.tostring(root, encoding="unicode")
    text = _NUMBER.sub(lambda found: _rounded(found[0]), text)
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _rounded(number: str) -> str:
    """A coordinate to a tenth of a pixel."""
    text = f"{float(number):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _clean(parent: Tree.Element) -> None:
    for element in list(parent):
        _clean(element)
        if _is_nothing(element):
            parent.remove(element)
            continue
        for attribute, value in list(element.attrib.items()):
            if attribute not in _KEPT or _AS_BY_DEFAULT.get(attribute) == value:
                del element.attrib[attribute]
        if element.get("font-size"):
            element.set("font-size", element.get("font-size", "").removesuffix("px"))
    _lift(parent)


def _is_nothing(element: Tree.Element) -> bool:
    """Empty groups, grounds and what is drawn in no colour."""
    tag, kind = element.tag.removeprefix(_SVG), element.get("class", "")
    if tag == "g":
        return len(element) == 0
    if tag == "rect":
        return element.get("fill") in ("white", "transparent")
    return tag == "path" and (kind in ("background", "foreground") or not element.get("d"))


def _lift(parent: Tree.Element) -> None:
    """Put the content of groups that say nothing in their place."""
    for index in range(len(parent) - 1, -1, -1):
        element = parent[index]
        says = {key for key in element.attrib if key not in ("class", "fill")}
        if element.tag == f"{_SVG}g" and not says:
            parent.remove(element)
            for offset, inner in enumerate(list(element)):
                parent.insert(index + offset, inner)


def _hatch(root: Tree.Element, name: str) -> None:
    """Replace the colour of what is secret by hatching, which paper and grey screens show too."""
    pattern = Tree.Element(
        f"{_SVG}pattern",
        {
            "id": name, "width": "6", "height": "6", "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
    )  # fmt: skip
    pattern.append(
        Tree.Element(f"{_SVG}path", {"d": "M0 0V6", "stroke": "#7a8088", "stroke-width": "2"})
    )
    definitions = Tree.Element(f"{_SVG}defs")
    definitions.append(pattern)
    root.insert(0, definitions)
    for element in root.iter():
        if element.get("fill") == HATCH:
            element.set("fill", f"url(#{name})")
