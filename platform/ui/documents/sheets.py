"""What a document says, before it is set: words already in French, amounts already in euros.

The parts come in the order in which they are read: who writes, to whom, the title, the facts, the
tables, the picture, the sums, the notes.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ui import brand, wording
from ui.documents import emblems

if TYPE_CHECKING:
    from tenants.registry.models import Departement

Fact = tuple[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; those of `numbers` hold figures. A cell may have a second line."""

    title: str
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the département in its colours, and the régie that collects."""

    name: str
    lines: tuple[str, ...]
    emblem: str
    color: str


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in SVG, what is said of it aloud, and what is written under it."""

    svg: str
    said: str
    under: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole document; `title` is also that of the file, the only thing its metadata say."""

    title: str
    heading: str
    sender: Sender
    addressee: tuple[str, ...]
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    sums: tuple[Fact, ...]
    notes: tuple[str, ...]
    link: tuple[str, str] | None = None  # what it says, and where it leads
    picture: Picture | None = None  # before the sums


def sender_of(departement: Departement, *, regie_name: str, regie_siret: str) -> Sender:
    """The département and the régie of a document."""
    palette = brand.light_palette(departement.primary_color, departement.accent_color)
    contact = [departement.contact_email]
    if departement.contact_phone:
        contact.insert(0, wording.phone_number(departement.contact_phone))
    siret = f"SIRET{wording.NO_BREAK_SPACE}{regie_siret}" if regie_siret else ""
    return Sender(
        name=departement.name,
        lines=tuple(line for line in (regie_name, siret, *contact) if line),
        emblem=emblems.drawing(departement.emblem, palette.brand_text),
        color=palette.brand_text,
    )
