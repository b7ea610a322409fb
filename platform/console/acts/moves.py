"""The acts on pupils who move: agreements, whose an arrival is, what is taken over, what is let go."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import PREVIEW, Act, Answers, DayField, Effect, Outcome, register
from console.acts.reciprocity import SignatoryForm, legal_basis_field, signatory_field
from federation.agreements.acts import is_ended_here
from federation.agreements.reading import is_signed_here, name_of, other_party
from federation.exchange import access, operations
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_pupil
from tenants.registry import directory
from ui import wording
from ui.exchange_texts import ITEMS, items_said, terms_said

if TYPE_CHECKING:
    from tenants.accounts.models import User


class _OfMoves(Act):
    """About one thing, whose page is that of moves."""

    def find(self, user: User, key: str) -> Any:
        """The object of a key."""
        raise NotImplementedError

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(move="")
        return [self.find(user, keys[0])]

    def back(self, targets: list[Any]) -> str:
        return reverse("console:moves")

    def done(self, message: str) -> Outcome:
        return Outcome(message=message, url=reverse("console:moves"))


class _Plain(_OfMoves):
    """One operation on one object, without a question: its effect is said in words."""

    subject: str
    effects: tuple[Any, ...]
    message: Any

    operation: Callable[..., Any]  # what does it

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(self.operation, **{self.subject: targets[0]}, **answers, actor=PREVIEW, at=at)
        return Effect(sentences=tuple(str(one) for one in self.effects))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        self.operation(**{self.subject: targets[0]}, **answers, actor=actor, at=at)
        return self.done(str(self.message))


class ExchangeForm(forms.Form):
    """The text of an agreement on pupils who move."""

    items = forms.MultipleChoiceField(
        label=gettext_lazy("Ce qui peut passer"),
        choices=list(ITEMS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    most_a_year = forms.IntegerField(
        label=gettext_lazy("Demandes par année scolaire, de chaque côté"),
        min_value=1,
        max_value=10_000,
    )
    pupil_euros = forms.IntegerField(
        label=gettext_lazy("Euros par élève et par an"),
        help_text=gettext_lazy("Ce que donne le département où l'élève habite (L. 213-8)."),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    valid_from = DayField(label=gettext_lazy("À partir du"))
    valid_until = DayField(label=gettext_lazy("Premier jour sans convention"), required=False)
    legal_basis = legal_basis_field()
    signatory = signatory_field()


@register
class ProposeExchange(_OfMoves):
    name = "propose-exchange"
    title = gettext_lazy("Proposer une convention d'échange")
    verb = gettext_lazy("Proposer une convention")
    icon = "handshake"
    capability = Capability.MANAGE_TENANT
    form_class = ExchangeForm
    is_sensitive = True

    def find(self, user: User, key: str) -> Any:
        found = directory.neighbour(key) if access.follows(user) else None
        if found is None:
            raise NotFound(departement=key)
        return found

    def key_of(self, row: Any) -> str:
        return str(row.code)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"valid_from": timezone.localdate(), "items": list(ITEMS), "most_a_year": 200}

    def _said(self, targets: list[Any], answers: Answers) -> dict[str, Any]:
        euros = answers["pupil_euros"]
        terms = operations.Terms(
            items=answers["items"],
            most_a_year=answers["most_a_year"],
            pupil_cents=None if euros is None else euros * 100,
        )
        kept = ("valid_from", "valid_until", "legal_basis", "signatory")
        return {
            "departement_code": targets[0].code,
            "terms": terms,
            **{name: answers[name] for name in kept},
        }

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        said = rehearse(
            operations.propose_agreement,
            read=terms_said,
            **self._said(targets, answers),
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            sentences=(
                *said,
                _("Vous signez maintenant. Rien ne passe avant que l'autre département signe."),
                _("Rien ne passe non plus sans l'accord d'un responsable, des deux côtés."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.propose_agreement(**self._said(targets, answers), actor=actor, at=at)
        return self.done(_("La convention est proposée."))


class _OnExchange(_OfMoves):
    capability = Capability.MANAGE_TENANT
    is_sensitive = True

    def find(self, user: User, key: str) -> Any:
        return access.access_agreement(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return name_of(other_party(targets[0]))


@register
class SignExchange(_OnExchange):
    name = "sign-exchange"
    title = gettext_lazy("Signer une convention d'échange")
    verb = gettext_lazy("Signer")
    icon = "draw"
    form_class = SignatoryForm

    def is_offered(self, row: Any) -> bool:
        return not is_signed_here(row) and not row.endings.all()

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.sign_agreement, agreement=targets[0], **answers, actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                *terms_said(targets[0]),
                _("Vous signez le texte que l'autre département a signé, mot pour mot."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.sign_agreement(agreement=targets[0], **answers, actor=actor, at=at)
        return self.done(_("La convention est signée."))


class EndExchangeForm(forms.Form):
    ends_on = DayField(label=gettext_lazy("Premier jour sans convention"))
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("L'autre département le lit."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class EndExchange(_OnExchange):
    name = "end-exchange"
    title = gettext_lazy("Mettre fin à une convention d'échange")
    verb = gettext_lazy("Mettre fin")
    icon = "block"
    form_class = EndExchangeForm
    warning = gettext_lazy("Ce jour ne se change plus.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"ends_on": timezone.localdate() + datetime.timedelta(days=30)}

    def is_offered(self, row: Any) -> bool:
        return not is_ended_here(row)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.end_agreement, agreement=targets[0], **answers, actor=PREVIEW, at=at)
        day = wording.full_date(answers["ends_on"])
        return Effect(
            sentences=(
                _("Dès le %(day)s, plus rien ne passe entre les deux.") % {"day": day},
                _("Ce qui attend alors est effacé des deux côtés."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.end_agreement(agreement=targets[0], **answers, actor=actor, at=at)
        return self.done(_("La fin de la convention est dite."))


class _OnArrival(_OfMoves):
    capability = Capability.EDIT_PEOPLE

    def find(self, user: User, key: str) -> Any:
        return access.access_arrival(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        (arrival,) = targets
        return str(arrival.pupil or name_of(arrival.other))


@register
class MergeArrival(_OfMoves):
    """About an arrival and a pupil: the page of moves offers the pupils who are like the child."""

    name = "merge-arrival"
    title = gettext_lazy("Rapprocher une arrivée d'un élève")
    verb = gettext_lazy("Rapprocher")
    icon = "merge"
    capability = Capability.EDIT_PEOPLE

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 2:
            raise NotFound(arrival="")
        arrival = access.access_arrival(user, uuid_of(keys[0]))
        return [arrival, access_pupil(user, uuid_of(keys[1]))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[1])

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open and row.pupil_id is None)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        arrival, pupil = targets
        rehearse(operations.merge, arrival=arrival, pupil=pupil, actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                _("L'arrivée est celle de %(pupil)s.") % {"pupil": pupil},
                _("Rien ne change sur la fiche de l'élève. Cela se défait."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        arrival, pupil = targets
        operations.merge(arrival=arrival, pupil=pupil, actor=actor, at=at)
        return self.done(_("L'arrivée est rapprochée."))


@register
class UnmergeArrival(_Plain, _OnArrival):
    name = "unmerge-arrival"
    title = gettext_lazy("Défaire un rapprochement")
    verb = gettext_lazy("Défaire")
    icon = "call_split"
    subject = "arrival"
    effects = (gettext_lazy("L'arrivée redevient celle de personne. L'élève ne change pas."),)
    message = gettext_lazy("Le rapprochement est défait.")
    operation = staticmethod(operations.unmerge)

    def is_offered(self, row: Any) -> bool:
        return row.is_open and row.pupil_id is not None


@register
class RefuseArrival(_Plain, _OnArrival):
    name = "refuse-arrival"
    title = gettext_lazy("Refuser une arrivée")
    verb = gettext_lazy("Refuser")
    icon = "block"
    warning = gettext_lazy("Ce qui est arrivé est effacé.")
    subject = "arrival"
    effects = (
        gettext_lazy("Ce qui est arrivé est effacé ici."),
        gettext_lazy("L'autre département apprend que c'est terminé."),
    )
    message = gettext_lazy("L'arrivée est refusée.")
    operation = staticmethod(operations.refuse_arrival)

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)


class _OnItem(_Plain):
    capability = Capability.EDIT_PEOPLE
    subject = "item"

    def find(self, user: User, key: str) -> Any:
        return access.access_received_item(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return items_said([targets[0].item])

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == "WAITING")


@register
class TakeOverItem(_OnItem):
    name = "take-over-item"
    title = gettext_lazy("Reprendre un élément reçu")
    verb = gettext_lazy("Reprendre")
    icon = "move_to_inbox"
    effects = (
        gettext_lazy("Des ressources deviennent une demande de droits, à décider ici."),
        gettext_lazy("Un solde du Pass+ est pris en note : l'argent reste où il est."),
    )
    message = gettext_lazy("C'est repris.")
    operation = staticmethod(operations.take_over)


@register
class SetItemAside(_OnItem):
    name = "set-item-aside"
    title = gettext_lazy("Laisser un élément reçu de côté")
    verb = gettext_lazy("Laisser de côté")
    icon = "inventory_2"
    effects = (gettext_lazy("Il n'est pas repris. Il est effacé dans 60 jours."),)
    message = gettext_lazy("C'est laissé de côté.")
    operation = staticmethod(operations.set_aside)


class _OnDeparture(_Plain):
    capability = Capability.EDIT_PEOPLE
    subject = "departure"

    def find(self, user: User, key: str) -> Any:
        return access.access_departure(user, uuid_of(key))

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].pupil)


@register
class ConfirmDeparture(_OnDeparture):
    name = "confirm-departure"
    title = gettext_lazy("Confirmer une correspondance probable")
    verb = gettext_lazy("Confirmer")
    icon = "task_alt"
    effects = (
        gettext_lazy("Demandez d'abord à la famille si c'est bien son enfant."),
        gettext_lazy("Ce qu'elle a choisi part alors, scellé, vers l'autre département."),
    )
    message = gettext_lazy("C'est confirmé. Le dossier part.")
    operation = staticmethod(operations.confirm_match)

    def is_offered(self, row: Any) -> bool:
        return row.is_open and row.arrival is not None and row.sent_at is None


@register
class RefuseDeparture(_OnDeparture):
    name = "refuse-departure"
    title = gettext_lazy("Refuser un départ")
    verb = gettext_lazy("Refuser")
    icon = "block"
    effects = (gettext_lazy("Rien ne part. Ce qui est parti est effacé là-bas."),)
    message = gettext_lazy("Le départ est refusé.")
    operation = staticmethod(operations.refuse_departure)

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)
