"""What forms of several interfaces share: the proof of a second factor, and how a refusal is shown."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.errors import DomainError
from ui.errors import explain


def refuse(form: forms.Form, error: DomainError) -> None:
    """Show a refusal next to the field it is about, or at the top of the form."""
    field = str(error.details.get("field", ""))
    form.add_error(field if field in form.fields else None, str(explain(error)))


class CodeForm(forms.Form):
    """The proof of a second factor: six digits, or a recovery code."""

    code = forms.CharField(
        label=_("Code de vérification"),
        help_text=_("Les 6 chiffres de votre application, ou un code de secours."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": _("Écrivez votre code."),
            "max_length": _("Ce code est trop long."),
        },
    )
