"""Forms of first connections and recovery. They check shapes; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_DAYS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d"]


def _new_password(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Écrivez votre mot de passe.")},
    )


class CodeForm(forms.Form):
    """Step 1: the code of the letter, and what its holder knows."""

    code = forms.CharField(
        label=_("Le code de la lettre"),
        help_text=_("Trois groupes de quatre signes. Exemple : CDFG-HJKM-34PR"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Écrivez le code de la lettre."),
            "max_length": _("Ce code est trop long."),
        },
    )
    birth_date = forms.DateField(
        label=_("Une date de naissance"),
        help_text=_("Parent : celle d'un de vos enfants. Élève : la vôtre. Exemple : 24/05/2013"),
        input_formats=_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
        error_messages={
            "required": _("Écrivez une date de naissance."),
            "invalid": _("Écrivez la date ainsi : 24/05/2013"),
        },
    )


class PasswordForm(forms.Form):
    """A new password, twice."""

    password = _new_password(
        _("Votre mot de passe"),
        _("Douze signes au moins, sans votre nom. Une phrase va bien : « le train passe à huit »."),
    )
    again = _new_password(_("Le même, encore une fois"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, second = given.get("password"), given.get("again")
        if first and second and first != second:
            self.add_error("again", _("Les deux mots de passe ne sont pas les mêmes."))
        return given


class GuardianForm(PasswordForm):
    """Step 2, for a guardian who has no account yet."""

    email = forms.EmailField(
        label=_("Votre adresse électronique, si vous en avez une"),
        help_text=_("Un message vous demandera de la confirmer."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr")
        },
    )
    field_order = ("email", "password", "again")


class RecoveryForm(forms.Form):
    """Who forgot their password."""

    name = forms.CharField(
        label=_("Adresse électronique ou identifiant"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Écrivez votre adresse électronique ou votre identifiant.")},
    )


class AddressForm(forms.Form):
    """An address to write to, and proof that the person is there."""

    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Écrivez votre adresse électronique."),
            "invalid": _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr"),
        },
    )
    password = forms.CharField(
        label=_("Votre mot de passe"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Écrivez votre mot de passe.")},
    )
