"""The acts between départements: take another's word, let it take ours, and stop either."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    register,
)
from federation.ent import operations as ent
from federation.ent import vouching
from tenants.accounts.capabilities import Capability
from tenants.identities import operations, queries
from tenants.identities.access import access_neighbour
from tenants.identities.models import IdentityProvider, ProviderKind
from tenants.registry.addresses import origin_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


class _OnOneDepartement(Act):
    """About one other département, named by its code."""

    capability = Capability.MANAGE_TENANT
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(departement="")
        return [access_neighbour(user, keys[0])]

    def key_of(self, row: Any) -> str:
        return str(row.code)

    def about(self, targets: list[Any]) -> str:
        return f"{targets[0].name}, {origin_of(targets[0])}"

    def back(self, targets: list[Any]) -> str:
        return reverse("console:departements")


def _provider(code: str) -> IdentityProvider:
    found = queries.open_provider(ProviderKind.DEPARTEMENT, code)
    if found is None:
        raise NotFound(departement=code)
    return found


@register
class TrustDepartement(_OnOneDepartement):
    name = "trust-departement"
    title = gettext_lazy("Laisser entrer par un autre département")
    verb = gettext_lazy("Faire confiance")
    icon = "handshake"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.trust, departement_code=targets[0].code, actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                _("Un responsable qui relie ses deux comptes entrera ici par l'autre portail."),
                _("Ni les agents, ni les élèves. Pour payer, il prouvera encore qui il est."),
                _("L'autre département doit l'accorder aussi."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.trust(departement_code=targets[0].code, actor=actor, at=at)
        return Outcome(message=_("Ce département est reconnu."), url=self.back(targets))


@register
class DistrustDepartement(_OnOneDepartement):
    name = "distrust-departement"
    title = gettext_lazy("Ne plus laisser entrer par un autre département")
    verb = gettext_lazy("Ne plus faire confiance")
    icon = "link_off"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        _provider(targets[0].code)
        linked = queries.count_received(targets[0].code)
        return Effect(
            figures=(Figure(_("Comptes reliés"), str(linked)),),
            sentences=(
                _("Plus personne n'entre par là. Les comptes restent, et les autres moyens aussi."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.close_provider(provider=_provider(targets[0].code), actor=actor, at=at)
        return Outcome(message=_("Ce département n'est plus reconnu."), url=self.back(targets))


@register
class AgreeWithDepartement(_OnOneDepartement):
    name = "agree-departement"
    title = gettext_lazy("Ouvrir un autre département à nos familles")
    verb = gettext_lazy("Accorder")
    icon = "outgoing_mail"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(ent.agree, departement_code=targets[0].code, actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                _("Un responsable qui l'accepte entrera là-bas depuis notre portail."),
                _("Un identifiant part, et l'heure de connexion. Aucun nom, aucun enfant."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        ent.agree(departement_code=targets[0].code, actor=actor, at=at)
        return Outcome(message=_("C'est accordé à ce département."), url=self.back(targets))


@register
class StopAgreeing(_OnOneDepartement):
    name = "stop-departement"
    title = gettext_lazy("Ne plus ouvrir un autre département")
    verb = gettext_lazy("Arrêter")
    icon = "block"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(ent.stop_agreeing, departement_code=targets[0].code, actor=PREVIEW, at=at)
        given = vouching.count_given(targets[0].code)
        return Effect(
            figures=(Figure(_("Accords de responsables"), str(given)),),
            sentences=(
                _("Notre portail n'ouvre plus le sien."),
                _("Ce qui est ouvert là-bas par ce moyen se ferme."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        ent.stop_agreeing(departement_code=targets[0].code, actor=actor, at=at)
        return Outcome(message=_("C'est arrêté avec ce département."), url=self.back(targets))
