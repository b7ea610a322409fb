"""Exclusion constraints on periods, without btree_gist.

A key (a foreign key, say) is turned into the one-value range `[key, key]`, which the built-in GiST
operator class for ranges understands: two rows clash when their keys *and* their periods overlap.
An empty period (`valid_from = valid_until`, a row replaced on its first day) overlaps nothing.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.models import F, Func, Q, Value


def periods_do_not_overlap(
    name: str, *keys: str, condition: Q | None = None
) -> ExclusionConstraint:
    """No two rows of the same keys whose `[valid_from, valid_until)` share a day."""
    expressions: list[tuple[Func, str]] = [
        (Func(F(key), F(key), Value("[]"), function="int8range"), "&&") for key in keys
    ]
    expressions.append((Func(F("valid_from"), F("valid_until"), function="daterange"), "&&"))
    return ExclusionConstraint(name=name, expressions=expressions, condition=condition)
