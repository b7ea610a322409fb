"""The names of SAML 2 that are spoken here, and how an instant is written."""

from __future__ import annotations

import datetime
import secrets

_BASE = "urn:oasis:names:tc:SAML:2.0"
POST = f"{_BASE}:bindings:HTTP-POST"
REDIRECT = f"{_BASE}:bindings:HTTP-Redirect"
PROTOCOL = f"{_BASE}:protocol"
ASSERTION = f"{_BASE}:assertion"
PERSISTENT = f"{_BASE}:nameid-format:persistent"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
ENTITY = f"{_BASE}:nameid-format:entity"
BEARER = f"{_BASE}:cm:bearer"
BASIC = f"{_BASE}:attrname-format:basic"
USER = f"{_BASE}:logout:user"

# How a person signed in. What is claimed is what every way of ours is at least.
PASSWORD = f"{_BASE}:ac:classes:PasswordProtectedTransport"
CONTEXTS = (PASSWORD, f"{_BASE}:ac:classes:Password", f"{_BASE}:ac:classes:unspecified")

SUCCESS = f"{_BASE}:status:Success"
RESPONDER = f"{_BASE}:status:Responder"
NO_PASSIVE = f"{_BASE}:status:NoPassive"
NO_CONTEXT = f"{_BASE}:status:NoAuthnContext"
BAD_NAME_ID = f"{_BASE}:status:InvalidNameIDPolicy"
DENIED = f"{_BASE}:status:RequestDenied"
STRANGER = f"{_BASE}:status:UnknownPrincipal"
PARTIAL = f"{_BASE}:status:PartialLogout"

LONGEST_ID = 200
LONGEST_ENTITY_ID = 300
LONGEST_RELAY_STATE = 80  # bytes: saml-bindings-2.0, §3.4.3


def new_id() -> str:
    """An identifier of a message: 160 bits, and no digit first (saml-core-2.0, §1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def written(at: datetime.datetime) -> str:
    """An instant, in UTC (saml-core-2.0, §1.3.3)."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(said: str | None) -> datetime.datetime:
    """An instant as somebody wrote it.

    :raises ValueError: if it is none, or of no zone
    """
    found = datetime.datetime.fromisoformat(said or "")
    if found.tzinfo is None:
        raise ValueError(said)
    return found
