"""What a service may be told of a person. The list is short, and nothing else ever leaves.

Values are stored and are the codes of the catalogue's files. The claims they become are in
`federation.ent.releasing`.
"""

from __future__ import annotations

import enum


class Attribute(enum.StrEnum):
    """One thing that a service asks to be told; the identifier of its own is given in any case."""

    PROFILE = "PROFILE"
    COLLEGE = "COLLEGE"
    LEVEL = "LEVEL"
    SCHOOL_CLASS = "SCHOOL_CLASS"
    GIVEN_NAME = "GIVEN_NAME"
    FAMILY_NAME = "FAMILY_NAME"


class Profile(enum.StrEnum):
    """As whom a person uses a service."""

    PUPIL = "PUPIL"
    GUARDIAN = "GUARDIAN"
    STAFF = "STAFF"
