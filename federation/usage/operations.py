"""The acts of counting: a page that is asked for, and what the clock does with the counts.

Gathered here by their room's name; each stands in the module of its subject.
"""

from federation.usage.gathering import count_people, end_windows, forget_counts, gather, purge
from federation.usage.placing import place_of
from federation.usage.touching import Use, touch, touch_if_possible

__all__ = [
    "Use",
    "count_people",
    "end_windows",
    "forget_counts",
    "gather",
    "place_of",
    "purge",
    "touch",
    "touch_if_possible",
]
