"""The acts on shared services: those of the staff who enable them, and those of who uses them.

Gathered here by their room's name; each stands in the module of its subject.
"""

from federation.ent.enabling import (
    Audience,
    close_opening,
    disable_service,
    enable_service,
    grant_attributes,
    open_to,
    set_licences,
)
from federation.ent.keys import rotate_keys
from federation.ent.passes import (
    claim_ticket,
    end_left_openings,
    end_openings,
    issue_ticket,
    open_for,
    purge_passes,
)
from federation.ent.registering import (
    close_registration,
    register_cas_service,
    register_client,
    register_saml_partner,
)
from federation.ent.returning import take_back_licences
from federation.ent.saml.answering import answer_with_assertion
from federation.ent.using import admit, set_favourite
from federation.ent.vouching import agree, give_link, note_used, stop_agreeing, take_back
from federation.ent.watching import watch_services

__all__ = [
    "Audience",
    "admit",
    "agree",
    "answer_with_assertion",
    "claim_ticket",
    "close_opening",
    "close_registration",
    "disable_service",
    "enable_service",
    "end_left_openings",
    "end_openings",
    "give_link",
    "grant_attributes",
    "issue_ticket",
    "note_used",
    "open_for",
    "open_to",
    "purge_passes",
    "register_cas_service",
    "register_client",
    "register_saml_partner",
    "rotate_keys",
    "set_favourite",
    "set_licences",
    "stop_agreeing",
    "take_back",
    "take_back_licences",
    "watch_services",
]
