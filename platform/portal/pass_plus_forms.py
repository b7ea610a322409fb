"""Forms of Pass+. They check the shape of what is typed; the rules are in the operations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.money import format_euros
from federation.passplus.engine.campaign import CardKind
from federation.passplus.holding import HeldPurse
from federation.passplus.models import CardNumber, Partner
from portal.amounts import EurosField
from ui import wording

ANYBODY = ""


class TicketForm(forms.Form):
    """A new ticket: of which purse, how much, for whom. `key` makes the same tap one ticket."""

    purse = forms.ChoiceField(
        label=_("Pour quoi\u00a0?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez un porte-monnaie."),
            "invalid_choice": _("Choisissez un porte-monnaie de la liste."),
        },
    )
    amount = EurosField(
        label=_("Montant du ticket, en euros"),
        help_text=_("Le prix demandé par le club ou le cinéma. Par exemple 12,50."),
    )
    partner = forms.ChoiceField(
        label=_("Pour qui\u00a0?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choisissez un partenaire de la liste.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        purses: Sequence[HeldPurse],
        partners: Sequence[Partner],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        purse = cast("forms.ChoiceField", self.fields["purse"])
        purse.choices = [
            (one.code, wording.typographic(f"{one.label} : {format_euros(one.spendable_cents)}"))
            for one in purses
        ]
        if not partners:
            del self.fields["partner"]
            return
        partner = cast("forms.ChoiceField", self.fields["partner"])
        partner.choices = [
            (ANYBODY, _("Le partenaire que je choisirai plus tard")),
            *((str(one.public_id), one.name) for one in partners),
        ]

    def cents(self) -> int:
        """The amount typed, in cents."""
        return int(self.cleaned_data["amount"])

    def partner_id(self) -> uuid.UUID | None:
        """Whom the ticket is made out to, if it is."""
        chosen = self.cleaned_data.get("partner", ANYBODY)
        return uuid.UUID(chosen) if chosen else None


class CancelTicketForm(forms.Form):
    """Give a ticket up. `is_understood` is asked when its money is lost by it."""

    is_understood = forms.BooleanField(
        label=_("J'ai compris que ce montant sera perdu."),
        error_messages={"required": _("Cochez la case pour continuer.")},
    )

    def __init__(self, *args: Any, is_lost: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_lost:
            del self.fields["is_understood"]


class NumberForm(forms.Form):
    """A card or a badge, by the number printed on it."""

    kind = forms.ChoiceField(
        label=_("Quel support\u00a0?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une carte ou un badge."),
            "invalid_choice": _("Choisissez une carte ou un badge."),
        },
    )
    number = forms.CharField(
        label=_("Numéro"),
        help_text=_("Les lettres et les chiffres imprimés dessus."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Écrivez le numéro imprimé."),
            "max_length": _("Ce numéro est trop long."),
        },
    )

    def __init__(self, *args: Any, kinds: Sequence[CardKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast("forms.ChoiceField", self.fields["kind"])
        kind.choices = [(one.value, CardNumber.Kind(one.value).label) for one in kinds]
        if len(kinds) == 1:
            kind.initial = kinds[0].value


class LostNumberForm(forms.Form):
    """One of one's numbers, which is lost."""

    lost = forms.UUIDField()
