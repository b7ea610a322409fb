"""The acts on shared services: enable, say what is told, open to whom, close, count licences."""

from __future__ import annotations

import datetime
import uuid
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
from commons.school_calendar import school_year_of
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
from console.service_queries import audience_of, classes_of, name_of_service
from federation.catalogue import queries as catalogue
from federation.ent import operations
from federation.ent.access import access_enabled_service, access_opening
from tenants.accounts.capabilities import Capability
from tenants.people import queries as people
from ui import wording
from ui.service_texts import ATTRIBUTES, PROFILES

if TYPE_CHECKING:
    from tenants.accounts.models import User

ONE_DAY = datetime.timedelta(days=1)


def one_key(keys: Sequence[str]) -> uuid.UUID:
    """The one object an act is about.

    :raises NotFound: if it is not one
    """
    try:
        (key,) = keys
        return uuid.UUID(key)
    except ValueError:
        raise NotFound(service="") from None


def _page_of(enabled: Any) -> str:
    return reverse("console:ent_enabledservice_change", args=[enabled.pk])


def _told(codes: Sequence[str]) -> str:
    words = [str(ATTRIBUTES[code]) for code in ATTRIBUTES if code in codes]
    return wording.and_list(words) or _("Rien")


class GrantField(forms.MultipleChoiceField):
    """What a service is told, among what it asks for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Données transmises"),
            help_text=gettext_lazy("Le moins possible. Un identifiant à part est toujours donné."),
            choices=[(code.value, words) for code, words in ATTRIBUTES.items()],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **options,
        )


class EnableForm(forms.Form):
    """What the service is told, and the département's own addresses."""

    granted = GrantField()
    launch_url = forms.CharField(
        label=gettext_lazy("Adresse d'ouverture"),
        help_text=gettext_lazy(
            "Celle que l'éditeur donne au Département. Vide : celle du catalogue."
        ),
        max_length=300,
        required=False,
    )
    health_url = forms.CharField(
        label=gettext_lazy("Adresse de surveillance"), max_length=300, required=False
    )


