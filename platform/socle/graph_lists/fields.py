"""What the graph shows of a row: the columns of its list, what its filters know, and its page.

Where a row's page is a task's own, the list says what that page tells (`tells`). What a list hides
(`hides`) is hidden, and so is whatever looks like a secret, even if a list forgot to hide it. A kind of
column that nobody thought of stops the schema from being built.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import graphene
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.postgres.fields import ArrayField
from django.db import models

from api.scalars import Money
from api.types.enumerations import Weekday, weekdays_of
from commons.money import format_euros
from console import exports, labels
from console import naming as names
from console.readonly import ReadOnlyAdmin
from console.records import NOTHING
from console.words import Said
from socle.graph_acts.questions import described
from socle.graph_lists import keys
from socle.graph_lists.enumerations import enumeration_of
from socle.graph_lists.naming import type_name
from socle.graph_lists.pages import has_page

if TYPE_CHECKING:
    from socle.graph_lists.reading import Row

HIDDEN = frozenset({"id", "public_id", "sort_key", "search_key", "password"})
# A column so named never leaves, whatever its list says.
SECRET = re.compile(
    r"sealed|secret|password|token|private|digest(?!_hour)|credential|claims|cookie|(^|_)(iban|jwk)$"
)
# Numbers of our own database, which are nobody else's business.
NUMBERS = frozenset({"target_id"})
Reads = Callable[["Row"], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A field of a row: its type, how it is read, and the relations to read with the row."""

    kind: Any
    told: str
    reads: Reads
    through: tuple[str, ...] = ()
    is_required: bool = False
    is_computed: bool = False  # by the list, which may prepare its rows
    prepares: Callable[[list[Any]], None] | None = None  # the rows of a page, at once

    def field(self, name: str) -> graphene.Field:
        return graphene.Field(
            self.kind,
            name=name,
            required=self.is_required,
            description=self.told,
            resolver=lambda row, _info: self.reads(row),
        )


class ConsoleReference(graphene.ObjectType):
    """Une autre ligne de la console : son nom, et son identifiant pour qui peut l'ouvrir."""

    kind = graphene.String(description="Le type de cette ligne ici, s'il en est un.")
    id = graphene.ID(description="Son identifiant, pour qui peut ouvrir sa liste ; sinon rien.")
    name = graphene.String(required=True, description="Comment la console la nomme.")


def fields_of(model_admin: ReadOnlyAdmin) -> dict[str, Shown]:
    """The fields of a list's rows, by their name in Python."""
    found: dict[str, Shown] = {}
    for field in _columns(model_admin):
        found |= _of_column(model_admin, field)
    for column in model_admin.list_display:
        name = column if isinstance(column, str) else ""
        if name and hasattr(model_admin, name) and name not in found:
            found[name] = _computed(model_admin, name)
    return found


def _columns(model_admin: ReadOnlyAdmin) -> Iterator[Any]:
    """The columns of the table that may be shown, in its order."""
    listed = _listed(model_admin)
    listed.update(model_admin.tells)
    hidden = HIDDEN.union(model_admin.hides) - listed
    is_told = has_page(model_admin)
    for field in model_admin.opts.concrete_fields:
        is_shown = field.name in listed or (is_told and field.name not in hidden)
        if is_shown and not SECRET.search(field.name) and field.name not in NUMBERS:
            yield field


def _listed(model_admin: ReadOnlyAdmin) -> set[str]:
    """The columns of the table that the list shows, sorts its amounts by, or filters by."""
    names = {
        column if isinstance(column, str) else getattr(column, "admin_order_field", "")
        for column in model_admin.list_display
    }
    for entry in model_admin.list_filter:
        if isinstance(entry, type) and issubclass(entry, SimpleListFilter):
            continue
        names.add(entry[0] if isinstance(entry, tuple | list) else entry)
    return names


def _of_column(model_admin: ReadOnlyAdmin, field: Any) -> dict[str, Shown]:
    words = model_admin.words.get(field.name)
    if words is not None:
        return _worded(model_admin, field, words)
    if isinstance(field, models.ForeignKey):
        return {field.name: _reference(model_admin, field)}
    name = field.name.removesuffix("_cents")
    kind, reads, more = _kind(field)
    is_required = not field.null and not (field.blank and _is_enumeration(kind))
    return {name: Shown(kind, _told(field, more), reads, is_required=is_required)}


