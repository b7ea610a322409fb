"""Setting a sheet as a PDF that is read aloud in the order in which it is seen (PDF/UA-1).

The text is shown as it is, whatever signs it holds: it goes to the template as data. What our font
cannot draw is shown as an empty square, since a document that cannot be read whole is refused by
the standard. Nothing comes from the system: neither its fonts nor its clock. No name of a person is
in the file's metadata.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import json
import struct
import unicodedata
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

from ui.documents.sheets import Sheet

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "sheet.typ"
FONTS = FOLDER / "fonts"
NOT_DRAWN = "\u25a1"
# Signs that are not seen and change what is: control characters, the direction of a text.
_UNSEEN = frozenset(("Cc", "Cf"))


def typeset(sheet: Sheet, *, at: datetime.datetime) -> bytes:
    """The PDF of a sheet, made at that moment: the same sheet and moment give the same bytes."""
    return compiled(TEMPLATE, inputs(sheet), at=at)


def compiled(template: Path, given: dict[str, str], *, at: datetime.datetime) -> bytes:
    """The PDF that a template of this folder makes of what it is given (`said`)."""
    return typst.compile(
        str(template),
        root=str(FOLDER),
        font_paths=fonts(),
        sys_inputs=given,
        pdf_standards="ua-1",
        timestamp=int(at.timestamp()),
    )


def inputs(sheet: Sheet) -> dict[str, str]:
    """What the template is given: the sheet as the font can draw it, and the template's own words."""
    return said("sheet", sheet, words={"page": _("page"), "of": _("sur")})


def said(name: str, what: Any, **more: Any) -> dict[str, str]:
    """A dataclass and more, as a template is given them under a name: as our font can draw them."""
    return {name: json.dumps(_drawn({**dataclasses.asdict(what), **more}))}


@functools.cache
def fonts() -> typst.Fonts:
    """Our two fonts, read once for the process; threads share them."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def drawable(text: str) -> str:
    """A text as our font can draw it: one sign for one, whatever was typed."""
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        if sign == "\n":
            kept.append(sign)
        elif sign.isspace() and ord(sign) not in _coverage():
            kept.append(" ")
        elif unicodedata.category(sign) not in _UNSEEN:
            kept.append(sign if ord(sign) in _coverage() else NOT_DRAWN)
    return "".join(kept)


def _drawn(texts: Any) -> Any:
    """All the texts of a sheet, as the font can draw them."""
    if isinstance(texts, str):
        return drawable(texts)
    if isinstance(texts, dict):
        return {key: _drawn(value) for key, value in texts.items()}
    if isinstance(texts, list | tuple):
        return [_drawn(value) for value in texts]
    return texts


@functools.cache
def _coverage() -> frozenset[int]:
    """The characters that both fonts draw."""
    covered = [_characters(path.read_bytes()) for path in sorted(FONTS.glob("*.otf"))]
    return frozenset.intersection(*covered)


def _characters(font: bytes) -> frozenset[int]:
    """What a font draws, by its `cmap` table of 32-bit characters (OpenType 1.9, format 12)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4s4xII", font, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, offset, _length in records if tag == b"cmap")
    (encodings,) = struct.unpack_from(">H", font, start + 2)
    found: set[int] = set()
    for index in range(encodings):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * index)
        if struct.unpack_from(">H", font, start + offset) == (12,):
            (groups,) = struct.unpack_from(">I", font, start + offset + 12)
            for group in range(groups):
                first, last, _glyph = struct.unpack_from(
                    ">III", font, start + offset + 16 + 12 * group
                )
                found.update(range(first, last + 1))
    return frozenset(found)
