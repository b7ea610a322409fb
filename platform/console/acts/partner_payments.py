"""The acts that pay partners: prepare, approve, refuse, note what came back, and from which account."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console import partner_payment_queries as reading
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    OnNothing,
    Outcome,
    register,
)
from federation.passplus.models import PartnerRun, Payout
from federation.passplus.reimbursing import operations
from federation.passplus.reimbursing.access import access_partner_run, access_payout
from federation.passplus.reimbursing.queries import ReturnReason, run_waiting
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User

ONE_DAY = datetime.timedelta(days=1)


def run_url(run: PartnerRun) -> str:
    """The page of a run."""
    return reverse("console:partner-run", args=[run.public_id])


class UntilForm(forms.Form):
    """Up to which day."""

    last_day = DayField(
        label=gettext_lazy("Payer ce qui est validé jusqu'au"),
        help_text=gettext_lazy("Ce jour compris. Il doit être terminé."),
    )


@register
class PreparePartnerRun(OnNothing):
    """Make the statements of a period. Nothing is paid before somebody else approves."""

    name = "prepare-partner-run"
    title = gettext_lazy("Préparer le paiement des partenaires")
    verb = gettext_lazy("Préparer")
    icon = "calculate"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = UntilForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"last_day": timezone.localdate().replace(day=1) - ONE_DAY}

    def back(self, targets: list[Any]) -> str:
        return reverse("console:partner-runs")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            found = rehearse(
                operations.prepare_run,
                read=reading.forecast,
                until=answers["last_day"] + ONE_DAY,
                actor=PREVIEW,
                at=at,
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            figures=reading.figures_of(found),
            sentences=(_("Rien n'est payé maintenant : une autre personne doit approuver."),),
            warnings=reading.warnings_of(found),
            table=reading.largest_of(found),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        run = operations.prepare_run(until=answers["last_day"] + ONE_DAY, actor=actor, at=at)
        return Outcome(
            message=_("Les relevés sont prêts. Une autre personne doit les approuver."),
            url=run_url(run),
        )


class _OnRun(Act):
    """An act about one run that waits for a decision."""

    capability = Capability.APPROVE_PARTNER_PAYMENTS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(run="")
        return [access_partner_run(user, uuid_of(keys[0]))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == PartnerRun.State.PREPARED)

    def about(self, targets: list[Any]) -> str:
        return reading.period_of(targets[0])

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0])


@register
class ApprovePartnerRun(_OnRun):
    """Money leaves: not by who prepared it."""

    name = "approve-partner-run"
    title = gettext_lazy("Approuver le paiement des partenaires")
    verb = gettext_lazy("Approuver et ordonner les virements")
    icon = "check_circle"
    is_sensitive = True
    warning = gettext_lazy(
        "Les relevés partent aux partenaires. Un paiement approuvé ne se reprend pas."
    )

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (run,) = targets
        before = reading.forecast(run)
        try:
            order = rehearse(
                operations.approve_run, read=reading.ordered, run=run, actor=PREVIEW, at=at
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            figures=(
                *reading.figures_of(before),
                Figure(_("Virements"), str(order.count)),
                Figure(_("Total qui part"), format_euros(order.cents)),
            ),
            sentences=(
                _("Le fichier à donner à la banque est prêt aussitôt après."),
                _("Exécution demandée : %(day)s.") % {"day": wording.full_date(order.executes_on)}
                if order.executes_on
                else _("Aucun virement : les relevés attendent un compte bancaire."),
            ),
            warnings=reading.warnings_of(before),
            table=reading.largest_of(before),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        run = operations.approve_run(run=targets[0], actor=actor, at=at)
        return Outcome(
            message=_("C'est approuvé. Téléchargez le fichier, puis donnez-le à la banque."),
            url=run_url(run),
        )


class RefusalForm(forms.Form):
    """Why not."""

    answer = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("La personne qui a préparé lit cette réponse."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class RefusePartnerRun(_OnRun):
    """Nothing is paid; who prepared it may take it back so."""

    name = "refuse-partner-run"
    title = gettext_lazy("Refuser le paiement des partenaires")
    verb = gettext_lazy("Refuser")
    icon = "block"
    form_class = RefusalForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            rehearse(
                operations.refuse_run,
                run=targets[0],
                answer=answers["answer"],
                actor=PREVIEW,
                at=at,
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            sentences=(
                _("Rien n'est payé. Les mêmes tickets sont repris à la prochaine préparation."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        run = operations.refuse_run(run=targets[0], answer=answers["answer"], actor=actor, at=at)
        return Outcome(message=_("Le paiement est refusé."), url=run_url(run))


class ReturnForm(forms.Form):
    """When it came back, and why."""

    on = DayField(label=gettext_lazy("Revenu le"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Raison donnée par la banque"), choices=ReturnReason.choices
    )


class _OnPayouts(Act):
    """An act about transfers to partners."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(payout="")
        return [access_payout(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (payout,) = targets
        return f"{payout.statement.partner}, {format_euros(payout.amount_cents)}"

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_payout_change", args=[targets[0].pk])


@register
class RecordReturn(_OnPayouts):
    """The bank sent a transfer back."""

    name = "record-payout-return"
    title = gettext_lazy("Noter un virement revenu")
    verb = gettext_lazy("Noter le retour")
    icon = "undo"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = ReturnForm

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Payout.State.ORDERED)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (payout,) = targets
        try:
            rehearse(operations.record_return, **_return(payout, answers), actor=PREVIEW, at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            figures=(
                Figure(_("Dû de nouveau"), format_euros(payout.amount_cents)),
                Figure(_("Compte mis de côté"), f"… {payout.iban.ending}"),
            ),
            sentences=(
                _("Le partenaire reçoit un e-mail : il doit donner un autre compte."),
                _("Il est payé au prochain passage, dès que son compte est bon."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.record_return(**_return(targets[0], answers), actor=actor, at=at)
        return Outcome(message=_("Le retour est noté."), url=self.back(targets))


def _return(payout: Payout, answers: Answers) -> dict[str, Any]:
    return {"payout": payout, "reason": answers["reason"], "on": answers["on"]}


@register
class TrustIbanAgain(_OnPayouts):
    """Somebody else checked the account."""

    name = "trust-iban-again"
    title = gettext_lazy("Rétablir le compte d'un partenaire")
    verb = gettext_lazy("Rétablir ce compte")
    icon = "verified"
    capability = Capability.APPROVE_PARTNER_PAYMENTS
    is_sensitive = True
    warning = gettext_lazy("Appelez d'abord le partenaire, à un numéro que vous connaissiez déjà.")

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Payout.State.RETURNED and row.trusted_at is None)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (payout,) = targets
        try:
            rehearse(operations.trust_iban_again, payout=payout, actor=PREVIEW, at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            figures=(
                Figure(_("Compte"), f"… {payout.iban.ending}"),
                Figure(_("À payer de nouveau"), format_euros(payout.amount_cents)),
            ),
            sentences=(_("Le prochain passage paie de nouveau sur ce compte."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.trust_iban_again(payout=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le compte est rétabli."), url=self.back(targets))


class PayingAccountForm(forms.Form):
    """Whose account, and which."""

    holder = forms.CharField(label=gettext_lazy("Titulaire"), max_length=70)
    iban = forms.CharField(label=gettext_lazy("IBAN"), max_length=42)
    bic = forms.CharField(
        label=gettext_lazy("BIC"),
        help_text=gettext_lazy("Facultatif : 8 ou 11 signes."),
        max_length=11,
        required=False,
    )


@register
class OpenPayingAccount(OnNothing):
    """From which account partners are paid."""

    name = "open-paying-account"
    title = gettext_lazy("Enregistrer le compte qui paie les partenaires")
    verb = gettext_lazy("Enregistrer ce compte")
    icon = "account_balance"
    capability = Capability.MANAGE_TENANT
    form_class = PayingAccountForm
    is_sensitive = True

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_payingaccount_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            account = rehearse(operations.open_paying_account, **answers, actor=PREVIEW, at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        waiting = run_waiting()
        return Effect(
            figures=(
                Figure(_("Titulaire"), account.holder),
                Figure(_("Fin de l'IBAN"), account.iban_end),
            ),
            sentences=(_("Le compte d'avant, s'il y en a un, ne paie plus."),),
            warnings=(_("Un paiement attend : il partira de ce compte."),) if waiting else (),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.open_paying_account(**answers, actor=actor, at=at)
        return Outcome(message=_("Le compte est enregistré."), url=self.back(targets))
