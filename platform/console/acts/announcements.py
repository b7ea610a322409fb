"""The acts that make announcements: write, change a draft, publish, schedule.

One writes for a place: a collège one announces for, or the département. The effect shows how many would be
told before anybody is.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from commons.school_calendar import school_year_of
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
)
from tenants.accounts.capabilities import Capability
from tenants.people.models import College, Level
from tenants.schoollife.announcements import operations, queries
from tenants.schoollife.announcements.access import (
    Place,
    access_own_announcement,
    access_place,
)
from tenants.schoollife.announcements.models import Announcement, AnnouncementState
from tenants.schoollife.announcements.queries import AudienceSize
from tenants.schoollife.announcements.writing import Audience, Text
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User

ONE_DAY = datetime.timedelta(days=1)
_COLLEGE, _DEPARTEMENT = "college-", "departement"
_GUARDIANS, _PUPILS = "GUARDIANS", "PUPILS"
HOURS = [(hour, f"{hour} h") for hour in range(24)]


def page_of(announcement: Announcement) -> str:
    """Where an announcement is followed."""
    return reverse("console:announcement", args=[announcement.public_id])


class TextForm(forms.Form):
    """What is said, and to whom."""

    title = forms.CharField(label=gettext_lazy("Titre"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("Texte"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    profiles = forms.MultipleChoiceField(
        label=gettext_lazy("Pour qui"),
        choices=[
            (_GUARDIANS, gettext_lazy("Les responsables")),
            (_PUPILS, gettext_lazy("Les élèves")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=[_GUARDIANS],
    )
    levels = forms.MultipleChoiceField(
        label=gettext_lazy("Niveaux"),
        help_text=gettext_lazy("Sans niveau ni classe : pour tout le collège."),
        choices=Level.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("Classes"), widget=forms.CheckboxSelectMultiple, required=False
    )
    asks_acknowledgement = forms.BooleanField(
        label=gettext_lazy("Demander « J'ai lu »"), required=False
    )
    last_day = DayField(
        label=gettext_lazy("Dernier jour affiché"),
        help_text=gettext_lazy("Sans date : soixante jours."),
        required=False,
    )
    urgent_reason = forms.CharField(
        label=gettext_lazy("Raison de l'urgence"),
        help_text=gettext_lazy(
            "À remplir si tout le monde doit être prévenu tout de suite, même la nuit."
        ),
        max_length=200,
        required=False,
    )


def _text(answers: Answers) -> Text:
    last = answers["last_day"]
    return Text(
        title=answers["title"],
        body=answers["body"],
        asks_acknowledgement=answers["asks_acknowledgement"],
        shown_until=last + ONE_DAY if last else None,
        urgent_reason=answers["urgent_reason"],
    )


def _audience(college: College | None, answers: Answers) -> Audience:
    chosen = set(answers["classes"])
    return Audience(
        is_for_guardians=_GUARDIANS in answers["profiles"],
        is_for_pupils=_PUPILS in answers["profiles"],
        levels=answers["levels"],
        classes=[one for one in _classes(college) if one.name in chosen],
    )


def _classes(college: College | None) -> list[Any]:
    year = school_year_of(timezone.localdate()).start_year
    return queries.classes_in(college, school_year=year) if college else []


def _form_for(college: College | None, form: forms.Form) -> forms.Form:
    """The form, with the classes there are."""
    field = cast("forms.MultipleChoiceField", form.fields["classes"])
    field.choices = [(one.name, one.name) for one in _classes(college)]
    return form


def figures(size: AudienceSize) -> tuple[Figure, ...]:
    """How many would be told."""
    return (
        Figure(_("Élèves concernés"), str(size.pupils)),
        Figure(_("Responsables prévenus"), str(size.guardians)),
        Figure(_("Élèves prévenus"), str(size.told_pupils)),
        Figure(_("Responsables sans adresse électronique"), str(size.without_email)),
    )


def size_of(announcement: Announcement, *, at: datetime.datetime) -> AudienceSize:
    """How many it would be for now."""
    return queries.audience_size(announcement, on=timezone.localdate(at))


def _foreseen(announcement: Announcement, size: AudienceSize) -> Effect:
    """What publishing it would do."""
    sentences = [
        _("Chacun est prévenu quand il l'a choisi, jamais pendant son temps de silence.")
        if not announcement.is_urgent
        else _("Chacun est prévenu tout de suite, même la nuit. Le journal garde la raison.")
    ]
    if size.without_email:
        sentences.append(_("Vous pourrez imprimer des lettres pour les autres foyers."))
    return Effect(
        figures=figures(size),
        sentences=tuple(sentences),
        warnings=(_("Cette annonce est urgente."),) if announcement.is_urgent else (),
    )


@register
class WriteAnnouncement(Act):
    """A draft; nobody is told."""

    name = "write-announcement"
    title = gettext_lazy("Écrire une annonce")
    verb = gettext_lazy("Enregistrer le brouillon")
    icon = "edit"
    capability = Capability.ANNOUNCE
    form_class = TextForm

    def key_of(self, row: Any) -> str:
        return f"{_COLLEGE}{row.college.uai}" if row.college else _DEPARTEMENT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        key = keys[0] if len(keys) == 1 else ""
        if key != _DEPARTEMENT and not key.startswith(_COLLEGE):
            raise NotFound(college=key)
        return [access_place(user, "" if key == _DEPARTEMENT else key.removeprefix(_COLLEGE))]

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        return _form_for(targets[0].college, super().form(data, files, targets))

    def about(self, targets: list[Any]) -> str:
        place: Place = targets[0]
        return place.college.name if place.college else _("Tous les collèges")

    def back(self, targets: list[Any]) -> str:
        return reverse("console:announcement-places")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        size = rehearse(
            operations.write,
            read=lambda made: size_of(made, at=at),
            **self._asked(targets, answers),
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            figures=figures(size),
            sentences=(_("C'est un brouillon. Personne n'est prévenu avant la publication."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made = operations.write(**self._asked(targets, answers), actor=actor, at=at)
        return Outcome(message=_("Le brouillon est enregistré."), url=page_of(made))

    def _asked(self, targets: list[Any], answers: Answers) -> dict[str, Any]:
        college = targets[0].college
        return {
            "college": college,
            "text": _text(answers),
            "audience": _audience(college, answers),
        }


class OnAnnouncement(Act):
    """An act on an announcement that one may change."""

    capability = Capability.ANNOUNCE
    states: tuple[str, ...] = (AnnouncementState.PUBLISHED,)

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(announcement="")
        return [access_own_announcement(user, uuid_of(keys[0]))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state in self.states)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].title)

    def back(self, targets: list[Any]) -> str:
        return page_of(targets[0])


@register
class RewriteAnnouncement(OnAnnouncement):
    name = "rewrite-announcement"
    title = gettext_lazy("Changer un brouillon")
    verb = gettext_lazy("Changer le brouillon")
    icon = "edit"
    form_class = TextForm
    states = (AnnouncementState.DRAFT,)

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        return _form_for(targets[0].college, super().form(data, files, targets))

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        one: Announcement = targets[0]
        profiles = ((_GUARDIANS, one.is_for_guardians), (_PUPILS, one.is_for_pupils))
        return {
            "title": one.title,
            "body": one.body,
            "profiles": [profile for profile, is_chosen in profiles if is_chosen],
            "levels": one.levels,
            "classes": [found.name for found in queries.classes_of(one)],
            "asks_acknowledgement": one.asks_acknowledgement,
            "last_day": one.shown_until - ONE_DAY if one.shown_until else None,
            "urgent_reason": one.urgent_reason,
        }

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        size = rehearse(
            operations.rewrite,
            read=lambda made: size_of(made, at=at),
            **self._asked(targets, answers),
            actor=PREVIEW,
            at=at,
        )
        return Effect(figures=figures(size), sentences=(_("Personne n'est encore prévenu."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.rewrite(**self._asked(targets, answers), actor=actor, at=at)
        return Outcome(message=_("Le brouillon est changé."), url=self.back(targets))

    def _asked(self, targets: list[Any], answers: Answers) -> dict[str, Any]:
        return {
            "announcement": targets[0],
            "text": _text(answers),
            "audience": _audience(targets[0].college, answers),
        }


@register
class PublishAnnouncement(OnAnnouncement):
    name = "publish-announcement"
    title = gettext_lazy("Publier une annonce")
    verb = gettext_lazy("Publier")
    icon = "campaign"
    states = (AnnouncementState.DRAFT, AnnouncementState.SCHEDULED)
    warning = gettext_lazy("Ce qui est publié se corrige, et la correction se voit.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.publish, announcement=targets[0], actor=PREVIEW, at=at)
        return _foreseen(targets[0], size_of(targets[0], at=at))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.publish(announcement=targets[0], actor=actor, at=at)
        return Outcome(message=_("L'annonce est publiée."), url=self.back(targets))


class ScheduleForm(forms.Form):
    day = DayField(label=gettext_lazy("Jour de publication"))
    hour = forms.TypedChoiceField(label=gettext_lazy("Heure"), coerce=int, choices=HOURS)


@register
class ScheduleAnnouncement(OnAnnouncement):
    name = "schedule-announcement"
    title = gettext_lazy("Programmer une annonce")
    verb = gettext_lazy("Programmer")
    icon = "schedule"
    form_class = ScheduleForm
    states = (AnnouncementState.DRAFT,)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"day": timezone.localdate() + ONE_DAY, "hour": 8}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        moment = _moment(answers)
        rehearse(
            operations.schedule,
            announcement=targets[0],
            publish_at=moment,
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            figures=figures(size_of(targets[0], at=at)),
            sentences=(
                _("Publiée le %(day)s à %(hour)s h.")
                % {"day": wording.long_date(moment), "hour": answers["hour"]},
                _("Les destinataires sont ceux de ce moment-là."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.schedule(
            announcement=targets[0], publish_at=_moment(answers), actor=actor, at=at
        )
        return Outcome(message=_("L'annonce est programmée."), url=self.back(targets))


def _moment(answers: Answers) -> datetime.datetime:
    return timezone.make_aware(
        datetime.datetime.combine(answers["day"], datetime.time(answers["hour"]))
    )
