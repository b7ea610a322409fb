"""The acts on payments and notices: ask the provider again, close what it does not know, answer.

Nothing here decides: what the provider says is taken by the operations.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.payments import operations
from billing.payments.access import access_notice, access_payment
from billing.payments.models import Notice
from commons.actors import Actor
from commons.errors import NotFound
from commons.money import format_euros
from console.acts.billing import uuid_of
from console.acts.framework import (
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    do_each,
    named,
    register,
)
from tenants.accounts.capabilities import Capability
from ui.errors import explain
from ui.statuses import status

if TYPE_CHECKING:
    from tenants.accounts.models import User


def page_of(model: str, row: Any) -> str:
    """The page of a row of this room."""
    return reverse(f"console:payments_{model}_change", args=[row.pk])


class OnPayments(Act):
    """An act whose keys are payments."""

    capability = Capability.FOLLOW_PAYMENTS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(payment="")
        return [access_payment(user, uuid_of(key)) for key in keys]

    def about(self, targets: list[Any]) -> str:
        return named(
            [f"{payment.payer}, {format_euros(payment.amount_cents)}" for payment in targets]
        )

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return page_of("payment", targets[0])
        return reverse("console:payments_payment_changelist")


@register
class AskAgain(OnPayments):
    """Read the payments again at their provider's, as the worker does by itself."""

    name = "ask-provider-again"
    title = gettext_lazy("Redemander au prestataire")
    verb = gettext_lazy("Redemander au prestataire")
    icon = "sync"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return Effect(
            figures=(Figure(_("Paiements"), str(len(targets))),),
            sentences=(
                _("Le prestataire dit où en est chaque paiement. Sa réponse est inscrite."),
                _("Redemander deux fois ne change rien."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets, lambda payment: operations.ask_again(payment=payment, actor=actor, at=at)
        )
        if len(targets) == 1 and done:
            (found,) = targets
            found.refresh_from_db()
            message = _("Le prestataire a répondu. Paiement : %(state)s.") % {
                "state": str(status(f"payment.{found.state}").label).lower()
            }
        else:
            message = ngettext(
                "Le prestataire a répondu pour %(count)d paiement.",
                "Le prestataire a répondu pour %(count)d paiements.",
                done,
            ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)


class WordsForm(forms.Form):
    """A few words that stay."""

    words = forms.CharField(
        label=gettext_lazy("Ce que vous avez trouvé"),
        help_text=gettext_lazy("Ces mots restent dans le dossier du paiement."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class CloseUnknown(OnPayments):
    """End a payment that the provider no longer knows; it is asked once more before."""

    name = "close-unknown-payment"
    title = gettext_lazy("Fermer un paiement inconnu du prestataire")
    verb = gettext_lazy("Fermer ce paiement")
    icon = "cancel"
    form_class = WordsForm
    warning = gettext_lazy("Le paiement fermé ne se rouvre pas. La famille peut payer à nouveau.")

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_under_way and row.problem)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        under_way = [payment for payment in targets if payment.is_under_way]
        if not under_way:
            return Effect(refusals=(_("Ce paiement est déjà fini."),))
        total = sum(payment.amount_cents for payment in under_way)
        return Effect(
            figures=(
                Figure(_("Paiements"), str(len(under_way))),
                Figure(_("Montant libéré"), format_euros(total)),
            ),
            sentences=(
                _("Le prestataire est interrogé une dernière fois."),
                _("S'il connaît le paiement, rien n'est fermé."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda payment: operations.close_unknown_payment(
                payment=payment, reason=answers["words"], actor=actor, at=at
            ),
        )
        return Outcome(
            message=_("C'est fermé. Ce qui était réservé est de nouveau à payer."),
            url=self.back(targets),
            refusals=refusals,
            done=done,
        )


@register
class AnswerPayment(OnPayments):
    """Write what was found about a payment that differs."""

    name = "answer-payment"
    title = gettext_lazy("Répondre à un paiement à vérifier")
    verb = gettext_lazy("Écrire ce que j'ai trouvé")
    icon = "rate_review"
    form_class = WordsForm

    def is_offered(self, row: Any) -> bool:
        return bool(row.problem)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if not all(payment.problem for payment in targets):
            return Effect(refusals=(str(explain(operations.NothingToAnswer())),))
        replaced = sum(payment.answered_at is not None for payment in targets)
        return Effect(
            figures=(Figure(_("Réponses écrites"), str(len(targets))),),
            warnings=(_("Une réponse déjà écrite est remplacée."),) if replaced else (),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda payment: operations.answer_payment(
                payment=payment, answer=answers["words"], actor=actor, at=at
            ),
        )
        return Outcome(
            message=_("La réponse est écrite."),
            url=self.back(targets),
            refusals=refusals,
            done=done,
        )


def _notice(user: User, key: str) -> Notice:
    account, _colon, event_ref = key.partition(":")
    return access_notice(user, merchant_id=uuid_of(account), event_ref=event_ref)


@register
class HandleNoticesAgain(Act):
    """Look again into what notices spoke of: the same twice changes nothing."""

    name = "handle-notices-again"
    title = gettext_lazy("Traiter à nouveau des avis")
    verb = gettext_lazy("Traiter à nouveau")
    icon = "replay"
    capability = Capability.FOLLOW_PAYMENTS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(notice="")
        return [_notice(user, key) for key in keys]

    def key_of(self, row: Any) -> str:
        return f"{row.merchant.public_id}:{row.event_ref}"

    def about(self, targets: list[Any]) -> str:
        return ngettext("%(count)d avis", "%(count)d avis", len(targets)) % {"count": len(targets)}

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return page_of("notice", targets[0])
        return reverse("console:payments_notice_changelist")

    def preview(self, *, targets: list[Notice], answers: Answers, at: datetime.datetime) -> Effect:
        waiting = sum(notice.handled_at is None for notice in targets)
        return Effect(
            figures=(
                Figure(_("Avis"), str(len(targets))),
                Figure(_("pas encore traités"), str(waiting)),
            ),
            sentences=(
                _("Le prestataire est interrogé sur le paiement de chaque avis."),
                _("Traiter deux fois le même avis ne change rien."),
            ),
        )

    def perform(
        self, *, targets: list[Notice], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda notice: operations.handle_notice_again(notice=notice, actor=actor, at=at),
        )
        message = ngettext("%(count)d avis est traité.", "%(count)d avis sont traités.", done) % {
            "count": done
        }
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)
