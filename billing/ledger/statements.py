"""The named SQL of this room, one file each in `sql/`."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")
_COMMENT = re.compile(r"--[^\n]*")
_MANY = """unnest(
        %s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::text[], %s::text[]
    ) WITH ORDINALITY"""
_ONE = (
    "(%s::uuid, %s::text, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::timestamptz, "
    "%s::text, %s::text, {rank})"
)
# One account gives to many: what is the same for all is said once.
_GIVEN = """(
    SELECT
        given.public_id, %s::text, %s::bigint, given.credit_id, given.amount, NULL::bigint,
        NULL::timestamptz, %s::text, given.reference, given.rank
    FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[])
        WITH ORDINALITY AS given (public_id, credit_id, amount, reference, rank)
)"""
_INSERTED = """SELECT
    id, public_id, kind, debit_account_id, credit_account_id, amount_cents, pending_id,
    held_cents, timeout_at, code, reference, booked_at, actor_kind, actor_id
FROM inserted"""
# What is written along reads `whole`, which has a row once every transfer asked for is inserted.
_ALONG = """, whole AS (
    SELECT WHERE (SELECT count(*) FROM inserted) = (SELECT count(*) FROM asked)
), {along} SELECT * FROM along"""


@cache
def named(name: str) -> str:
    """The text of a statement, prepared once by PostgreSQL for each connection."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def posting() -> str:
    """Post transfers given as arrays, however many; answers those that were inserted."""
    return named("post").replace("{asked}", _MANY).replace("{answer}", _INSERTED)


@cache
def giving() -> str:
    """Post transfers from one account to many; answers how many were inserted."""
    text = named("post").replace("{asked}", _GIVEN)
    return text.replace("{answer}", "SELECT count(*) FROM inserted")


@cache
def posting_along(transfers: int, along: str) -> str:
    """Post some transfers given one by one, and what goes along with them; answers its row.

    Without comments nor blanks: psycopg keeps what it made of a statement that is short.
    """
    asked = ", ".join(_ONE.format(rank=rank) for rank in range(transfers))
    text = named("post").replace("{asked}", f"(VALUES {asked})")
    return short(text.replace("{answer}", _ALONG.replace("{along}", along)))


def short(text: str) -> str:
    """A statement without its comments and its blanks."""
    return " ".join(_COMMENT.sub("", text).split())
