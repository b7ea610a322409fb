"""What an agreement is on a day, read with its signatures and endings; and who the parties are."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any
from zoneinfo import ZoneInfo

from commons.tenancy import current_schema, require_tenant
from federation.agreements.models import AgreementBase
from tenants.registry import directory
from tenants.registry.models import Departement

PARIS = ZoneInfo("Europe/Paris")


def neighbour_of(schema: str) -> Departement | None:
    """Another open département, by its schema."""
    return next((one for one in directory.neighbours() if one.schema_name == schema), None)


def code_of(schema: str) -> str:
    """The code of a département, the current one included; the schema of one that is closed."""
    tenant = require_tenant()
    if schema == tenant.schema_name:
        return tenant.code
    found = neighbour_of(schema)
    return found.code if found else schema


def name_of(schema: str) -> str:
    """The name of a département, the current one included; the schema of one that is closed."""
    tenant = require_tenant()
    if schema == tenant.schema_name:
        return tenant.name
    found = neighbour_of(schema)
    return found.name if found else schema


def day_of(at: datetime.datetime) -> datetime.date:
    """The day it is in France."""
    return at.astimezone(PARIS).date()


def other_party(agreement: AgreementBase) -> str:
    """The schema of the other party."""
    here = current_schema()
    return agreement.proposed_to if agreement.proposed_by == here else agreement.proposed_by


def common_text(agreement: AgreementBase) -> dict[str, Any]:
    """What every agreement says; its room adds the rest."""
    until = agreement.valid_until
    return {
        "proposed_by": agreement.proposed_by,
        "proposed_to": agreement.proposed_to,
        "valid_from": agreement.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "legal_basis": agreement.legal_basis,
    }


def digest_of_text(text: dict[str, Any]) -> str:
    """What names a text that is signed."""
    said = json.dumps(text, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def ends_on(agreement: AgreementBase) -> datetime.date | None:
    """The first day an agreement no longer holds, if one is known."""
    days: list[datetime.date] = [ending.ends_on for ending in agreement.endings.all()]
    if agreement.valid_until is not None:
        days.append(agreement.valid_until)
    return min(days, default=None)


def is_signed_by_both(agreement: AgreementBase) -> bool:
    """Whether the two parties signed."""
    return len(agreement.signatures.all()) == 2


def is_signed_here(agreement: AgreementBase) -> bool:
    """Whether this département signed."""
    here = current_schema()
    return any(signature.signed_by == here for signature in agreement.signatures.all())


def is_in_force(agreement: AgreementBase, *, on: datetime.date) -> bool:
    """Whether it opens something on a day."""
    until = ends_on(agreement)
    begun = agreement.valid_from <= on
    return is_signed_by_both(agreement) and begun and (until is None or on < until)


def is_over(agreement: AgreementBase, *, on: datetime.date) -> bool:
    """Whether it opens nothing from a day on, whatever is still signed."""
    until = ends_on(agreement)
    return until is not None and until <= on


def is_open(agreement: AgreementBase, *, on: datetime.date) -> bool:
    """Whether it holds, or may come to: a second one with the same party would contradict it."""
    proposal_ended = not is_signed_by_both(agreement) and bool(agreement.endings.all())
    return not proposal_ended and not is_over(agreement, on=on)
