"""The acts on refunds: one person asks, another decides. The operations say who may."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.invoicing.queries import due_cents, over_paid_cents
from billing.payments import operations, queries
from billing.payments.access import access_refund
from billing.payments.models import Payment, PaymentPart, Refund
from billing.payments.operations import refundable_cents
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    NAMED,
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    do_each,
    foresee,
    named,
    register,
)
from console.acts.payments import OnPayments, page_of
from tenants.accounts.capabilities import Capability
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User


class RefundForm(forms.Form):
    """Of which invoice, how much, why."""

    part = forms.ChoiceField(label=gettext_lazy("Facture"))
    amount = forms.DecimalField(
        label=gettext_lazy("Montant à rembourser, en euros"),
        help_text=gettext_lazy("Par exemple 12,40."),
        decimal_places=2,
        max_digits=9,
        localize=True,
    )
    reason = forms.CharField(
        label=gettext_lazy("Raison"),
        help_text=gettext_lazy("La famille lit cette raison dans son message."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {
            str(part.invoice.public_id): part
            for part in queries.parts_of(payment).select_related("payment", "payment__merchant")
        }
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (
                key,
                _("%(invoice)s, il reste %(left)s à rembourser au plus")
                % {
                    "invoice": part.invoice.number,
                    "left": format_euros(refundable_cents(part)),
                },
            )
            for key, part in self.found.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("part"):
            cleaned["part"] = self.found[cleaned["part"]]
        if cleaned.get("amount") is not None:
            cleaned["amount_cents"] = int(cleaned["amount"] * 100)
        return cleaned


@register
class AskRefund(OnPayments):
    """Ask that money be given back; nothing leaves before somebody else agrees."""

    name = "ask-refund"
    title = gettext_lazy("Demander un remboursement")
    verb = gettext_lazy("Demander un remboursement")
    icon = "undo"
    capability = Capability.ASK_REFUNDS
    form_class = RefundForm

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Payment.State.PAID and row.refunded_cents < row.amount_cents)

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(payment="")
        return super().targets(user, keys)

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        (payment,) = targets
        if data is not None:
            return RefundForm(data, files, payment=payment)
        form = RefundForm(payment=payment)
        if len(form.found) == 1:
            ((key, part),) = form.found.items()
            left = Decimal(refundable_cents(part)) / 100
            form.initial = {"part": key, "amount": left}
        return form

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        part: PaymentPart = answers["part"]
        cents: int = answers["amount_cents"]
        try:
            rehearse(
                operations.ask_refund,
                part=part,
                amount_cents=cents,
                reason=answers["reason"],
                actor=PREVIEW,
                at=at,
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        # What a credit note kept to be given back pays the invoice first.
        owed = due_cents(part.invoice) + max(cents - over_paid_cents(part.invoice), 0)
        return Effect(
            figures=(
                Figure(_("À rembourser"), format_euros(cents)),
                Figure(_("Facture"), part.invoice.number),
                Figure(_("À payer sur la facture après"), format_euros(owed)),
            ),
            sentences=(_("Rien ne part maintenant : une autre personne doit approuver."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        refund = operations.ask_refund(
            part=answers["part"],
            amount_cents=answers["amount_cents"],
            reason=answers["reason"],
            actor=actor,
            at=at,
        )
        return Outcome(
            message=_("La demande est faite. Une autre personne doit l'approuver."),
            url=page_of("refund", refund),
        )


class _OnRefunds(Act):
    """An act whose keys are refunds that wait for a decision."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(refund="")
        return [access_refund(user, uuid_of(key)) for key in keys]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Refund.State.ASKED)

    def about(self, targets: list[Any]) -> str:
        return named(
            [
                f"{refund.part.payment.payer}, {format_euros(refund.amount_cents)}"
                for refund in targets
            ]
        )

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return page_of("refund", targets[0])
        return reverse("console:payments_refund_changelist")


@register
class ApproveRefunds(_OnRefunds):
    """Money leaves: not by the person who asked."""

    name = "approve-refunds"
    title = gettext_lazy("Approuver des remboursements")
    verb = gettext_lazy("Approuver")
    icon = "check_circle"
    capability = Capability.DECIDE_REFUNDS
    is_sensitive = True
    warning = gettext_lazy("L'argent part aussitôt. Un remboursement ne se reprend pas.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        foreseen = foresee(
            targets,
            lambda refund: rehearse(operations.approve_refund, refund=refund, actor=PREVIEW, at=at),
        )
        total = sum(refund.amount_cents for refund, _done in foreseen.accepted)
        return Effect(
            figures=(
                Figure(_("Remboursements"), str(len(foreseen.accepted))),
                Figure(_("Total qui part"), format_euros(total)),
            ),
            sentences=tuple(
                _("%(who)s : %(amount)s. « %(reason)s »")
                % {
                    "who": refund.part.payment.payer,
                    "amount": format_euros(refund.amount_cents),
                    "reason": refund.reason,
                }
                for refund, _done in foreseen.accepted[:NAMED]
            ),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda refund: operations.approve_refund(refund=refund, actor=actor, at=at),
        )
        message = ngettext(
            "%(count)d remboursement est approuvé. L'argent part.",
            "%(count)d remboursements sont approuvés. L'argent part.",
            done,
        ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)


class RefusalForm(forms.Form):
    """Why not."""

    answer = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("La personne qui a demandé lit cette réponse."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class RefuseRefunds(_OnRefunds):
    """Nothing leaves. Who asked may take their demand back so."""

    name = "refuse-refunds"
    title = gettext_lazy("Refuser des remboursements")
    verb = gettext_lazy("Refuser")
    icon = "block"
    capability = Capability.DECIDE_REFUNDS
    form_class = RefusalForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        foreseen = foresee(
            targets,
            lambda refund: rehearse(
                operations.refuse_refund,
                refund=refund,
                answer=answers["answer"],
                actor=PREVIEW,
                at=at,
            ),
        )
        return Effect(
            figures=(Figure(_("Demandes refusées"), str(len(foreseen.accepted))),),
            sentences=(_("Rien n'est remboursé."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda refund: operations.refuse_refund(
                refund=refund, answer=answers["answer"], actor=actor, at=at
            ),
        )
        message = ngettext(
            "%(count)d demande est refusée.", "%(count)d demandes sont refusées.", done
        ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)
