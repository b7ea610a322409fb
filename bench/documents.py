"""How many invoices a process sets as PDF in a second, against an empty document.

The limit is what typst takes for a page that says nothing, made to the same standard with the same
fonts: what our template, its data and its tags cost comes on top. A document is made while the
person waits, so that it has a target of its own, in processor time: a shared machine gives no other.
The largest is a family of eight children.
"""

from __future__ import annotations

import datetime
import itertools
import time

import typst

from bench.measures import Row, Way, interleaved, resident_mib
from ui.documents import sheets, typesetting
from ui.documents.emblems import drawing

AT = datetime.datetime(2026, 11, 28, 10, 0, tzinfo=datetime.UTC)
ROUNDS = 30
EACH = 10
MOST_MILLISECONDS = 50
_EMPTY = b'#set document(title: "Rien")\n#set text(font: "Source Sans 3", lang: "fr")\n'
_DAYS = "2, 3, 5, 6, 9, 10, 12, 13, 16, 17, 19, 20, 23, 24, 26, 27 et 30 septembre"
_NUMBERS = itertools.count(1)


def _invoice(children: int) -> sheets.Sheet:
    """An invoice of two lines per child, with a number that was never set before."""
    rows = tuple(
        ((label, _DAYS), ("17", ""), ("3,00 €", ""), ("51,00 €", ""))
        for label in ("Déjeuner", "Déjeuner, prix d'avant")
    )
    tables = tuple(
        sheets.Table(
            title=f"Ibrahima {rank} Diallo",
            columns=("Repas", "Nombre", "Prix", "Montant"),
            numbers=(1, 2, 3),
            rows=rows,
        )
        for rank in range(children)
    )
    number = f"2026-{next(_NUMBERS):06d}"
    return sheets.Sheet(
        title=f"Facture {number}",
        heading="Facture de septembre 2026",
        sender=sheets.Sender(
            name="Hauts-de-Seine",
            lines=("Régie de restauration", "09 69 32 60 92"),
            emblem=drawing("meander", "#1d4f8c"),
            color="#1d4f8c",
        ),
        addressee=(f"Aminata Diallo {number}", "12 rue des Tilleuls", "92000 Nanterre"),
        facts=(("Facture numéro", number), ("Faite le", "2 octobre 2026")),
        tables=tables,
        sums=(("Total de la facture", "102,00 €"), ("Reste à payer", "102,00 €")),
        notes=("Payez en ligne, ou à la régie de votre collège.",),
        link=("Voir la facture sur le portail des familles", "https://exemple.fr/factures/"),
    )


def _empty() -> None:
    for _document in range(EACH):
        typst.compile(
            _EMPTY + f"// {next(_NUMBERS)}".encode(),
            font_paths=typesetting.fonts(),
            pdf_standards="ua-1",
        )


def _many(children: int) -> int:
    sizes = [len(typesetting.typeset(_invoice(children), at=AT)) for _document in range(EACH)]
    return max(sizes)


def _processor(way: Way) -> float:
    """The milliseconds of processor that one document takes, whatever the neighbours do."""
    start = time.process_time()
    way()
    return (time.process_time() - start) / EACH * 1000


def run(scale: float) -> list[Row]:
    """Documents per second; `scale` changes nothing here."""
    ways: dict[str, Way] = {"empty": _empty, "two": lambda: _many(2), "eight": lambda: _many(8)}
    largest = _many(8)
    processor = {name: _processor(way) for name, way in ways.items()}
    before = resident_mib()
    taken = interleaved(ways, rounds=ROUNDS)
    added = resident_mib() - before
    took = {name: seconds / EACH * 1000 for name, seconds in taken.items()}

    def said(name: str) -> str:
        more = "" if name == "empty" else f", ×{took[name] / took['empty']:.1f}"
        pace = f"{took[name]:.1f} ms ({1000 / took[name]:.0f}/s{more})"
        return f"{pace}, {processor[name]:.1f} ms of processor"

    target = f"≤ {MOST_MILLISECONDS} ms of processor"
    return [
        Row("an empty document", said("empty")),
        Row(
            "an invoice of two children",
            said("two"),
            target,
            processor["two"] <= MOST_MILLISECONDS,
        ),
        Row(
            "an invoice of eight children",
            f"{said('eight')}, {largest / 1000:.0f} kB",
            target,
            processor["eight"] <= MOST_MILLISECONDS,
        ),
        Row(
            f"memory added by {ROUNDS * len(ways) * EACH} documents",
            f"{added:.0f} MiB",
            "flat (≤ 20)",
            added <= 20,
        ),
    ]
