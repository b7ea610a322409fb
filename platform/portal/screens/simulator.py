"""The public simulator's page: its services, its questions, and what an answer gives."""

from __future__ import annotations

import dataclasses

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.tariffs.engine import Basis
from billing.tariffs.models import Service
from billing.tariffs.public_quotes import Answers, PricedService
from billing.tariffs.queries import ExplainedPrice
from portal.quote_fields import EurosField, NumberField
from ui.price_story import PriceStory, price_story

# The last part of the page's address, for each service.
SLUGS = {
    Service.HALF_BOARD: "demi-pension",
    Service.BOARDER: "internat",
    Service.OCCASIONAL: "occasionnel",
    Service.PASSAGER: "sans-inscription",
    Service.PAI: "panier-repas",
    Service.COMMENSAL: "personnel",
    Service.GUEST: "invite",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """A service one may choose, by the address of its questions."""

    slug: str
    name: str
    is_here: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """What an answer gives."""

    price: ExplainedPrice
    story: PriceStory


class QuoteForm(forms.Form):
    """What the schedule in force asks, and nothing else; each answer may be left empty."""

    quotient_familial = NumberField(
        label=_("Votre quotient familial"), help_text=_("En euros par mois.")
    )
    reference_tax_income_cents = EurosField(
        label=_("Votre revenu fiscal de référence"),
        help_text=_("En euros par an. Il est sur votre avis d'impôt."),
    )
    monthly_income_cents = EurosField(
        label=_("Vos revenus d'un mois"), help_text=_("En euros, avant impôt.")
    )
    monthly_benefits_cents = EurosField(
        label=_("Vos allocations familiales d'un mois"), help_text=_("En euros. Zéro si aucune.")
    )
    tax_parts = NumberField(label=_("Votre nombre de parts"), help_text=_("Exemple : 2,5."))
    statuses = forms.MultipleChoiceField(
        label=_("Recevez-vous une de ces aides\u00a0?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={
            "invalid_choice": _("Cette aide n'est pas dans la liste. Choisissez à nouveau.")
        },
    )

    def __init__(self, *args: object, asked: PricedService, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        definition = asked.definition
        is_fiscal = definition.basis is Basis.FISCAL_QF
        unasked = {
            "reference_tax_income_cents": not is_fiscal,
            "monthly_income_cents": is_fiscal,
            "monthly_benefits_cents": is_fiscal,
            "statuses": not definition.statuses,
        }
        for name in list(self.fields):
            is_of_quotient = name != "statuses" and not definition.rule.reads_quotient
            if is_of_quotient or unasked.get(name):
                del self.fields[name]
        if "statuses" in self.fields:
            statuses = self.fields["statuses"]
            assert isinstance(statuses, forms.MultipleChoiceField)
            statuses.choices = [(known.status, known.status) for known in definition.statuses]

    def answers(self) -> Answers:
        """The answers, as the domain reads them."""
        given = dict(self.cleaned_data)
        return Answers(statuses=frozenset(given.pop("statuses", ())), **given)


def slug_of(priced: PricedService) -> str:
    """The last part of the address of a service's questions."""
    return SLUGS[Service(priced.service)]


def doors(services: tuple[PricedService, ...], here: PricedService) -> tuple[Door, ...]:
    """The services one may ask the price of."""
    return tuple(
        Door(
            slug=slug_of(one),
            name=str(Service(one.service).label),
            is_here=one is here,
        )
        for one in services
    )


def told(price: ExplainedPrice) -> Quote:
    """A price with its story."""
    return Quote(price=price, story=price_story(price))
