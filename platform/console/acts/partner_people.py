"""The acts of agents on who works for a partner; and a partner affiliated from a form on paper."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Answers,
    Effect,
    Figure,
    NoAnswers,
    OnNothing,
    Outcome,
    register,
)
from console.acts.partners import OnOne, OnPartner, PartnerForm, point_of
from federation.passplus import operations, partner_access
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerKind, PartnerRole
from federation.passplus.operations import PartnerDetails
from tenants.accounts.capabilities import Capability


class InvitationForm(forms.Form):
    """Whom, and to do what."""

    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        help_text=gettext_lazy("Vérifiez-la avec le partenaire : son lien ouvre l'espace."),
        max_length=254,
    )
    role = forms.ChoiceField(label=gettext_lazy("Rôle"), choices=PartnerRole.choices)


@register
class InvitePartnerMember(OnPartner):
    """Somebody new for a partner: its first manager, or one for a partner that has none left."""

    name = "invite-partner-member"
    title = gettext_lazy("Inviter une personne chez un partenaire")
    verb = gettext_lazy("Inviter quelqu'un")
    icon = "person_add"
    form_class = InvitationForm
    told = gettext_lazy("Cette personne reçoit un lien par courriel. Il sert pendant sept jours.")
    done_words = gettext_lazy("L'invitation est partie.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"role": PartnerRole.MANAGER}

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        role = PartnerRole(answers["role"])
        return operations.invite_member, {"partner": row, "email": answers["email"], "role": role}


@register
class EndPartnerMember(OnOne):
    """Somebody leaves: the département may let a partner's last manager go, a partner may not."""

    access = staticmethod(partner_access.access_member)
    page = "partnermember"
    form_class = NoAnswers
    name = "end-partner-member"
    title = gettext_lazy("Retirer une personne d'un partenaire")
    verb = gettext_lazy("Retirer cette personne")
    icon = "person_remove"
    warning = gettext_lazy("Elle ne voit plus rien du partenaire dès sa prochaine page.")
    told = gettext_lazy("Ce qu'elle a validé reste. Son compte de famille, s'il existe, aussi.")
    done_words = gettext_lazy("Cette personne n'a plus accès.")

    def is_offered(self, row: Any) -> bool:
        return row.ended_at is None

    def about(self, targets: list[Any]) -> str:
        (member,) = targets
        return f"{member.user.get_full_name()}, {member.partner}"

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        del answers
        return operations.end_member, {"member": row}


class AffiliationForm(PartnerForm):
    """A partner whose agreement was signed on paper."""

    siret = forms.CharField(label=gettext_lazy("SIRET"), max_length=20)
    kind = forms.ChoiceField(label=gettext_lazy("Type de structure"), choices=PartnerKind.choices)
    field_order = ("siret", "name", "kind", "domains")


@register
class AffiliatePartner(OnNothing):
    name = "affiliate-partner"
    title = gettext_lazy("Affilier un partenaire")
    verb = gettext_lazy("Affilier ce partenaire")
    icon = "storefront"
    capability = Capability.MANAGE_PARTNERS
    form_class = AffiliationForm
    warning = gettext_lazy(
        "Pour une convention signée sur papier. Sinon, la structure fait sa demande en ligne."
    )

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_partner_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        made = rehearse(operations.affiliate_partner, **_affiliation(answers), actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("SIRET"), made.siret), Figure(_("Nom"), made.name)),
            sentences=(
                _("Il entre dans l'annuaire et peut valider des tickets."),
                _("Invitez ensuite son responsable, et donnez son compte bancaire."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made = operations.affiliate_partner(**_affiliation(answers), actor=actor, at=at)
        return Outcome(
            message=_("Le partenaire est affilié. Invitez maintenant son responsable."),
            url=reverse("console:passplus_partner_change", args=[made.pk]),
        )


def _affiliation(answers: Answers) -> dict[str, Any]:
    said = dict(answers)
    return {
        "name": said.pop("name"),
        "siret": said.pop("siret"),
        "domains": [Domain(one) for one in said.pop("domains")],
        "details": PartnerDetails(**said, **point_of(said)),
    }
