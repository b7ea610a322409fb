"""What each role may do. A role is a set of capabilities; operations and doors ask for these."""

from __future__ import annotations

import enum


class Role(enum.StrEnum):
    """The roles of a département's staff. Values are stored."""

    ADMINISTRATOR = "ADMINISTRATOR"
    REGISSEUR = "REGISSEUR"
    INSTRUCTOR = "INSTRUCTOR"
    READER = "READER"
    COLLEGE_SECRETARY = "COLLEGE_SECRETARY"


class Capability(enum.StrEnum):
    """One thing a member of staff may do in their département."""

    USE_CONSOLE = "USE_CONSOLE"
    READ_FILES = "READ_FILES"
    READ_OWN_COLLEGE = "READ_OWN_COLLEGE"
    READ_MONEY = "READ_MONEY"
    READ_AUDIT = "READ_AUDIT"
    EDIT_PEOPLE = "EDIT_PEOPLE"
    GIVE_CODES = "GIVE_CODES"
    EDIT_ENROLMENTS = "EDIT_ENROLMENTS"
    DECIDE_PRICES = "DECIDE_PRICES"
    ACT_FOR_FAMILIES = "ACT_FOR_FAMILIES"
    IMPORT_FEEDS = "IMPORT_FEEDS"
    MANAGE_TARIFFS = "MANAGE_TARIFFS"
    RUN_BILLING = "RUN_BILLING"
    ISSUE_INVOICES = "ISSUE_INVOICES"
    FOLLOW_PAYMENTS = "FOLLOW_PAYMENTS"
    ASK_REFUNDS = "ASK_REFUNDS"
    DECIDE_REFUNDS = "DECIDE_REFUNDS"
    MANAGE_TENANT = "MANAGE_TENANT"
    RECOGNISE_PEOPLE = "RECOGNISE_PEOPLE"
    PREPARE_PARTNER_PAYMENTS = "PREPARE_PARTNER_PAYMENTS"
    APPROVE_PARTNER_PAYMENTS = "APPROVE_PARTNER_PAYMENTS"
    MANAGE_PASSPLUS = "MANAGE_PASSPLUS"
    DECIDE_REGISTRATIONS = "DECIDE_REGISTRATIONS"
    MANAGE_PARTNERS = "MANAGE_PARTNERS"
    MANAGE_SCHOOL_LIFE = (
        "MANAGE_SCHOOL_LIFE"  # of one's own collège: no agent of the département has it
    )
    ANNOUNCE = "ANNOUNCE"
    PUBLISH_FIGURES = "PUBLISH_FIGURES"


_C = Capability
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            _C.USE_CONSOLE,
            _C.READ_FILES,
            _C.READ_MONEY,
            _C.READ_AUDIT,
            _C.EDIT_PEOPLE,
            _C.GIVE_CODES,
            _C.IMPORT_FEEDS,
            _C.MANAGE_TARIFFS,
            _C.MANAGE_TENANT,
            _C.DECIDE_REFUNDS,
            _C.RECOGNISE_PEOPLE,
            _C.APPROVE_PARTNER_PAYMENTS,
            _C.MANAGE_PASSPLUS,
            _C.DECIDE_REGISTRATIONS,
            _C.MANAGE_PARTNERS,
            _C.ANNOUNCE,
            _C.PUBLISH_FIGURES,
        }
    ),
    Role.REGISSEUR: frozenset(
        {
            _C.USE_CONSOLE,
            _C.READ_FILES,
            _C.READ_MONEY,
            _C.RUN_BILLING,
            _C.ISSUE_INVOICES,
            _C.FOLLOW_PAYMENTS,
            _C.ASK_REFUNDS,
            _C.DECIDE_REFUNDS,
            _C.PREPARE_PARTNER_PAYMENTS,
            _C.APPROVE_PARTNER_PAYMENTS,
        }
    ),
    Role.INSTRUCTOR: frozenset(
        {
            _C.USE_CONSOLE,
            _C.READ_FILES,
            _C.EDIT_PEOPLE,
            _C.GIVE_CODES,
            _C.EDIT_ENROLMENTS,
            _C.DECIDE_PRICES,
            _C.RECOGNISE_PEOPLE,
            _C.ACT_FOR_FAMILIES,
            _C.DECIDE_REGISTRATIONS,
            _C.MANAGE_PARTNERS,
        }
    ),
    Role.READER: frozenset({_C.USE_CONSOLE, _C.READ_FILES, _C.READ_MONEY}),
    Role.COLLEGE_SECRETARY: frozenset(
        {
            _C.USE_CONSOLE,
            _C.READ_OWN_COLLEGE,
            _C.GIVE_CODES,
            _C.RECOGNISE_PEOPLE,
            _C.MANAGE_SCHOOL_LIFE,
            _C.ANNOUNCE,
        }
    ),
}

# What may be done without a second factor. All the rest is money, rights, or the files of everybody's
# children: a capability that is added needs one, unless somebody writes it here.
WITHOUT_FACTOR = frozenset({_C.USE_CONSOLE, _C.READ_OWN_COLLEGE})
NEEDING_FACTOR = frozenset(Capability) - WITHOUT_FACTOR


def needs_factor(role: Role) -> bool:
    """Whether who has this role must prove a second factor. No setting switches it off."""
    return bool(CAPABILITIES[role] & NEEDING_FACTOR)
