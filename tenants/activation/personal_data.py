"""What first connections hold about their person: no code, which we do not know ourselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.activation.models import ActivationCode, AddressClaim, Emancipation

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les codes qu'on vous a donnés"),
    why=_("Ouvrir votre compte, et savoir qui a demandé un nouveau code."),
    reads=("activation.ActivationCode",),
)
def codes(user: User) -> Iterable[Record]:
    """When, until when, used when; and what was shown at the desk."""
    own = ActivationCode.objects.filter(Q(guardian__user=user) | Q(pupil__user=user))
    for code in own.order_by("given_at", "pk"):
        yield record_of(
            code, "given_at", "expires_at", "used_at", "is_recovery", "identity_shown", "reason"
        )


@holds(
    _("Les adresses à confirmer"),
    why=_("Vérifier qu'une adresse est à vous avant de vous écrire."),
    reads=("activation.AddressClaim",),
)
def addresses(user: User) -> Iterable[Record]:
    """Each address the person gave."""
    for claim in AddressClaim.objects.filter(user=user).order_by("claimed_at", "pk"):
        yield record_of(claim, "email", "claimed_at", "confirmed_at")


@holds(
    _("Votre émancipation"),
    why=_("Vous laisser agir vous-même avant vos dix-huit ans."),
    reads=("activation.Emancipation",),
)
def emancipation(user: User) -> Iterable[Record]:
    """That a judge set the person free, as the département noted it."""
    for noted in Emancipation.objects.filter(pupil__user=user):
        yield record_of(noted, "reason", "recorded_at")
