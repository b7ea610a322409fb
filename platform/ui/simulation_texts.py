"""What a simulation tells, in French: names of bands, changes, and the whole of it as a file.

Amounts in files are euros with a comma, as French spreadsheets read them; JSON has cents. What is held
back to protect pupils is an empty cell, and null in JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from billing.simulation.bands import Band, BandKind
from billing.simulation.comparing import Bin, Breakdown, Budget, Key, Profile, Row
from billing.simulation.proposing import Limit
from billing.simulation.protection import is_small
from billing.tariffs.models import Service
from commons.money import format_euros
from tenants.people.models import Level

if TYPE_CHECKING:
    from billing.simulation.trying import Simulation

HELD = "–"


def band_name(band: Band) -> str:
    """`De 600 € à 840 €`, or why the household is in no bracket."""
    if band.kind is BandKind.STATUS:
        return _("Selon la situation (RSA…)")
    if band.kind is BandKind.CHOICE:
        return _("Prix le plus haut choisi")
    if band.kind is BandKind.NO_PROOF:
        return _("Sans pièce")
    lower = band.lower_cents or 0
    if band.upper_cents is None:
        return _("Plus de %(lower)s") % {"lower": _plain_euros(max(0, lower - lower % 100))}
    upper = _plain_euros(band.upper_cents)
    if not lower:
        return _("Jusqu'à %(upper)s") % {"upper": upper}
    if band.is_closed:
        return _("De %(lower)s à %(upper)s") % {"lower": _plain_euros(lower), "upper": upper}
    return _("De %(lower)s à moins de %(upper)s") % {
        "lower": _plain_euros(lower),
        "upper": upper,
    }


def _plain_euros(cents: int) -> str:
    """`840 €` where there are no cents."""
    return format_euros(cents).replace(",00", "")


def key_name(key: Key) -> str:
    """A row of a table in words: a band, a class level, the name of a collège, or the others."""
    if key is None:
        return _("Autres, trop peu nombreux pour être séparés")
    if isinstance(key, Band):
        return band_name(key)
    return str(Level(key).label) if key in Level.values else key


def change_text(cents: int | None) -> str:
    """`+0,50 €`, `-0,20 €`, or a dash for what is held back."""
    if cents is None:
        return HELD
    return f"+{format_euros(cents)}" if cents > 0 else format_euros(cents)


def bin_name(bin_: Bin) -> str:
    """`De 0,20 € à 0,50 € de plus`"""
    if bin_.sign == 0:
        return _("Le même prix")
    above, until = bin_.above_cents, bin_.until_cents
    if until is None:
        text = _("Plus de %(above)s de plus") if bin_.sign > 0 else _("Plus de %(above)s de moins")
        return text % {"above": format_euros(above)}
    if not above:
        text = _("Jusqu'à %(until)s de plus") if bin_.sign > 0 else _("Jusqu'à %(until)s de moins")
        return text % {"until": format_euros(until)}
    text = (
        _("De %(above)s à %(until)s de plus")
        if bin_.sign > 0
        else _("De %(above)s à %(until)s de moins")
    )
    return text % {"above": format_euros(above + 1), "until": format_euros(until)}


def size_text(profile: Profile) -> str:
    """`au moins 50 élèves`: a size, never a count."""
    return _("au moins %(count)s élèves") % {"count": f"{profile.at_least}"}


def report_rows(simulation: Simulation) -> list[list[str]]:
    """The simulation as the lines of a CSV file, with its titles."""
    outcome = simulation.outcome
    rows = [
        [
            _("Tableau"), _("Groupe"), _("Élèves"), _("Paient plus"), _("Paient moins"),
            _("Paient autant"), _("Hausse moyenne"), _("Baisse moyenne"), _("Hausse partagée"),
            _("Baisse partagée"), _("Familles, sur la période"),
        ]
    ]  # fmt: skip
    if outcome.budget is not None:
        rows += _budget_rows(outcome.budget)
        pupils = outcome.budget.pupils
        rows.append(_row(_("Ensemble"), _("Tous"), pupils, outcome.total))
    tables: Iterable[tuple[str, Sequence[Row]]] = (
        (_("Par tranche"), outcome.by_band),
        (_("Par collège"), outcome.by_college),
        (_("Par niveau"), outcome.by_level),
    )
    for title, table in tables:
        rows += [_row(title, key_name(row.key), row.pupils, row.breakdown) for row in table]
    rows += [
        [_("Répartition"), bin_name(bin_), str(bin_.pupils), *[""] * 8]
        for bin_ in outcome.distribution
    ]
    for profile in outcome.profiles:
        name = f"{band_name(profile.band)} : {_amount(profile.before_cents)} → {_amount(profile.after_cents)}"
        rows.append(
            [
                _("Profils"),
                name,
                size_text(profile),
                *[""] * 7,
                _amount(profile.period_change_cents),
            ]
        )
    return rows


def _budget_rows(budget: Budget) -> list[list[str]]:
    title = _("Budget")
    named = (
        (_("Repas attendus"), str(budget.meals)),
        (_("Familles, aujourd'hui"), _amount(budget.families_before_cents)),
        (_("Familles, avec ce barème"), _amount(budget.families_after_cents)),
        (_("Département, aujourd'hui"), _amount(budget.departement_before_cents)),
        (_("Département, avec ce barème"), _amount(budget.departement_after_cents)),
    )
    return [[title, name, *[""] * 8, value] for name, value in named]


def _row(title: str, name: str, pupils: int, told: Breakdown | None) -> list[str]:
    if told is None:
        return [title, name, str(pupils), *[""] * 8]
    return [
        title, name, str(pupils), str(told.losers), str(told.winners), str(told.unchanged),
        _amount(told.mean_rise_cents), _amount(told.mean_fall_cents),
        _amount(told.shared_rise_cents), _amount(told.shared_fall_cents),
        _amount(told.families_change_cents),
    ]  # fmt: skip


def _amount(cents: int | None) -> str:
    """`1234,50`: a number for a spreadsheet, empty when it is held back."""
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def report_data(simulation: Simulation) -> dict[str, Any]:
    """The simulation as data: amounts in cents, names of groups beside their figures."""
    outcome, asked = simulation.outcome, simulation.asked

    def table(rows: Sequence[Row]) -> list[dict[str, Any]]:
        return [
            {
                "group": key_name(row.key),
                "pupils": row.pupils,
                "breakdown": None if row.breakdown is None else dataclasses.asdict(row.breakdown),
            }
            for row in rows
        ]

    return {
        "service": asked.service.lower(),
        "from": asked.period.start.isoformat(),
        "until": asked.period.end.isoformat() if asked.period.end else None,
        "proofs_on": asked.proofs_on.isoformat(),
        "quotients_alike": asked.is_alike,
        "standing_version_from": simulation.standing.valid_from.isoformat(),
        "is_illustrative": simulation.is_illustrative,
        "is_withheld": outcome.is_withheld,
        "unread": simulation.unread,
        "budget": None if outcome.budget is None else dataclasses.asdict(outcome.budget),
        "total": None if outcome.total is None else dataclasses.asdict(outcome.total),
        "by_band": table(outcome.by_band),
        "by_college": table(outcome.by_college),
        "by_level": table(outcome.by_level),
        "distribution": [
            {"change": bin_name(bin_), "pupils": bin_.pupils} for bin_ in outcome.distribution
        ],
        "profiles": [
            {
                "band": band_name(profile.band),
                "before_cents": profile.before_cents,
                "after_cents": profile.after_cents,
                "change_cents": profile.change_cents,
                "period_change_cents": profile.period_change_cents,
                "at_least": profile.at_least,
            }
            for profile in outcome.profiles
        ],
    }


def limit_name(limit: str) -> str:
    """A limit that stands in the way, in words."""
    names = {
        Limit.BUDGET: _("le budget"),
        Limit.HIGHEST: _("le prix le plus haut"),
        Limit.LOWEST: _("le prix le plus bas"),
        Limit.STEP: _("la plus grande marche entre deux tranches"),
        Limit.KEPT_BRACKETS: _("les tranches où personne ne paie plus"),
        Limit.RISE: _("la plus forte hausse par repas"),
    }
    return str(names[Limit(limit)])


def few_text(count: int) -> str:
    """A number of pupils; of ten or fewer, only that they are few."""
    return _("moins de onze") if is_small(count) else f"{count}"


def service_name(service: str) -> str:
    """`Demi-pension`"""
    return str(Service(service).label)


def proposed_name(name: str) -> str:
    """What the draft of proposed prices is called, after the draft they come from."""
    return _("%(name)s, prix proposés") % {"name": name[:90]}
