"""The answer that a picture gives, in a sentence: its title, and what stands for it without the picture."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from observatory.figures import Comparison, Place, Ranked, Reading
from observatory.numbers import NOBODY, NOT_TOLD, SECRET, difference, written
from ui import wording
from ui.wording import typographic

_NUMBERS = (
    gettext_lazy("aucun"),
    gettext_lazy("un"),
    gettext_lazy("deux"),
    gettext_lazy("trois"),
    gettext_lazy("quatre"),
    gettext_lazy("cinq"),
    gettext_lazy("six"),
    gettext_lazy("sept"),
    gettext_lazy("huit"),
    gettext_lazy("neuf"),
)
WHY_SECRET = gettext_lazy("Secret : ce chiffre ferait reconnaître des personnes.")


def in_words(count: int) -> str:
    """`cinq`, `12`."""
    return str(_NUMBERS[count]) if count < len(_NUMBERS) else str(count)


def period_name(day: datetime.date, *, is_yearly: bool) -> str:
    """`octobre 2026`; of a school year, `année 2025-2026`."""
    if is_yearly:
        return _("année %(first)d-%(second)d") % {"first": day.year, "second": day.year + 1}
    return wording.month_name(day)


def told(reading: Reading | None, comparison: Comparison) -> str:
    """A figure, or what is said in its place."""
    if reading is None:
        return str(NOT_TOLD)
    if reading.is_secret:
        return str(SECRET)
    if reading.value is None:
        return str(NOBODY)
    return written(reading.value, comparison.sheet.unit)


def why(reading: Reading | None) -> str:
    """Why there is no figure; empty when there is one."""
    if reading is None:
        return _("Ce département ne l'a pas encore publié.")
    return typographic(str(WHY_SECRET)) if reading.is_secret else ""


def moved(comparison: Comparison, code: str) -> str:
    """`+1,2 point en un an`; nothing when nothing can be compared."""
    change, before = comparison.change(code), comparison.before
    if change is None or before is None or comparison.current is None:
        return ""
    since = _since(comparison)
    if comparison.direction(code) == 0:
        return _("stable %(since)s") % {"since": since}
    return f"{difference(change, comparison.sheet.unit)} {since}"


def _since(comparison: Comparison) -> str:
    current, before = comparison.current, comparison.before
    assert current is not None
    assert before is not None
    if before == current.replace(year=current.year - 1):
        return _("en un an")
    return _("depuis %(period)s") % {
        "period": period_name(before, is_yearly=comparison.sheet.is_yearly)
    }


def headline(comparison: Comparison) -> str:
    """What happened, as a title: `Prix moyen d'un repas : hausse dans cinq départements sur sept.`"""
    ways = [comparison.direction(place.code) for place in comparison.places]
    known = [way for way in ways if way is not None]
    name = comparison.sheet.name
    if not known:
        return _headline_without_past(comparison)
    rises, falls, still = known.count(1), known.count(-1), known.count(0)
    most, said = max(
        (rises, _("hausse")), (falls, _("baisse")), (still, _("stable")), key=lambda one: one[0]
    )
    if most == len(known):
        everywhere = {"name": name, "said": said, "all": in_words(len(known))}
        if len(known) == 1:
            alone = _("%(name)s : %(said)s dans le seul département comparable")
            return typographic(alone % everywhere)
        return typographic(_("%(name)s : %(said)s dans les %(all)s départements") % everywhere)
    sentence = ngettext(
        "%(name)s : %(said)s dans %(count)s département sur %(all)s",
        "%(name)s : %(said)s dans %(count)s départements sur %(all)s",
        most,
    )
    return typographic(
        sentence
        % {"name": name, "said": said, "count": in_words(most), "all": in_words(len(known))}
    )


def _headline_without_past(comparison: Comparison) -> str:
    ranking = comparison.ranking()
    name = comparison.sheet.name
    if not ranking:
        return typographic(_("%(name)s : aucun chiffre pour le moment") % {"name": name})
    unit = comparison.sheet.unit
    values = [_value(one) for one in ranking]
    if len(values) == 1 or values[0] == values[-1]:
        return f"{name}{wording.NO_BREAK_SPACE}: {written(values[0], unit)}"
    low, high = written(values[-1], unit), written(values[0], unit)
    return typographic(
        _("%(name)s : de %(low)s à %(high)s") % {"name": name, "low": low, "high": high}
    )


def _value(one: Ranked) -> Decimal:
    assert one.reading.value is not None
    return one.reading.value


def ranking_title(comparison: Comparison) -> str:
    """Who is highest and lowest, where chance alone does not explain it."""
    ranking = comparison.ranking()
    if len(ranking) < 2:
        return _("Pas assez de chiffres pour comparer")
    first, last = ranking[0], ranking[-1]
    is_first, is_last = first.worst == 1, last.best == len(ranking)
    said = _("Aucun département ne se détache nettement.")
    if is_first and is_last:
        said = _("Le plus haut : %(first)s. Le plus bas : %(last)s.")
    elif is_first:
        said = _("Le plus haut : %(first)s. Les derniers se tiennent.")
    elif is_last:
        said = _("Le plus bas : %(last)s. Les premiers se tiennent.")
    return typographic(said % {"first": first.place.name, "last": last.place.name})


def rank_said(one: Ranked) -> str:
    """`1er`, `2e`; `entre 2e et 4e` when chance could have put it there."""
    if one.best == one.worst:
        return ordinal(one.best)
    return _("entre %(best)s et %(worst)s") % {
        "best": ordinal(one.best),
        "worst": ordinal(one.worst),
    }


def ordinal(rank: int) -> str:
    """`1er`, `2e`."""
    return _("1er") if rank == 1 else _("%(rank)de") % {"rank": rank}


def line_said(comparison: Comparison, place: Place) -> str:
    """What the curve of a département shows, in words."""
    line = [one for one in comparison.line(place.code) if one.value is not None]
    if not line:
        return typographic(_("%(name)s : aucun chiffre à dessiner.") % {"name": place.name})
    first, last = line[0], line[-1]
    yearly = comparison.sheet.is_yearly
    return typographic(
        _("%(name)s : %(first)s en %(from)s, %(last)s en %(to)s.")
        % {
            "name": place.name,
            "first": told(first, comparison),
            "from": period_name(first.period, is_yearly=yearly),
            "last": told(last, comparison),
            "to": period_name(last.period, is_yearly=yearly),
        }
    )


def hidden_said(comparison: Comparison) -> str:
    """How many figures are secret on the page; empty when none is."""
    hidden = sum(one.is_secret for own in comparison.readings.values() for one in own.values())
    if not hidden:
        return ""
    sentence = ngettext(
        "%(count)d chiffre est secret : il ferait reconnaître des personnes.",
        "%(count)d chiffres sont secrets : ils feraient reconnaître des personnes.",
        hidden,
    )
    return typographic(sentence % {"count": hidden})


def ranking_said(comparison: Comparison) -> str:
    """The figures of all, from the highest, in words."""
    said = [
        f"{one.place.name}{wording.NO_BREAK_SPACE}: {told(one.reading, comparison)}"
        for one in comparison.ranking()
    ]
    said += [
        f"{place.name}{wording.NO_BREAK_SPACE}: {told(reading, comparison)}"
        for place in comparison.places
        if (reading := comparison.of(place.code)) is None or reading.value is None
    ]
    return " ; ".join(said).replace(" ;", f"{wording.NO_BREAK_SPACE};") + "."


def place_said(comparison: Comparison, code: str) -> str:
    """A département's place among those whose figure is told: `2e sur 7`."""
    ranking = comparison.ranking()
    own = next((one for one in ranking if one.place.code == code), None)
    if own is None:
        return why(comparison.of(code)) or str(NOBODY)
    return _("%(rank)s sur %(count)d") % {"rank": rank_said(own), "count": len(ranking)}


def together_said(comparison: Comparison) -> str:
    """The figure of all, in words; empty when there is none."""
    together = comparison.together
    if together is None:
        return ""
    return typographic(
        _("Tous ensemble : %(figure)s.") % {"figure": written(together, comparison.sheet.unit)}
    )


def scale_said(floor: float) -> str:
    """A warning where a scale does not begin at zero; empty where it does."""
    return _("Attention, l'échelle ne commence pas à zéro.") if floor else ""
