"""Pictures and figures in the pages of the observatory. Nothing here reads the database."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from observatory import answers, palette
from observatory.charts import shapes, specs
from observatory.figures import Comparison, Place, Ranked
from observatory.members import reader

register = template.Library()


@register.simple_tag
def figure(comparison: Comparison, place: Place, period: Any = None) -> SafeString:
    """A figure, or the word in its place with why it is there."""
    reading = comparison.of(place.code, period)
    said, why = answers.told(reading, comparison), answers.why(reading)
    if not why:
        return format_html('<span class="figure-said">{}</span>', said)
    kind = "secret" if reading is not None else "absent"
    return format_html('<abbr class="figure-{}" title="{}">{}</abbr>', kind, why, said)


@register.simple_tag
def moved(comparison: Comparison, place: Place) -> str:
    """How far a figure is from that of a year before."""
    return answers.moved(comparison, place.code)


@register.simple_tag
def headline(comparison: Comparison) -> str:
    """The answer, as a title."""
    return answers.headline(comparison)


@register.simple_tag
def mark(place: Place) -> SafeString:
    """The sign and the colour of a département, beside its name."""
    style = palette.style_of(place.code)
    return format_html(
        '<svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true"><path d="{}" fill="{}"/></svg>',
        palette.OUTLINES[style.sign],
        style.colour,
    )


@register.simple_tag
def spark(comparison: Comparison, place: Place) -> SafeString:
    return _picture(specs.spark(comparison, place), answers.line_said(comparison, place))


@register.simple_tag
def multiple(comparison: Comparison, place: Place) -> SafeString:
    return _picture(specs.multiple(comparison, place), answers.line_said(comparison, place))


@register.simple_tag
def ranking(comparison: Comparison) -> SafeString:
    return _picture(specs.ranking(comparison), answers.ranking_said(comparison))


@register.simple_tag
def curves(comparison: Comparison, chosen: list[Place], width: int = specs.WIDE) -> SafeString:
    said = " ".join(answers.line_said(comparison, place) for place in chosen)
    return _picture(specs.lines(comparison, chosen, width=width), said)


@register.simple_tag
def scale_note(comparison: Comparison, chosen: list[Place]) -> str:
    """What must be said of curves whose scale does not begin at zero."""
    return answers.scale_said(specs.scale_of(comparison, chosen)[0])


@register.simple_tag
def strip(comparison: Comparison, place: Place) -> SafeString:
    return _picture(specs.strip(comparison, place), answers.place_said(comparison, place.code))


def _picture(svg: str, said: str) -> SafeString:
    """A picture that a reader hears as one sentence."""
    return format_html(
        '<div class="picture" role="img" aria-label="{}">{}</div>',
        said,
        mark_safe(svg),  # noqa: S308  drawn and cleaned by `charts.drawing`
    )


@register.inclusion_tag("observatory/parts/map.html")
def ground(comparison: Comparison) -> dict[str, Any]:
    """The départements as simple shapes, each with its figure."""
    return {"shapes": shapes.drawn_map(comparison), "said": answers.ranking_said(comparison)}


@register.filter
def rank(ranked: Ranked) -> str:
    return answers.rank_said(ranked)


@register.simple_tag
def period(comparison: Comparison, day: Any = None) -> str:
    """The period shown, in words."""
    shown = day or comparison.current
    if shown is None:
        return ""
    return answers.period_name(shown, is_yearly=comparison.sheet.is_yearly)


@register.inclusion_tag("observatory/parts/account.html", takes_context=True)
def account(context: dict[str, Any]) -> dict[str, Any]:
    """Who is signed in, or the way in."""
    return {"member": reader(context["request"]), "csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], name: str) -> SafeString:
    """What a link says of itself on its own page."""
    match = context["request"].resolver_match
    is_here = match is not None and match.view_name == f"observatory:{name}"
    return mark_safe(' aria-current="page"' if is_here else "")  # noqa: S308  no value of anybody's


@register.inclusion_tag("observatory/parts/alerts.html")
def alerts(messages: Any) -> dict[str, Any]:
    """What the previous act answered."""
    tones = {"success": ("good", "check"), "error": ("bad", "alert")}
    shown = []
    for message in messages:
        tone, sign = tones.get(message.level_tag, ("info", "info"))
        shown.append({"tone": tone, "sign": sign, "text": message.message})
    return {"alerts": shown}
