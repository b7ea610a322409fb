"""The door of messages, on the page of the family's day."""

from __future__ import annotations

from typing import Any

from django import template

from tenants.schoollife.messages.access import own_participations
from tenants.schoollife.messages.queries import count_unread

register = template.Library()


@register.inclusion_tag("portal/messages/door.html", takes_context=True)
def messages_door(context: dict[str, Any]) -> dict[str, int]:
    """The way to the threads, with how many wait to be read."""
    return {"unread": count_unread(own_participations(context["request"].user))}
