"""What one record of the feed says, once read.

`None` means that the feed does not speak of the field (an older feed, or a delta): what we hold
stays. An empty text means that the feed says there is none. `line` is where the record starts in
its file. Records are tuples: a feed has hundreds of thousands, and COPY takes them as they are.
"""

from __future__ import annotations

import datetime
import enum
from typing import NamedTuple

from tenants.people.aaf.reasons import Reason


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


class CollegeRecord(NamedTuple):
    """An establishment (EtabEducNat)."""

    line: int
    operation: str
    jointure_id: str
    uai: str | None
    name: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    phone: str | None
    sector: str | None
    reviews: tuple[Reason, ...]


class GuardianRecord(NamedTuple):
    """A person who answers for pupils (PersRelEleve)."""

    line: int
    operation: str
    jointure_id: str
    title: str | None
    last_name: str | None
    first_name: str | None
    email: str | None
    mobile_phone: str | None
    home_phone: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None
    reviews: tuple[Reason, ...]


class LinkRecord(NamedTuple):
    """What a guardian is to a pupil."""

    guardian_id: str
    relation: str
    is_financial: bool
    legal_role: int
    is_contact: bool
    is_payment: bool


class PupilRecord(NamedTuple):
    """A pupil (Eleve).

    `school_id` is the establishment's identifier in the feed; `class_school_id` is the one the
    class names, where the record does not speak of a school.
    """

    line: int
    operation: str
    jointure_id: str
    ine: str | None
    last_name: str | None
    first_name: str | None
    other_first_names: str | None
    birth_date: datetime.date | None
    school_id: str | None
    class_school_id: str | None
    class_name: str | None
    level: str | None
    regime: str | None
    is_boursier: bool | None
    reviews: tuple[Reason, ...]
    links: tuple[LinkRecord, ...] | None


class IgnoredRecord(NamedTuple):
    """A record of a category that is read and not kept (staff, subjects, formations)."""

    kind: Kind


class RejectedRecord(NamedTuple):
    """A record that cannot be taken, and why; `detail` names the attribute."""

    line: int
    kind: Kind
    record_id: str
    reason: Reason
    detail: str


FeedRecord = CollegeRecord | GuardianRecord | PupilRecord | IgnoredRecord | RejectedRecord
