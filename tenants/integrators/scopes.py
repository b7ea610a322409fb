"""What a machine may be given to read. A scope names what it opens; nothing opens without one."""

from __future__ import annotations

import enum


class Scope(enum.StrEnum):
    """The scopes of an integrator, as OAuth 2 writes them. Values are stored."""

    PEOPLE_READ = "people:read"
    CANTEEN_READ = "canteen:read"
    INVOICES_READ = "invoices:read"
    PASSPLUS_READ = "passplus:read"
    EXPORT = "export"
