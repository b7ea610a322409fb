"""Settling what a feed left open: is this the one we know, under this identifier?

A report row that leaves it open shows the identity we hold and the one the feed gave. It is settled
only while we still hold what it showed: an old row decides nothing.
"""

from __future__ import annotations

import datetime
from typing import Any

from commons.errors import NotFound
from tenants.people.aaf.reasons import DECIDABLE, Reason
from tenants.people.models import College, FeedImportRow, Guardian, Pupil
from tenants.people.name_keys import name_key

Subject = Pupil | Guardian | College
_MODELS: dict[str, type[Subject]] = {"PUPIL": Pupil, "GUARDIAN": Guardian, "COLLEGE": College}
_IDENTITY = {
    "PUPIL": ("last_name", "first_name", "birth_date"),
    "GUARDIAN": ("last_name", "first_name"),
    "COLLEGE": ("uai", "name"),
}


class NothingToDecide(NotFound):
    """No report leaves this record open."""


def is_open(row: FeedImportRow) -> bool:
    """Whether a report row asks who somebody is; a later row of the same record may have answered."""
    return row.outcome == FeedImportRow.Outcome.AMBIGUOUS and row.reason_code in DECIDABLE


def find_open_row(record_kind: str, record_id: str) -> FeedImportRow:
    """
    The latest report row of a record, if it is still to be settled.

    :raises NothingToDecide: if there is none
    """
    row = FeedImportRow.objects.filter(record_kind=record_kind, record_id=record_id)
    latest = row.order_by("-pk").first()
    if latest is None or not is_open(latest):
        raise NothingToDecide(record_kind=record_kind, record_id=record_id)
    return latest


def settle(row: FeedImportRow, *, is_same: bool, on: datetime.date) -> Subject:
    """
    Give the one we know the identity of the feed, or take the identifier from them.

    :raises NothingToDecide: if we no longer hold what the row showed
    """
    model = _MODELS[row.record_kind]
    known = model.objects.select_for_update(of=("self",), no_key=True).get(pk=row.target_id or 0)
    shown = {name: row.diff[name] for name in _IDENTITY[row.record_kind] if name in row.diff}
    held_id = row.diff.get("jointure_id", [row.record_id])[0]
    if known.jointure_id != held_id or any(
        str(getattr(known, name)) != old for name, (old, _new) in shown.items()
    ):
        raise NothingToDecide(record_kind=row.record_kind, record_id=row.record_id)
    changes: dict[str, Any]
    if is_same:
        changes = {name: new for name, (_old, new) in shown.items()}
        changes["jointure_id"] = row.record_id
    elif isinstance(known, College):
        changes = {"jointure_id": ""}
    else:
        changes = {"jointure_id": f"#{known.pk}", "missing_since": known.missing_since or on}
        if row.reason_code == Reason.RENUMBERED and _has_same_ine(row):
            changes["ine"] = None
    if is_same and not isinstance(known, College):
        names = [changes.get(name, getattr(known, name)) for name in ("last_name", "first_name")]
        keys = list(map(name_key, names))
        changes |= {"sort_key": "\u0001".join(keys), "search_key": " ".join(keys)}
    for name, value in changes.items():
        setattr(known, name, value)
    known.save(update_fields=sorted(changes))
    return known


def _has_same_ine(row: FeedImportRow) -> bool:
    old, new = row.diff.get("ine", (None, None))
    return bool(new) and old == new
