"""Which prepared statements a session keeps: all that it can, whatever is rolled back.

psycopg forgets every one at each ROLLBACK, to a savepoint included, for a statement may name an object made
by what was rolled back. Our sessions make no object (`docs/security/isolation.md`) and each refusal of a rule
is a rollback: they would parse and plan everything again after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from psycopg import Connection
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

_ENDS_THEM = re.compile(rb"^(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b")


class KeptStatements(PrepareManager):
    """psycopg's own, but for what it does when something is rolled back or fails."""

    def _should_discard(self, prep: Prepare, results: Sequence[PGresult]) -> bool:  # type: ignore[override]  # psycopg's is static, with its pattern as a default
        """Whether all are to be forgotten."""
        done = [r for r in results if r.status == ExecStatus.COMMAND_OK]
        return any(_ENDS_THEM.match(r.command_status or b"") for r in done) and super().clear()

    def clear(self) -> bool:
        """Asked by psycopg's `rollback`: nothing is forgotten."""
        return False

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        """Keep also one that failed when it ran: the server parsed it, and keeps it."""
        if not self._should_discard(prep, results):
            self._rotate()


def keep_statements(connection: Connection[object]) -> None:
    """Give a new connection this way of keeping."""
    kept = KeptStatements()
    kept.prepare_threshold = connection.prepare_threshold
    kept.prepared_max = connection._prepared.prepared_max  # noqa: SLF001  psycopg has no door for it
    connection._prepared = kept  # noqa: SLF001
