"""A machine and an origin, and the acts on them, for the matrix; what machines read: test_machine_matrix."""

from __future__ import annotations

import datetime
from typing import Any

from tenants.integrators import operations
from tests.factories.integrators import make_integrator
from tests.factories.tariffs import ACTOR

ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "register-integrator": (
        (),
        {
            "name": "Cantine Pro",
            "contact_email": "technique@cantine.example",
            "scopes": ["canteen:read"],
            "last_day": "2025-08-31",
        },
    ),
    "rotate-credential": (("integrator",), {}),
    "revoke-integrator": (("integrator",), {}),
    "allow-origin": ((), {"origin": "https://repas.exemple.fr"}),
    "withdraw-origin": (("origin",), {}),
}
# Read with a token and by no person: `test_machine_matrix`.
OF_MACHINES = ("collegeRecords", "pupilRecord", "exportPupils", "exportInvoices")
# A machine learns without any session where to ask for a token.
OPEN = {"machine-discovery"}


def registered(*, at: datetime.datetime) -> dict[str, Any]:
    """One of each."""
    integrator, _secret = make_integrator(at=at)
    origin = operations.allow_origin(origin="https://carte.exemple.fr", actor=ACTOR, at=at)
    return {"integrator": integrator, "origin": origin}
