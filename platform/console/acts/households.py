"""Acts on what a family proved, and on how its bills are shared.

Figures are asked in euros, as they are written on the documents; operations take cents.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.tariffs import operations as tariffs
from billing.tariffs.engine import Basis
from billing.tariffs.models import HouseholdResources, Service
from billing.tariffs.queries import definition_of, price_on, resources_on, version_on
from commons.actors import Actor
from commons.rehearsing import rehearse
from console.acts.enrolling import OnOnePupil
from console.acts.framework import (
    PREVIEW,
    Answers,
    AskedOfEach,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
    url_for,
)
from tenants.accounts.capabilities import Capability
from tenants.people import families
from tenants.people.models import Guardianship, Pupil
from tenants.people.queries import guardianships_of
from ui import wording
from ui.price_story import decided_price

Proof = HouseholdResources.Proof
WHOLE = Decimal(100)


def _number(label: Any, help_text: Any = "", **options: Any) -> forms.DecimalField:
    """A figure of a document, with the comma or the point one types."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        localize=True,
        decimal_places=2,
        max_digits=12,
        required=False,
        **options,
    )


class ResourcesForm(forms.Form):
    """What the document says. Which figures are needed together, the operation says."""

    proof_kind = forms.ChoiceField(label=gettext_lazy("Pièce vue"), choices=Proof.choices)
    basis = forms.ChoiceField(
        label=gettext_lazy("Quotient écrit ou calculé selon"),
        choices=[
            ("", gettext_lazy("Aucun quotient")),
            (Basis.FISCAL_QF.value, gettext_lazy("Les impôts")),
            (Basis.CAF_QF.value, gettext_lazy("La CAF ou la MSA")),
        ],
        required=False,
    )
    quotient = _number(gettext_lazy("Quotient familial"), gettext_lazy("S'il est écrit."))
    tax_income = _number(
        gettext_lazy("Revenu fiscal de référence"), gettext_lazy("En euros, pour l'année.")
    )
    month_income = _number(gettext_lazy("Revenu du mois"), gettext_lazy("En euros."))
    month_benefits = _number(gettext_lazy("Prestations du mois"), gettext_lazy("En euros."))
    parts = _number(gettext_lazy("Nombre de parts"))
    children = forms.IntegerField(
        label=gettext_lazy("Enfants du foyer"),
        help_text=gettext_lazy("Si le tarif en dépend."),
        min_value=1,
        max_value=20,
        required=False,
    )
    statuses = forms.MultipleChoiceField(
        label=gettext_lazy("Situation"), widget=forms.CheckboxSelectMultiple, required=False
    )
    valid_from = DayField(label=gettext_lazy("Valable à partir du"))
    last_day = DayField(label=gettext_lazy("Dernier jour"), required=False)
    proof_dated_on = DayField(
        label=gettext_lazy("Date de la pièce"),
        help_text=gettext_lazy("Écrite sur le document."),
        required=False,
    )
    proof_note = forms.CharField(
        label=gettext_lazy("Note sur la pièce"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = version_on(Service.HALF_BOARD, timezone.localdate())
        known = definition_of(version).statuses if version else ()
        field = self.fields["statuses"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(line.status, line.status) for line in known]
        if not known:
            del self.fields["statuses"]


@register
class RecordResources(OnOnePupil):
    name = "record-resources"
    title = gettext_lazy("Enregistrer les ressources du foyer")
    verb = gettext_lazy("Enregistrer")
    icon = "receipt_long"
    capability = Capability.DECIDE_PRICES
    form_class = ResourcesForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"valid_from": timezone.localdate(), "proof_kind": Proof.TAX_NOTICE}

    def about(self, targets: list[Any]) -> str:
        (pupil,) = targets
        return f"{pupil.full_name} · {pupil.household}" if pupil.household else pupil.full_name

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (pupil,) = targets
        if pupil.household is None:
            return Effect(refusals=(_("Cet élève n'a pas de foyer. Formez d'abord son foyer."),))
        day: datetime.date = answers["valid_from"]
        standing = resources_on(pupil.household_id, day)
        recorded = rehearse(
            tariffs.record_resources, actor=PREVIEW, at=at, **_resources_of(pupil, answers)
        )
        children = list(pupil.household.pupils.order_by("sort_key", "pk"))
        rows = [(child.full_name, _price(child, day)) for child in children]
        return Effect(
            figures=(
                Figure(_("Quotient avant"), _quotient(standing)),
                Figure(_("Quotient après"), _quotient(recorded)),
                Figure(_("À partir du"), wording.full_date(day)),
            ),
            sentences=(
                _("Le prix ne change pas tout seul. La page suivante permet de le décider."),
            ),
            table=sample((_("Élève du foyer"), _("Prix ce jour-là, avant décision")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (pupil,) = targets
        tariffs.record_resources(actor=actor, at=at, **_resources_of(pupil, answers))
        children = pupil.household.pupils.order_by("sort_key", "pk")
        return Outcome(
            message=_("Les ressources sont enregistrées. Décidez maintenant le prix."),
            url=url_for("redecide-prices", *children),
        )


def _resources_of(pupil: Pupil, answers: Answers) -> dict[str, Any]:
    """The arguments of `record_resources`."""
    last_day = answers["last_day"]
    return {
        "household": pupil.household,
        "basis": answers["basis"],
        "quotient_familial": answers["quotient"],
        "reference_tax_income_cents": _cents(answers["tax_income"]),
        "monthly_income_cents": _cents(answers["month_income"]),
        "monthly_benefits_cents": _cents(answers["month_benefits"]),
        "tax_parts": answers["parts"],
        "children": answers["children"],
        "statuses": answers.get("statuses", ()),
        "proof_kind": answers["proof_kind"],
        "proof_dated_on": answers["proof_dated_on"],
        "proof_note": answers["proof_note"],
        "valid_from": answers["valid_from"],
        "valid_until": last_day and last_day + datetime.timedelta(days=1),
    }


def _cents(euros: Decimal | None) -> int | None:
    return None if euros is None else int(euros * 100)


def _quotient(resources: HouseholdResources | None) -> str:
    if resources is None or resources.quotient_familial is None:
        return "–"
    return f"{resources.quotient_familial:.2f}".replace(".", ",")


def _price(pupil: Pupil, day: datetime.date) -> str:
    return decided_price(price_on(pupil, Service.HALF_BOARD, day))


class SharesForm(forms.Form):
    """One share per guardian, in percent."""

    def __init__(self, *args: Any, links: Sequence[Guardianship], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for link in links:
            field = _number(
                _("Part de %(name)s, en %%") % {"name": link.guardian.full_name},
                min_value=0,
                max_value=WHOLE,
            )
            field.initial = Decimal(link.payer_share_bp) / 100
            self.fields[f"share_{link.guardian.public_id}"] = field


SHARES = AskedOfEach(
    name="shares",
    of=gettext_lazy("Un responsable de l'élève"),
    questions={"share": _number(gettext_lazy("Sa part, en %"), min_value=0, max_value=WHOLE)},
)


@register
class ShareBills(OnOnePupil):
    name = "share-bills"
    title = gettext_lazy("Partager les factures")
    verb = gettext_lazy("Partager ainsi")
    icon = "call_split"
    capability = Capability.EDIT_PEOPLE
    form_class = SharesForm
    each = SHARES

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        return SharesForm(data, files, links=links_of(targets[0]))

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (pupil,) = targets
        shares = shares_of(links_of(pupil), answers)
        rehearse(families.share_bills, pupil=pupil, shares=shares, actor=PREVIEW, at=at)
        rows = [
            (
                link.guardian.full_name,
                percent(link.payer_share_bp),
                percent(shares.get(link.guardian_id, 0)),
            )
            for link in links_of(pupil)
        ]
        return Effect(
            figures=(Figure(_("Personnes qui paient"), str(len(shares))),),
            sentences=(_("Le partage vaut pour les prochaines inscriptions à la cantine."),),
            table=sample((_("Responsable"), _("Part avant"), _("Part après")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (pupil,) = targets
        shares = shares_of(links_of(pupil), answers)
        families.share_bills(pupil=pupil, shares=shares, actor=actor, at=at)
        return Outcome(message=_("Le partage est enregistré."), url=self.back(targets))


def links_of(pupil: Pupil) -> list[Guardianship]:
    return list(guardianships_of(pupil, on=timezone.localdate()))


def shares_of(links: Sequence[Guardianship], answers: Answers) -> dict[int, int]:
    """Ten-thousandths by guardian; who pays nothing is left out."""
    given = {link.guardian_id: answers[f"share_{link.guardian.public_id}"] for link in links}
    return {guardian_id: int(share * 100) for guardian_id, share in given.items() if share}


def percent(share_bp: int) -> str:
    return wording.typographic(f"{share_bp / 100:g} %".replace(".", ","))
