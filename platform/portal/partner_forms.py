"""Forms of an application to become a partner. They check shapes; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.passplus.applying import Body, Offer, Payee
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerApplication, PartnerKind
from federation.passplus.terms import asked_of
from ui import wording
from ui.passplus_texts import DOMAINS

_DAYS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d"]
_REQUIRED = _("Répondez à cette question.")


def _text(
    label: Any, hint: Any = "", *, most: int = 200, required: bool = True, **attrs: str
) -> Any:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=required,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": _REQUIRED, "max_length": _("C'est trop long.")},
    )


class BeginForm(forms.Form):
    """Which body, and where to write."""

    siret = _text(
        _("Le SIRET de votre structure"), _("Quatorze chiffres."), most=30, inputmode="numeric"
    )
    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        help_text=_("Un code y part. Il ouvre la demande, et il la signe."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _REQUIRED, "invalid": _("Écrivez une adresse complète.")},
    )


class CodeForm(forms.Form):
    """The code of the message."""

    code = _text(
        _("Le code du courriel"), _("Six chiffres, valables vingt minutes."), most=20,
        inputmode="numeric", autocomplete="one-time-code",
    )  # fmt: skip


class BodyForm(forms.Form):
    """Step 1."""

    name = _text(_("Le nom de la structure"), autocomplete="organization")
    kind = forms.ChoiceField(
        label=_("Sa forme"),
        choices=PartnerKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _REQUIRED, "invalid_choice": _("Choisissez dans la liste.")},
    )
    founded_on = forms.DateField(
        label=_("Elle existe depuis le"),
        help_text=_("Exemple : 24/05/2013"),
        input_formats=_DAYS,
        widget=forms.DateInput(format="%d/%m/%Y"),
        error_messages={"required": _REQUIRED, "invalid": _("Écrivez la date ainsi : 24/05/2013")},
    )
    street = _text(_("Son adresse"), _("Là où les jeunes viennent."), autocomplete="street-address")
    postal_code = _text(_("Code postal"), most=5, inputmode="numeric", autocomplete="postal-code")
    town = _text(_("Ville"), most=100, autocomplete="address-level2")

    def said(self) -> dict[str, Any]:
        return {"body": Body(**self.cleaned_data)}

    @staticmethod
    def initial_of(application: PartnerApplication) -> dict[str, Any]:
        names = ("name", "kind", "founded_on", "street", "postal_code", "town")
        return {name: getattr(application, name) for name in names}


class OfferForm(forms.Form):
    """Step 2."""

    domains = forms.MultipleChoiceField(
        label=_("Ce que vous proposez"),
        choices=[(domain.value, DOMAINS[domain.value]) for domain in Domain],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins un domaine.")},
    )
    activities = _text(_("Vos activités"), _("Exemple : judo, jiu-jitsu"), most=300)
    description = forms.CharField(
        label=_("Deux phrases pour les familles"),
        help_text=_("Facultatif. Elles seront dans l'annuaire."),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"max_length": _("C'est trop long.")},
    )
    public_phone = _text(
        _("Téléphone pour les familles"), _("Facultatif, public."), most=30, required=False,
        inputmode="tel",
    )  # fmt: skip
    public_email = _text(
        _("Adresse électronique pour les familles"), _("Facultatif, public."), most=254,
        required=False, inputmode="email",
    )  # fmt: skip
    site = _text(
        _("Votre site"), _("Facultatif. Il commence par https://"), required=False, inputmode="url"
    )

    def said(self) -> dict[str, Any]:
        domains = [Domain(one) for one in self.cleaned_data["domains"]]
        return {"offer": Offer(**self.cleaned_data | {"domains": domains})}

    @staticmethod
    def initial_of(application: PartnerApplication) -> dict[str, Any]:
        names = ("domains", "activities", "description", "public_phone", "public_email", "site")
        return {name: getattr(application, name) for name in names}


class DeclarationsForm(forms.Form):
    """Step 3: what a body of this kind declares."""

    declared = forms.MultipleChoiceField(
        label=_("Cochez chaque ligne"),
        help_text=_("Votre structure s'engage sur chacune."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez chaque ligne pour continuer.")},
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared"].choices = [  # type: ignore[attr-defined]
            (code, wording.typographic(words)) for code, words in asked_of(kind).items()
        ]

    def said(self) -> dict[str, Any]:
        return {"declared": self.cleaned_data["declared"]}

    @staticmethod
    def initial_of(application: PartnerApplication) -> dict[str, Any]:
        return {"declared": [one["code"] for one in application.declarations]}


class PayeeForm(forms.Form):
    """Step 4. An IBAN that was given is not shown again."""

    signer_name = _text(
        _("Qui signe la convention"), _("Prénom et nom."), most=150, autocomplete="name"
    )
    signer_role = _text(_("Sa fonction"), _("Exemple : présidente"), most=100)
    signer_phone = _text(_("Son téléphone"), most=30, inputmode="tel", autocomplete="tel")
    account_holder = _text(
        _("Le titulaire du compte bancaire"), _("Comme sur votre RIB."), most=140
    )
    iban = _text(
        _("L'IBAN"), _("Nous payons les tickets sur ce compte."), most=50, autocomplete="off"
    )

    def said(self) -> dict[str, Any]:
        return {"payee": Payee(**self.cleaned_data)}

    @staticmethod
    def initial_of(application: PartnerApplication) -> dict[str, Any]:
        names = ("signer_name", "signer_role", "signer_phone", "account_holder")
        return {name: getattr(application, name) for name in names}
