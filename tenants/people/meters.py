"""What is counted of academic feeds (docs/telemetry.md)."""

from __future__ import annotations

from commons.meters import Counter
from tenants.people.models import FeedImport, FeedImportRow

READ = Counter(
    "socle.imports.read",
    unit="{import}",
    description="Feeds that were read, and what was done of them.",
    attributes={"state": FeedImport.State.values},
)
TAKEN = Counter(
    "socle.imports.applied",
    unit="{record}",
    description="Records of the feeds that were applied, by what became of them.",
    attributes={
        "kind": ("PUPIL", "GUARDIAN", "COLLEGE"),
        "outcome": FeedImportRow.Outcome.values,
    },
)


def count_feed(imported: FeedImport) -> None:
    """Count a feed that was read, and its records if it is applied."""
    READ.add(state=imported.state)
    if imported.state != FeedImport.State.APPLIED:
        return
    for kind, outcomes in imported.counts["become"].items():
        for outcome, number in outcomes.items():
            TAKEN.add(number, kind=kind, outcome=outcome)
