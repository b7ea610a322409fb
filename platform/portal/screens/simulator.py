"""The public simulator's page: its services, its questions, and what an answer gives."""

from __future__ import annotations

import dataclasses

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.tariffs.engine import Unit
from billing.tariffs.engine.quotients import MOST_CHILDREN
from billing.tariffs.models import Service
from billing.tariffs.public_quotes import Answers, PricedService, questions
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
    """What an answer gives; `per` is what the price is for."""

    price: ExplainedPrice
    story: PriceStory
    per: str


UNITS = {Unit.MEAL: _("par repas"), Unit.TERM: _("par trimestre"), Unit.YEAR: _("par an")}


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
    children = NumberField(
        label=_("Combien d'enfants compte votre foyer\u00a0?"), help_text=_("Ceux à votre charge.")
    )
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
        self.questions = questions(asked.definition)
        for name in set(self.fields) - set(self.questions):
            del self.fields[name]
        if "statuses" in self.fields:
            statuses = self.fields["statuses"]
            assert isinstance(statuses, forms.MultipleChoiceField)
            statuses.choices = [(known.status, known.status) for known in asked.definition.statuses]

    def clean_children(self) -> int | None:
        """A whole number."""
        children = self.cleaned_data["children"]
        if children is None:
            return None
        if children != children.to_integral_value() or not 1 <= children <= MOST_CHILDREN:
            raise forms.ValidationError(_("Écrivez un nombre entier, par exemple 2."))
        return int(children)

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
    return Quote(price, price_story(price), per=str(UNITS[price.definition.unit]))
