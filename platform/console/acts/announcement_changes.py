"""The acts on what is announced: correct, withdraw, remind who did not read, print for the other homes."""

from __future__ import annotations

import dataclasses
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
from commons.rehearsing import rehearse
from console.acts.announcements import OnAnnouncement, figures, page_of, size_of
from console.acts.billing import begin, uuid_of
from console.acts.framework import PREVIEW, Answers, Effect, Figure, Outcome, register
from tenants.schoollife.announcements import operations, printing
from tenants.schoollife.announcements.access import access_followed, followed_colleges
from tenants.schoollife.announcements.models import Announcement, AnnouncementState
from tenants.schoollife.announcements.printing import Choice
from tenants.schoollife.announcements.refusals import NothingToPrint, NotPublished
from ui.documents.announcement_letters import typesetter

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_AT_ONCE = 12  # letters made while one waits; more are long work


@dataclasses.dataclass(frozen=True, slots=True)
class Followed:
    """An announcement, and the collèges whose families the user may know of (None: all)."""

    announcement: Announcement
    colleges: list[int] | None


class CorrectionForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("Texte"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    correction = forms.CharField(
        label=gettext_lazy("Ce qui est corrigé"),
        help_text=gettext_lazy("Les destinataires le lisent. Exemple : le jour a changé."),
        max_length=200,
    )
    asks_again = forms.BooleanField(
        label=gettext_lazy("Demander « J'ai lu » à nouveau"), required=False
    )


@register
class CorrectAnnouncement(OnAnnouncement):
    name = "correct-announcement"
    title = gettext_lazy("Corriger une annonce")
    verb = gettext_lazy("Corriger")
    icon = "edit_note"
    form_class = CorrectionForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"title": targets[0].title, "body": targets[0].body}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.correct, announcement=targets[0], **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=figures(size_of(targets[0], at=at)),
            sentences=(
                _("Tous les destinataires sont prévenus à nouveau."),
                _("L'ancien texte reste lisible sous le nouveau."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.correct(announcement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("L'annonce est corrigée."), url=self.back(targets))


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("Les destinataires le lisent."),
        max_length=200,
        required=False,
    )


@register
class WithdrawAnnouncement(OnAnnouncement):
    name = "withdraw-announcement"
    title = gettext_lazy("Retirer une annonce")
    verb = gettext_lazy("Retirer")
    icon = "block"
    form_class = WithdrawalForm
    states = (AnnouncementState.SCHEDULED, AnnouncementState.PUBLISHED)
    warning = gettext_lazy("Une annonce retirée ne revient pas.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.withdraw, announcement=targets[0], **answers, actor=PREVIEW, at=at)
        return Effect(sentences=(_("Le texte n'est plus lisible. On voit qu'il y en a eu un."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.withdraw(announcement=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("L'annonce est retirée."), url=self.back(targets))


@register
class RemindReaders(OnAnnouncement):
    name = "remind-readers"
    title = gettext_lazy("Rappeler une annonce à qui n'a pas lu")
    verb = gettext_lazy("Envoyer un rappel")
    icon = "notifications_active"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        count = rehearse(operations.remind, announcement=targets[0], actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("Personnes prévenues"), str(count)),),
            sentences=(_("Un rappel par jour au plus."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.remind(announcement=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le rappel part."), url=self.back(targets))


class PrintForm(forms.Form):
    choice = forms.ChoiceField(
        label=gettext_lazy("Quels foyers"),
        choices=Choice.choices,
        widget=forms.RadioSelect,
        initial=Choice.NOT_READ,
    )


@register
class PrintAnnouncement(OnAnnouncement):
    """For one's own pupils: a secretary prints what the département announced too."""

    name = "print-announcement"
    title = gettext_lazy("Imprimer une annonce")
    verb = gettext_lazy("Imprimer des lettres")
    icon = "print"
    form_class = PrintForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(announcement="")
        found = access_followed(user, uuid_of(keys[0]))
        return [Followed(found, followed_colleges(user))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].announcement.title)

    def back(self, targets: list[Any]) -> str:
        return page_of(targets[0].announcement)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        if not targets[0].announcement.is_published:
            raise NotPublished
        homes = _homes(targets[0], answers, at=at)
        if not homes:
            raise NothingToPrint
        return Effect(
            figures=(Figure(_("Lettres"), str(len(homes))),),
            sentences=(
                _("Une page par foyer. Des parents séparés ont chacun la leur."),
                _("Un foyer n'a qu'une lettre, même si vous recommencez."),
                _("Le fichier est pour vous seul, pendant sept jours."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        followed: Followed = targets[0]
        announcement = followed.announcement
        homes = _homes(followed, answers, at=at)
        if len(homes) > MOST_AT_ONCE:
            return begin(
                "announcements.letters.print",
                subject=f"announcement:{announcement.pk}",
                arguments={
                    "announcement": announcement.pk,
                    "choice": answers["choice"],
                    "colleges": followed.colleges,
                },
                actor=actor,
                at=at,
            )
        operations.print_letters(
            announcement=announcement, homes=homes, typeset=typesetter(at=at), actor=actor, at=at
        )
        return Outcome(
            message=_("Les lettres sont prêtes. Ouvrez-les et imprimez-les."),
            url=reverse("console:announcement-letters"),
        )


def _homes(followed: Followed, answers: Answers, *, at: datetime.datetime) -> list[printing.Home]:
    return printing.homes_to_print(
        followed.announcement,
        choice=answers["choice"],
        colleges=followed.colleges,
        on=timezone.localdate(at),
    )
