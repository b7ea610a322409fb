"""What a collège writes to families: the words, whom to, and the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.people.models import Guardian
from tenants.schoollife.messages.limits import MOST_DOCUMENTS
from tenants.schoollife.messages.models import LONGEST_SUBJECT, LONGEST_TEXT
from tenants.schoollife.messages.operations import Given
from tenants.schoollife.messages.rights import Person


class ReplyForm(forms.Form):
    """What the collège answers."""

    text = forms.CharField(
        label=_("Votre message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Écrivez votre message.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rank in range(1, MOST_DOCUMENTS + 1):
            self.fields[f"document_{rank}"] = forms.FileField(
                label=_("Pièce %(rank)d") % {"rank": rank},
                help_text=_("Une photo ou un PDF, de 10 Mo au plus.") if rank == 1 else "",
                required=False,
                allow_empty_file=True,  # said in the words of uploads
                widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
            )

    def given(self) -> list[Given]:
        """The documents that came, in their order."""
        names = [f"document_{rank}" for rank in range(1, MOST_DOCUMENTS + 1)]
        found = [self.cleaned_data[name] for name in names]
        return [Given(stream=one, name=one.name or "") for one in found if one]


class NewThreadForm(ReplyForm):
    """To whom of a family, and what."""

    recipients = forms.MultipleChoiceField(
        label=_("À qui"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une personne.")},
    )
    subject = forms.CharField(
        label=_("Objet"),
        max_length=LONGEST_SUBJECT,
        error_messages={"required": _("Écrivez un objet.")},
    )

    field_order = ("recipients", "subject", "text")

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(one.public_id): one for one in people}
        field = cast("forms.MultipleChoiceField", self.fields["recipients"])
        field.choices = [(key, _named(one)) for key, one in self._people.items()]

    def chosen(self) -> list[Person]:
        """Those chosen."""
        return [self._people[key] for key in self.cleaned_data["recipients"]]


def _named(person: Person) -> str:
    if isinstance(person, Guardian):
        return person.full_name
    return str(_("%(name)s, l'élève") % {"name": person.full_name})
