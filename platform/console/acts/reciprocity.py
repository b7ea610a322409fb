"""The acts between départements on Pass+: agreements, monthly statements, and their payment."""

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
from commons.errors import NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
)
from federation.passplus import clearing
from federation.passplus import operations as passplus
from federation.reciprocity import operations, queries
from federation.reciprocity.access import access_agreement, access_party, access_statement
from federation.reciprocity.models import Agreement, Statement
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.reciprocity_texts import DOMAIN_WORDS, direction_said, owed_said

if TYPE_CHECKING:
    from tenants.accounts.models import User

MONTHS_OFFERED = 12


def page_of_agreement(agreement: Agreement) -> str:
    return reverse("console:reciprocity_agreement_change", args=[agreement.pk])


def page_of_statement(statement: Statement) -> str:
    return reverse("console:reciprocity_statement_change", args=[statement.pk])


def legal_basis_field() -> forms.CharField:
    """What both assemblies voted."""
    return forms.CharField(
        label=gettext_lazy("Délibérations"),
        help_text=gettext_lazy("Leurs numéros et leurs dates, des deux côtés."),
        max_length=300,
    )


def signatory_field() -> forms.CharField:
    """Who signs: read by the other département, and on the documents."""
    return forms.CharField(
        label=gettext_lazy("Nom et fonction de qui signe"),
        help_text=gettext_lazy("L'autre département les lit."),
        max_length=200,
    )


