"""The words and components that templates use. Nothing here reads the database.

`money`, `long_date`, … are filters; a component is a tag that renders one file of `ui/components/`.
"""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commons.money import format_euros
from ui import brand, statuses, ways, wording
from ui.documents.files import MOST_KILOBYTES
from ui.percentages import share_percent
from ui.price_picture import PricePicture

register = template.Library()

register.filter("short_date", wording.short_date)
register.filter("long_date", wording.long_date)
register.filter("full_date", wording.full_date)
register.filter("month_name", wording.month_name)
register.filter("of_month", wording.of_month)
register.filter("last_moment", wording.last_moment)
register.filter("clock", wording.clock)
register.filter("weekday_list", wording.weekday_list)
register.filter("and_list", wording.and_list)
register.filter("meal_count", wording.meal_count)
register.filter("phone_number", wording.phone_number)
register.filter("phone_link", wording.phone_link)
register.filter("of_name", wording.of_name)
register.filter("of_departement", wording.of_departement)
register.filter("way_in", ways.way_in)
register.filter("typographic", wording.typographic)


@register.filter
def money(cents: int) -> SafeString:
    """An amount that never breaks at the end of a line: `12,40 €`."""
    return format_html('<span class="money">{}</span>', format_euros(cents))


@register.filter
def euros(cents: int) -> str:
    """The same amount as bare text, for sentences, titles and e-mails."""
    return format_euros(cents)


@register.filter
def iso(day: datetime.date) -> str:
    """A date for `<time datetime>`, forms and addresses."""
    return day.isoformat()


@register.filter
def percent(basis_points: int) -> str:
    """A share in basis points, as a whole percentage where it is one: `50 %`."""
    whole, rest = divmod(basis_points, 100)
    figure = f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)
    return f"{figure}{wording.NO_BREAK_SPACE}%"


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A drawing of icons.svg; it decorates words, so readers skip it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" icon-{size}" if size else "",
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag
def emblem(name: str, size: str = "") -> SafeString:
    """A département's emblem: a simple drawing of our own."""
    return format_html(
        '<svg class="emblem{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" emblem-{size}" if size else "",
        static("ui/emblems.svg"),
        name if name in brand.EMBLEMS else "socle",
    )


@register.simple_tag
def document_size() -> str:
    """What a document to download is, and how heavy it may be: `(PDF, moins de 100 ko)`."""
    weight = f"{MOST_KILOBYTES}{wording.NO_BREAK_SPACE}ko"
    return _("(PDF, moins de %(weight)s)") % {"weight": weight}


@register.simple_tag
def icon_url(name: str) -> str:
    """The address of a drawing, for a picture that is not an icon."""
    return f"{static('ui/icons.svg')}#{name}"


@register.simple_tag
def brand_tile(name: str, color: str) -> SafeString:
    """An emblem on a département's own colour, for a page that shows several of them."""
    return format_html(
        '<svg class="tile" viewBox="0 0 64 64" aria-hidden="true">'
        '<rect width="64" height="64" rx="16" fill="{}"/>'
        '<use href="{}#{}" x="9" y="9" width="46" height="46" color="{}"/></svg>',
        color,
        static("ui/emblems.svg"),
        name if name in brand.EMBLEMS else "socle",
        brand.text_on(brand.normalise(color)),
    )


@register.inclusion_tag("ui/components/badge.html")
def status_badge(family: str, state: str) -> dict[str, Any]:
    """A status in words, with a shape and a colour that repeat it."""
    return {"status": statuses.status(f"{family}.{state}")}


@register.inclusion_tag("ui/components/person.html")
def person(first_name: str, last_name: str, more: str = "", level: str = "p") -> dict[str, Any]:
    """Who: initials, name and one line more. `level` is the element of the name (p, h2, h3)."""
    return {
        "initials": wording.initials(first_name, last_name),
        "name": f"{first_name} {last_name}",
        "more": more,
        "level": level,
    }


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, in one place that takes the focus."""
    entries = []
    for name, errors in form.errors.items():
        # A question with several answers has no input of its own: its fieldset bears the identifier.
        bound = form[name] if name in form.fields else None
        target = (bound.id_for_label or bound.auto_id) if bound else ""
        entries += [{"target": target, "text": text} for text in errors]
    return {"entries": entries}


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, unit: str = "", size: str = "") -> dict[str, Any]:
    """A label, a hint, an input and its errors, tied together."""
    css = f"input input-{size}" if size else "input"
    return {"field": bound, "widget": bound.as_widget(attrs={"class": css}), "unit": unit}


@register.inclusion_tag("ui/components/choices.html")
def choices(bound: BoundField) -> dict[str, Any]:
    """A question with a few answers, each a whole line to touch."""
    return {"field": bound, "options": list(bound)}


@register.inclusion_tag("ui/components/check.html")
def check(bound: BoundField) -> dict[str, Any]:
    """One box to tick, with its words."""
    return {"field": bound, "widget": bound.as_widget()}


@register.inclusion_tag("ui/components/stepper.html")
def stepper(names: list[str], current: int) -> dict[str, Any]:
    """Where we are in a few steps; `current` counts from 1."""
    steps = [
        {"name": name, "is_done": number < current, "is_here": number == current}
        for number, name in enumerate(names, start=1)
    ]
    return {"steps": steps, "current": current, "total": len(names), "name": names[current - 1]}


@register.inclusion_tag("ui/components/price_picture.html")
def price_picture(picture: PricePicture, name: str, *, is_open: bool = False) -> dict[str, Any]:
    """A schedule and where a family stands on it; `name` is the picture's own on its page."""
    return {"picture": picture, "name": name, "is_open": is_open}


@register.inclusion_tag("ui/components/cost_share.html")
def cost_share(family_cents: int, full_cost_cents: int) -> dict[str, Any]:
    """Who pays what of a meal."""
    return {
        "family_cents": family_cents,
        "departement_cents": full_cost_cents - family_cents,
        "family_width": share_percent(family_cents, full_cost_cents),
    }
