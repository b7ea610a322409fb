"""The acts of the working group. All are done on the public host, or by a command; never in a département.

A member is invited by an editor (the first by a command): a link is given once, and opens an account with a
password. The second factor is set up at the first sign-in; nobody is of the group without one.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.workgroup.models import (
    LONGEST_TEXT,
    Comment,
    Definition,
    Invitation,
    Member,
    Role,
    Withdrawal,
)
from federation.workgroup.queries import digest_of, open_invitation
from tenants.accounts import factors
from tenants.accounts import operations as accounts
from tenants.accounts.models import User

OPEN_FOR = datetime.timedelta(days=7)


class AlreadyMember(DomainError):
    """This address is that of a member."""

    code = "WORKGROUP_ALREADY_MEMBER"


class InvitationOver(DomainError):
    """The link has served, was replaced, or is too old."""

    code = "WORKGROUP_INVITATION_OVER"


class LastEditor(DomainError):
    """Somebody must be able to invite: the only editor stays one."""

    code = "WORKGROUP_LAST_EDITOR"


class EditorsOnly(DomainError):
    """Only an editor may do this."""

    code = "WORKGROUP_EDITORS_ONLY"


class NothingWritten(DomainError):
    """The text is empty, or too long."""

    code = "WORKGROUP_NOTHING_WRITTEN"


@dataclasses.dataclass(frozen=True, slots=True)
class Guest:
    """Whom one invites."""

    email: str
    first_name: str
    last_name: str
    role: Role = Role.MEMBER
    departement_code: str = ""


def require_editor(member: Member) -> None:
    """
    Let an editor go on.

    :raises EditorsOnly: if the member is none
    """
    if member.role != Role.EDITOR:
        raise EditorsOnly


@transaction.atomic(durable=True)
def invite(*, guest: Guest, actor: Actor, at: datetime.datetime) -> str:
    """
    Invite somebody; the link's secret is given here, once, and an earlier one ends.

    :raises AlreadyMember: if a member has this address
    """
    email = guest.email.strip().lower()
    if Member.objects.filter(user__email=email, ended_at=None).exists():
        raise AlreadyMember(email=email)
    invited, token = _open(dataclasses.replace(guest, email=email), at=at)
    _journal(
        "workgroup.member.invited", "invitation", invited.public_id, actor, at, role=guest.role
    )
    return token


@transaction.atomic(durable=True)
def renew_access(
    *, member: Member, has_lost_factor: bool, actor: Actor, at: datetime.datetime
) -> str:
    """
    Give a member a link to choose another password; without their factor, they set up another.

    :raises FactorResetByOneself: if one says of oneself that the factor is lost
    """
    user = member.user
    if has_lost_factor:
        factors.reset_factors_of(user, reason=factors.ResetReason.LOST, actor=actor, at=at)
    guest = Guest(
        user.email or "",
        user.first_name,
        user.last_name,
        Role(member.role),
        member.departement_code,
    )
    _invited, token = _open(guest, at=at)
    _journal("workgroup.access.renewed", "member", member.public_id, actor, at)
    return token


def _open(guest: Guest, *, at: datetime.datetime) -> tuple[Invitation, str]:
    """An invitation in place of those that the address has, and its link's secret."""
    Invitation.objects.filter(email=guest.email, ended_at=None).update(ended_at=at)
    token = secrets.token_urlsafe(32)
    invited = Invitation.objects.create(
        email=guest.email,
        first_name=guest.first_name,
        last_name=guest.last_name,
        role=guest.role,
        departement_code=guest.departement_code,
        digest=digest_of(token),
        created_at=at,
        expires_at=at + OPEN_FOR,
    )
    return invited, token


@transaction.atomic(durable=True)
def join(*, token: str, password: str, at: datetime.datetime) -> Member:
    """
    Join with a link: an account with this password, or the one that the address had before.

    :raises InvitationOver: if the link lets in no more
    :raises WeakPassword: if the password does not meet the rules
    """
    found = open_invitation(token, at=at)
    if found is None or not Invitation.objects.filter(pk=found.pk, ended_at=None).update(
        ended_at=at
    ):
        raise InvitationOver
    user = User.objects.filter(email=found.email).first()
    if user is None:
        user = accounts.open_account(
            email=found.email,
            first_name=found.first_name,
            last_name=found.last_name,
            actor=Actor.system("workgroup invitation"),
            at=at,
        )
    accounts.check_password_rules(user=user, password=password)
    user.set_password(password)
    user.save(update_fields=["password"])
    user.sessions.all().delete()
    member, _is_new = Member.objects.update_or_create(
        user=user,
        defaults={
            "role": found.role, "departement_code": found.departement_code, "ended_at": None,
        },
        create_defaults={
            "role": found.role, "departement_code": found.departement_code, "since": at,
        },
    )  # fmt: skip
    _journal("workgroup.member.joined", "member", member.public_id, Actor.user(user), at)
    return member


