"""Forms of the messages with the collège. They check the shape of what is typed; the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.screens.messages import Choice
from tenants.schoollife.messages.limits import MOST_DOCUMENTS
from tenants.schoollife.messages.models import LONGEST_REASON, LONGEST_SUBJECT, LONGEST_TEXT
from tenants.schoollife.messages.operations import Given

_TOO_LONG = _("C'est trop long. Écrivez plus court.")


def _words(label: Any, missing: Any, *, hint: Any = "", most: int, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": _TOO_LONG},
    )


def _document(rank: int) -> forms.FileField:
    return forms.FileField(
        label=_("Pièce %(rank)d") % {"rank": rank} if rank > 1 else _("Une pièce"),
        help_text=_("Une photo nette ou un PDF, de 10 Mo au plus.") if rank == 1 else "",
        required=False,
        allow_empty_file=True,  # said in the words of uploads
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={"max_length": _("Le nom de ce fichier est trop long.")},
    )


class ReplyForm(forms.Form):
    """What one writes, and what goes with it."""

    text = _words(_("Votre message"), _("Écrivez votre message."), most=LONGEST_TEXT, rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rank in range(1, MOST_DOCUMENTS + 1):
            self.fields[f"document_{rank}"] = _document(rank)

    def documents(self) -> list[forms.BoundField]:
        """The fields of documents."""
        return [bound for bound in self if bound.name.startswith("document_")]

    def given(self) -> list[Given]:
        """The documents that came, in their order."""
        found = [self.cleaned_data[bound.name] for bound in self.documents()]
        return [Given(stream=one, name=one.name or "") for one in found if one]


class NewThreadForm(ReplyForm):
    """To which collège, about whom, and what."""

    to = forms.ChoiceField(
        label=_("À qui, et pour qui"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse de la liste."),
        },
    )
    subject = forms.CharField(
        label=_("Objet"),
        help_text=_("En quelques mots. Exemple : absence de mardi."),
        max_length=LONGEST_SUBJECT,
        error_messages={"required": _("Écrivez un objet."), "max_length": _TOO_LONG},
    )
    together = forms.BooleanField(
        label=_("Les autres responsables de l'enfant lisent aussi cette conversation."),
        help_text=_("Ils verront votre nom et vos messages."),
        required=False,
    )

    field_order = ("to", "subject", "text", "together")

    def __init__(
        self, *args: Any, addressees: Sequence[Choice], is_pupil: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["to"])
        field.choices = [(one.key, one.label) for one in addressees]
        if len(addressees) == 1:
            field.initial = addressees[0].key
        if is_pupil:
            del self.fields["together"]


class ReasonForm(forms.Form):
    """Why a message is not right."""

    reason = _words(
        _("Qu'est-ce qui ne va pas ?"),
        _("Dites ce qui ne va pas."),
        hint=_("Le collège le lira."),
        most=LONGEST_REASON,
        rows=4,
    )


class AppealForm(forms.Form):
    """Why a message should be seen again."""

    reason = _words(
        _("Pourquoi le remontrer ?"),
        _("Dites pourquoi."),
        hint=_("Vous ne pouvez contester qu'une fois. Le collège vous répondra."),
        most=LONGEST_REASON,
        rows=4,
    )


class SearchForm(forms.Form):
    """The words to look for."""

    q = forms.CharField(
        label=_("Chercher dans vos messages"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"max_length": _TOO_LONG},
    )
