"""The form that proves whose parent somebody is."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ProofForm(forms.Form):
    """What official paper says of one's child."""

    ine = forms.CharField(
        label=_("INE de votre enfant"),
        help_text=_("Onze signes. Il est sur le bulletin et le certificat de scolarité."),
        max_length=14,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Écrivez l'INE de votre enfant."),
            "max_length": _("Un INE a onze signes."),
        },
    )
    birth_date = forms.DateField(
        label=_("Date de naissance de votre enfant"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Donnez la date de naissance de votre enfant."),
            "invalid": _("Cette date n'existe pas. Exemple : 27/01/2013"),
        },
    )

    def clean_ine(self) -> str:
        """As written on paper, without the spaces that help to read it."""
        return "".join(str(self.cleaned_data["ine"]).split()).upper()
