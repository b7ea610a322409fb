"""What a simulation tells, in templates: what is held back is a dash."""

from __future__ import annotations

from django import template

from billing.simulation.comparing import Key, Profile
from commons.money import format_euros
from console.templatetags.console import thousands
from ui import simulation_texts

register = template.Library()


@register.filter
def group_name(key: Key) -> str:
    """A row of a table in words."""
    return simulation_texts.key_name(key)


@register.filter
def change(cents: int | None) -> str:
    """`+0,50 €`; a dash for what is held back, or is of nobody."""
    return simulation_texts.change_text(cents if isinstance(cents, int) else None)


@register.filter
def told_count(count: int | None) -> str:
    """A number of pupils, or a dash."""
    return thousands(count) if isinstance(count, int) else simulation_texts.HELD


@register.filter
def told_money(cents: int | None) -> str:
    """An amount, or a dash."""
    return simulation_texts.HELD if cents is None else format_euros(cents)


@register.filter
def size(profile: Profile) -> str:
    """How many pupils a profile is of, roughly."""
    return simulation_texts.size_text(profile)


@register.simple_tag
def difference(before: int | None, after: int | None) -> str:
    """What an amount changes by, or a dash."""
    if before is None or after is None:
        return simulation_texts.HELD
    return simulation_texts.change_text(after - before)
