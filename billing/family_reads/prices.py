"""The price of a meal, from what a statement read of its decision: a sentence is made of each."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.queries import ExplainedPrice, explained_price, without_resources


def read_price(row: Mapping[str, Any]) -> ExplainedPrice:
    """A price, without the household's resources for whom they are not.

    `row` is JSON as PostgreSQL builds it: days and hours are texts, amounts are cents.
    """
    day = datetime.date.fromisoformat
    version = row["version"]
    decision = PriceDecision(
        public_id=uuid.UUID(row["public_id"]),
        service=row["service"],
        unit_price_cents=row["unit_price_cents"],
        steps=row["steps"],
        source=row["source"],
        valid_from=day(row["valid_from"]),
        valid_until=day(row["valid_until"]) if row["valid_until"] else None,
        decided_at=datetime.datetime.fromisoformat(row["decided_at"]),
        tariff_version=TariffVersion(
            definition=version["definition"],
            valid_from=day(version["valid_from"]),
            legal_basis=version["legal_basis"],
            source_note=version["source_note"],
            is_illustrative=version["is_illustrative"],
        ),
    )
    price = explained_price(decision)
    return price if row["may_read_resources"] else without_resources(price)
