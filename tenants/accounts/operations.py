"""Accounts and roles: the acts."""

import datetime
import uuid

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.accounts import factors
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User


class EmailTaken(DomainError):
    """Another account of this département has this address."""

    code = "ACCOUNT_EMAIL_TAKEN"


class LoginTaken(DomainError):
    """Another account of this département has this identifier."""

    code = "ACCOUNT_LOGIN_TAKEN"


class WeakPassword(DomainError):
    """The password does not meet the rules; `reasons` are Django's codes."""

    code = "ACCOUNT_WEAK_PASSWORD"


class WrongPassword(DomainError):
    """The current password is not this one."""

    code = "ACCOUNT_WRONG_PASSWORD"


class RoleNeedsCollege(DomainError):
    """A secretary's role is for one collège; other roles are for none."""

    code = "ACCOUNT_ROLE_NEEDS_COLLEGE"


@transaction.atomic(durable=True)
def create_user(
    *,
    email: str | None = None,
    login: str | None = None,
    first_name: str,
    last_name: str,
    password: str | None,
    actor: Actor,
    at: datetime.datetime,
) -> User:
    """Open an account; without a password nobody can sign in to it yet.

    With neither an address nor an identifier one comes in through an identity provider alone.

    :raises EmailTaken: if the address has an account in this département
    :raises LoginTaken: if the identifier has one
    :raises WeakPassword: if the password does not meet the rules
    """
    user = User(
        email=(email or "").strip().lower() or None,
        login=(login or "").strip().lower() or None,
        first_name=first_name,
        last_name=last_name,
    )
    if password is None:
        user.set_unusable_password()
    else:
        check_password_rules(user=user, password=password)
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if user.email and User.objects.filter(email=user.email).exists():
            raise EmailTaken(email=user.email) from error
        raise LoginTaken(login=user.login) from error
    _journal_opening(user, actor=actor, at=at)
    return user


def open_account(
    *,
    first_name: str,
    last_name: str,
    email: str | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> User:
    """Open an account that nobody can sign in to yet, in the transaction of the act that needs one."""
    user = User(email=email, first_name=first_name, last_name=last_name)
    user.set_unusable_password()
    user.save(force_insert=True)
    _journal_opening(user, actor=actor, at=at)
    return user


def _journal_opening(user: User, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action="accounts.user.created",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
    )


def check_password_rules(*, user: User, password: str) -> None:
    """
    Refuse a password that is easily guessed.

    :raises WeakPassword: if it does not meet the rules
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(reasons=[problem.code for problem in error.error_list]) from error


@transaction.atomic(durable=True)
def change_password(
    *,
    user: User,
    current: str,
    new: str,
    here: uuid.UUID | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """Replace a password by another, and end every session but the one that asks (`here`).

    :raises WrongPassword: if the current one is not right
    :raises WeakPassword: if the new one does not meet the rules
    """
    locked = factors.lock_user(user)
    if not locked.check_password(current):
        raise WrongPassword(field="current")
    check_password_rules(user=locked, password=new)
    locked.set_password(new)
    locked.save(update_fields=["password"])
    others = locked.sessions.exclude(public_id=here) if here else locked.sessions.all()
    others.delete()
    record_audit(
        actor=actor,
        action="accounts.password.changed",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
    )
    factors.tell_security_changed(user, "accounts.password.changed", at=at)
    user.password = locked.password


@transaction.atomic(durable=True)
def grant_role(
    *, user: User, role: Role, actor: Actor, at: datetime.datetime, college_uai: str = ""
) -> StaffRole:
    """Give a role; giving it again changes nothing.

    :raises RoleNeedsCollege: if a secretary has no collège, or another role has one
    """
    if (role is Role.COLLEGE_SECRETARY) != bool(college_uai):
        raise RoleNeedsCollege(role=role.value)
    granted, is_new = StaffRole.objects.get_or_create(
        user=user, role=role.value, college_uai=college_uai
    )
    if is_new:
        record_audit(
            actor=actor,
            action="accounts.role.granted",
            subject_type="user",
            subject_id=user.public_id,
            at=at,
            role=role.value,
            college_uai=college_uai,
        )
    user.__dict__.pop("_roles", None)
    return granted
