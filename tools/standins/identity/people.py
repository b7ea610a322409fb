"""Whom the stand-ins know, and who asks: told as the process starts."""

from __future__ import annotations

import dataclasses
import json
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody who may be chosen on a page.

    :param of: the client or the service that they are shown to
    :param claims: what FranceConnect says of them; nothing if it does not know them
    :param attributes: what EduConnect says of them, by OID; nothing if it does not know them
    """

    name: str
    about: str
    of: str
    claims: dict[str, str]
    attributes: dict[str, list[str]]

    @classmethod
    def read(cls, text: str) -> Person:
        """From what is given on the command line."""
        said = {"about": "", "claims": {}, "attributes": {}} | json.loads(text)
        return cls(**said)


@dataclasses.dataclass(frozen=True, slots=True)
class Client:
    """A client of FranceConnect."""

    client_id: str
    secret: str
    redirect_uri: str
    leave_uri: str

    @classmethod
    def read(cls, text: str) -> Client:
        """From what is given on the command line."""
        return cls(**json.loads(text))


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """A service provider of EduConnect; its metadata are read at `entity_id` when it first asks."""

    entity_id: str
    acs: str

    @classmethod
    def read(cls, text: str) -> Service:
        """From what is given on the command line."""
        said: dict[str, Any] = json.loads(text)
        return cls(**said)
