"""Complete academic feeds, made up: for the demo, the tests and the benches."""

from tenants.people.aaf.generator.families import Child, Family, Parent, Traits
from tenants.people.aaf.generator.writing import FeedSummary, write_feed

__all__ = ["Child", "Family", "FeedSummary", "Parent", "Traits", "write_feed"]
