"""The acts on announcements and notifications: of who announces, of who reads, and of the clock.

Gathered here by their room's name; each stands in the module of its subject.
"""

from __future__ import annotations

from tenants.schoollife.announcements.forgetting import purge
from tenants.schoollife.announcements.notifying import (
    ask,
    choose,
    release,
    set_terms,
    unsubscribe,
)
from tenants.schoollife.announcements.printing import open_letters, print_letters, remove_letters
from tenants.schoollife.announcements.publishing import (
    complete,
    complete_running,
    publish,
    publish_due,
    remind,
    schedule,
)
from tenants.schoollife.announcements.pushing import add_device, push, remove_device
from tenants.schoollife.announcements.reading import acknowledge, note_read
from tenants.schoollife.announcements.writing import attach, correct, rewrite, withdraw, write

__all__ = [
    "acknowledge",
    "add_device",
    "ask",
    "attach",
    "choose",
    "complete",
    "complete_running",
    "correct",
    "note_read",
    "open_letters",
    "print_letters",
    "publish",
    "publish_due",
    "purge",
    "push",
    "release",
    "remind",
    "remove_device",
    "remove_letters",
    "rewrite",
    "schedule",
    "set_terms",
    "unsubscribe",
    "withdraw",
    "write",
]
