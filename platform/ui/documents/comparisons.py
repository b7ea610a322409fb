"""The report of a meeting: a page for each figure, with its answer, its pictures and its table.

The pictures are drawn elsewhere, and come with the sentence that stands for them.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.utils.translation import gettext as _

from ui.documents import emblems
from ui.documents.files import File, plain_name
from ui.documents.sheets import Picture, Table
from ui.documents.typesetting import FOLDER, compiled, said

TEMPLATE = FOLDER / "comparisons.typ"
FONT = "Source Sans 3"


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One figure: the answer is its heading."""

    heading: str
    question: str
    pictures: tuple[Picture, ...]
    table: Table
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """The whole report; `title` is also that of the file."""

    title: str
    heading: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    emblem: str = ""


def report_file(report: Report, *, at: datetime.datetime) -> File:
    """The report, in one PDF that is read aloud as it is seen."""
    dressed = dataclasses.replace(
        report,
        emblem=emblems.drawing("socle", "#22577a"),
        parts=tuple(
            dataclasses.replace(part, pictures=tuple(_lettered(one) for one in part.pictures))
            for part in report.parts
        ),
    )
    words = {"page": _("page"), "of": _("sur")}
    content = compiled(TEMPLATE, said("report", dressed, words=words), at=at)
    return File(plain_name(report.title), content)


def _lettered(picture: Picture) -> Picture:
    """The picture with the font of the page: a drawing names none."""
    return dataclasses.replace(
        picture, svg=picture.svg.replace("<svg ", f'<svg font-family="{FONT}" ', 1)
    )
