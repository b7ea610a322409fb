"""What is counted of rights: how sources answer, and how requests end (docs/telemetry.md)."""

from billing.rights.models import RightsRequest, RightsSource
from billing.rights.outcomes import Outcome
from commons.meters import Counter

CALLS = Counter(
    "socle.rights.calls",
    unit="{call}",
    description="Questions put to the sources of rights, by how they were answered.",
    attributes={"source": RightsSource.Kind.values, "outcome": Outcome.values},
)
DECIDED = Counter(
    "socle.rights.decided",
    unit="{request}",
    description="Requests that are decided, by way, and by whom.",
    attributes={"way": RightsRequest.Way.values, "by": ("SOURCE_OR_FAMILY", "AGENT")},
)
