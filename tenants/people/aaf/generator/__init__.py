"""Academic feeds, made up: for the demo, the tests and the benches."""

from tenants.people.aaf.generator.delta import Changes, DeltaSummary, Happening, write_delta
from tenants.people.aaf.generator.families import Child, Family, Parent, Traits
from tenants.people.aaf.generator.writing import (
    FeedSummary,
    NoSuchDepartement,
    Population,
    write_feed,
)

__all__ = [
    "Changes",
    "Child",
    "DeltaSummary",
    "Family",
    "FeedSummary",
    "Happening",
    "NoSuchDepartement",
    "Parent",
    "Population",
    "Traits",
    "write_delta",
    "write_feed",
]