@transaction.atomic(durable=True)
def set_role(*, member: Member, role: Role, actor: Actor, at: datetime.datetime) -> None:
    """
    Give a member another role; the same changes nothing.

    :raises LastEditor: if nobody could invite any more
    """
    locked = _lock(member)
    if locked.role == role:
        return
    _keep_an_editor(locked)
    Member.objects.filter(pk=member.pk).update(role=role)
    _journal("workgroup.member.changed", "member", member.public_id, actor, at, role=role)


@transaction.atomic(durable=True)
def end_membership(*, member: Member, actor: Actor, at: datetime.datetime) -> None:
    """
    End a membership and every session of its account; ended already, nothing happens.

    :raises LastEditor: if nobody could invite any more
    """
    locked = _lock(member)
    if locked.ended_at is not None:
        return
    _keep_an_editor(locked)
    Member.objects.filter(pk=member.pk).update(ended_at=at)
    locked.user.sessions.all().delete()
    _journal("workgroup.member.ended", "member", member.public_id, actor, at)


@transaction.atomic(durable=True)
def withdraw_invitation(*, invitation: Invitation, actor: Actor, at: datetime.datetime) -> None:
    """End an invitation that waits."""
    if Invitation.objects.filter(pk=invitation.pk, ended_at=None).update(ended_at=at):
        _journal("workgroup.invitation.withdrawn", "invitation", invitation.public_id, actor, at)


@transaction.atomic(durable=True)
def comment(*, indicator: str, text: str, author: Member, at: datetime.datetime) -> Comment:
    """
    Say something of an indicator.

    :raises NothingWritten: if the text is empty, or too long
    """
    written = Comment.objects.create(
        indicator=indicator, author=author, text=_text(text), written_at=at
    )
    _journal("workgroup.comment.written", "comment", written.public_id, Actor.user(author.user), at)
    return written


@transaction.atomic(durable=True)
def take_back(*, comment: Comment, at: datetime.datetime) -> None:
    """Take one's comment back; again, nothing happens."""
    _withdrawn, is_new = Withdrawal.objects.get_or_create(
        comment=comment, defaults={"withdrawn_at": at}
    )
    if is_new:
        author = Actor.user(comment.author.user)
        _journal("workgroup.comment.withdrawn", "comment", comment.public_id, author, at)


@transaction.atomic(durable=True)
def agree(
    *, indicator: str, text: str, agreed_on: datetime.date, author: Member, at: datetime.datetime
) -> Definition:
    """
    Write down what the group agreed that an indicator means; what it agreed before stays.

    :raises EditorsOnly: if the author is no editor
    :raises NothingWritten: if the text is empty, or too long
    """
    require_editor(author)
    words = _text(text)
    while True:
        latest = Definition.objects.filter(indicator=indicator).order_by("-revision").first()
        if latest is not None and (latest.text, latest.agreed_on) == (words, agreed_on):
            return latest
        try:
            with transaction.atomic():
                written = Definition.objects.create(
                    indicator=indicator,
                    revision=latest.revision + 1 if latest else 1,
                    text=words,
                    agreed_on=agreed_on,
                    author=author,
                    written_at=at,
                )
        except IntegrityError:  # another wrote this revision meanwhile
            continue
        _journal(
            "workgroup.definition.agreed", "definition", written.public_id,
            Actor.user(author.user), at, indicator=indicator, revision=written.revision,
        )  # fmt: skip
        return written


def _text(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_TEXT:
        raise NothingWritten(field="text", limit=LONGEST_TEXT)
    return words


def _lock(member: Member) -> Member:
    """One act on the members after the other: two editors who leave at once are not both the last."""
    locked = list(
        Member.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(ended_at=None)
        .order_by("pk")
    )
    return next((one for one in locked if one.pk == member.pk), None) or Member.objects.get(
        pk=member.pk
    )


def _keep_an_editor(member: Member) -> None:
    others = Member.objects.filter(role=Role.EDITOR, ended_at=None).exclude(pk=member.pk)
    if member.role == Role.EDITOR and not others.exists():
        raise LastEditor


def _journal(
    action: str, kind: str, subject: object, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type=kind,
        subject_id=subject,
        at=at,
        **{key: str(value) for key, value in details.items()},
    )
