"""What we say when an act is refused: why, what to do, and whom to ask.

`DomainError.code` finds its two sentences in `ui.error_texts`; the values of `details` are written
as a reader expects them (amounts, dates). Every interface uses this: portal, console, GraphQL. A
test fails when a subclass of `DomainError` has no text.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from commons.errors import DomainError
from commons.money import format_euros
from commons.tenancy import current_tenant
from tenants.registry import directory
from ui import wording
from ui.error_texts import TEXTS

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """A refusal in French: each part is one or two short sentences, `ask` may be empty."""

    code: str
    why: str
    todo: str
    ask: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.why, self.todo, self.ask) if part)


class _Written(dict[str, str]):
    """Details as text; one that the error did not give shows as three dots, never as a crash."""

    def __missing__(self, key: str) -> str:
        return "…"


def explain(error: DomainError) -> Explanation:
    """Say a refusal in French, with the telephone number of the current département."""
    return explain_code(error.code, error.details, phone=tenant_phone())


def sentence(error: DomainError) -> str:
    """The same, in one line of text: what a command or the API answers."""
    return str(explain(error))


def explain_code(code: str, details: Mapping[str, Any], *, phone: str) -> Explanation:
    """Say a code in French, with the words of its `reason` where it has some.

    :raises KeyError: if the code has no text
    """
    reason = f"{code}.{details.get('reason', '')}"
    why, todo = TEXTS[reason if reason in TEXTS else code]
    written = _Written({name: _write(name, value) for name, value in details.items()})
    ask = _("Une question ? Appelez le %(phone)s.") % {"phone": wording.phone_number(phone)}
    return Explanation(
        code=code,
        why=wording.typographic(str(why) % written),
        todo=wording.typographic(str(todo) % written),
        ask=wording.typographic(ask) if phone else "",
    )


def text(code: str, *, phone: str, **details: Any) -> str:
    """The same, in one line of text."""
    return str(explain_code(code, details, phone=phone))


def tenant_phone() -> str:
    """The number families of the current département call; empty on the public host."""
    tenant = current_tenant()
    departement = directory.by_schema(tenant.schema_name) if tenant else None
    return departement.contact_phone if departement else ""


def _write(name: str, value: Any) -> str:
    if name.endswith("_cents") and isinstance(value, int):
        return format_euros(value)
    if isinstance(value, datetime.datetime):
        return wording.last_moment(value)
    if isinstance(value, datetime.date):
        return wording.full_date(value)
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return wording.full_date(datetime.date.fromisoformat(value))
    if isinstance(value, list | tuple | set | frozenset):
        return wording.and_list(_write("", item) for item in value)
    return str(value)
