"""Why a record is refused, set aside, or applied but to be looked at. Values are stored.

Each has its French sentence in `ui.feed_texts`.
"""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    """The reasons, by what becomes of the record."""

    # refused
    BAD_STRUCTURE = "BAD_STRUCTURE"
    ENTITY = "ENTITY"
    UNKNOWN_REQUEST = "UNKNOWN_REQUEST"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    MISSING_ID = "MISSING_ID"
    BAD_ID = "BAD_ID"
    ID_MISMATCH = "ID_MISMATCH"
    MISSING_NAME = "MISSING_NAME"
    MISSING_BIRTH_DATE = "MISSING_BIRTH_DATE"
    BAD_BIRTH_DATE = "BAD_BIRTH_DATE"
    MISSING_SCHOOL = "MISSING_SCHOOL"
    UNKNOWN_SCHOOL = "UNKNOWN_SCHOOL"
    NOT_A_COLLEGE = "NOT_A_COLLEGE"
    BAD_UAI = "BAD_UAI"
    BAD_GUARDIAN_LINK = "BAD_GUARDIAN_LINK"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    UNKNOWN_RECORD = "UNKNOWN_RECORD"
    # set aside: nothing done until someone decides
    DUPLICATE_ID = "DUPLICATE_ID"
    DUPLICATE_UAI = "DUPLICATE_UAI"
    SAME_INE = "SAME_INE"
    AMBIGUOUS_SCHOOL = "AMBIGUOUS_SCHOOL"
    ID_REUSED = "ID_REUSED"
    RENUMBERED = "RENUMBERED"
    # applied, but to be looked at
    WRONG_UAI_KEY = "WRONG_UAI_KEY"
    UAI_CHANGED = "UAI_CHANGED"
    OTHER_DEPARTEMENT = "OTHER_DEPARTEMENT"
    ABSENT_COLLEGE = "ABSENT_COLLEGE"
    BROKEN_ACCENTS = "BROKEN_ACCENTS"
    BAD_PHONE = "BAD_PHONE"
    BAD_INE = "BAD_INE"
    UNKNOWN_REGIME = "UNKNOWN_REGIME"
    SEVERAL_SCHOOLS = "SEVERAL_SCHOOLS"
    CLASS_ELSEWHERE = "CLASS_ELSEWHERE"
    SEVERAL_PAYERS = "SEVERAL_PAYERS"
    NO_GUARDIAN = "NO_GUARDIAN"
    NO_PAYER = "NO_PAYER"
    UNKNOWN_GUARDIAN = "UNKNOWN_GUARDIAN"
    AMBIGUOUS_GUARDIAN = "AMBIGUOUS_GUARDIAN"
    SHARES_RESET = "SHARES_RESET"
    POSSIBLE_DUPLICATE = "POSSIBLE_DUPLICATE"


# What an agent can decide: whether the person, or the establishment, is the one we know.
DECIDABLE = frozenset({Reason.ID_REUSED, Reason.RENUMBERED})
