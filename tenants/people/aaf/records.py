"""What one record of the feed says, once read.

`None` means that the feed does not speak of the field (an older feed, or a delta): what we hold
stays. An empty text means that the feed says there is none. `place` is `file:line`.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum


class Operation(enum.StrEnum):
    """What a record asks for."""

    ADD = "ADD"
    MODIFY = "MODIFY"
    DELETE = "DELETE"


class Kind(enum.StrEnum):
    """What a record is about. Values are stored; only the first three are imported."""

    COLLEGE = "COLLEGE"
    GUARDIAN = "GUARDIAN"
    PUPIL = "PUPIL"
    STAFF = "STAFF"
    SUBJECT = "SUBJECT"
    FORMATION = "FORMATION"
    UNKNOWN = "UNKNOWN"


class Reason(enum.StrEnum):
    """Why a record is refused, set aside, or applied but to be looked at. Values are stored."""

    # refused
    BAD_STRUCTURE = "BAD_STRUCTURE"
    ENTITY = "ENTITY"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    MISSING_ID = "MISSING_ID"
    BAD_ID = "BAD_ID"
    ID_MISMATCH = "ID_MISMATCH"
    MISSING_NAME = "MISSING_NAME"
    MISSING_BIRTH_DATE = "MISSING_BIRTH_DATE"
    BAD_BIRTH_DATE = "BAD_BIRTH_DATE"
    MISSING_SCHOOL = "MISSING_SCHOOL"
    UNKNOWN_SCHOOL = "UNKNOWN_SCHOOL"
    BAD_UAI = "BAD_UAI"
    BAD_GUARDIAN_LINK = "BAD_GUARDIAN_LINK"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    UNKNOWN_RECORD = "UNKNOWN_RECORD"
    # set aside: nothing done until someone decides
    DUPLICATE_ID = "DUPLICATE_ID"
    DUPLICATE_UAI = "DUPLICATE_UAI"
    SAME_INE = "SAME_INE"
    # applied, but to be looked at
    WRONG_UAI_KEY = "WRONG_UAI_KEY"
    BAD_INE = "BAD_INE"
    UNKNOWN_REGIME = "UNKNOWN_REGIME"
    SEVERAL_SCHOOLS = "SEVERAL_SCHOOLS"
    SEVERAL_PAYERS = "SEVERAL_PAYERS"
    NO_GUARDIAN = "NO_GUARDIAN"
    NO_PAYER = "NO_PAYER"
    UNKNOWN_GUARDIAN = "UNKNOWN_GUARDIAN"
    POSSIBLE_DUPLICATE = "POSSIBLE_DUPLICATE"


@dataclasses.dataclass(frozen=True, slots=True)
class CollegeRecord:
    """An establishment (EtabEducNat)."""

    place: str
    operation: Operation
    jointure_id: str
    uai: str | None
    name: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    phone: str | None
    sector: str | None
    reviews: tuple[Reason, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class GuardianRecord:
    """A person who answers for pupils (PersRelEleve)."""

    place: str
    operation: Operation
    jointure_id: str
    title: str | None
    last_name: str | None
    first_name: str | None
    birth_date: datetime.date | None
    email: str | None
    mobile_phone: str | None
    home_phone: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class LinkRecord:
    """What a guardian is to a pupil."""

    guardian_id: str
    relation: str
    is_financial: bool
    legal_role: int
    is_contact: bool
    is_payment: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PupilRecord:
    """A pupil (Eleve). `school_id` is the establishment's identifier in the feed."""

    place: str
    operation: Operation
    jointure_id: str
    ine: str | None
    last_name: str | None
    first_name: str | None
    other_first_names: str | None
    birth_date: datetime.date | None
    school_id: str | None
    class_name: str | None
    level: str | None
    regime: str | None
    is_boursier: bool | None
    links: tuple[LinkRecord, ...] | None
    reviews: tuple[Reason, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class IgnoredRecord:
    """A record of a category that is not imported (staff, subjects, formations)."""

    kind: Kind


@dataclasses.dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that cannot be taken, and why; `detail` names the attribute."""

    place: str
    kind: Kind
    record_id: str
    reason: Reason
    detail: str = ""


FeedRecord = CollegeRecord | GuardianRecord | PupilRecord | IgnoredRecord | RejectedRecord