@register
class EnableService(Act):
    name = "enable-service"
    title = gettext_lazy("Activer un service")
    verb = gettext_lazy("Activer")
    icon = "add_circle"
    capability = Capability.MANAGE_TENANT
    form_class = EnableForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        found = catalogue.service_named(keys[0]) if len(keys) == 1 else None
        if found is None or not user.can(self.capability):
            raise NotFound(service="")
        return [found]

    def key_of(self, row: Any) -> str:
        return str(row.code)

    def about(self, targets: list[Any]) -> str:
        return f"{targets[0].name}, {targets[0].editor}"

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        form = super().form(data, files, targets)
        if targets:
            _narrow(form, targets[0].asks)
        return form

    def back(self, targets: list[Any]) -> str:
        return reverse("console:catalogue_sharedservice_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(
            operations.enable_service,
            service_code=targets[0].code,
            actor=PREVIEW,
            at=at,
            **answers,
        )
        return Effect(
            figures=(Figure(_("Transmis au service"), _told(answers["granted"])),),
            sentences=(_("Personne ne l'a encore : il reste à l'ouvrir."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        enabled = operations.enable_service(
            service_code=targets[0].code, actor=actor, at=at, **answers
        )
        return Outcome(message=_("Le service est activé."), url=_page_of(enabled))


def _narrow(form: forms.Form, asks: Sequence[str]) -> None:
    """Offer only what the service asks for."""
    field: Any = form.fields["granted"]
    field.choices = [(code.value, words) for code, words in ATTRIBUTES.items() if code in asks]


class OnOneEnabled(Act):
    """An act on a service that is enabled."""

    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_enabled_service(user, one_key(keys))]

    def about(self, targets: list[Any]) -> str:
        return name_of_service(targets[0].service_code)

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_enabled)

    def back(self, targets: list[Any]) -> str:
        return _page_of(targets[0])


class GrantForm(forms.Form):
    """What the service is told from now on."""

    granted = GrantField()


@register
class GrantAttributes(OnOneEnabled):
    name = "grant-attributes"
    title = gettext_lazy("Changer ce qu'un service reçoit")
    verb = gettext_lazy("Changer ce qu'il reçoit")
    icon = "visibility"
    form_class = GrantForm

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        form = super().form(data, files, targets)
        service = catalogue.service_named(targets[0].service_code)
        _narrow(form, service.asks if service else ())
        return form

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"granted": targets[0].granted}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.grant_attributes, enabled=targets[0], actor=PREVIEW, at=at, **answers)
        return Effect(
            figures=(
                Figure(_("Aujourd'hui"), _told(targets[0].granted)),
                Figure(_("Ensuite"), _told(answers["granted"])),
            ),
            sentences=(_("Ce que le service sait déjà reste chez lui."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.grant_attributes(enabled=targets[0], actor=actor, at=at, **answers)
        return Outcome(message=_("C'est changé."), url=self.back(targets))


@register
class DisableService(OnOneEnabled):
    name = "disable-service"
    title = gettext_lazy("Désactiver un service")
    verb = gettext_lazy("Désactiver")
    icon = "block"
    warning = gettext_lazy("Plus personne n'y entre par ici.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.disable_service, enabled=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Ses cartes disparaissent du portail."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.disable_service(enabled=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le service est désactivé."), url=self.back(targets))


class OpenForm(forms.Form):
    """To whom, where, from when, for how many."""

    profile = forms.ChoiceField(
        label=gettext_lazy("À qui"),
        choices=[(code.value, words) for code, words in PROFILES.items()],
        widget=forms.RadioSelect,
    )
    college: Any = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("Collège"),
        empty_label=gettext_lazy("Tous les collèges"),
        to_field_name="uai",
        required=False,
    )
    class_name = forms.CharField(
        label=gettext_lazy("Classe"),
        help_text=gettext_lazy("Son nom exact, par exemple 5e B. Vide : toutes."),
        max_length=60,
        required=False,
    )
    valid_from = DayField(label=gettext_lazy("Premier jour"))
    last_day = DayField(
        label=gettext_lazy("Dernier jour"),
        help_text=gettext_lazy("Vide : sans fin."),
        required=False,
    )
    licences = forms.IntegerField(
        label=gettext_lazy("Nombre de licences"),
        help_text=gettext_lazy("Une par personne. Vide : sans limite."),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["college"]
        field.queryset = people.colleges()

    def clean(self) -> dict[str, Any]:
        """The class by its name, in that collège, in the school year of the first day."""
        answers: dict[str, Any] = super().clean() or {}
        name, first = answers.pop("class_name", ""), answers.get("valid_from")
        school_class = None
        if name and first:
            year = school_year_of(first).start_year
            classes = classes_of(answers.get("college"), school_year=year)
            school_class = next((one for one in classes if one.name == name.strip()), None)
            if school_class is None:
                self.add_error("class_name", _("Ce collège n'a pas cette classe."))
        answers["audience"] = operations.Audience(
            profile=answers.pop("profile", ""),
            college=answers.pop("college", None),
            school_class=school_class,
        )
        last = answers.pop("last_day", None)
        answers["valid_until"] = last + ONE_DAY if last else None
        return answers


@register
class OpenService(OnOneEnabled):
    name = "open-service"
    title = gettext_lazy("Ouvrir un service")
    verb = gettext_lazy("Ouvrir à…")
    icon = "group_add"
    form_class = OpenForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        audience = rehearse(
            operations.open_to,
            read=audience_of,
            enabled=targets[0],
            actor=PREVIEW,
            at=at,
            **answers,
        )
        figures = [
            Figure(_("À qui"), audience),
            Figure(_("Premier jour"), wording.full_date(answers["valid_from"])),
        ]
        if answers["valid_until"]:
            last = answers["valid_until"] - ONE_DAY
            figures.append(Figure(_("Dernier jour"), wording.full_date(last)))
        count = answers["licences"]
        figures.append(Figure(_("Licences"), _("Sans limite") if count is None else str(count)))
        return Effect(figures=tuple(figures))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.open_to(enabled=targets[0], actor=actor, at=at, **answers)
        return Outcome(message=_("Le service est ouvert."), url=self.back(targets))


class _OnOneOpening(Act):
    """An act on an opening."""

    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_opening(user, one_key(keys))]

    def about(self, targets: list[Any]) -> str:
        (opening,) = targets
        return f"{name_of_service(opening.enabled.service_code)} : {audience_of(opening)}"

    def back(self, targets: list[Any]) -> str:
        return _page_of(targets[0].enabled)


class CloseForm(forms.Form):
    """Until when."""

    last_day = DayField(label=gettext_lazy("Dernier jour"))


@register
class CloseOpening(_OnOneOpening):
    name = "close-opening"
    title = gettext_lazy("Fermer une ouverture")
    verb = gettext_lazy("Fermer")
    icon = "event_busy"
    form_class = CloseForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"last_day": timezone.localdate()}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(
            operations.close_opening,
            opening=targets[0],
            ends_on=answers["last_day"] + ONE_DAY,
            actor=PREVIEW,
            at=at,
        )
        return Effect(figures=(Figure(_("Dernier jour"), wording.full_date(answers["last_day"])),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.close_opening(
            opening=targets[0], ends_on=answers["last_day"] + ONE_DAY, actor=actor, at=at
        )
        return Outcome(message=_("L'ouverture a une fin."), url=self.back(targets))


class LicencesForm(forms.Form):
    """How many."""

    licences = forms.IntegerField(
        label=gettext_lazy("Nombre de licences"),
        help_text=gettext_lazy("Une par personne. Vide : sans limite."),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )


@register
class SetLicences(_OnOneOpening):
    name = "set-licences"
    title = gettext_lazy("Changer le nombre de licences")
    verb = gettext_lazy("Changer les licences")
    icon = "confirmation_number"
    form_class = LicencesForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"licences": targets[0].licences}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.set_licences, opening=targets[0], actor=PREVIEW, at=at, **answers)
        count = answers["licences"]
        return Effect(
            figures=(Figure(_("Licences"), _("Sans limite") if count is None else str(count)),)
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.set_licences(opening=targets[0], actor=actor, at=at, **answers)
        return Outcome(message=_("Le nombre de licences est changé."), url=self.back(targets))
