"""Forms check the shape of what is typed. The rules are in the operations."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.workgroup.models import LONGEST_TEXT, Role


class SignInForm(forms.Form):
    """Who signs in."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": _("Écrivez votre adresse électronique."),
            "invalid": _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr"),
        },
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Écrivez votre mot de passe.")},
    )


class JoinForm(forms.Form):
    """The password one chooses."""

    password = forms.CharField(
        label=_("Mot de passe"),
        help_text=_("Douze signes au moins. Une phrase convient bien."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choisissez un mot de passe.")},
    )


class InviteForm(forms.Form):
    """Whom one invites."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        error_messages={
            "required": _("Écrivez l'adresse de la personne."),
            "invalid": _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr"),
        },
    )
    first_name = forms.CharField(
        label=_("Prénom"), max_length=100, error_messages={"required": _("Écrivez son prénom.")}
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=100, error_messages={"required": _("Écrivez son nom.")}
    )
    departement_code = forms.ChoiceField(label=_("Département"), required=False)
    role = forms.ChoiceField(label=_("Rôle"), choices=Role.choices, initial=Role.MEMBER)

    def __init__(self, *args: Any, departements: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["departement_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Aucun")), *departements]


class CommentForm(forms.Form):
    """What one says of a figure."""

    text = forms.CharField(
        label=_("Votre commentaire"),
        help_text=_("Les membres du groupe le lisent, avec votre nom."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Écrivez une phrase au moins."),
            "max_length": _("Ce texte est trop long. Gardez l'essentiel."),
        },
    )


class DefinitionForm(forms.Form):
    """What the group agreed on."""

    text = forms.CharField(
        label=_("Ce que le groupe a convenu"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Écrivez ce qui est convenu."),
            "max_length": _("Ce texte est trop long. Gardez l'essentiel."),
        },
    )
    agreed_on = forms.DateField(
        label=_("Convenu le"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Donnez le jour de la réunion."),
            "invalid": _("Ce jour n'existe pas."),
        },
    )

    def clean_agreed_on(self) -> datetime.date:
        """A meeting that has taken place."""
        day: datetime.date = self.cleaned_data["agreed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Ce jour n'est pas encore venu."))
        return day
