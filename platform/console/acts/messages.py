"""The acts of a collège on its threads: hide or leave a message, answer who contests, templates, members."""

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
from console.acts.billing import uuid_of
from console.acts.framework import Act, Answers, Effect, Outcome, nothing_to_do, register
from tenants.accounts.capabilities import Capability
from tenants.schoollife.messages import operations, queries
from tenants.schoollife.messages.access import (
    access_desk_college,
    access_desk_guardian,
    access_desk_message,
    access_desk_participant,
    access_hiding,
    access_report,
    access_template,
)
from tenants.schoollife.messages.models import LONGEST_REASON, LONGEST_SUBJECT, LONGEST_TEXT
from tenants.schoollife.messages.templating import LONGEST_NAME, PUPIL

if TYPE_CHECKING:
    from tenants.accounts.models import User


class OnOne(Act):
    """An act on one thing of a collège's threads."""

    capability = Capability.MANAGE_SCHOOL_LIFE

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(act=self.name)
        return [self.find(user, keys[0])]

    def find(self, user: User, key: str) -> Any:
        """What a key names, of the user's collèges.

        :raises NotFound: if absent, or another collège's
        """
        raise NotImplementedError

    def back(self, targets: list[Any]) -> str:
        return reverse("console:message-moderation")


def _thread_page(thread: Any) -> str:
    return reverse("console:message-thread", args=[thread.public_id])


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("Tous ceux de la conversation le liront."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class HideMessage(OnOne):
    """A message that should not be read."""

    name = "hide-message"
    title = gettext_lazy("Masquer un message")
    verb = gettext_lazy("Masquer")
    icon = "visibility_off"
    form_class = ReasonForm

    def find(self, user: User, key: str) -> Any:
        return access_desk_message(user, uuid_of(key))[0]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].thread.subject)

    def back(self, targets: list[Any]) -> str:
        return _thread_page(targets[0].thread)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if queries.is_hidden(targets[0]):
            raise operations.AlreadyHidden
        return Effect(
            sentences=(
                _("Les familles ne liront plus ce message : elles liront votre raison."),
                _("Son auteur le relit, et peut contester une fois."),
                _("Les signalements de ce message sont clos."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.hide(message=targets[0], reason=answers["reason"], actor=actor, at=at)
        return Outcome(message=_("Le message est masqué."), url=self.back(targets))


@register
class LeaveMessageShown(OnOne):
    """A report that asks for nothing."""

    name = "leave-message-shown"
    title = gettext_lazy("Laisser un message signalé")
    verb = gettext_lazy("Laisser le message")
    icon = "check"

    def find(self, user: User, key: str) -> Any:
        return access_report(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].message.thread.subject)

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == row.State.OPEN)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if not self.is_offered(targets[0]):
            raise operations.AlreadyDecided
        return Effect(sentences=(_("Le message reste lisible. Ses signalements sont clos."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.leave_shown(report=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le message reste lisible."), url=self.back(targets))


class AppealForm(forms.Form):
    """What the author is answered."""

    is_lifted = forms.BooleanField(label=gettext_lazy("Remontrer le message"), required=False)
    answer = forms.CharField(
        label=gettext_lazy("Votre réponse à l'auteur"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class AnswerMessageAppeal(OnOne):
    """An author who contests."""

    name = "answer-message-appeal"
    title = gettext_lazy("Répondre à une contestation")
    verb = gettext_lazy("Répondre")
    icon = "reply"
    form_class = AppealForm

    def find(self, user: User, key: str) -> Any:
        return access_hiding(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].message.thread.subject)

    def is_offered(self, row: Any) -> bool:
        return row.appealed_at is not None and row.answered_at is None

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if not self.is_offered(targets[0]):
            raise operations.AlreadyDecided
        told = (
            _("Toute la conversation lit de nouveau le message.")
            if answers["is_lifted"]
            else _("Le message reste masqué.")
        )
        return Effect(sentences=(told, _("L'auteur reçoit votre réponse par courriel.")))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.answer_appeal(
            hiding=targets[0],
            is_lifted=answers["is_lifted"],
            answer=answers["answer"],
            actor=actor,
            at=at,
        )
        return Outcome(message=_("La réponse est envoyée."), url=self.back(targets))


class TemplateForm(forms.Form):
    """Words that come again."""

    name = forms.CharField(
        label=gettext_lazy("Nom du modèle"),
        help_text=gettext_lazy("Le même nom remplace l'ancien texte."),
        max_length=LONGEST_NAME,
    )
    subject = forms.CharField(label=gettext_lazy("Objet"), max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label=gettext_lazy("Texte"),
        help_text=gettext_lazy("%s est remplacé par le nom de l'élève.") % PUPIL,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class OnTemplates(OnOne):
    """An act on the words of a collège."""

    def back(self, targets: list[Any]) -> str:
        return reverse("console:message-templates")


@register
class SaveMessageTemplate(OnTemplates):
    """Words to keep for a collège."""

    name = "save-message-template"
    title = gettext_lazy("Enregistrer un modèle de message")
    verb = gettext_lazy("Enregistrer le modèle")
    icon = "bookmark_add"
    form_class = TemplateForm

    def key_of(self, row: Any) -> str:
        return str(row.uai)

    def find(self, user: User, key: str) -> Any:
        return access_desk_college(user, key)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return Effect(
            sentences=(
                _("Le secrétariat de %(college)s peut s'en servir dès aujourd'hui.")
                % {"college": targets[0].name},
                _("Un modèle du même nom ne sert plus."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.save_template(
            college=targets[0],
            name=answers["name"],
            subject=answers["subject"],
            text=answers["text"],
            actor=actor,
            at=at,
        )
        return Outcome(message=_("Le modèle est enregistré."), url=self.back(targets))


@register
class EndMessageTemplate(OnTemplates):
    """Words that serve no more."""

    name = "end-message-template"
    title = gettext_lazy("Retirer un modèle de message")
    verb = gettext_lazy("Retirer")
    icon = "bookmark_remove"

    def find(self, user: User, key: str) -> Any:
        return access_template(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if targets[0].valid_until is not None and targets[0].valid_until <= timezone.localdate(at):
            raise operations.TemplateOver
        return Effect(sentences=(_("Ce modèle n'est plus proposé dès aujourd'hui."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.end_template(template=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le modèle est retiré."), url=self.back(targets))


@register
class AddGuardianToThread(OnOne):
    """A guardian who should read what follows."""

    name = "add-guardian-to-thread"
    title = gettext_lazy("Ajouter un responsable à une conversation")
    verb = gettext_lazy("Ajouter")
    icon = "person_add"

    def key_of(self, row: Any) -> str:
        thread, guardian = row
        return f"{thread.public_id}:{guardian.public_id}"

    def find(self, user: User, key: str) -> Any:
        thread, _colon, guardian = key.partition(":")
        return access_desk_guardian(user, uuid_of(thread), uuid_of(guardian))

    def about(self, targets: list[Any]) -> str:
        return f"{targets[0][1].full_name} · {targets[0][0].subject}"

    def back(self, targets: list[Any]) -> str:
        return _thread_page(targets[0][0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        name = targets[0][1].full_name
        return Effect(
            sentences=(_("%(name)s lira les messages à venir, pas ceux d'avant.") % {"name": name},)
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        thread, guardian = targets[0]
        operations.add_guardian(thread=thread, guardian=guardian, actor=actor, at=at)
        return Outcome(message=_("La personne est ajoutée."), url=self.back(targets))


@register
class RemoveFromThread(OnOne):
    """Somebody who should read nothing of what follows."""

    name = "remove-from-thread"
    title = gettext_lazy("Retirer une personne d'une conversation")
    verb = gettext_lazy("Retirer")
    icon = "person_remove"

    def find(self, user: User, key: str) -> Any:
        return access_desk_participant(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return f"{queries.name_of(targets[0])} · {targets[0].thread.subject}"

    def back(self, targets: list[Any]) -> str:
        return _thread_page(targets[0].thread)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if targets[0].is_college:
            raise operations.CollegeStays
        if not queries.is_in(targets[0]):
            return nothing_to_do()
        name = queries.name_of(targets[0])
        return Effect(
            sentences=(
                _("%(name)s ne lira pas les messages à venir.") % {"name": name},
                _("Les messages d'avant restent lisibles pour cette personne."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.leave_thread(participant=targets[0], actor=actor, at=at)
        return Outcome(message=_("La personne est retirée."), url=self.back(targets))