def domains_field(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=list(DOMAIN_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class _OnParty(Act):
    """About another département, named by its code."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(departement="")
        return [access_party(user, keys[0])]

    def key_of(self, row: Any) -> str:
        return str(row.code)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:reciprocity")


class ProposalForm(forms.Form):
    """The text of an agreement."""

    ours_there = domains_field(gettext_lazy("Nos jeunes dépensent chez ses partenaires pour"))
    theirs_here = domains_field(gettext_lazy("Ses jeunes dépensent chez nos partenaires pour"))
    valid_from = DayField(label=gettext_lazy("À partir du"))
    valid_until = DayField(label=gettext_lazy("Premier jour sans convention"), required=False)
    legal_basis = legal_basis_field()
    signatory = signatory_field()


@register
class ProposeAgreement(_OnParty):
    name = "propose-agreement"
    title = gettext_lazy("Proposer une convention Pass+")
    verb = gettext_lazy("Proposer une convention")
    icon = "handshake"
    capability = Capability.MANAGE_PASSPLUS
    form_class = ProposalForm
    is_sensitive = True

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        both = ["CULTURE", "SPORT"]
        return {"valid_from": timezone.localdate(), "ours_there": both, "theirs_here": both}

    def _said(self, targets: list[Any], answers: Answers) -> dict[str, Any]:
        directions = operations.Directions(
            ours_there=answers["ours_there"], theirs_here=answers["theirs_here"]
        )
        kept = ("valid_from", "valid_until", "legal_basis", "signatory")
        return {
            "departement_code": targets[0].code,
            "directions": directions,
            **{name: answers[name] for name in kept},
        }

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        said = self._said(targets, answers)
        directions = rehearse(
            operations.propose_agreement,
            read=lambda agreement: [direction_said(term) for term in agreement.terms.all()],
            **said,
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            sentences=(
                *directions,
                _("Vous signez maintenant. Rien ne s'ouvre avant que l'autre département signe."),
                _("Chacun peut y mettre fin seul. Ce qui est déjà validé reste dû."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        agreement = operations.propose_agreement(**self._said(targets, answers), actor=actor, at=at)
        return Outcome(message=_("La convention est proposée."), url=page_of_agreement(agreement))


class _OnAgreement(Act):
    capability = Capability.MANAGE_PASSPLUS
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(agreement="")
        return [access_agreement(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return queries.name_of(queries.other_party(targets[0]))

    def back(self, targets: list[Any]) -> str:
        return page_of_agreement(targets[0])


class SignatoryForm(forms.Form):
    signatory = signatory_field()


@register
class SignAgreement(_OnAgreement):
    name = "sign-agreement"
    title = gettext_lazy("Signer une convention Pass+")
    verb = gettext_lazy("Signer")
    icon = "draw"
    form_class = SignatoryForm

    def is_offered(self, row: Any) -> bool:
        return not queries.is_signed_here(row) and not row.endings.all()

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (agreement,) = targets
        rehearse(operations.sign_agreement, agreement=agreement, **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=(
                Figure(_("À partir du"), wording.full_date(agreement.valid_from)),
                Figure(_("Empreinte du texte"), queries.digest_of(agreement)[:16]),
            ),
            sentences=(
                *(direction_said(term) for term in agreement.terms.all()),
                _("Vous signez le texte que l'autre département a signé, mot pour mot."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.sign_agreement(agreement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("La convention est signée."), url=self.back(targets))


class EndForm(forms.Form):
    ends_on = DayField(label=gettext_lazy("Premier jour sans convention"))
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("L'autre département le lit."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class EndAgreement(_OnAgreement):
    name = "end-agreement"
    title = gettext_lazy("Mettre fin à une convention Pass+")
    verb = gettext_lazy("Mettre fin")
    icon = "block"
    form_class = EndForm
    warning = gettext_lazy("Ce jour ne se change plus.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"ends_on": timezone.localdate() + datetime.timedelta(days=30)}

    def is_offered(self, row: Any) -> bool:
        here = queries.here()
        return not any(ending.ended_by == here for ending in row.endings.all())

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (agreement,) = targets
        rehearse(operations.end_agreement, agreement=agreement, **answers, actor=PREVIEW, at=at)
        standing = clearing.standing_with(queries.other_party(agreement))
        return Effect(
            figures=(
                Figure(_("Premier jour sans convention"), wording.full_date(answers["ends_on"])),
                Figure(
                    _("Aujourd'hui"),
                    owed_said(standing.booked_cents, queries.name_of(standing.schema)),
                ),
            ),
            sentences=(
                _("Dès ce jour, plus aucun ticket ne passe d'un département à l'autre."),
                _("Ce qui est déjà validé reste dû, et entre au prochain relevé."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.end_agreement(agreement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("La fin de la convention est dite."), url=self.back(targets))


class MonthForm(forms.Form):
    """Which month: those that are over, the latest first."""

    month = forms.TypedChoiceField(
        label=gettext_lazy("Mois"), coerce=datetime.date.fromisoformat, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day, months = timezone.localdate(), []
        for _count in range(MONTHS_OFFERED):
            day = (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
            months.append(day)
        field: Any = self.fields["month"]
        field.choices = [(day.isoformat(), wording.month_name(day)) for day in months]


@register
class PrepareStatement(_OnParty):
    name = "prepare-clearing"
    title = gettext_lazy("Établir un relevé entre départements")
    verb = gettext_lazy("Établir un relevé")
    icon = "receipt_long"
    capability = Capability.PREPARE_PARTNER_PAYMENTS
    form_class = MonthForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        owed, lines = rehearse(
            operations.prepare_statement,
            read=lambda made: (made.owes_cents(queries.here()), made.lines.count()),
            departement_code=targets[0].code,
            **answers,
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            figures=(
                Figure(_("Lignes"), str(lines)),
                Figure(_("Au total"), owed_said(-owed, targets[0].name)),
            ),
            sentences=(
                _("Le relevé compte ce qu'aucun autre n'a compté, jusqu'à la fin du mois."),
                _("L'autre département le voit aussitôt. Les deux doivent l'accepter."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        statement = operations.prepare_statement(
            departement_code=targets[0].code, **answers, actor=actor, at=at
        )
        return Outcome(message=_("Le relevé est établi."), url=page_of_statement(statement))


class _OnStatement(Act):
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(statement="")
        return [access_statement(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (statement,) = targets
        other = queries.name_of(queries.other_of(statement))
        return f"{other}, {wording.month_name(statement.month)}"

    def back(self, targets: list[Any]) -> str:
        return page_of_statement(targets[0])


@register
class SignStatement(_OnStatement):
    """Every line is compared with our own ledger, then the position is signed."""

    name = "sign-clearing"
    title = gettext_lazy("Accepter un relevé entre départements")
    verb = gettext_lazy("Vérifier et accepter")
    icon = "check_circle"
    capability = Capability.APPROVE_PARTNER_PAYMENTS
    form_class = SignatoryForm
    warning = gettext_lazy("Un relevé accepté ne se reprend pas.")

    def is_offered(self, row: Any) -> bool:
        here = queries.here()
        return all(signature.signed_by != here for signature in row.signatures.all())

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (statement,) = targets
        missing = rehearse(clearing.lines_to_question, statement=statement, actor=PREVIEW, at=at)
        other = queries.name_of(queries.other_of(statement))
        if missing:
            return Effect(
                refusals=(_("Ces lignes ne sont pas dans votre grand livre. N'acceptez pas."),),
                table=sample(
                    (_("Référence"), _("Partenaire"), _("Montant")),
                    [
                        (
                            str(line.capture.public_id),
                            line.capture.partner_name,
                            format_euros(line.signed_cents),
                        )
                        for line in missing
                    ],
                ),
            )
        return Effect(
            figures=(
                Figure(_("Lignes, toutes dans votre grand livre"), str(statement.lines.count())),
                Figure(_("Au total"), owed_said(-statement.owes_cents(queries.here()), other)),
            ),
            sentences=(_("L'autre département accepte le même montant, de signe contraire."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        passplus.sign_statement(statement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("Le relevé est accepté."), url=self.back(targets))


@register
class ContestStatement(_OnStatement):
    """The lines that our ledger does not hold, told to the other département."""

    name = "contest-clearing"
    title = gettext_lazy("Contester un relevé entre départements")
    verb = gettext_lazy("Contester")
    icon = "feedback"
    capability = Capability.APPROVE_PARTNER_PAYMENTS

    def is_offered(self, row: Any) -> bool:
        here = queries.here()
        return all(signature.signed_by != here for signature in row.signatures.all())

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (statement,) = targets
        missing = rehearse(passplus.contest_statement, statement=statement, actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("Lignes absentes de votre grand livre"), str(missing)),),
            sentences=(
                _("L'autre département reçoit leurs références par courriel."),
                _("Le relevé ne change pas : il attend votre accord."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        passplus.contest_statement(statement=targets[0], actor=actor, at=at)
        return Outcome(message=_("L'autre département est prévenu."), url=self.back(targets))


class SettlementForm(forms.Form):
    reference = forms.CharField(label=gettext_lazy("Référence du virement"), max_length=100)
    received_on = DayField(label=gettext_lazy("Reçu le"))


@register
class SettleStatement(_OnStatement):
    name = "settle-clearing"
    title = gettext_lazy("Enregistrer le paiement d'un relevé")
    verb = gettext_lazy("Le paiement est arrivé")
    icon = "payments"
    capability = Capability.APPROVE_PARTNER_PAYMENTS
    form_class = SettlementForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"received_on": timezone.localdate()}

    def is_offered(self, row: Any) -> bool:
        is_paid = getattr(row, "settlement", None) is not None
        return queries.is_agreed(row) and row.owes_cents(queries.here()) < 0 and not is_paid

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (statement,) = targets
        rehearse(passplus.record_settlement, statement=statement, **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("Reçu"), format_euros(-statement.owes_cents(queries.here()))),),
            sentences=(_("L'autre département le lit, et ses comptes suivent."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        passplus.record_settlement(statement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("Le paiement est enregistré."), url=self.back(targets))
