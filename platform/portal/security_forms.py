"""Forms of the account's security. They check the shape of what is typed; operations do the rest."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SetUpForm(forms.Form):
    """The first code of an application that is set up."""

    code = forms.CharField(
        label=_("Code affiché par l'application"),
        help_text=_("Six chiffres. Ils changent toutes les 30 secondes."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={
            "required": _("Écrivez les six chiffres."),
            "max_length": _("Écrivez les six chiffres, rien d'autre."),
        },
    )


class PasskeyNameForm(forms.Form):
    """What one calls a passkey."""

    name = forms.CharField(
        label=_("Nom de la clé"),
        help_text=_("Pour la reconnaître. Exemple : mon téléphone."),
        max_length=60,
        error_messages={
            "required": _("Donnez un nom à cette clé."),
            "max_length": _("Ce nom est trop long."),
        },
    )


class PasswordForm(forms.Form):
    """The password one has."""

    password = forms.CharField(
        label=_("Mot de passe"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Écrivez votre mot de passe.")},
    )


class NewPasswordForm(forms.Form):
    """A password for another."""

    current = forms.CharField(
        label=_("Mot de passe actuel"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Écrivez votre mot de passe actuel.")},
    )
    new = forms.CharField(
        label=_("Nouveau mot de passe"),
        help_text=_("Douze signes au moins. Une phrase entière convient bien."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Écrivez le nouveau mot de passe.")},
    )
