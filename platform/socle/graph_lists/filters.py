"""What a list may be asked for: its search, and its own filters as arguments.

A filter keeps the rows that the console's keeps: those that the list declares, and no other.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import graphene
from django.contrib.admin.filters import EmptyFieldListFilter, SimpleListFilter
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from console import labels
from console.filters import YES, YesFilter
from console.readonly import ReadOnlyAdmin
from socle.graph_acts.questions import described
from socle.graph_lists import keys
from socle.graph_lists.enumerations import enumeration_of
from socle.graph_lists.naming import filter_name
from ui.requests import SignedInRequest

Keeps = Callable[[QuerySet[Any], Any, SignedInRequest], QuerySet[Any]]
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """An argument, and the rows it keeps."""

    kind: Any
    told: str
    keeps: Keeps

    @property
    def argument(self) -> graphene.Argument:
        return graphene.Argument(self.kind, description=self.told)


def filters_of(model_admin: ReadOnlyAdmin) -> dict[str, Filter]:
    """The filters of a list, by the name of their argument in Python."""
    found: dict[str, Filter] = {}
    for entry in model_admin.list_filter:
        if isinstance(entry, type) and issubclass(entry, YesFilter):
            found[filter_name(entry)] = _yes(model_admin, entry)
        elif isinstance(entry, type) and issubclass(entry, SimpleListFilter):
            found[filter_name(entry)] = _one_of(model_admin, entry)
        elif isinstance(entry, tuple | list):
            path, kind = entry
            assert kind is EmptyFieldListFilter, f"{model_admin}: nobody said what {kind} asks"
            found[f"has_{path}"] = _filled(model_admin, path)
        else:
            found |= _of_column(model_admin, entry)
    if model_admin.search_prefixes or model_admin.search_exact:
        found["search"] = _search(model_admin)
    return found


def _search(model_admin: ReadOnlyAdmin) -> Filter:
    def keeps(rows: QuerySet[Any], term: str, request: SignedInRequest) -> QuerySet[Any]:
        if not _is_text(term):
            return rows.none()
        found, _may_repeat = model_admin.get_search_results(request, rows, term)
        return found

    told = described("Ce qu'on cherche", model_admin.search_help_text)
    return Filter(graphene.String, told, keeps)


def _yes(model_admin: ReadOnlyAdmin, filter_class: type[YesFilter]) -> Filter:
    def keeps(rows: QuerySet[Any], is_asked: bool, request: SignedInRequest) -> QuerySet[Any]:  # noqa: FBT001
        return _kept(filter_class, model_admin, rows, YES, request) if is_asked else rows

    told = described(f"Vrai pour ne garder que : {filter_class.title}")
    return Filter(graphene.Boolean, told, keeps)


def _one_of(model_admin: ReadOnlyAdmin, filter_class: type[SimpleListFilter]) -> Filter:
    offered = filter_class(None, {}, model_admin.model, model_admin).lookup_choices  # type: ignore[arg-type]
    values = {str(value) for value, _label in offered}

    def keeps(rows: QuerySet[Any], value: str, request: SignedInRequest) -> QuerySet[Any]:
        if value not in values:
            return rows.none()
        return _kept(filter_class, model_admin, rows, value, request)

    told = described(_capital(filter_class.title), f"Au choix : {', '.join(sorted(values))}")
    return Filter(graphene.String, told, keeps)


def _kept(
    filter_class: type[SimpleListFilter],
    model_admin: ReadOnlyAdmin,
    rows: QuerySet[Any],
    value: str,
    request: SignedInRequest,
) -> QuerySet[Any]:
    asked = filter_class(
        request, {str(filter_class.parameter_name): [value]}, model_admin.model, model_admin
    )
    kept = asked.queryset(request, rows)
    return rows if kept is None else kept


def _filled(model_admin: ReadOnlyAdmin, path: str) -> Filter:
    field = _field_at(model_admin.model, path)
    told = described(f"Vrai si « {labels.of_field(field)} » est rempli, faux si c'est vide")
    return Filter(
        graphene.Boolean,
        told,
        lambda rows, is_filled, _request: rows.filter(**{f"{path}__isnull": not is_filled}),
    )


def _of_column(model_admin: ReadOnlyAdmin, path: str) -> dict[str, Filter]:
    field = _field_at(model_admin.model, path)
    name, label = path.replace("__", "_"), _capital(labels.of_field(field))
    if isinstance(field, models.DateField):
        return {
            f"{name}_from": _day(field, f"{path}__gte", described(label, "À partir de ce jour")),
            f"{name}_before": _day(field, f"{path}__lt", described(label, "Avant ce jour")),
        }
    if isinstance(field, models.ForeignKey):
        return {name: _reference(field, path, described(label, "Par son identifiant"))}
    kind, more = _kind(field)
    return {name: Filter(kind, described(label, more), _equal(path))}


def _kind(field: Any) -> tuple[Any, str]:
    if field.choices:
        if enumeration := enumeration_of(field):
            return enumeration, ""
        return (
            graphene.String,
            f"Au choix : {', '.join(str(value) for value, _ in field.flatchoices)}",
        )
    if isinstance(field, models.BooleanField):
        return graphene.Boolean, ""
    if isinstance(field, models.IntegerField):
        return graphene.Int, ""
    if isinstance(field, models.CharField):
        return graphene.String, "Par son code"
    raise TypeError(f"{field}: nobody said how {type(field).__name__} filters in a graph")


def _equal(path: str) -> Keeps:
    def keeps(rows: QuerySet[Any], value: Any, _request: SignedInRequest) -> QuerySet[Any]:
        value = getattr(value, "value", value)
        if isinstance(value, str) and not _is_text(value):
            return rows.none()
        return rows.filter(**{path: value})

    return keeps


def _reference(field: Any, path: str, told: str) -> Filter:
    targets = field.remote_field.model._default_manager  # noqa: SLF001  Django's own way

    def keeps(rows: QuerySet[Any], written: str, _request: SignedInRequest) -> QuerySet[Any]:
        target = keys.find(targets.all(), written)
        return rows.none() if target is None else rows.filter(**{path: target})

    return Filter(graphene.ID, told, keeps)


def _day(field: Any, lookup: str, told: str) -> Filter:
    is_moment = isinstance(field, models.DateTimeField)

    def keeps(rows: QuerySet[Any], day: datetime.date, _request: SignedInRequest) -> QuerySet[Any]:
        bound: datetime.date = min(max(day, FIRST_DAY), LAST_DAY)
        if is_moment:  # at midnight, here
            here = timezone.get_current_timezone()
            bound = datetime.datetime.combine(bound, datetime.time.min, tzinfo=here)
        return rows.filter(**{lookup: bound})

    return Filter(graphene.Date, told, keeps)


def _field_at(model: Any, path: str) -> Any:
    *relations, last = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).remote_field.model  # noqa: SLF001
    return model._meta.get_field(last)  # noqa: SLF001


def _is_text(written: str) -> bool:
    """Whether PostgreSQL can hold it."""
    return "\0" not in written and not any("\ud800" <= sign <= "\udfff" for sign in written)


def _capital(text: Any) -> str:
    return str(text)[:1].upper() + str(text)[1:]
