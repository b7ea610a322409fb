"""Forms of what families say to the collège. They check the shape of what is typed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.schoollife.records.models import AbsenceReason


class JustificationForm(forms.Form):
    """Why a child was absent, with a document if there is one."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        choices=AbsenceReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une raison."),
            "invalid_choice": _("Choisissez une raison de la liste."),
        },
    )
    text = forms.CharField(
        label=_("Quelques mots (si vous voulez)"),
        help_text=_("Pour une autre raison, dites laquelle."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
        error_messages={"max_length": _("Écrivez moins de 1000 signes.")},
    )
    file = forms.FileField(
        label=_("Une pièce (si vous en avez une)"),
        help_text=_("Une photo nette ou un PDF, de 10 Mo au plus."),
        required=False,
        allow_empty_file=True,  # said in the words of uploads
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={
            "invalid": _("Choisissez un fichier, ou prenez une photo."),
            "max_length": _("Le nom de ce fichier est trop long."),
        },
    )


class TickForm(forms.Form):
    """A homework that a pupil ticks, or unticks."""

    homework = forms.UUIDField()
    is_done = forms.BooleanField(required=False)
