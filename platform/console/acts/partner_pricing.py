"""The act that publishes what partners are paid of a ticket, from a first day on."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rule_files import InvalidRule
from commons.actors import Actor
from commons.errors import DomainError
from commons.money import format_euros
from commons.rehearsing import rehearse
from commons.tenancy import require_tenant
from console.acts.framework import (
    PREVIEW,
    Answers,
    Effect,
    Figure,
    OnNothing,
    Outcome,
    register,
    sample,
)
from federation.passplus.engine.pricing import Pricing
from federation.passplus.reimbursing import operations, queries
from federation.passplus.reimbursing.pricing_rules import foresee_pricing
from federation.passplus.reimbursing.rule_files import load_pricing_text
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.errors import explain
from ui.pricing_words import paid_by_domain
from ui.rule_problems import refusal_sentences

ONE_DAY = datetime.timedelta(days=1)
LONGEST_TEXT = 50_000


class PricingForm(forms.Form):
    """The text of the rules, typed or read from a file; `rules` is what it says."""

    file = forms.FileField(
        label=gettext_lazy("Fichier des règles"),
        help_text=gettext_lazy("Un fichier YAML ou JSON. Il remplace le texte ci-dessous."),
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("Texte des règles"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "c-input c-code"}),
    )

    def clean(self) -> dict[str, object]:
        """Every problem of the text, with its line."""
        found = super().clean() or {}
        try:
            found["rules"] = load_pricing_text(str(found.get("text", "")))
        except InvalidRule as refusal:
            if "text" in found:
                self.add_error("text", refusal_sentences(refusal))
        return found


@register
class PublishPricing(OnNothing):
    """The rules before end on that day; what is on a statement stays as it was priced."""

    name = "publish-pricing"
    title = gettext_lazy("Publier des règles de remboursement")
    verb = gettext_lazy("Publier ces règles")
    icon = "publish"
    capability = Capability.MANAGE_PASSPLUS
    form_class = PricingForm
    warning = gettext_lazy("Des règles publiées ne se changent plus. D'autres peuvent les suivre.")

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        """A file is read into the text, so that the confirmation sends what was shown."""
        given = files.get("file") if files else None
        if given is not None:
            data = data.copy()
            data["text"] = given.read(LONGEST_TEXT + 1).decode(errors="replace")
        return super().form(data, None, targets)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"text": queries.pricing_to_begin_with()}

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_reimbursementrules_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rules: Pricing = answers["rules"]
        before = queries.pricing_on(rules.valid_from - ONE_DAY)
        found = foresee_pricing(rules, at=at)
        try:
            rehearse(operations.publish_pricing, rules=rules, actor=PREVIEW, at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        figures = [Figure(_("Premier jour"), wording.full_date(rules.valid_from))]
        if found.dues:
            figures += [
                Figure(_("Tickets validés depuis ce jour"), str(found.dues)),
                Figure(
                    _("À verser avec les règles d'aujourd'hui"), format_euros(found.paid_now_cents)
                ),
                Figure(_("À verser avec celles-ci"), format_euros(found.paid_then_cents)),
            ]
        return Effect(
            figures=tuple(figures),
            sentences=(
                _("Le jour de la validation décide. Les relevés déjà faits ne changent pas."),
            ),
            warnings=tuple(_warnings(rules)),
            table=sample(
                (_("Domaine"), _("Versé la veille"), _("Versé ensuite")),
                [(one.domain, one.before, one.after) for one in paid_by_domain(before, rules)],
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.publish_pricing(rules=answers["rules"], actor=actor, at=at)
        return Outcome(message=_("Les règles sont publiées."), url=self.back(targets))


def _warnings(rules: Pricing) -> list[str]:
    said = []
    if rules.departement != require_tenant().code:
        said.append(
            _("Ces règles disent être celles du département %(code)s.")
            % {"code": rules.departement}
        )
    if rules.is_illustrative:
        said.append(_("Une valeur au moins est un exemple : tous les écrans le diront."))
    return said
