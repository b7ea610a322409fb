"""An amount of euros as people type it: `12`, `12,5`, `12.50 €`. Read as cents; no float."""

from __future__ import annotations

import decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_CENTS = 10**7


class EurosField(forms.CharField):
    """A field whose value is cents; None when nothing is written and nothing is required."""

    default_error_messages = {
        "required": _("Écrivez un montant. Exemple : 12,50"),
        "invalid": _("Ce montant n'est pas un nombre. Exemple : 12,50"),
        "cents": _("Écrivez deux chiffres au plus après la virgule."),
        "low": _("Écrivez un montant au-dessus de 0 €."),
        "high": _("Ce montant est trop grand."),
        "max_length": _("Ce montant est trop grand."),
    }

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=12, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        bare = "".join(sign for sign in written if sign not in "€ \u00a0\u202f")
        return self._cents(bare) if bare else None

    def _cents(self, written: str) -> int:
        try:
            cents = decimal.Decimal(written.replace(",", ".")) * 100
        except decimal.InvalidOperation:
            raise self._refused("invalid") from None
        if not cents.is_finite():
            raise self._refused("invalid")
        if cents != cents.to_integral_value():
            raise self._refused("cents")
        if cents <= 0:
            raise self._refused("low")
        if cents >= MOST_CENTS:
            raise self._refused("high")
        return int(cents)

    def _refused(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)
