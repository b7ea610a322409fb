"""Forms check the shape of what is typed. The rules are in the operations."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from tenants.acting.models import LONGEST_REASON
from ui import wording


class SignInForm(forms.Form):
    """Who signs in."""

    name = forms.CharField(
        label=_("Adresse électronique ou identifiant"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Écrivez votre adresse électronique ou votre identifiant.")},
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Écrivez votre mot de passe.")},
    )

    def clean_name(self) -> str:
        """An address is looked at; an identifier is whatever stands on the paper."""
        written: str = self.cleaned_data["name"]
        if "@" in written:
            try:
                validate_email(written)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr")
                ) from error
        return written


class DaysForm(forms.Form):
    """Step 1: which days of the week."""

    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Cochez un jour ou plus. Chaque semaine sera pareille."),
        error_messages={
            "required": _("Cochez au moins un jour."),
            "invalid_choice": _("Ce jour n'est pas possible. Choisissez dans la liste."),
        },
    )

    def __init__(self, *args: Any, first_name: str, allowed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.TypedMultipleChoiceField", self.fields["weekdays"])
        field.label = wording.typographic(
            str(_("Jours de cantine %(of_name)s")) % {"of_name": wording.of_name(first_name)}
        )
        field.choices = [
            (1 << day, str(wording.WEEKDAYS[day]).capitalize())
            for day in wording.mask_days(allowed)
        ]

    def mask(self) -> int:
        """The days as a bit mask."""
        return sum(set(self.cleaned_data["weekdays"]))


class SituationForm(forms.Form):
    """Step 2: what the price is computed from."""

    choice = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )

    def __init__(self, *args: Any, options: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["choice"])
        field.label = wording.typographic(str(_("Comment fixer le prix du repas ?")))
        field.choices = list(options)


class MealForm(forms.Form):
    """Cancel or add one meal."""

    day = forms.DateField(input_formats=["%Y-%m-%d"])
    act = forms.ChoiceField(choices=[("cancel", "cancel"), ("add", "add")])


class ContestForm(forms.Form):
    """What is wrong in a price."""

    text = forms.CharField(
        label=_("Qu'est-ce qui ne va pas\u00a0?"),
        help_text=_("Dites-le en une ou deux phrases."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Écrivez en une phrase ce qui ne va pas."),
            "max_length": _("Votre message est trop long. Gardez l'essentiel."),
        },
    )


class WidenForm(forms.Form):
    """Why an agent must change something for a family."""

    reason = forms.CharField(
        label=_("Pourquoi devez-vous remplir à sa place ?"),
        help_text=_("La famille lira cette raison."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Écrivez pourquoi, en une phrase."),
            "max_length": _("Cette raison est trop longue. Gardez l'essentiel."),
        },
    )


class DisputeForm(forms.Form):
    """What is wrong in a line of an invoice, and on which days if one can tell."""

    text = forms.CharField(
        label=_("Qu'est-ce qui ne va pas\u00a0?"),
        help_text=_("Dites-le en une ou deux phrases."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Écrivez en une phrase ce qui ne va pas."),
            "max_length": _("Votre message est trop long. Gardez l'essentiel."),
        },
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Quels jours\u00a0? Laissez vide si vous ne savez pas."),
        coerce=datetime.date.fromisoformat,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={
            "invalid_choice": _("Ce jour n'est pas dans la ligne. Choisissez dans la liste."),
        },
    )

    def __init__(self, *args: Any, days: Sequence[datetime.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.TypedMultipleChoiceField", self.fields["days"])
        field.choices = [(day.isoformat(), wording.long_date(day)) for day in days]
        if not days:
            del self.fields["days"]


class ConfirmForm(forms.Form):
    """Step 3: nothing to type; it carries the refusals."""


class AmountForm(forms.Form):
    """Pay a part of an invoice now, the rest later."""

    amount = forms.DecimalField(
        label=_("Combien payer maintenant, en euros"),
        help_text=_("Par exemple 12,40. Vous paierez le reste plus tard."),
        decimal_places=2,
        max_digits=9,
        min_value=decimal.Decimal("0.01"),
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": _("Écrivez un montant. Exemple : 12,40"),
            "invalid": _("Ce montant n'est pas un nombre. Exemple : 12,40"),
            "min_value": _("Écrivez un montant au-dessus de 0 €."),
            "max_decimal_places": _("Écrivez deux chiffres au plus après la virgule."),
            "max_digits": _("Ce montant est trop grand."),
            "max_whole_digits": _("Ce montant est trop grand."),
        },
    )

    def cents(self) -> int:
        """The amount typed, in cents."""
        return int(self.cleaned_data["amount"] * 100)
