"""Forms of « Donner mes droits ». They check the shape of what is typed; the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from billing.rights.identity import ChildSex, CivilIdentity
from billing.rights.models import ProofDocument
from tenants.people.models import Pupil
from ui import wording


class WayForm(forms.Form):
    """How the household's resources will be known."""

    way = forms.ChoiceField(
        label=_("Comment nous dire votre situation"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )

    def __init__(self, *args: Any, options: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["way"]).choices = list(options)


def _text(label: Any, hint: Any, missing: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attributes}),
        error_messages={"required": missing, "max_length": _("C'est trop long.")},
    )


class IdentityForm(forms.Form):
    """Who the CAF or the MSA is asked about, as the civil status has them."""

    birth_name = _text(
        _("Nom de naissance"),
        _("Celui de votre carte d'identité, avant un mariage."),
        _("Écrivez votre nom de naissance."),
    )
    usage_name = _text(_("Nom d'usage, si vous en avez un"), "", "")
    first_names = _text(
        _("Prénoms"),
        _("Un à trois, séparés par des virgules. Exemple : Anne, Marie"),
        _("Écrivez au moins un prénom."),
    )
    sex = forms.ChoiceField(
        label=_("Sur votre carte d'identité"),
        choices=[("F", _("Femme")), ("M", _("Homme"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une réponse.")},
    )
    birth_date = forms.DateField(
        label=_("Date de naissance"),
        help_text=_("Jour, mois, année. Exemple : 15/04/1980"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "bday"}),
        error_messages={
            "required": _("Écrivez votre date de naissance."),
            "invalid": _("Cette date n'est pas comprise. Exemple : 15/04/1980"),
        },
    )
    birth_country = _text(
        _("Code du pays de naissance"),
        _("99100 pour la France. Sinon, le code de l'Insee."),
        _("Écrivez le code du pays. C'est 99100 pour la France."),
        inputmode="numeric",
    )
    birth_commune = _text(
        _("Commune de naissance"),
        _("Son nom, ou son code de l'Insee. Laissez vide si vous êtes né ailleurs."),
        "",
    )
    birth_departement = _text(
        _("Département de naissance"), _("Son numéro. Exemple : 92"), "", inputmode="text"
    )

    def __init__(self, *args: Any, children: Sequence[Pupil] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._children = {f"child_{child.pk}": child for child in children}
        for name, child in self._children.items():
            label = _("Demander aussi si %(name)s est boursier ?") % {"name": child.first_name}
            self.fields[name] = forms.ChoiceField(
                label=wording.typographic(str(label)),
                choices=[
                    ("", _("Non")),
                    ("F", _("Oui, c'est une fille")),
                    ("M", _("Oui, c'est un garçon")),
                ],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": _("Choisissez une réponse de la liste.")},
            )
        for name in ("usage_name", "birth_commune", "birth_departement"):
            self.fields[name].required = False

    def of_children(self) -> list[BoundField]:
        """The questions about each child's bursary."""
        return [self[name] for name in self._children]

    def children(self) -> tuple[ChildSex, ...]:
        """The children whose bursary is to be asked."""
        return tuple(
            ChildSex(pupil=str(child.public_id), sex=self.cleaned_data[name])
            for name, child in self._children.items()
            if self.cleaned_data.get(name)
        )

    def civil(self) -> CivilIdentity:
        """The identity typed."""
        said = self.cleaned_data
        first_names = tuple(name.strip() for name in said["first_names"].split(",") if name.strip())
        commune = said["birth_commune"].strip()
        is_code = commune[-3:].isdecimal()
        return CivilIdentity(
            birth_name=said["birth_name"],
            usage_name=said["usage_name"],
            first_names=first_names,
            sex=said["sex"],
            birth_year=said["birth_date"].year,
            birth_month=said["birth_date"].month,
            birth_day=said["birth_date"].day,
            birth_country=said["birth_country"].strip(),
            birth_commune=commune if is_code else "",
            birth_commune_name="" if is_code else commune,
            birth_departement=said["birth_departement"].strip(),
        )


class TaxNumberForm(forms.Form):
    """Whom the tax office is asked about."""

    tax_number = _text(
        _("Votre numéro fiscal"),
        _("Treize chiffres, en haut de votre avis d'impôt."),
        _("Écrivez votre numéro fiscal."),
        inputmode="numeric",
    )


class AgreementForm(forms.Form):
    """What is agreed to: the version of the text goes with the answer."""

    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    agrees = forms.BooleanField(
        label=_("J'ai lu et j'accepte."),
        error_messages={"required": _("Cochez la case pour donner votre accord.")},
    )


class DocumentForm(forms.Form):
    """A document, by photograph or as a file. What it is worth is looked into by the operation."""

    kind = forms.ChoiceField(
        label=_("Quelle pièce"),
        choices=ProofDocument.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )
    file = forms.FileField(
        label=_("Votre pièce"),
        help_text=_("Une photo nette ou un PDF, de 10 Mo au plus."),
        allow_empty_file=True,  # said in the words of uploads
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={
            "required": _("Choisissez un fichier, ou prenez une photo."),
            "invalid": _("Choisissez un fichier, ou prenez une photo."),
            "max_length": _("Le nom de ce fichier est trop long."),
        },
    )


def ways_in_words(ways: Sequence[str]) -> list[tuple[str, str]]:
    """The choices of a family, each with what it means for it."""
    words = {
        "CAF_MSA": _("Demander à la CAF ou à la MSA : la réponse vient en quelques secondes"),
        "TAX": _("Demander aux impôts : la réponse vient en quelques secondes"),
        "DOCUMENT": _("Envoyer une pièce, en photo ou en PDF : un agent l'étudie"),
        "MAXIMUM": _("Ne rien donner : je paie le prix le plus haut"),
    }
    return [(way, wording.typographic(str(words[way]))) for way in ways]
