"""Who acts. Every operation is told, and writes it down."""

from __future__ import annotations

import dataclasses
import typing
import uuid


class HasPublicId(typing.Protocol):
    public_id: uuid.UUID


class ActingFor(typing.Protocol):
    """What stands on a user while an agent acts for them: the session, and whose hand it is."""

    @property
    def agent(self) -> HasPublicId: ...

    @property
    def session_id(self) -> uuid.UUID: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Actor:
    """
    The author of an act: a user (by public id), a part of the system, or a command's operator.

    An agent who acts for a family is the author; `acting` then names the session of it.
    """

    kind: str
    id: str
    acting: str = ""

    @classmethod
    def user(cls, user: HasPublicId) -> Actor:
        """Who does what a user does: the user, or the agent who acts for them."""
        acting: ActingFor | None = getattr(user, "acting", None)
        if acting is None:
            return cls(kind="user", id=str(user.public_id))
        return cls(kind="user", id=str(acting.agent.public_id), acting=str(acting.session_id))

    @classmethod
    def system(cls, name: str) -> Actor:
        return cls(kind="system", id=name)

    @classmethod
    def command(cls, name: str) -> Actor:
        return cls(kind="command", id=name)
