"""Who works for a partner: invited by e-mail, let in, given a role, and gone.

An invitation's link proves that its address is read by who follows it; it opens an account there, or
waits until the account that has this address signs in. Nobody learns from an invitation who has an
account. A partner always keeps a manager.
"""

from __future__ import annotations

import datetime
import hmac
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.models import (
    Partner,
    PartnerInvitation,
    PartnerMember,
    PartnerRole,
    Till,
)
from federation.passplus.permits import lock_partner
from federation.passplus.tills import add_till, check_manager
from tenants.accounts.models import User
from tenants.accounts.operations import EmailTaken, check_password_rules, open_account

LINK_LASTS = datetime.timedelta(days=7)
MOST_INVITED = 50
FIRST_TILL = "Accueil"
_PURPOSE = "passplus.invitation"


class InvitationInvalid(DomainError):
    """The address is none; `field` names it."""

    code = "PASSPLUS_INVITATION_INVALID"


class InvitationRefused(DomainError):
    """The link is old, used, taken back, or none of ours; or the account is not its address's."""

    code = "PASSPLUS_INVITATION_REFUSED"


class AlreadyMember(DomainError):
    """Who has this address works for the partner already."""

    code = "PASSPLUS_ALREADY_MEMBER"


class TooManyInvitations(DomainError):
    """Too many invitations wait for their answer."""

    code = "PASSPLUS_TOO_MANY_INVITATIONS"


class LastManager(DomainError):
    """A partner keeps one manager at least."""

    code = "PASSPLUS_LAST_MANAGER"


@transaction.atomic(durable=True)
def invite_member(
    *,
    partner: Partner,
    email: str,
    role: PartnerRole,
    actor: Actor,
    at: datetime.datetime,
    by: PartnerMember | None = None,
) -> PartnerInvitation:
    """
    Ask somebody by e-mail to work for a partner. Asking again sends another link; the former dies.

    :param by: the manager who asks; None for the département, which invites the first one
    :raises Forbidden: if `by` is no manager of this partner
    :raises InvitationInvalid: if the address is none
    :raises AlreadyMember: if they work there already
    :raises TooManyInvitations: if too many wait
    """
    lock_partner(partner.pk)
    if by is not None:
        check_manager(by)
    return ask(partner, email=email, role=role, actor=actor, at=at)


