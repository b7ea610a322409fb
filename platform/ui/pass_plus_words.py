"""What screens, papers and messages say of a ticket in the same words."""

from __future__ import annotations

from commons.tenancy import require_tenant
from federation.passplus import codes


def spaced(code: str) -> str:
    """A code as it is read aloud, after the number of its département: `92 BCDF GHJK`."""
    return codes.shown(require_tenant().code, code)
