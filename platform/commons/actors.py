"""Who acts. Every operation is told, and writes it down."""

from __future__ import annotations

import dataclasses
import typing
import uuid


class HasPublicId(typing.Protocol):
    public_id: uuid.UUID


@dataclasses.dataclass(frozen=True, slots=True)
class Actor:
    """The author of an act: a user (by public id), a part of the system, or a command's operator."""

    kind: str
    id: str

    @classmethod
    def user(cls, user: HasPublicId) -> Actor:
        return cls(kind="user", id=str(user.public_id))

    @classmethod
    def system(cls, name: str) -> Actor:
        return cls(kind="system", id=name)

    @classmethod
    def command(cls, name: str) -> Actor:
        return cls(kind="command", id=name)
