"""The acts that correct an issued invoice: credit note, cancellation, answer to a dispute, régularisation."""

from __future__ import annotations

import abc
import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.invoicing import operations, queries
from billing.invoicing.access import access_dispute, access_invoice
from billing.invoicing.models import CreditNote, Invoice
from billing.invoicing.queries import LineStanding, is_long_work
from commons.actors import Actor
from commons.errors import NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console.acts.billing import about_run, begin, of_month, one_run, run_url, uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    AskedOfEach,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
)
from console.records import NOTHING
from tenants.accounts.capabilities import Capability
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_CENTS = 10_000_000


def reason_field() -> forms.CharField:
    """Why: the family reads it."""
    return forms.CharField(
        label=gettext_lazy("Motif"),
        help_text=gettext_lazy("La famille le lit sur sa facture et dans son message."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EurosField(forms.DecimalField):
    """An amount typed in euros; cents once cleaned."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=0,
            max_value=MOST_CENTS // 100,
            decimal_places=2,
            localize=True,
            **{"widget": widget, **options},
        )

    def clean(self, value: Any) -> int:
        euros = super().clean(value)
        return int(euros * 100) if euros else 0


class CreditForm(forms.Form):
    """For each line, how many meals or how much."""

    reason = reason_field()

    def __init__(self, *args: Any, standings: Sequence[LineStanding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standings = {str(standing.line.public_id): standing for standing in standings}
        for key, standing in self.standings.items():
            said = {"line": line_name(standing), "left": format_euros(standing.left_cents)}
            if standing.left_meals:
                self.fields[f"meals_{key}"] = forms.IntegerField(
                    label=_("%(line)s : repas à enlever") % said,
                    help_text=_("%(meals)d repas au plus. Laissez vide pour n'en enlever aucun.")
                    % {"meals": standing.left_meals},
                    min_value=0,
                    max_value=standing.left_meals,
                    required=False,
                )
            self.fields[f"cents_{key}"] = EurosField(
                label=_("%(line)s : ou un montant, en euros") % said,
                help_text=_("%(left)s au plus.") % said,
                required=False,
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        lines = []
        for key, standing in self.standings.items():
            meals, cents = cleaned.get(f"meals_{key}") or 0, cleaned.get(f"cents_{key}") or 0
            if meals and cents:
                self.add_error(f"cents_{key}", _("Donnez des repas ou un montant, pas les deux."))
            elif meals or cents:
                lines.append(operations.LineCredit(standing.line, meals=meals, cents=cents))
        cleaned["lines"] = lines
        return cleaned


class CancelForm(forms.Form):
    """Why all of it."""

    reason = reason_field()


class _OnOneInvoice(Act):
    """An act about one invoice; `url_for` names it by its identifier."""

    icon = "undo"
    capability = Capability.ISSUE_INVOICES
    warning = gettext_lazy("Un avoir émis ne change plus. La famille reçoit un message.")
    operation: ClassVar[Callable[..., CreditNote]]

    @abc.abstractmethod
    def arguments(self, answers: Answers) -> dict[str, Any]:
        """What the operation needs besides the invoice."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(invoice="")
        return [access_invoice(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (invoice,) = targets
        return _("Facture %(number)s %(month)s, %(payer)s") % {
            "number": invoice.number,
            "month": wording.of_month(invoice.month),
            "payer": invoice.payer_name,
        }

    def is_offered(self, row: Any) -> bool:
        return any(standing.left_cents for standing in queries.standing_of_lines(row))

    def back(self, targets: list[Any]) -> str:
        return invoice_url(targets[0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (invoice,) = targets
        note, lines = self._rehearsed(invoice, answers, at)
        return credit_effect(note, invoice, lines)

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (invoice,) = targets
        note = self.operation(invoice=invoice, actor=actor, at=at, **self.arguments(answers))
        message = _("L'avoir %(number)s est émis, pour %(total)s.") % {
            "number": note.number,
            "total": format_euros(note.total_cents),
        }
        return Outcome(message=message, url=invoice_url(invoice))

    def _rehearsed(
        self, invoice: Invoice, answers: Answers, at: datetime.datetime
    ) -> tuple[CreditNote, list[tuple[str, ...]]]:
        """The note that would be issued, and its lines in words; nothing of it is kept."""
        found: tuple[CreditNote, list[tuple[str, ...]]] = rehearse(
            self.operation,
            read=_read_note,
            invoice=invoice,
            actor=PREVIEW,
            at=at,
            **self.arguments(answers),
        )
        return found


def credit_effect(note: CreditNote, invoice: Invoice, lines: list[tuple[str, ...]]) -> Effect:
    """What a credit note will do, its number left out: another may take it meanwhile."""
    applied = note.total_cents - note.over_paid_cents
    left = queries.accounts_of([invoice])[invoice.pk]
    due = left.debits_posted - left.credits_posted - applied
    sentences = (_("La famille a déjà payé : le trop-perçu sera à rembourser."),)
    return Effect(
        figures=(
            Figure(_("Montant de l'avoir"), format_euros(note.total_cents)),
            Figure(_("Reste à payer ensuite"), format_euros(due)),
            Figure(_("À rembourser"), format_euros(note.over_paid_cents)),
        ),
        sentences=sentences if note.over_paid_cents else (),
        table=sample((_("Enfant"), _("Repas"), _("Nombre"), _("Montant")), lines),
    )


def _read_note(note: CreditNote) -> tuple[CreditNote, list[tuple[str, ...]]]:
    return note, [
        (
            line.invoice_line.pupil_name,
            line.invoice_line.label,
            str(line.quantity or NOTHING),
            format_euros(line.amount_cents),
        )
        for line in queries.lines_of_credit_note(note)
    ]


@register
class CreditInvoice(_OnOneInvoice):
    name = "credit-invoice"
    title = gettext_lazy("Faire un avoir")
    verb = gettext_lazy("Faire un avoir")
    operation = staticmethod(operations.credit_invoice)
    form_class = CreditForm
    each = AskedOfEach(
        name="lines",
        of=gettext_lazy("Une ligne de la facture"),
        questions={
            "meals": forms.IntegerField(
                label=gettext_lazy("Repas à enlever"), min_value=0, required=False
            ),
            "cents": EurosField(label=gettext_lazy("Ou un montant"), required=False),
        },
    )

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        standings = [one for one in queries.standing_of_lines(targets[0]) if one.left_cents]
        return CreditForm(data, files, standings=standings)

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {"lines": answers["lines"], "reason": answers["reason"]}


@register
class CancelInvoice(_OnOneInvoice):
    name = "cancel-invoice"
    title = gettext_lazy("Annuler une facture")
    verb = gettext_lazy("Annuler la facture")
    icon = "block"
    form_class = CancelForm
    operation = staticmethod(operations.cancel_invoice)

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {"reason": answers["reason"]}


class AcceptForm(forms.Form):
    """How many meals or how much, and why."""

    meals = forms.IntegerField(
        label=gettext_lazy("Repas à enlever"),
        help_text=gettext_lazy("Laissez vide pour donner un montant."),
        min_value=0,
        required=False,
    )
    cents = EurosField(label=gettext_lazy("Ou un montant, en euros"), required=False)
    answer = reason_field()

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("meals") and cleaned.get("cents"):
            self.add_error("cents", _("Donnez des repas ou un montant, pas les deux."))
        cleaned["meals"] = cleaned.get("meals") or 0
        return cleaned


class RefuseForm(forms.Form):
    """Why not."""

    answer = reason_field()


class _OnOneDispute(Act):
    """The answer to a dispute."""

    capability = Capability.ISSUE_INVOICES

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(dispute="")
        return [access_dispute(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (dispute,) = targets
        invoice = dispute.invoice_line.invoice
        return _("Facture %(number)s, %(payer)s : « %(text)s »") % {
            "number": invoice.number,
            "payer": invoice.payer_name,
            "text": dispute.text,
        }

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:invoicing_dispute_change", args=[targets[0].pk])


@register
class AcceptDispute(_OnOneDispute):
    name = "accept-dispute"
    title = gettext_lazy("Accepter une réclamation")
    verb = gettext_lazy("Accepter")
    icon = "thumb_up"
    form_class = AcceptForm
    warning = gettext_lazy("Un avoir émis ne change plus. La famille reçoit votre réponse.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"meals": len(targets[0].days) or None}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (dispute,) = targets
        note, lines = rehearse(
            operations.accept_dispute,
            read=lambda accepted: _read_note(accepted.credit_note),
            dispute=dispute,
            actor=PREVIEW,
            at=at,
            **answers,
        )
        return credit_effect(note, dispute.invoice_line.invoice, lines)

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done = operations.accept_dispute(dispute=targets[0], actor=actor, at=at, **answers)
        message = _("La réclamation est acceptée. L'avoir %(number)s est émis.") % {
            "number": done.credit_note.number if done.credit_note else NOTHING
        }
        return Outcome(message=message, url=self.back(targets))


@register
class RefuseDispute(_OnOneDispute):
    name = "refuse-dispute"
    title = gettext_lazy("Refuser une réclamation")
    verb = gettext_lazy("Refuser")
    icon = "thumb_down"
    form_class = RefuseForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.refuse_dispute, dispute=targets[0], actor=PREVIEW, at=at, **answers)
        return Effect(
            sentences=(_("La facture ne change pas."), _("La famille reçoit votre réponse."))
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.refuse_dispute(dispute=targets[0], actor=actor, at=at, **answers)
        message = _("La réclamation est refusée. La famille reçoit votre réponse.")
        return Outcome(message=message, url=self.back(targets))


class CorrectionForm(forms.Form):
    """Why the month is corrected."""

    reason = reason_field()


@register
class PrepareCorrection(Act):
    """Keys name the month's first run, or a correction that waits to be issued."""

    name = "prepare-correction"
    title = gettext_lazy("Préparer une régularisation")
    verb = gettext_lazy("Préparer une régularisation")
    icon = "published_with_changes"
    capability = Capability.RUN_BILLING
    form_class = CorrectionForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return one_run(user, keys)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"reason": targets[0].reason}

    def about(self, targets: list[Any]) -> str:
        return about_run(targets[0])

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        counts = rehearse(
            operations.prepare_correction,
            read=lambda run: run.counts,
            run=targets[0],
            reason=answers["reason"],
            actor=PREVIEW,
            at=at,
        )
        nothing = not counts["invoices"] and not counts["credits"]
        return Effect(
            figures=(
                Figure(_("Factures complémentaires"), str(counts["invoices"])),
                Figure(_("À payer en plus"), format_euros(counts["total_cents"])),
                Figure(_("Avoirs"), str(counts["credits"])),
                Figure(_("À rendre"), format_euros(counts["credit_cents"])),
                Figure(_("Élèves"), str(counts["pupils"])),
            ),
            sentences=(
                _("Les repas, les prix et les payeurs d'aujourd'hui sont comparés aux factures."),
                _("Rien n'est envoyé aux familles. Ce sont des projets."),
            ),
            warnings=(_("Il n'y a rien à corriger ce mois-ci."),) if nothing else (),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (corrected,) = targets
        if is_long_work():
            return begin(
                "billing.correction.prepare",
                subject=of_month(corrected.month),
                arguments={"run_id": corrected.pk, "reason": answers["reason"]},
                actor=actor,
                at=at,
            )
        run = operations.prepare_correction(
            run=corrected, reason=answers["reason"], actor=actor, at=at
        )
        return Outcome(
            message=_("La régularisation est prête. Vérifiez-la maintenant."), url=run_url(run)
        )


def line_name(standing: LineStanding) -> str:
    """`Aminata, déjeuner à 3,00 €`"""
    line = standing.line
    return f"{line.pupil_first_name}, {line.label} × {line.quantity}"


def invoice_url(invoice: Invoice) -> str:
    """The page of an invoice."""
    return reverse("console:invoicing_invoice_change", args=[invoice.pk])
