"""Forms of a child who changes département: the shape of what is typed. The rules are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.exchange.identity import Identity
from ui.exchange_texts import ITEMS

ANOTHER = "autre"


def _text(label: Any, missing: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": missing, "max_length": _("C'est trop long.")},
    )


def _one_of(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )


class ChoiceForm(forms.Form):
    """Which child, and which other département."""

    child = _one_of(_("Quel enfant ?"))
    departement = _one_of(_("Quel département ?"))

    def __init__(
        self,
        *args: Any,
        children: Sequence[tuple[str, str]],
        departements: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["child"]).choices = list(children)
        cast("forms.ChoiceField", self.fields["departement"]).choices = list(departements)


class AgreementForm(forms.Form):
    """What passes, and that the guardian agrees; for a child who is not here yet, who it is."""

    last_name = _text(_("Nom de l'enfant"), _("Écrivez le nom de l'enfant."))
    first_name = _text(_("Prénom de l'enfant"), _("Écrivez le prénom de l'enfant."))
    birth_date = forms.DateField(
        label=_("Date de naissance"),
        help_text=_("Jour, mois, année. Exemple : 15/04/2012"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Écrivez sa date de naissance."),
            "invalid": _("Cette date n'est pas comprise. Exemple : 15/04/2012"),
        },
    )
    ine = forms.CharField(
        label=_("INE, si vous le connaissez"),
        help_text=_("Onze signes, sur les bulletins du collège."),
        max_length=11,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": _("Un INE a onze signes.")},
    )
    items = forms.MultipleChoiceField(
        label=_("Ce qui peut passer"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choisissez au moins un élément."),
            "invalid_choice": _("Choisissez dans la liste."),
        },
    )
    agrees = forms.BooleanField(
        label=_("J'ai lu, et je suis d'accord"),
        error_messages={"required": _("Cochez la case pour donner votre accord.")},
    )
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, items: Sequence[str], is_named: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(item, str(ITEMS.get(item, item))) for item in items]
        cast("forms.MultipleChoiceField", self.fields["items"]).choices = choices
        self.is_named = is_named
        if not is_named:
            for name in ("last_name", "first_name", "birth_date", "ine"):
                del self.fields[name]

    def identity(self) -> Identity:
        """The child typed."""
        said = self.cleaned_data
        return Identity(
            said["last_name"], said["first_name"], said["birth_date"], said["ine"].strip() or None
        )
