"""Handlers that write to a person about the security of their account. As `ui.messages`.

They say what happened and what to do if it was somebody else; never a code, an address that signs in
by itself, nor anything of a family.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.accounts import queries
from tenants.accounts.models import User
from ui import mail

# What a message says of each act, in one sentence.
CHANGES = {
    "accounts.authenticator.added": _("Une application de codes a été ajoutée à votre compte."),
    "accounts.authenticator.removed": _("L'application de codes de votre compte a été retirée."),
    "accounts.passkey.added": _("Une clé d'accès a été ajoutée à votre compte."),
    "accounts.passkey.removed": _("Une clé d'accès de votre compte a été retirée."),
    "accounts.recovery_code.used": _("Un de vos codes de secours a servi à une connexion."),
    "accounts.factor.guessed": _("Plusieurs codes faux ont suivi votre mot de passe."),
    "accounts.factors.reset": _("Un administrateur a réinitialisé votre deuxième étape."),
    "accounts.password.changed": _("Le mot de passe de votre compte a changé."),
    "ent.portal.given": _("Votre compte ouvre maintenant un portail d'un autre département."),
}


@handles("accounts.security.changed")
def tell_security_changed(event: OutboxEvent) -> None:
    """Write to the person what changed."""
    user = queries.user_by_id(event.payload["user_id"])
    _write("security_changed", user, event, change=CHANGES[event.payload["act"]])


@handles("accounts.sign_in.noticed")
def tell_new_device(event: OutboxEvent) -> None:
    """Write to a member of staff from where somebody signed in with their account."""
    found = queries.sign_in_by_id(event.payload["sign_in_id"])
    if found is not None:
        _write("new_device", found.user, event, sign_in=found)


def _write(name: str, user: User | None, event: OutboxEvent, **more: object) -> None:
    if user is None or not user.email:
        return
    recipient = mail.Recipient(email=user.email, first_name=user.first_name)
    context = {"action_url": mail.portal_address(reverse("portal:security")), **more}
    part = str(user.public_id)
    mail.compose(name, event=event, recipient=recipient, part=part, context=context).send()
