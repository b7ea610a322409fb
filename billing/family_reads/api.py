"""What the API tells an account of its family, read at once: `sql/api.sql`.

What is read is plain JSON, as PostgreSQL built it: dates are ISO texts, identifiers are texts, amounts
are cents. Only prices are read into the domain's own value, since a sentence is made of each.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from billing.family_reads import SQL_FOLDER
from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.queries import ExplainedPrice, explained_price, without_resources
from commons.hot_reads import read_json
from commons.school_calendar import school_year_of

if TYPE_CHECKING:
    from tenants.accounts.models import User

SQL = SQL_FOLDER / "api.sql"


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What to read beside the children themselves; a number of invoices is that of the latest ones."""

    school: bool = False
    enrolment: bool = False
    payers: bool = False
    price: bool = False
    lines: bool = False
    child_invoices: int = 0  # of each child
    viewer_invoices: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class ApiFamily:
    """The children, oldest first, each with its `invoices`; and the invoices of the account."""

    children: list[dict[str, Any]]
    invoices: list[dict[str, Any]]


def api_family(user: User, wanted: Wanted, *, on: datetime.date) -> ApiFamily | None:
    """Read what a family may know on a day, in one statement.

    Nothing for an agent, who may know more: the rights of roles are not in the statement.
    """
    found = read_json(
        SQL,
        user_id=user.pk,
        day=on,
        school_year=school_year_of(on).start_year,
        wants_school=wanted.school,
        wants_enrolment=wanted.enrolment,
        wants_payers=wanted.payers,
        wants_price=wanted.price,
        wants_lines=wanted.lines,
        child_invoices=wanted.child_invoices,
        viewer_invoices=wanted.viewer_invoices,
    )
    if found["is_agent"]:
        return None
    children = found["children"]
    about: dict[int, list[dict[str, Any]]] = {child["key"]: [] for child in children}
    for invoice in found["invoices"]:
        for key in invoice["children"]:
            about[key].append(invoice)
    for child in children:
        child["invoices"] = about[child["key"]]
        if child["price"] is not None:
            child["price"] = _price(child["price"])
        if child["enrolment"] is not None:
            child["enrolment"]["price"] = child["price"]
    own = [row for row in found["invoices"] if row["place"] <= wanted.viewer_invoices]
    return ApiFamily(children=children, invoices=own)


def _price(row: Mapping[str, Any]) -> ExplainedPrice:
    """A price, without the household's resources for whom they are not."""
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
