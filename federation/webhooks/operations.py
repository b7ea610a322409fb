"""The acts on webhooks: those of the staff who open endpoints, and those of the worker that sends.

Gathered here by their room's name; each stands in the module of its subject.
"""

from federation.webhooks.delivering import send_next
from federation.webhooks.replaying import purge, replay, replay_given_up, try_endpoint
from federation.webhooks.subscribing import (
    create_endpoint,
    pause,
    resume,
    rotate_secret,
    subscribe,
)

__all__ = [
    "create_endpoint",
    "pause",
    "purge",
    "replay",
    "replay_given_up",
    "resume",
    "rotate_secret",
    "send_next",
    "subscribe",
    "try_endpoint",
]
