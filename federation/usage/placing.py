"""As whom a person visits, and of which collège: by the rule of the DNMA, `sql/place.sql`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commons.hot_reads import read_json

if TYPE_CHECKING:
    from tenants.accounts.models import User

_PLACE = Path(__file__).parent / "sql" / "place.sql"


def place_of(user: User, *, on: datetime.date) -> str:
    """`0921234A|PARENT`; no UAI where no collège is theirs on that day."""
    found: str = read_json(_PLACE, user_id=user.pk, day=on)
    return found