def _told(field: Any, more: str = "") -> str:
    if field.name == "valid_until":
        more = "Le lendemain du dernier jour"
    if field.name == "month":
        more = "Par son premier jour"
    return described(_capital(labels.of_field(field)), more)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _worded(model_admin: ReadOnlyAdmin, field: Any, words: Any) -> dict[str, Shown]:
    """What the console says in words: the words; and the code apart, where it is no more than them."""
    if words is format_euros:
        return {field.name: Shown(Money, _told(field), _attribute(field), is_required=True)}
    in_words = _in_words(field, words)
    if not isinstance(words, Said) or isinstance(field, models.JSONField):
        return {field.name: Shown(graphene.String, _told(field), in_words)}
    told, code = _told(field, "En mots"), _told(field, "Le code")
    is_required = not field.null
    return {
        field.name: Shown(graphene.String, code, _attribute(field), is_required=is_required),
        f"{field.name}_said": Shown(graphene.String, told, in_words),
    }


def _in_words(field: Any, words: Any) -> Reads:
    def reads(row: Row) -> str | None:
        said = row.page.said(words, field.attname, getattr(row.row, field.attname))
        return None if said in ("", NOTHING) else said

    return reads


def _reference(model_admin: ReadOnlyAdmin, field: Any) -> Shown:
    model = field.remote_field.model
    through = (*names.through(model), *keys.through(model))
    other = model_admin.admin_site._registry.get(model)  # noqa: SLF001  as the console's pages do

    def reads(row: Row) -> ConsoleReference | None:
        target = getattr(row.row, field.name)
        if target is None:
            return None
        return ConsoleReference(
            kind=type_name(model) if other else None,
            id=keys.key_of(target) if other and row.page.may_open(other) else None,
            name=names.name_of(target),
        )

    def prepares(rows: list[Any]) -> None:
        targets = (getattr(row, field.name) for row in rows)
        names.prepare(model, [target for target in targets if target is not None])

    followed = (field.name, *(f"{field.name}__{one}" for one in through))
    return Shown(
        ConsoleReference,
        _told(field),
        reads,
        through=followed,
        is_required=not field.null,
        prepares=prepares,
    )


def _computed(model_admin: ReadOnlyAdmin, name: str) -> Shown:
    told = described(labels.of_column(model_admin, name), "Comme la liste l'écrit")
    return Shown(
        graphene.String,
        told,
        lambda row: exports.plain(model_admin, name, row.row) or None,
        through=tuple(model_admin.list_select_related or ()),
        is_computed=True,
    )


def _attribute(field: Any) -> Reads:
    return lambda row: getattr(row.row, field.attname)


def _kind(field: Any) -> tuple[Any, Reads, str]:
    """The type of a column, how it is read, and what its description says besides."""
    reads = _attribute(field)
    if field.choices and (enumeration := enumeration_of(field)):
        return enumeration, lambda row: reads(row) or None, ""
    if isinstance(field, models.IntegerField):
        return _number(field, reads)
    if isinstance(field, ArrayField):
        kind, _reads, more = _kind(field.base_field)
        return graphene.List(graphene.NonNull(kind)), reads, more
    if isinstance(field, models.JSONField):
        return _json(field, reads)
    for column, scalar in _SCALARS.items():
        if isinstance(field, column):
            return scalar, reads, ""
    raise TypeError(f"{field}: nobody said how {type(field).__name__} is shown in a graph")


_SCALARS: dict[type[Any], Any] = {
    models.BooleanField: graphene.Boolean,
    models.DateTimeField: graphene.DateTime,  # before its parent
    models.DateField: graphene.Date,
    models.DecimalField: graphene.Decimal,
    models.UUIDField: graphene.ID,
    models.CharField: graphene.String,
    models.TextField: graphene.String,
}


def _number(field: Any, reads: Reads) -> tuple[Any, Reads, str]:
    if field.name.endswith("_cents"):
        return Money, reads, ""
    if field.name == "weekdays":
        kind = graphene.List(graphene.NonNull(Weekday))
        return kind, lambda row: weekdays_of(reads(row)), ""
    if isinstance(field, models.BigIntegerField):
        raise TypeError(f"{field}: nobody said what this large number is")
    if field.name == "school_year":
        return graphene.Int, reads, "L'année où elle commence"
    return graphene.Int, reads, "En dix-millièmes" if field.name.endswith("_bp") else ""


def _json(field: Any, reads: Reads) -> tuple[Any, Reads, str]:
    if field.default is list:
        kind = graphene.List(graphene.NonNull(graphene.String))
        return kind, lambda row: [_flat(one) for one in reads(row) or ()], ""
    return graphene.String, lambda row: _flat(reads(row)), "En JSON"


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _is_enumeration(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, graphene.Enum)
