"""What people read of an indicator: its unit, its period, and the catalogue as a page, rows or JSON.

The words are plain text, as the catalogue's own are, so that a command without settings can say them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from federation.metrics.catalogue import Grain, Indicator, Kind, Sensitivity, Unit, themes


def _(text: str) -> str:
    """Mark words for the catalogue of translations without needing settings."""
    return text


UNITS = {
    Unit.COUNT: _("nombre"),
    Unit.CENTS: _("centimes"),
    Unit.PER_MILLE: _("pour mille"),
    Unit.PER_THOUSAND: _("pour 1 000"),
    Unit.TENTHS: _("dixièmes"),
    Unit.TENTHS_OF_DAY: _("dixièmes de jour"),
}
GRAINS = {Grain.MONTH: _("mois"), Grain.YEAR: _("année scolaire")}
SENSITIVITIES = {
    Sensitivity.FISCAL: _("ressources des foyers"),
    Sensitivity.PERSONS: _("personnes"),
    Sensitivity.PARTNERS: _("partenaires"),
    Sensitivity.OPEN: _("données publiques"),
}


def formula(indicator: Indicator) -> str:
    """`élèves inscrits ÷ élèves scolarisés`."""
    if indicator.kind is Kind.COUNT:
        return indicator.numerator
    return f"{indicator.numerator} ÷ {indicator.denominator}"


def secrecy(indicator: Indicator) -> str:
    """Which rule of secrecy holds, in a sentence without its full stop."""
    kind = SENSITIVITIES[indicator.sensitivity]
    fewest = indicator.rule.threshold
    if not fewest:
        return kind
    return _("%(kind)s, dit à partir de %(fewest)d %(counted)s") % {
        "kind": kind,
        "fewest": fewest,
        "counted": indicator.counted,
    }


def described(indicator: Indicator) -> dict[str, Any]:
    """An indicator as data, for a file or another program."""
    return {
        "code": indicator.code,
        "theme": themes()[indicator.theme],
        "name": indicator.name,
        "question": indicator.question,
        "definition": indicator.definition,
        "caveats": list(indicator.caveats),
        "formula": formula(indicator),
        "unit": indicator.unit.value,
        "kind": indicator.kind.value,
        "dimensions": list(indicator.dimensions),
        "grain": indicator.grain.value,
        "sensitivity": indicator.sensitivity.value,
        "threshold": indicator.rule.threshold,
        "counted": indicator.counted,
        "source": f"{indicator.source}.sql",
        "version": indicator.version,
        "valid_from": indicator.valid_from.isoformat(),
    }


def sheet(indicator: Indicator) -> list[str]:
    """An indicator in Markdown, without its title."""
    dimensions = ", ".join(axis.label.lower() for axis in indicator.axes) or "aucune"
    return [
        f"*{indicator.question}*",
        "",
        indicator.definition,
        *([""] if indicator.caveats else []),
        *(f"- {caveat}" for caveat in indicator.caveats),
        "",
        f"`{indicator.code}`, version {indicator.version}, depuis le {indicator.valid_from:%d/%m/%Y}.",
        f"{formula(indicator).capitalize()}, en {UNITS[indicator.unit]}. Par {GRAINS[indicator.grain]}.",
        f"Dimensions\u00a0: {dimensions}.",
        f"Secret\u00a0: {secrecy(indicator)}. Source\u00a0: `{indicator.source}.sql`.",
    ]


def page(indicators: Iterable[Indicator]) -> str:
    """The catalogue in Markdown, which is `docs/indicators.md`."""
    lines = [
        "# Les indicateurs",
        "",
        "Ce que les départements comptent de la même façon, pour se comparer.",
        "Cette page est écrite à partir de `federation/metrics/indicators/`\u00a0:",
        "`SOCLE_WRITE_INDICATORS=1 .venv/bin/pytest tests/federation/metrics`.",
    ]
    theme = ""
    for one in indicators:
        if one.theme != theme:
            theme = one.theme
            lines += ["", f"## {themes()[theme]}"]
        lines += ["", f"### {one.name}", "", *sheet(one)]
    return "\n".join(lines) + "\n"
