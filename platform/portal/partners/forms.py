"""Forms of the partners' space. They check shapes; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.passplus.models import Partner, PartnerRole, SheetProposal, TillCapture
from portal.account_forms import PasswordForm
from portal.amounts import EurosField
from portal.partner_forms import BodyForm, OfferForm, PayeeForm

LONGEST_TEXT = 600  # of a picture


class WrittenForm(forms.Form):
    """A ticket, typed or scanned."""

    written = forms.CharField(
        label=_("Le code du ticket"),
        help_text=_("Huit signes, écrits sous le dessin. Exemple : BCDF 2345"),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "enterkeyhint": "go",
            }
        ),
        error_messages={
            "required": _("Écrivez le code du ticket."),
            "max_length": _("Ce code est trop long."),
        },
    )
    way = forms.ChoiceField(choices=TillCapture.Way.choices, required=False, initial="TYPED")

    def clean_way(self) -> TillCapture.Way:
        """What is not said to be scanned was typed; what a phone took alone comes by another door."""
        is_scanned = self.cleaned_data["way"] == TillCapture.Way.CAMERA
        return TillCapture.Way.CAMERA if is_scanned else TillCapture.Way.TYPED


class AmountForm(WrittenForm):
    """How much of a ticket is taken, in cents; all of it (None) when nothing is written."""

    key = forms.UUIDField()
    amount = EurosField(label=_("Montant à valider"), required=False)


class TillForm(forms.Form):
    """The name of a till."""

    name = forms.CharField(
        label=_("Nom de la caisse"),
        help_text=_("Un lieu que tous connaissent. Exemple : Entrée du gymnase"),
        max_length=60,
        error_messages={
            "required": _("Donnez un nom à la caisse."),
            "max_length": _("Ce nom est trop long : soixante signes au plus."),
        },
    )


class InvitationForm(forms.Form):
    """Somebody to work with."""

    email = forms.EmailField(
        label=_("Son adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Écrivez son adresse électronique."),
            "invalid": _("Cette adresse est incomplète. Exemple : prenom.nom@exemple.fr"),
        },
    )
    role = forms.ChoiceField(
        label=_("Ce que cette personne fera"),
        choices=(
            (PartnerRole.TILL.value, _("Accueil : valider des tickets")),
            (PartnerRole.MANAGER.value, _("Responsable : tout, avec l'équipe et les paiements")),
        ),
        widget=forms.RadioSelect,
        initial=PartnerRole.TILL.value,
        error_messages={
            "required": _("Choisissez ce que cette personne fera."),
            "invalid_choice": _("Choisissez dans la liste."),
        },
    )

    def clean_role(self) -> PartnerRole:
        """The role itself."""
        return PartnerRole(self.cleaned_data["role"])


class SheetForm(forms.Form):
    """What families read of a partner: the questions of its application, asked again."""

    name = BodyForm.base_fields["name"]
    domains = OfferForm.base_fields["domains"]
    activities = OfferForm.base_fields["activities"]
    description = OfferForm.base_fields["description"]
    street = BodyForm.base_fields["street"]
    postal_code = BodyForm.base_fields["postal_code"]
    town = BodyForm.base_fields["town"]
    phone = OfferForm.base_fields["public_phone"]
    email = OfferForm.base_fields["public_email"]
    site = OfferForm.base_fields["site"]

    @classmethod
    def initial_of(cls, partner: Partner, waiting: SheetProposal | None) -> dict[str, Any]:
        """The sheet as it is, with what was asked for and waits."""
        now = {name: getattr(partner, name) for name in cls.base_fields}
        return now | (waiting.after if waiting else {})


class AccountForm(forms.Form):
    """Another account to be paid to."""

    account_holder = PayeeForm.base_fields["account_holder"]
    iban = PayeeForm.base_fields["iban"]


class NumberForm(forms.Form):
    """The number of a card or a badge, for who has no telephone."""

    number = forms.CharField(
        label=_("Le numéro de la carte ou du badge"),
        help_text=_("Les lettres et les chiffres imprimés dessus."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Écrivez le numéro imprimé."),
            "max_length": _("Ce numéro est trop long."),
        },
    )


class JoinForm(PasswordForm):
    """Who follows an invitation, and has no account yet."""

    first_name = forms.CharField(
        label=_("Votre prénom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Écrivez votre prénom.")},
    )
    last_name = forms.CharField(
        label=_("Votre nom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": _("Écrivez votre nom.")},
    )
    field_order = ("first_name", "last_name", "password", "again")


class OfflineForm(forms.Form):
    """For how long a phone will have no network."""

    hours = forms.TypedChoiceField(
        label=_("Pendant combien de temps ?"),
        coerce=int,
        choices=((2, _("2 heures")), (4, _("4 heures")), (8, _("8 heures")), (12, _("12 heures"))),
        widget=forms.RadioSelect,
        initial=4,
        error_messages={
            "required": _("Choisissez une durée."),
            "invalid_choice": _("Choisissez dans la liste."),
        },
    )
