"""Pages of a long list: the total is counted up to a limit only, so that a list opens at once."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED = 10_000


class BoundedPaginator(Paginator):
    """A paginator that stops counting at `COUNTED`; past it, one searches or filters."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        # Without the order, which a count does not need.
        return int(rows.order_by()[: COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNTED)

    @property
    def is_bounded(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._counted > COUNTED
