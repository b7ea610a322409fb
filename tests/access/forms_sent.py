"""The forms of the portal that the matrix sends."""

from __future__ import annotations

from typing import Any

from tests.access import (
    identities,
    messages,
    pass_plus,
    pass_registrations,
    school_records,
    shared_services,
)

STEPS = "portal:enrolment-"
# The forms of the portal: the child they are about, what is sent.
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "days": (f"{STEPS}days", "newcomer", {"weekdays": ["1", "8"]}),
    "days of a stranger's": (f"{STEPS}days", "stranger", {"weekdays": ["1", "8"]}),
    "situation": (f"{STEPS}resources", "newcomer", {"choice": "MAXIMUM"}),
    "situation of a stranger's": (f"{STEPS}resources", "stranger", {"choice": "MAXIMUM"}),
    "confirmation": (f"{STEPS}confirm", "newcomer", {}),
    "confirmation of a stranger's": (f"{STEPS}confirm", "stranger", {}),
    "calendar": ("portal:calendar", "pupil", {"day": "2024-12-05", "act": "cancel"}),
    "calendar of a stranger's": (
        "portal:calendar",
        "stranger",
        {"day": "2024-12-05", "act": "cancel"},
    ),
    "payment": ("portal:pay", "invoice", {}),
    "payment of all": ("portal:pay-together", "", {}),
    "rights way": ("portal:rights-way", "rights", {"way": "DOCUMENT"}),
    "rights agreement": (
        "portal:rights-agreement",
        "rights",
        {"version": "impots-2026-11", "agrees": "on"},
    ),
    "rights taken back": ("portal:rights-take-back", "rights", {}),
    "rights given up": ("portal:rights-give-up", "rights", {}),
    **pass_registrations.FORMS,
    **messages.FORMS,
    "a passkey taken away": ("portal:passkey-remove", "passkey", {}),
    "own data": ("portal:own-data-file", "", {}),
    "contest": ("portal:contest", "pupil", {"text": "Trop cher"}),
    "contest of a stranger's": ("portal:contest", "stranger", {"text": "Trop cher"}),
    **identities.FORMS,
    **school_records.FORMS,
    **pass_plus.FORMS,
    **shared_services.FORMS,
    "simulator": ("portal:simulator", "", {"quotient_familial": "600"}),
    "agent's access ended by the family": ("portal:visit-end", "acting", {}),
    "agent's access widened": ("portal:acting-widen", "", {"reason": "Elle me dicte les jours."}),
    "agent's access ended": ("portal:acting-end", "", {}),
    "dispute": ("portal:dispute", "invoice", {"text": "Absent le 9", "days": ["2024-09-09"]}),
}
