"""Comparisons made by hand, without a database."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from federation.metrics.catalogue import Unit
from federation.secrecy.tables import Mark
from observatory.figures import Comparison, Place, Sheet, compared, reading_of

NAMES = {"92": "Hauts-de-Seine", "93": "Seine-Saint-Denis", "94": "Val-de-Marne"}
PLACES = tuple(Place(code, name, f"d{code}") for code, name in NAMES.items())
SHEET = Sheet(
    code="canteen-take-up",
    theme="canteen",
    theme_name="Cantine",
    name="Élèves inscrits",
    question="Combien ?",
    definition="Les élèves inscrits.",
    unit=Unit.PER_MILLE,
    version=1,
    numerator="inscrits",
    denominator="élèves",
    is_share=True,
)
OCTOBERS = (datetime.date(2025, 10, 1), datetime.date(2026, 10, 1))


def made(
    figures: Mapping[str, Sequence[tuple[int | None, int]]], sheet: Sheet = SHEET
) -> Comparison:
    """A comparison of October with the October before: numerator (None is secret) and denominator."""
    found = {
        code: [
            reading_of(
                sheet,
                period=period,
                numerator=(Mark.SECRET if part is None else Mark.TOLD, part),
                denominator=(Mark.TOLD, whole),
            )
            for period, (part, whole) in zip(OCTOBERS, own, strict=False)
        ]
        for code, own in figures.items()
    }
    return compared(sheet, PLACES, found)