def ask(
    partner: Partner, *, email: str, role: PartnerRole, actor: Actor, at: datetime.datetime
) -> PartnerInvitation:
    """`invite_member`, in the transaction of an act that affiliates a partner."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvitationInvalid(field="email") from error
    if PartnerMember.objects.filter(
        partner=partner, user__email=address, ended_at__isnull=True
    ).exists():
        raise AlreadyMember(field="email", email=address)
    waiting = PartnerInvitation.objects.filter(partner=partner, ended_at__isnull=True)
    waiting.filter(email=address).update(ended_at=at)
    if waiting.filter(expires_at__gt=at).count() >= MOST_INVITED:
        raise TooManyInvitations(most=MOST_INVITED)
    invitation = PartnerInvitation.objects.create(
        partner=partner, email=address, role=role, invited_at=at, expires_at=at + LINK_LASTS
    )
    _journal("invited", partner, actor=actor, at=at, role=str(role))
    record_event(
        "passplus.member.invited",
        aggregate=f"passplus.partner:{partner.public_id}",
        occurred_at=at,
        invitation_id=invitation.pk,
    )
    return invitation


@transaction.atomic(durable=True)
def withdraw_invitation(
    *, invitation: PartnerInvitation, by: PartnerMember, actor: Actor, at: datetime.datetime
) -> None:
    """
    Take an invitation back: its link works no more. Again changes nothing.

    :raises Forbidden: if `by` is no manager
    """
    partner = lock_partner(by.partner_id)
    check_manager(by)
    if partner.invitations.filter(pk=invitation.pk, ended_at__isnull=True).update(ended_at=at):
        _journal("invitation_withdrawn", partner, actor=actor, at=at)


@transaction.atomic(durable=True)
def join(*, token: str, user: User, at: datetime.datetime) -> PartnerMember:
    """
    Let in who follows a link and has signed in to the account of its address.

    :raises InvitationRefused: if the link does not work, or the account has another address
    """
    invitation = _lock_invitation(token, at=at)
    if user.email != invitation.email or not user.is_active:
        raise InvitationRefused
    return _let_in(invitation, user, at=at)


@transaction.atomic(durable=True)
def join_as_new(
    *, token: str, first_name: str, last_name: str, password: str, at: datetime.datetime
) -> PartnerMember:
    """
    Open the account of who follows a link, and let them in.

    :raises InvitationRefused: if the link does not work
    :raises EmailTaken: if its address has an account: that one must sign in
    :raises WeakPassword: if the password does not meet the rules
    """
    invitation = _lock_invitation(token, at=at)
    if User.objects.filter(email=invitation.email).exists():
        raise EmailTaken(email=invitation.email)
    actor = Actor.system("portal")
    user = open_account(
        first_name=first_name.strip(), last_name=last_name.strip(), actor=actor, at=at
    )
    user.email = invitation.email
    check_password_rules(user=user, password=password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "password"])
    except IntegrityError as error:
        raise EmailTaken(email=invitation.email) from error
    return _let_in(invitation, user, at=at)


@transaction.atomic(durable=True)
def change_role(
    *,
    member: PartnerMember,
    role: PartnerRole,
    by: PartnerMember,
    actor: Actor,
    at: datetime.datetime,
) -> PartnerMember:
    """
    Give a member another role.

    :raises Forbidden: if `by` is no manager
    :raises LastManager: if nobody would manage the partner
    """
    partner = lock_partner(by.partner_id)
    check_manager(by)
    held = PartnerMember.objects.get(pk=member.pk, partner=partner)
    if held.role == role or held.ended_at is not None:
        return held
    if held.is_manager:
        _refuse_last(partner, held)
    held.role = role
    held.save(update_fields=["role"])
    _journal("role_changed", partner, actor=actor, at=at, role=str(role))
    return held


@transaction.atomic(durable=True)
def end_member(
    *,
    member: PartnerMember,
    actor: Actor,
    at: datetime.datetime,
    by: PartnerMember | None = None,
) -> PartnerMember:
    """
    Somebody no longer works for a partner: from their next page on, they see nothing of it.

    :param by: the manager who asks; None for the département
    :raises Forbidden: if `by` is no manager of this partner
    :raises LastManager: if nobody would manage the partner
    """
    partner = lock_partner(member.partner_id if by is None else by.partner_id)
    if by is not None:
        check_manager(by)
    held = PartnerMember.objects.get(pk=member.pk, partner=partner)
    if held.ended_at is not None:
        return held
    if held.is_manager and by is not None:
        _refuse_last(partner, held)
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    _journal("ended", partner, actor=actor, at=at, member=str(held.public_id))
    return held


def token_of(invitation: PartnerInvitation) -> str:
    """What the link of an invitation ends with."""
    mac = sealing.fingerprint(_bound_to(invitation), purpose=_PURPOSE)
    return f"{invitation.public_id.hex}.{mac}"


def invitation_of(token: str, *, at: datetime.datetime) -> PartnerInvitation | None:
    """The invitation of a link that works now."""
    name, _dot, mac = token.partition(".")
    try:
        public_id = uuid.UUID(hex=name)
    except ValueError:
        return None
    waiting = PartnerInvitation.objects.filter(
        public_id=public_id, ended_at__isnull=True, expires_at__gt=at
    )
    found = waiting.select_related("partner").first()
    if found is None:
        return None
    known = sealing.fingerprints(_bound_to(found), purpose=_PURPOSE)
    matches = [hmac.compare_digest(one.encode(), mac.encode()) for one in known]
    return found if any(matches) else None


def _bound_to(invitation: PartnerInvitation) -> str:
    return f"{invitation.public_id.hex}|{invitation.partner_id}|{invitation.email}"


def _lock_invitation(token: str, *, at: datetime.datetime) -> PartnerInvitation:
    found = invitation_of(token, at=at)
    if found is None:
        raise InvitationRefused
    lock_partner(found.partner_id)
    held = invitation_of(token, at=at)  # as it is under the lock
    if held is None:
        raise InvitationRefused
    return held


def _let_in(invitation: PartnerInvitation, user: User, *, at: datetime.datetime) -> PartnerMember:
    partner, actor = invitation.partner, Actor.user(user)
    member, _is_new = PartnerMember.objects.get_or_create(
        partner=partner,
        user=user,
        ended_at=None,
        defaults={"role": invitation.role, "joined_at": at},
    )
    invitation.member, invitation.ended_at = member, at
    invitation.save(update_fields=["member", "ended_at"])
    if not Till.objects.filter(partner=partner, closed_at__isnull=True).exists():
        add_till(partner, name=FIRST_TILL, actor=actor, at=at)
    _journal("joined", partner, actor=actor, at=at, role=member.role)
    return member


def _refuse_last(partner: Partner, manager: PartnerMember) -> None:
    others = partner.members.filter(role=PartnerRole.MANAGER, ended_at__isnull=True)
    if not others.exclude(pk=manager.pk).exists():
        raise LastManager(partner=partner.name)


def _journal(
    what: str, partner: Partner, *, actor: Actor, at: datetime.datetime, **details: str
) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.member.{what}",
        subject_type="Partner",
        subject_id=partner.public_id,
        at=at,
        **details,
    )
