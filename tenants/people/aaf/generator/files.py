"""The files of a feed, one category after the other, opened as records come."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

ENT = "ENTSOCLE"
ENTRIES_PER_FILE = 20_000
COLLEGES, GUARDIANS, PUPILS = "EtabEducNat", "PersRelEleve", "Eleve"
CATEGORIES = (COLLEGES, GUARDIANS, PUPILS)
COMPLETE, DELTA = "Complet", "Delta"
Attribute = tuple[str, str | Sequence[str]]


def prefix(variant: str, day: datetime.date) -> str:
    """How the names of the files of a feed begin."""
    return f"FULL_{ENT}_{variant}_{day:%Y%m%d}_"


def remove_earlier(folder: Path, variant: str) -> None:
    """Remove the feeds of a variant that were written in the folder before."""
    for category in CATEGORIES:
        for earlier in folder.glob(f"FULL_{ENT}_{variant}_*_{category}_*.xml"):
            earlier.unlink()


class CategoryFiles:
    """The files of one category, of at most `ENTRIES_PER_FILE` requests each."""

    def __init__(self, folder: Path, *, category: str, variant: str, day: datetime.date) -> None:
        self._start = folder / (prefix(variant, day) + category)
        kind = "categorieStructure" if category == COLLEGES else "categoriePersonne"
        self._head = f'<attr name="{kind}"><value>{category}</value></attr>'
        self._file: TextIO | None = None
        self.names: list[str] = []
        self.count = 0

    def add(self, record_id: str, attributes: Iterable[Attribute]) -> None:
        """Somebody, or an establishment, with all that is known of them."""
        self._write("addRequest", record_id, _body("attributes", "attr", attributes))

    def change(self, record_id: str, attributes: Iterable[Attribute]) -> None:
        """What is new of somebody who is known: these attributes replace theirs."""
        self._write("modifyRequest", record_id, _body("modifications", "modification", attributes))

    def remove(self, record_id: str) -> None:
        """Somebody who leaves."""
        self._write("deleteRequest", record_id, "")

    def _write(self, request: str, record_id: str, body: str) -> None:
        if self.count % ENTRIES_PER_FILE == 0:
            self._open()
        self.count += 1
        assert self._file is not None
        self._file.write(
            f"<{request}>\n<operationalAttributes>{self._head}</operationalAttributes>\n"
            f"<identifier><id>{record_id}</id></identifier>\n{body}</{request}>\n"
        )

    def _open(self) -> None:
        self.close()
        path = self._start.with_name(f"{self._start.name}_{len(self.names):04d}.xml")
        self.names.append(path.name)
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">\n<ficAlimMENESR>\n'
        )

    def close(self) -> None:
        """End the file that is open."""
        if self._file is not None:
            self._file.write("</ficAlimMENESR>\n")
            self._file.close()
            self._file = None


def _body(wrap: str, tag: str, attributes: Iterable[Attribute]) -> str:
    operation = ' operation="replace"' if tag == "modification" else ""
    lines = []
    for name, value in attributes:
        values = [value] if isinstance(value, str) else value
        inside = "".join(f"<value>{escape(text)}</value>" for text in values) or "<value/>"
        lines.append(f'<{tag} name="{name}"{operation}>{inside}</{tag}>\n')
    return f"<{wrap}>\n{''.join(lines)}</{wrap}>\n"
