"""The acts of agents on registrations for Pass+: take, put back, grant, ask, refuse, accept what came."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.actors import Actor
from commons.errors import NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    do_each,
    foresee,
    named,
    register,
    sample,
)
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.facts import Fact
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import operations, queries
from federation.passplus.registrations.access import access_registration_to_decide
from federation.passplus.registrations.declaring import ASKABLE
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.registration_texts import FACTS

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.accounts.models import User

State = Registration.State
Kind = RegistrationDocument.Kind
SENT = (State.SUBMITTED, State.UNDER_REVIEW, State.INCOMPLETE)


class OnRegistrations(Act):
    """An act that does one operation on each registration that the keys name."""

    capability = Capability.DECIDE_REGISTRATIONS
    states: tuple[str, ...] = SENT
    operation: ClassVar[Callable[..., Registration]]
    told: ClassVar[str | Promise]

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(registration="")
        return [access_registration_to_decide(user, uuid_of(key)) for key in dict.fromkeys(keys)]

    def is_offered(self, row: Any) -> bool:
        return row.state in self.states

    def about(self, targets: list[Any]) -> str:
        return named([one.pupil.full_name for one in targets])

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return reverse("console:passplus_registration_change", args=[targets[0].pk])
        return reverse("console:passplus_registration_changelist")

    def arguments(self, answers: Answers) -> dict[str, Any]:
        """What the operation takes of the answers."""
        del answers
        return {}

    def foreseen(self, registration: Registration) -> dict[str, str]:
        """What the preview says of one that is accepted: its columns."""
        return {str(_("Élève")): registration.pupil.full_name}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        act, given = type(self).operation, self.arguments(answers)
        foreseen = foresee(
            targets,
            lambda one: rehearse(
                act,
                read=self.foreseen,
                registration=one,
                actor=_holder(one),
                at=at,
                **given,
            ),
        )
        rows = [row for _target, row in foreseen.accepted]
        heads = tuple(rows[0]) if rows else ()
        return Effect(
            figures=(Figure(_("Inscriptions"), str(len(rows))), *self.figures(foreseen.accepted)),
            sentences=(str(self.told),),
            table=sample(heads, [tuple(row.values()) for row in rows]) if len(rows) > 1 else None,
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
        )

    def following(self, target: Registration, actor: Actor) -> str:
        """Where one goes on: the next file of the queue, once this one has left it."""
        waiting = queries.queue().exclude(pk=target.pk)
        free = waiting.filter(taken_by__in=("", actor.id)).first()
        if free is None:
            return reverse("console:passplus_registration_changelist")
        return reverse("console:passplus_registration_change", args=[free.pk])

    def figures(self, accepted: Sequence[tuple[Any, Any]]) -> tuple[Figure, ...]:
        """More numbers of the effect."""
        del accepted
        return ()

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        act, given = type(self).operation, self.arguments(answers)
        done, refusals = do_each(
            targets, lambda one: act(registration=one, actor=actor, at=at, **given)
        )
        message = ngettext(
            "%(count)d inscription : c'est fait.", "%(count)d inscriptions : c'est fait.", done
        )
        return Outcome(
            message=wording.typographic(message % {"count": done}),
            url=self.back(targets)
            if not done or len(targets) > 1
            else self.following(targets[0], actor),
            refusals=refusals,
            done=done,
        )


@register
class TakeRegistrations(OnRegistrations):
    """Have registrations for oneself, so that nobody else studies them at the same time."""

    name = "take-registrations"
    title = gettext_lazy("Prendre des inscriptions au Pass+")
    verb = gettext_lazy("Prendre")
    icon = "pan_tool"
    states = (State.SUBMITTED,)
    operation = staticmethod(operations.take_registration)
    told = gettext_lazy("Les autres agents et les familles verront que vous les étudiez.")

    def following(self, target: Registration, actor: Actor) -> str:
        del actor
        return self.back([target])


@register
class ReleaseRegistrations(OnRegistrations):
    """Put registrations back, one's own or those of an absent colleague."""

    name = "release-registrations"
    title = gettext_lazy("Remettre des inscriptions dans la file")
    verb = gettext_lazy("Remettre dans la file")
    icon = "undo"
    states = (State.UNDER_REVIEW,)
    operation = staticmethod(operations.release_registration)
    told = gettext_lazy("Un autre agent pourra les prendre. Leur délai ne change pas.")


