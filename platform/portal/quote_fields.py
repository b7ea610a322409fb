"""Figures as people type them: `1 250,50 €`, `1250.5`, `2,5`. Empty is no answer."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_BLANKS = re.compile(r"[\s\u00a0\u202f€]+")
_FIGURE = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")


class NumberField(forms.Field):
    """A number with a comma or a point, spaces or not; a `Decimal` once cleaned, or None."""

    default_error_messages = {
        "invalid": _("Écrivez un nombre, par exemple 850,50."),
    }

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"}
        )
        super().__init__(**{"widget": widget, "required": False, **options})

    def to_python(self, value: Any) -> Decimal | None:
        written = _BLANKS.sub("", str(value or ""))
        if not written:
            return None
        if not _FIGURE.fullmatch(written):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(written.replace(",", "."))


class EurosField(NumberField):
    """An amount in euros; cents once cleaned, or None."""

    default_error_messages = {
        "invalid": _("Écrivez une somme en euros, par exemple 1 250,50."),
    }

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        if amount is None:
            return None
        cents = Decimal(amount).scaleb(2)
        if cents != cents.to_integral_value():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(cents)
