"""The acts on software that is told what happens: open, choose events, pause, change the secret, replay."""

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
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    OnNothing,
    Outcome,
    do_each,
    foresee,
    named,
    register,
)
from console.acts.shared_services import one_key
from federation.webhooks import operations, queries
from federation.webhooks.access import access_delivery, access_endpoint
from federation.webhooks.models import DeliveryState, Endpoint, EndpointState
from federation.webhooks.public_events import PUBLIC, words_of
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User

_WEEK = datetime.timedelta(days=7)
_ONCE = gettext_lazy("Son secret se lit une seule fois, juste après.")


def _page_of(endpoint: Endpoint) -> str:
    return reverse("console:webhooks_endpoint_change", args=[endpoint.pk])


def _secret_said(secret: str) -> str:
    return _("Secret : %(secret)s. Notez-le : il ne sera plus montré.") % {"secret": secret}


class EventsField(forms.MultipleChoiceField):
    """The events to be told of."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Événements"),
            help_text=gettext_lazy("Le moins possible. Seuls des identifiants partent."),
            choices=[(name, event.words) for name, event in PUBLIC.items()],
            widget=forms.CheckboxSelectMultiple,
            **options,
        )


class EventsForm(forms.Form):
    events = EventsField()


class EndpointForm(forms.Form):
    """A piece of software, where it listens, and who answers for it."""

    name = forms.CharField(label=gettext_lazy("Nom du logiciel"), max_length=100)
    url = forms.CharField(
        label=gettext_lazy("Adresse à prévenir"),
        help_text=gettext_lazy("En https, sans mot de passe ni port."),
        max_length=300,
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Courriel du contact"),
        help_text=gettext_lazy("Prévenu une fois quand le logiciel ne répond plus."),
        max_length=254,
    )
    events = EventsField()


@register
class CreateEndpoint(OnNothing):
    name = "create-endpoint"
    title = gettext_lazy("Prévenir un logiciel de ce qui arrive")
    verb = gettext_lazy("Ajouter ce logiciel")
    icon = "add_circle"
    capability = Capability.MANAGE_TENANT
    form_class = EndpointForm
    warning = _ONCE
    is_sensitive = True

    def back(self, targets: list[Any]) -> str:
        return reverse("console:webhooks_endpoint_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.create_endpoint, **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=(
                Figure(_("Logiciel"), answers["name"]),
                Figure(_("Événements"), str(len(answers["events"]))),
            ),
            sentences=(answers["url"], *map(words_of, answers["events"])),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made, secret = operations.create_endpoint(**answers, actor=actor, at=at)
        return Outcome(message=_secret_said(secret), url=_page_of(made))


class _OnOneEndpoint(Act):
    """An act on one endpoint, from its page."""

    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_endpoint(user, one_key(keys))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0])

    def back(self, targets: list[Any]) -> str:
        return _page_of(targets[0])


@register
class SubscribeEndpoint(_OnOneEndpoint):
    name = "subscribe-endpoint"
    title = gettext_lazy("Changer les événements d'un logiciel")
    verb = gettext_lazy("Changer les événements")
    icon = "checklist"
    form_class = EventsForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"events": targets[0].events}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.subscribe, endpoint=targets[0], **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("Événements"), str(len(answers["events"]))),),
            sentences=tuple(map(words_of, answers["events"])),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.subscribe(endpoint=targets[0], **answers, actor=actor, at=at)
        return Outcome(message=_("Les événements sont changés."), url=self.back(targets))


@register
class PauseEndpoint(_OnOneEndpoint):
    name = "pause-endpoint"
    title = gettext_lazy("Mettre en pause les envois à un logiciel")
    verb = gettext_lazy("Mettre en pause")
    icon = "pause"

    def is_offered(self, row: Any) -> bool:
        return bool(row.state != EndpointState.PAUSED)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.pause, endpoint=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Rien n'est envoyé. Ce qui arrive attend la reprise."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.pause(endpoint=targets[0], actor=actor, at=at)
        return Outcome(message=_("Les envois sont en pause."), url=self.back(targets))


@register
class ResumeEndpoint(_OnOneEndpoint):
    name = "resume-endpoint"
    title = gettext_lazy("Reprendre les envois à un logiciel")
    verb = gettext_lazy("Reprendre")
    icon = "play_arrow"

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == EndpointState.PAUSED)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.resume, endpoint=targets[0], actor=PREVIEW, at=at)
        waiting = queries.health_of(targets[0]).waiting
        return Effect(
            figures=(Figure(_("Envois en attente"), str(waiting)),),
            sentences=(_("Ce qui attend part tout de suite."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.resume(endpoint=targets[0], actor=actor, at=at)
        return Outcome(message=_("Les envois reprennent."), url=self.back(targets))


@register
class RotateEndpointSecret(_OnOneEndpoint):
    name = "rotate-endpoint-secret"
    title = gettext_lazy("Changer le secret d'un logiciel")
    verb = gettext_lazy("Changer le secret")
    icon = "autorenew"
    warning = _ONCE
    is_sensitive = True

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.rotate_secret, endpoint=targets[0], actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                _("Un autre secret signe dès maintenant."),
                _("Celui d'avant signe encore deux jours, le temps de le changer."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        _endpoint, secret = operations.rotate_secret(endpoint=targets[0], actor=actor, at=at)
        return Outcome(message=_secret_said(secret), url=self.back(targets))


@register
class TryEndpoint(_OnOneEndpoint):
    name = "try-endpoint"
    title = gettext_lazy("Envoyer un essai à un logiciel")
    verb = gettext_lazy("Envoyer un essai")
    icon = "send"

    def is_offered(self, row: Any) -> bool:
        return bool(row.state != EndpointState.PAUSED)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.try_endpoint, endpoint=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Un message signé part. Il ne dit rien de personne."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.try_endpoint(endpoint=targets[0], actor=actor, at=at)
        return Outcome(
            message=_("L'essai part. Rechargez la page pour lire la réponse."),
            url=self.back(targets),
        )


class SinceForm(forms.Form):
    since = DayField(label=gettext_lazy("Ce qui est arrivé depuis le"))


@register
class ReplayGivenUp(_OnOneEndpoint):
    name = "replay-given-up"
    title = gettext_lazy("Refaire les envois abandonnés")
    verb = gettext_lazy("Refaire les abandonnés")
    icon = "replay"
    form_class = SinceForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"since": timezone.localdate() - _WEEK}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        count = rehearse(
            operations.replay_given_up,
            endpoint=targets[0],
            since=_start_of(answers["since"]),
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            figures=(Figure(_("Envois à refaire"), str(count)),),
            sentences=(_("Chacun garde son identifiant : le logiciel reconnaît un doublon."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.replay_given_up(
            endpoint=targets[0], since=_start_of(answers["since"]), actor=actor, at=at
        )
        return Outcome(message=_("Les envois repartent."), url=self.back(targets))


def _start_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@register
class ReplayDelivery(Act):
    name = "replay-delivery"
    title = gettext_lazy("Refaire des envois à un logiciel")
    verb = gettext_lazy("Refaire l'envoi")
    icon = "replay"
    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(delivery="")
        return [access_delivery(user, one_key([key])) for key in keys]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state != DeliveryState.WAITING)

    def about(self, targets: list[Any]) -> str:
        return named([words_of(one.name) for one in targets])

    def back(self, targets: list[Any]) -> str:
        return reverse("console:webhooks_delivery_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        foreseen = foresee(
            targets, lambda one: rehearse(operations.replay, delivery=one, actor=PREVIEW, at=at)
        )
        return Effect(
            figures=(Figure(_("Envois à refaire"), str(len(foreseen.accepted))),),
            sentences=(_("Chacun garde son identifiant : le logiciel reconnaît un doublon."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets, lambda one: operations.replay(delivery=one, actor=actor, at=at)
        )
        return Outcome(
            message=_("Les envois repartent."), url=self.back(targets), refusals=refusals, done=done
        )
