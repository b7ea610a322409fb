"""The lists of the console, one module per room; each registers itself on `console_site`."""

from console.admin import (
    accounts,
    canteen,
    identities,
    integrators,
    invoicing,
    journals,
    ledger,
    partner_payments,
    partners,
    payments,
    people,
    reciprocity,
    registrations,
    rights,
    shared_services,
    tariffs,
)

__all__ = [
    "accounts",
    "canteen",
    "identities",
    "integrators",
    "invoicing",
    "journals",
    "ledger",
    "partner_payments",
    "partners",
    "payments",
    "people",
    "reciprocity",
    "registrations",
    "rights",
    "shared_services",
    "tariffs",
]
