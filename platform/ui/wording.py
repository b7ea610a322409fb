"""How we write dates, days, months, lists and telephone numbers in French.

Weekdays travel as a bit mask: Monday 1, Tuesday 2, Wednesday 4, Thursday 8, Friday 16.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from tenants.registry.models import Departement

NO_BREAK_SPACE = "\u00a0"
WEEKDAYS = (
    gettext_lazy("lundi"),
    gettext_lazy("mardi"),
    gettext_lazy("mercredi"),
    gettext_lazy("jeudi"),
    gettext_lazy("vendredi"),
    gettext_lazy("samedi"),
    gettext_lazy("dimanche"),
)
MONTHS = (
    gettext_lazy("janvier"),
    gettext_lazy("février"),
    gettext_lazy("mars"),
    gettext_lazy("avril"),
    gettext_lazy("mai"),
    gettext_lazy("juin"),
    gettext_lazy("juillet"),
    gettext_lazy("août"),
    gettext_lazy("septembre"),
    gettext_lazy("octobre"),
    gettext_lazy("novembre"),
    gettext_lazy("décembre"),
)


_BEFORE_HIGH_SIGN = re.compile(r" (?=[?!:;»](?:\s|$|[.,)]))")
_AFTER_GUILLEMET = re.compile(r"(?<=«) ")


def typographic(text: str) -> str:
    """Set the no-break spaces of French: before `? ! : ; »`, after `«`."""
    return _AFTER_GUILLEMET.sub(NO_BREAK_SPACE, _BEFORE_HIGH_SIGN.sub(NO_BREAK_SPACE, text))


def local_date(moment: datetime.date | datetime.datetime) -> datetime.date:
    """The day of a moment, in Paris."""
    if isinstance(moment, datetime.datetime):
        return timezone.localdate(moment) if timezone.is_aware(moment) else moment.date()
    return moment


def day_number(day: datetime.date) -> str:
    """`1er`, `2`, …"""
    return _("1er") if day.day == 1 else str(day.day)


def short_date(moment: datetime.date | datetime.datetime) -> str:
    """`7 octobre`"""
    day = local_date(moment)
    return f"{day_number(day)}{NO_BREAK_SPACE}{MONTHS[day.month - 1]}"


def long_date(moment: datetime.date | datetime.datetime) -> str:
    """`lundi 7 octobre`"""
    day = local_date(moment)
    return f"{WEEKDAYS[day.weekday()]}{NO_BREAK_SPACE}{short_date(day)}"


def full_date(moment: datetime.date | datetime.datetime) -> str:
    """`7 octobre 2024`"""
    day = local_date(moment)
    return f"{short_date(day)}{NO_BREAK_SPACE}{day.year}"


def month_name(day: datetime.date) -> str:
    """`octobre 2024`"""
    return f"{MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def of_month(day: datetime.date) -> str:
    """`d'octobre 2024`, `de mars 2025`: French elides before a vowel."""
    month = month_name(day)
    return (
        _("d'%(month)s") % {"month": month}
        if month[0] in "ao"
        else _("de %(month)s") % {"month": month}
    )


def last_moment(limit: datetime.datetime) -> str:
    """The last moment before an instant, after « jusqu'au »: `mercredi 9 octobre inclus`.

    The instant is exclusive: 10 October 00:00 is the end of 9 October. We never say « minuit », which
    half of us take for the beginning of that day.
    """
    local = timezone.localtime(limit)
    if (local.hour, local.minute) == (0, 0):
        return _("%(day)s inclus") % {"day": long_date(local.date() - datetime.timedelta(days=1))}
    if (local.hour, local.minute) == (12, 0):
        return _("%(day)s à midi") % {"day": long_date(local.date())}
    return day_and_hour(limit)


def day_and_hour(moment: datetime.datetime) -> str:
    """When something happened: `lundi 7 octobre à 9 h 05`."""
    day = timezone.localtime(moment).date()
    return _("%(day)s à %(hour)s") % {"day": long_date(day), "hour": clock(moment)}


def clock(moment: datetime.datetime) -> str:
    """`14 h`, `14 h 05`"""
    local = timezone.localtime(moment)
    minutes = f"{NO_BREAK_SPACE}{local.minute:02d}" if local.minute else ""
    return f"{local.hour}{NO_BREAK_SPACE}h{minutes}"


def and_list(words: Iterable[object]) -> str:
    """`lundi, mardi et jeudi`"""
    said = [str(word) for word in words]
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s et %(last)s") % {"first": ", ".join(said[:-1]), "last": said[-1]}


def mask_days(mask: int) -> list[int]:
    """The weekdays of a mask, Monday = 0."""
    return [index for index in range(7) if mask >> index & 1]


def weekday_list(mask: int) -> str:
    """`lundi, mardi et jeudi`, or `aucun jour`."""
    days = [WEEKDAYS[index] for index in mask_days(mask)]
    return and_list(days) if days else _("aucun jour")


def day_count(count: int) -> str:
    """`1 jour`, `3 jours`"""
    return ngettext("%(count)d jour", "%(count)d jours", count) % {"count": count}


def meal_count(count: int) -> str:
    """`1 repas`, `14 repas`"""
    return ngettext("%(count)d repas", "%(count)d repas", count) % {"count": count}


def phone_number(written: str) -> str:
    """`01 41 13 50 60`: digits by two, whatever was typed."""
    digits = "".join(character for character in written if character.isdigit())
    if len(digits) == 11 and digits.startswith("33"):
        digits = "0" + digits[2:]
    if len(digits) != 10:
        return written
    return NO_BREAK_SPACE.join(digits[index : index + 2] for index in range(0, 10, 2))


def phone_link(written: str) -> str:
    """`tel:+33141135060`"""
    digits = "".join(character for character in written if character.isdigit())
    if len(digits) == 10 and digits.startswith("0"):
        return f"tel:+33{digits[1:]}"
    return f"tel:{digits}" if len(digits) < 11 else f"tel:+{digits}"


def initials(first_name: str, last_name: str) -> str:
    """`AD` for Aminata Diallo."""
    return (first_name[:1] + last_name[:1]).upper()


def of_name(name: str) -> str:
    """`de Mariam`, `d'Aminata`."""
    return (
        _("d'%(name)s") % {"name": name}
        if _starts_with_vowel(name)
        else _("de %(name)s") % {"name": name}
    )


_OF_DEPARTEMENTS = {
    "75": gettext_lazy("de Paris"),
    "77": gettext_lazy("de Seine-et-Marne"),
    "78": gettext_lazy("des Yvelines"),
    "91": gettext_lazy("de l'Essonne"),
    "92": gettext_lazy("des Hauts-de-Seine"),
    "93": gettext_lazy("de la Seine-Saint-Denis"),
    "94": gettext_lazy("du Val-de-Marne"),
    "95": gettext_lazy("du Val-d'Oise"),
}


def of_departement(departement: Departement) -> str:
    """`du Val-de-Marne`, after « le département »; elsewhere its bare name, quoted: `« Corrèze »`."""
    known = _OF_DEPARTEMENTS.get(departement.code)
    return str(known) if known else typographic(f"« {departement.name} »")


def _starts_with_vowel(name: str) -> bool:
    return name[:1].lower() in set("aeiouyéèêëàâîïôöùûüæœh") and not name.lower().startswith("y")


def group_by_month(
    days: Sequence[datetime.date],
) -> list[tuple[datetime.date, list[datetime.date]]]:
    """Days by calendar month, in order."""
    groups: dict[datetime.date, list[datetime.date]] = {}
    for day in sorted(days):
        groups.setdefault(day.replace(day=1), []).append(day)
    return list(groups.items())
