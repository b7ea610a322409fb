"""The named SQL of this room, one file each in `sql/`: the acts of a till, and a campaign's renewal."""

from functools import cache
from pathlib import Path

from billing.ledger.statements import short
from commons.audit import JOURNAL

_FOLDER = Path(__file__).with_name("sql")


@cache
def named(name: str) -> str:
    """The text of a statement, prepared once by PostgreSQL for each connection."""
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return short(text).replace("{journal}", short(JOURNAL))
