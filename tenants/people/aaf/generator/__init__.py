"""Complete academic feeds, made up: for the demo, the tests and the benches."""

from tenants.people.aaf.generator.families import Child, Family, Parent, Traits
from tenants.people.aaf.generator.writing import FeedSummary, NoSuchDepartement, write_feed

__all__ = ["Child", "Family", "FeedSummary", "NoSuchDepartement", "Parent", "Traits", "write_feed"]
