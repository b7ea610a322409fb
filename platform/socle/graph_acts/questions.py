"""The questions of a form, as fields of an input: what each takes, and how its answer is typed in.

Each kind of form field that acts use has a line here; one without is refused when the schema is built,
so that a new kind of question is thought of.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import graphene
from django import forms

from api.scalars import Cents
from api.types import enumerations
from api.types.enumerations import Weekday
from console.acts.corrections import EurosField
from console.acts.enrolling import WeekdaysField
from console.acts.service_clients import AddressesField
from ui.wording import typographic

_ENUM_VALUE = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question of a form: the field of the input, and how its value is typed into the form."""

    takes: Any
    typed: Callable[[Any], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Kind:
    of: Any
    typed: Callable[[Any], Any]
    more: str = ""  # what its description says besides


def questions_of(fields: Mapping[str, forms.Field], *, owner: str) -> dict[str, Question]:
    """The questions of a form, by their name there.

    :param owner: what new enumerations are named after
    """
    return {name: _question(name, field, owner) for name, field in fields.items()}


def _question(name: str, field: forms.Field, owner: str) -> Question:
    kind = _kind_of(name, field, owner)
    told = described(field.label, field.help_text, kind.more)
    is_asked = field.required and not isinstance(field, forms.BooleanField)
    takes = graphene.InputField(kind.of, required=is_asked, description=told)
    return Question(takes=takes, typed=kind.typed)


def described(*parts: object) -> str:
    """Some words as sentences; a question is quoted."""
    written = [str(part).strip() for part in parts if part]
    asked = [f"Réponse à « {part} »" if part.endswith("?") else part for part in written if part]
    ended = [part if part.endswith((".", "!")) else f"{part}." for part in asked]
    return typographic(" ".join(ended))


def _kind_of(name: str, field: forms.Field, owner: str) -> _Kind:
    if isinstance(field, WeekdaysField):
        return _Kind(_list_of(Weekday), lambda days: [str(_plain(day)) for day in days])
    if isinstance(field, EurosField):
        return _Kind(Cents, lambda cents: Decimal(cents) / 100)
    if isinstance(field, AddressesField):
        return _Kind(_list_of(graphene.String), "\n".join)
    if isinstance(field, forms.ModelChoiceField):
        return _Kind(graphene.ID, str, _model_key(field))
    if isinstance(field, forms.ChoiceField):
        return _choice(name, field, owner)
    for asked, scalar in _SCALARS.items():
        if isinstance(field, asked):
            return _Kind(scalar, lambda value: value)
    raise TypeError(f"{owner}.{name}: nobody said how {type(field).__name__} is asked in a graph")


_SCALARS: dict[type[forms.Field], Any] = {
    forms.BooleanField: graphene.Boolean,
    forms.DateField: graphene.Date,
    forms.DecimalField: graphene.Decimal,
    forms.IntegerField: graphene.Int,  # after its subclass
    forms.CharField: graphene.String,
}


def _model_key(field: forms.ModelChoiceField) -> str:
    if not field.to_field_name:
        raise TypeError(f"{field.label}: a choice among rows says by which name they are known")
    return f"Par son {field.to_field_name.upper()}"


def _choice(name: str, field: forms.ChoiceField, owner: str) -> _Kind:
    """An enumeration where the class knows the choices; else what the objects' page offers."""
    values = [value for value, _label in _flat(field.choices) if value != ""]
    is_many = isinstance(field, forms.MultipleChoiceField)
    more = ""
    of: Any
    if not values:
        of = graphene.ID
        more = "Parmi ce que la page de l'acte propose."
    elif all(isinstance(value, int) for value in values):
        of = graphene.Int
        more = f"Au choix : {', '.join(map(str, values))}."
    elif all(_ENUM_VALUE.fullmatch(str(value)) for value in values):
        of = _enumeration(name, field, owner)
    else:
        of = graphene.String
        more = f"Au choix : {', '.join(map(str, values))}."
    if is_many:
        return _Kind(_list_of(of), lambda many: [str(_plain(one)) for one in many], more)
    return _Kind(of, lambda one: str(_plain(one)), more)


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    return [(value, label) for value, label in choices if not isinstance(label, list | tuple)]


def _enumeration(name: str, field: forms.ChoiceField, owner: str) -> Any:
    """One of the API's own with these very values, or a new one."""
    labels = {str(value): str(label) for value, label in _flat(field.choices) if value != ""}
    for known in vars(enumerations).values():
        if isinstance(known, type) and issubclass(known, graphene.Enum) and known is not Weekday:
            members = getattr(getattr(known, "_meta", None), "enum", ())
            if {str(member.value) for member in members} == set(labels):
                return known
    what = described(field.label)

    def description(member: Any) -> str:
        return what if member is None else described(labels[member.value])

    title = name.title().replace("_", "")
    return graphene.Enum(
        f"{owner}{title}", [(value, value) for value in labels], description=description
    )


def _plain(value: Any) -> Any:
    """The value of a member of an enumeration, or itself."""
    return getattr(value, "value", value)


def _list_of(kind: Any) -> Any:
    return graphene.List(graphene.NonNull(kind))