class GrantForm(forms.Form):
    """What the agent saw without a document; and a proof of bursary that does not convince."""

    attested = forms.MultipleChoiceField(
        label=gettext_lazy("Ce que vous avez vérifié vous-même"),
        help_text=gettext_lazy("Au guichet, ou dans un fichier du rectorat. C'est inscrit."),
        choices=[(str(fact), FACTS[fact]) for fact in (*ASKABLE, Fact.BURSARY)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    bursary_words = forms.CharField(
        label=gettext_lazy("La preuve de bourse ne convient pas : pourquoi"),
        help_text=gettext_lazy("La famille lira ces mots. Elle garde le montant de base."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@register
class GrantRegistrations(OnRegistrations):
    """Grant cards: one by one, or two hundred at a time."""

    name = "grant-registrations"
    title = gettext_lazy("Accorder des Pass+")
    verb = gettext_lazy("Accorder")
    icon = "verified"
    form_class = GrantForm
    operation = staticmethod(operations.grant_registration)
    told = gettext_lazy("Les pièces reçues sont acceptées. Chaque famille reçoit un courriel.")

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {
            "attested": tuple(map(Fact, answers["attested"])),
            "bursary_words": answers["bursary_words"],
        }

    def foreseen(self, registration: Registration) -> dict[str, str]:
        assert registration.card is not None
        return {
            str(_("Élève")): registration.pupil.full_name,
            str(_("Montant")): format_euros(_cents(registration)),
        }

    def figures(self, accepted: Sequence[tuple[Any, Any]]) -> tuple[Figure, ...]:
        amounts = [row[str(_("Montant"))] for _target, row in accepted]
        return (Figure(_("Montant"), amounts[0]),) if len(amounts) == 1 else ()


def _cents(registration: Registration) -> int:
    card = registration.card
    assert card is not None
    return sum(registration.campaign.rules.amount_of(Status(card.status)).values())


class AskForm(forms.Form):
    """Which documents, and words that the family reads."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Pièces à envoyer"),
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=gettext_lazy("Ce que la famille lira"),
        help_text=gettext_lazy("Une ou deux phrases simples : pourquoi, et quoi faire."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class AskRegistrationDocuments(OnRegistrations):
    """Ask families for documents, or for other ones."""

    name = "ask-registration-documents"
    title = gettext_lazy("Demander une pièce d'inscription")
    verb = gettext_lazy("Demander une pièce")
    icon = "upload_file"
    states = (*SENT, State.GRANTED)
    form_class = AskForm
    operation = staticmethod(operations.ask_documents)
    told = gettext_lazy("Chaque famille reçoit un courriel. Le délai repart quand la pièce arrive.")

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {"kinds": answers["kinds"], "words": answers["words"]}


class RefuseForm(forms.Form):
    """Words that the family reads."""

    words = forms.CharField(
        label=gettext_lazy("Ce que la famille lira"),
        help_text=gettext_lazy("Une ou deux phrases simples : pourquoi, et quoi faire."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class RefuseRegistrations(OnRegistrations):
    """Refuse registrations, with words."""

    name = "refuse-registrations"
    title = gettext_lazy("Refuser des inscriptions au Pass+")
    verb = gettext_lazy("Refuser")
    icon = "block"
    warning = gettext_lazy("Une inscription refusée ne se rouvre pas. La famille peut recommencer.")
    form_class = RefuseForm
    operation = staticmethod(operations.refuse_registration)
    told = gettext_lazy("Aucun crédit n'est donné. Chaque famille lit votre explication.")

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {"words": answers["words"]}


@register
class AcceptRegistrationDocuments(OnRegistrations):
    """Accept photographs and proofs of bursaries of cards that are granted."""

    name = "accept-registration-documents"
    title = gettext_lazy("Accepter des photos et des preuves de bourse")
    verb = gettext_lazy("Accepter les pièces")
    icon = "done_all"
    states = (State.GRANTED,)
    operation = staticmethod(operations.accept_documents)
    told = gettext_lazy("Une preuve de bourse complète le Pass+, une seule fois.")

    def foreseen(self, registration: Registration) -> dict[str, str]:
        return {
            str(_("Élève")): registration.pupil.full_name,
            str(_("Pass+ après")): format_euros(_cents_after(registration)),
        }


def _cents_after(registration: Registration) -> int:
    registration.card.refresh_from_db()  # type: ignore[union-attr]
    return _cents(registration)


def _holder(registration: Registration) -> Actor:
    """Who a rehearsal is made as: whether the person may is told when it is done."""
    return Actor("user", registration.taken_by) if registration.taken_by else PREVIEW
