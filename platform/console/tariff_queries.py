"""What the console reads of tariffs: the versions, and the picture of one. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from billing.tariffs.engine import Definition, Linear
from billing.tariffs.models import PriceDecision, Service, TariffVersion
from billing.tariffs.queries import definition_of
from commons.errors import NotFound
from ui.price_picture import PricePicture, price_picture


@dataclasses.dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list."""

    version: TariffVersion
    service: str
    kind: str
    lowest_cents: int
    highest_cents: int
    state: str


@dataclasses.dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its prices, drawn and written."""

    row: VersionRow
    definition: Definition
    picture: PricePicture
    linear: Linear | None
    decisions: int


def version_rows(*, on: datetime.date) -> tuple[VersionRow, ...]:
    """Every version, by service, latest first."""
    versions = TariffVersion.objects.select_related("schedule")
    return tuple(
        _row(version, on=on) for version in versions.order_by("schedule__service", "-valid_from")
    )


def version_page(public_id: uuid.UUID, *, on: datetime.date) -> VersionPage:
    """Read a version.

    :raises NotFound: if there is none
    """
    version = TariffVersion.objects.select_related("schedule").filter(public_id=public_id).first()
    if version is None:
        raise NotFound(version=str(public_id))
    definition = definition_of(version)
    return VersionPage(
        row=_row(version, on=on),
        definition=definition,
        picture=price_picture(definition),
        linear=definition.rule if isinstance(definition.rule, Linear) else None,
        decisions=PriceDecision.objects.filter(tariff_version=version).count(),
    )


def _row(version: TariffVersion, *, on: datetime.date) -> VersionRow:
    definition = definition_of(version)
    state = "CURRENT"
    if version.valid_from > on:
        state = "FUTURE"
    elif version.valid_until is not None and version.valid_until <= on:
        state = "PAST"
    return VersionRow(
        version=version,
        service=str(Service(version.schedule.service).label),
        kind=definition.rule.kind,
        lowest_cents=definition.lowest_cents,
        highest_cents=definition.highest_cents,
        state=state,
    )
