"""Whom a letter is for, and what it says; how it is set is the business of `ui.documents`."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence

from tenants.activation.models import Audience, IdentityShown
from tenants.people.models import College, Guardian, Pupil, SchoolClass


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to whom a code is given. `children` are a guardian's, of the collège that prints."""

    person: Guardian | Pupil
    class_name: str = ""
    children: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """One letter; the code is as it is written on paper."""

    recipient: Recipient
    college: College | None
    code: str
    expires_at: datetime.datetime
    is_recovery: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """How it was known that a person is who they say: what they showed, and why they came."""

    shown: tuple[IdentityShown, ...]
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Printing:
    """What is printed at once: where, for whom; a long work says which it is, and is done once."""

    audience: Audience
    college: College | None
    school_class: SchoolClass | None = None
    job_id: uuid.UUID | None = None


# Sets letters as one file: given by whoever may import `ui`.
Typeset = Callable[[Sequence[Letter]], bytes]
