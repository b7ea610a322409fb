"""Forms of a registration for Pass+. They check the shape of what is typed; the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from federation.passplus.engine.facts import Fact
from federation.passplus.registration_models import RegistrationDocument
from federation.passplus.registrations.declaring import Declared, Questions
from ui.registration_texts import LEVELS, SECTORS

Kind = RegistrationDocument.Kind
PICTURES = "image/jpeg,image/png"


class SituationForm(forms.Form):
    """What nothing says yet of a child: the fields are those of the questions."""

    def __init__(self, *args: Any, questions: Questions, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = {
            Fact.HOME: (
                "home_postal_code",
                _postal_code(
                    _("Code postal de l'adresse de %(name)s"),
                    name,
                    _("Écrivez le code postal de son adresse."),
                    autocomplete="postal-code",
                ),
            ),
            Fact.SCHOOL: (
                "school_postal_code",
                _postal_code(
                    _("Code postal de l'établissement de %(name)s"),
                    name,
                    _("Écrivez le code postal de son établissement."),
                ),
            ),
            Fact.CLASS_LEVEL: (
                "class_level",
                _one_of(_("Classe de %(name)s cette année"), name, LEVELS.items()),
            ),
            Fact.SECTOR: (
                "sector",
                _one_of(_("Établissement de %(name)s"), name, SECTORS.items()),
            ),
            Fact.CHILD_WELFARE: (
                "child_welfare",
                forms.BooleanField(
                    label=_("L'aide sociale à l'enfance suit %(name)s.") % {"name": name},
                    help_text=_("Une attestation vous sera demandée."),
                    required=False,
                ),
            ),
        }
        for fact in questions.facts:
            field_name, field = made[fact]
            self.fields[field_name] = field
        if questions.asks_bursary:
            self.fields["bursary"] = forms.BooleanField(
                label=_("%(name)s a une bourse de collège ou de lycée.") % {"name": name},
                help_text=_("La preuve peut venir plus tard. Le Pass+ est alors complété."),
                required=False,
            )

    def declared(self) -> Declared:
        """What was said."""
        return Declared(**self.cleaned_data)

    def shown(self) -> list[tuple[str, BoundField]]:
        """The fields, each with how it is drawn."""
        return [(_drawn(bound.field), bound) for bound in self]


def _drawn(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return "check"
    return "choices" if isinstance(field, forms.ChoiceField) else "field"


def _postal_code(label: Any, name: str, missing: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label % {"name": name},
        help_text=_("Cinq chiffres. Exemple : 92000"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **attributes}),
        error_messages={"required": missing, "max_length": _("C'est trop long.")},
    )


def _one_of(label: Any, name: str, values: Iterable[tuple[Any, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label % {"name": name},
        choices=[(str(value), words) for value, words in values],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )


def _file(label: Any, hint: Any, accept: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=hint,
        allow_empty_file=True,  # said in the words of uploads
        widget=forms.ClearableFileInput(attrs={"accept": accept}),
        error_messages={
            "required": _("Choisissez un fichier, ou prenez une photo."),
            "invalid": _("Choisissez un fichier, ou prenez une photo."),
            "max_length": _("Le nom de ce fichier est trop long."),
        },
    )


class PhotoForm(forms.Form):
    """The photograph of the card. What a machine can tell of it is looked into by the operation."""

    file = _file(_("La photo"), _("JPEG ou PNG, de 10 Mo au plus, plus haute que large."), PICTURES)


class PieceForm(forms.Form):
    """A document, by photograph or as a file."""

    kind = forms.ChoiceField(
        label=_("Quelle pièce"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )
    file = _file(
        _("Votre pièce"),
        _("Une photo nette ou un PDF, de 10 Mo au plus."),
        f"{PICTURES},application/pdf",
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["kind"])
        field.choices = [(kind, Kind(kind).label) for kind in kinds]
        if len(kinds) == 1:
            field.initial = kinds[0]
