"""The acts that put right what partners were paid: asked by one, approved by another, undone by two."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    OnNothing,
    Outcome,
    Table,
    register,
    sample,
)
from console.acts.refunds import RefusalForm
from federation.passplus.models import Correction, StatementDispute
from federation.passplus.reimbursing import operations, queries, rehearsing
from federation.passplus.reimbursing.access import access_correction, access_statement_dispute
from federation.passplus.reimbursing.operations import Wrong
from federation.passplus.reimbursing.queries import Rehearsed
from tenants.accounts.capabilities import Capability
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User

ASKED = tuple(choice for choice in Correction.Kind.choices if choice[0] != Correction.Kind.UNDO)


def correction_url(correction: Correction) -> str:
    """The page of a correction."""
    return reverse("console:passplus_correction_change", args=[correction.pk])


def read_wrongs(text: str) -> list[Wrong]:
    """`CODE 12,40` line by line; without an amount, all of the ticket.

    :raises forms.ValidationError: naming the line that cannot be read
    """
    wrongs = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _space, amount = line.replace(";", " ").replace("\t", " ").partition(" ")
        written = amount.replace("€", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
        try:
            cents = None if not written else Decimal(written).scaleb(2)
            if cents is not None and (not cents.is_finite() or cents != cents.to_integral_value()):
                raise InvalidOperation
        except InvalidOperation:
            raise forms.ValidationError(
                _("La ligne « %(line)s » n'a pas un montant comme 12,40.") % {"line": line[:40]}
            ) from None
        wrongs.append(Wrong(name, None if cents is None else int(cents)))
    return wrongs


class CorrectionForm(forms.Form):
    """What is wrong, line by line, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("Type de correction"), choices=ASKED)
    wrongs = forms.CharField(
        label=gettext_lazy("À corriger, une ligne chacun"),
        help_text=gettext_lazy(
            "Le code d'un ticket ou le SIRET d'un partenaire, puis le montant : « K7PM2XQ4 12,40 »."
            " Sans montant, tout le ticket est repris. Un ticket d'un autre département : sa"
            " référence, seule."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=100_000,
    )
    reason = forms.CharField(
        label=gettext_lazy("Raison"),
        help_text=gettext_lazy("Le partenaire lit cette raison."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_wrongs(self) -> str:
        """The lines, read once here so that a wrong one is said beside the field."""
        text = str(self.cleaned_data["wrongs"])
        read_wrongs(text)
        return text


@register
class AskCorrection(OnNothing):
    """Say what is wrong; what it changes is shown before anything is asked."""

    name = "ask-correction"
    title = gettext_lazy("Corriger ce qui a été payé à des partenaires")
    verb = gettext_lazy("Demander cette correction")
    icon = "build"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = CorrectionForm

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_correction_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            found = rehearsing.foresee_correction(**_asked(answers), at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return _effect(found, _("Rien ne change maintenant : une autre personne doit approuver."))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        correction = operations.ask_correction(**_asked(answers), actor=actor, at=at)
        return Outcome(
            message=_("La correction est demandée. Une autre personne doit l'approuver."),
            url=correction_url(correction),
        )


def _asked(answers: Answers) -> dict[str, Any]:
    return {
        "kind": answers["kind"],
        "wrongs": read_wrongs(answers["wrongs"]),
        "reason": answers["reason"],
    }


def _effect(found: Rehearsed, *sentences: str) -> Effect:
    figures = [
        Figure(_("Partenaires"), str(found.partners)),
        Figure(_("Tickets"), str(found.tickets)),
    ]
    for label, cents in (
        (_("Rendu aux jeunes"), found.to_purse_cents),
        (_("Rendu au Département"), found.to_departement_cents),
        (_("Rendu à un autre département"), found.to_neighbour_cents),
        (_("À retenir aux partenaires"), found.owed_cents),
        (_("À payer en plus"), found.credited_cents),
    ):
        if cents:
            figures.append(Figure(label, format_euros(cents)))
    return Effect(figures=tuple(figures), sentences=sentences, table=_table(found))


def _table(found: Rehearsed) -> Table | None:
    return sample(
        (_("Partenaire"), _("Ticket"), _("Montant")),
        [
            (
                str(line.partner),
                line.ticket_name or "–",
                format_euros(line.cents),
            )
            for line in found.lines
        ],
    )


class _OnCorrection(Act):
    """An act about one correction."""

    capability = Capability.APPROVE_PARTNER_PAYMENTS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(correction="")
        return [access_correction(user, uuid_of(keys[0]))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Correction.State.ASKED)

    def about(self, targets: list[Any]) -> str:
        (correction,) = targets
        return f"{correction.get_kind_display()} : {correction.reason}"

    def back(self, targets: list[Any]) -> str:
        return correction_url(targets[0])


@register
class ApproveCorrection(_OnCorrection):
    name = "approve-correction"
    title = gettext_lazy("Approuver une correction")
    verb = gettext_lazy("Approuver")
    icon = "check_circle"
    is_sensitive = True

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            found = rehearsing.foresee_approval(targets[0], at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return _effect(
            found,
            _("Les partenaires reçoivent un e-mail."),
            _("Une correction se défait par une autre, à deux personnes aussi."),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.approve_correction(correction=targets[0], actor=actor, at=at)
        return Outcome(message=_("La correction est faite."), url=self.back(targets))


@register
class RefuseCorrection(_OnCorrection):
    name = "refuse-correction"
    title = gettext_lazy("Refuser une correction")
    verb = gettext_lazy("Refuser")
    icon = "block"
    form_class = RefusalForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            rehearse(
                operations.refuse_correction,
                correction=targets[0],
                answer=answers["answer"],
                actor=PREVIEW,
                at=at,
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(sentences=(_("Rien ne change."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.refuse_correction(
            correction=targets[0], answer=answers["answer"], actor=actor, at=at
        )
        return Outcome(message=_("La correction est refusée."), url=self.back(targets))


class ReasonForm(forms.Form):
    """Why it is undone."""

    reason = forms.CharField(
        label=gettext_lazy("Raison"),
        help_text=gettext_lazy("Le partenaire lit cette raison."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class UndoCorrection(_OnCorrection):
    """Ask for the opposite entries."""

    name = "undo-correction"
    title = gettext_lazy("Défaire une correction")
    verb = gettext_lazy("Demander de la défaire")
    icon = "undo"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = ReasonForm

    def is_offered(self, row: Any) -> bool:
        return queries.can_be_undone(row)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            found = rehearsing.foresee_undoing(targets[0], reason=answers["reason"], at=at)
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        return Effect(
            figures=(
                Figure(_("Partenaires"), str(found.partners)),
                Figure(_("Tickets"), str(found.tickets)),
                Figure(_("Écritures inverses"), format_euros(found.cents)),
            ),
            sentences=(_("Rien ne change maintenant : une autre personne doit approuver."),),
            table=_table(found),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        undoing = operations.ask_undoing(
            correction=targets[0], reason=answers["reason"], actor=actor, at=at
        )
        return Outcome(
            message=_("C'est demandé. Une autre personne doit approuver."),
            url=correction_url(undoing),
        )


class AnswerForm(forms.Form):
    """Yes or no, and the words the partner reads."""

    is_accepted = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        choices=(("yes", gettext_lazy("Le partenaire a raison")), ("no", gettext_lazy("Non"))),
    )
    answer = forms.CharField(
        label=gettext_lazy("Vos mots"),
        help_text=gettext_lazy("Le partenaire les reçoit par e-mail."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class AnswerStatementDispute(Act):
    name = "answer-statement-dispute"
    title = gettext_lazy("Répondre à un partenaire")
    verb = gettext_lazy("Répondre")
    icon = "rate_review"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = AnswerForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(dispute="")
        return [access_statement_dispute(user, uuid_of(key)) for key in keys]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == StatementDispute.State.OPEN)

    def about(self, targets: list[Any]) -> str:
        return " · ".join(
            f"{one.line.statement.partner}, {one.line.label} : « {one.text} »"
            for one in targets[:5]
        )

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_statementdispute_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        is_accepted = answers["is_accepted"] == "yes"
        try:
            for dispute in targets:
                rehearse(
                    operations.answer_statement_dispute,
                    dispute=dispute,
                    is_accepted=is_accepted,
                    answer=answers["answer"],
                    actor=PREVIEW,
                    at=at,
                )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        sentences = [_("Le partenaire reçoit votre réponse par e-mail.")]
        if is_accepted:
            sentences.append(_("Faites ensuite la correction : répondre ne change aucun montant."))
        return Effect(
            figures=(Figure(_("Réponses"), str(len(targets))),), sentences=tuple(sentences)
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        for dispute in targets:
            operations.answer_statement_dispute(
                dispute=dispute,
                is_accepted=answers["is_accepted"] == "yes",
                answer=answers["answer"],
                actor=actor,
                at=at,
            )
        message = ngettext(
            "%(count)d partenaire a sa réponse.", "%(count)d partenaires ont leur réponse.",
            len(targets),
        ) % {"count": len(targets)}  # fmt: skip
        return Outcome(message=message, url=self.back(targets))
