"""What is done for thousands at once: accounts of one kind opened, one account that gives to many.

The statements and the rules are those of `open_accounts` and `post`. What is the same for all is said
once, and rows are not made into objects: on a campaign of 54,000 cards that was most of the time.
Building blocks, inside the caller's transaction; a refusal leaves it to be rolled back.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from psycopg.types.numeric import Int8

from billing.ledger.booking import ReferenceReused, all_plans_made_anew, named_refusals
from billing.ledger.models import AccountKind, TransferKind
from billing.ledger.statements import giving, named
from commons.actors import Actor
from commons.arrays import array_of
from commons.identifiers import new_public_ids


class Gift(NamedTuple):
    """What an account is given: positive cents, and the business's own name for it."""

    account_id: int
    cents: int
    reference: str


def open_alike(
    *,
    kind: AccountKind,
    codes: Sequence[str],
    names: Sequence[str],
    debits_must_not_exceed_credits: bool = False,
) -> dict[str, int]:
    """
    Open accounts of one kind, all new; their ids by code.

    :raises ReferenceReused: if a code already served
    """
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            named("open_alike"),
            [
                kind.value,
                debits_must_not_exceed_credits,
                array_of(new_public_ids(len(codes))),
                array_of(codes),
                array_of(names),
            ],
        )
        opened: dict[str, int] = dict(cursor.fetchall())
    if len(opened) < len(codes):
        raise ReferenceReused(reference=next(code for code in codes if code not in opened))
    return opened


def give(
    *,
    debit_account_id: int,
    gifts: Sequence[Gift],
    code: str,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """
    Post a transfer to each of many accounts from one, all new.

    :raises InsufficientBalance: if the account that gives does not hold enough
    :raises ReferenceReused: if a reference already served, or an account is unknown or closed
    """
    if not gifts:
        return
    if any(gift.cents <= 0 for gift in gifts):
        raise ValueError("a gift is positive")
    references = [gift.reference for gift in gifts]
    with named_refusals(references), connection.cursor() as cursor, all_plans_made_anew(len(gifts)):
        cursor.execute(
            giving(),
            [
                TransferKind.POSTED.value,
                Int8(debit_account_id),
                code,
                array_of(new_public_ids(len(gifts))),
                array_of([gift.account_id for gift in gifts]),
                array_of([gift.cents for gift in gifts]),
                array_of(references),
                at,
                at,
                at,
                actor.kind,
                actor.id,
            ],
        )
        ((booked,),) = cursor.fetchall()
    if booked < len(gifts):
        raise ReferenceReused(reference=references[0], booked=booked, asked=len(gifts))
