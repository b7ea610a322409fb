"""Codes on paper, first connections and recovery: the acts.

A code is drawn, set in a letter and kept as a fingerprint in one transaction; nobody sees it but who
opens the letters. Giving another to a person ends the former. Using one, for who has no account, opens
it; for who has one, it gives a new password, and only a code that was given for that does: whoever gave
it said how they knew the person. Accounts with a role are never opened by paper. A code may also be spent
without a password, by an act of another room to which it proves who somebody is.

Locks: the person (guardian or pupil) first, then their codes, then the account.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from commons.outbox import record_event
from tenants.accounts.models import StaffRole, User
from tenants.accounts.operations import check_password_rules
from tenants.activation import accounts, codes, identifiers
from tenants.activation.letters import Letter, Printing, Recipient, Seen, Typeset
from tenants.activation.models import (
    ActivationCode,
    Audience,
    Emancipation,
    Letters,
)
from tenants.activation.queries import usable_accounts
from tenants.people.models import College, Guardian, Guardianship, Pupil
from tenants.people.queries import in_force

CODE_LASTS = datetime.timedelta(days=60)
LETTERS_KEPT = datetime.timedelta(hours=24)
MOST_WRONG_TRIES = 10
SEALED_FOR = "activation.letters"
_DRAWS = 50


class NobodyToWriteTo(DomainError):
    """Everybody there has an account, or a code that waits."""

    code = "ACTIVATION_NOBODY"


class IdentityNotShown(DomainError):
    """A new code for an account that exists needs what the person showed, and why."""

    code = "ACTIVATION_IDENTITY_NOT_SHOWN"


class AccountOfStaff(DomainError):
    """The person's account has a role: no paper opens it."""

    code = "ACTIVATION_ACCOUNT_OF_STAFF"


class CodeRefused(DomainError):
    """The code, or what is known with it, does not do: which of the two is never said."""

    code = "ACTIVATION_CODE_REFUSED"


class AlreadyEmancipated(DomainError):
    """It is noted already."""

    code = "ACTIVATION_ALREADY_EMANCIPATED"


# --- giving -------------------------------------------------------------------------------------


def print_letters(
    *,
    printing: Printing,
    recipients: Sequence[Recipient],
    typeset: Typeset,
    actor: Actor,
    at: datetime.datetime,
    lasts: datetime.timedelta = CODE_LASTS,
) -> Letters:
    """
    Give a first code to each recipient, in one file. The same job twice makes them once.

    Who has had an account since they were listed is given none: the code of their letter never works.

    :raises NobodyToWriteTo: if there is nobody
    """
    done = printing.job_id and Letters.objects.filter(job_id=printing.job_id).first()
    if done:
        return done
    if not recipients:
        raise NobodyToWriteTo
    drawn = [
        Letter(one, printing.college, codes.draw(), expires_at=at + lasts, is_recovery=False)
        for one in recipients
    ]
    content = typeset(drawn)  # it takes a while: nothing is locked yet
    with transaction.atomic(durable=True):
        return _keep(drawn, content, printing, actor=actor, at=at)


@transaction.atomic(durable=True)
def give_code(
    *,
    recipient: Recipient,
    college: College | None,
    typeset: Typeset,
    actor: Actor,
    at: datetime.datetime,
    seen: Seen | None = None,
    lasts: datetime.timedelta = CODE_LASTS,
    draw: Callable[[], str] = codes.draw,
) -> Letters:
    """
    Give one person a code, in a letter. For who has an account, it will give a new password.

    :param seen: what they showed at the desk, and why; both are needed for who has an account
    :param draw: how a code is drawn; the demo gives one that it can print
    :raises IdentityNotShown: if they have an account, and either is missing
    :raises AccountOfStaff: if their account has a role
    """
    person = _lock_person(recipient.person)
    is_recovery = _has_account(person)
    if person.user_id is not None and _is_staff(person.user_id):
        raise AccountOfStaff
    if is_recovery and not (seen and seen.shown and seen.reason.strip()):
        raise IdentityNotShown
    letter = Letter(
        recipient=recipient,
        college=college,
        code=draw(),
        expires_at=at + lasts,
        is_recovery=is_recovery,
    )
    audience = Audience.PUPILS if isinstance(person, Pupil) else Audience.GUARDIANS
    return _keep(
        [letter],
        typeset([letter]),
        Printing(audience=audience, college=college),
        actor=actor,
        at=at,
        seen=seen if is_recovery else None,
    )


def _keep(
    drawn: Sequence[Letter],
    content: bytes,
    printing: Printing,
    *,
    actor: Actor,
    at: datetime.datetime,
    seen: Seen | None = None,
) -> Letters:
    """Keep the fingerprints of codes, and their letters sealed; the former codes of these people end."""
    people = _lock_people([one.recipient.person for one in drawn])
    given = [one for one in drawn if one.is_recovery == people[one.recipient.person.pk]]
    if not given:
        raise NobodyToWriteTo
    letters = Letters.objects.create(
        job_id=printing.job_id,
        college=printing.college,
        school_class=printing.school_class,
        audience=printing.audience,
        count=len(drawn),
        made_at=at,
        kept_until=at + LETTERS_KEPT,
        actor_kind=actor.kind,
        actor_id=actor.id,
        sealed=sealing.seal_bytes(content, purpose=SEALED_FOR),
    )
    field = "pupil" if printing.audience == Audience.PUPILS else "guardian"
    former = ActivationCode.objects.filter(
        ended_at__isnull=True, **{f"{field}__in": [one.recipient.person.pk for one in given]}
    )
    former.update(ended_at=at)
    made = ActivationCode.objects.bulk_create(
        ActivationCode(
            letters=letters,
            **{field: one.recipient.person},
            fingerprint=codes.fingerprint(one.code),
            is_recovery=one.is_recovery,
            identity_shown=list(seen.shown) if seen else [],
            reason=seen.reason.strip() if seen else "",
            given_at=at,
            expires_at=one.expires_at,
        )
        for one in given
    )
    record_audit(
        actor=actor,
        action="activation.codes.given",
        subject_type="letters",
        subject_id=letters.public_id,
        at=at,
        college=printing.college.uai if printing.college else "",
        count=len(made),
    )
    for code in made:
        _tell_given(code, actor=actor, at=at)
    return letters


def _tell_given(code: ActivationCode, *, actor: Actor, at: datetime.datetime) -> None:
    """What is done to an account that exists is written down by itself, and its person is told."""
    if not code.is_recovery:
        return
    record_audit(
        actor=actor,
        action="activation.recovery.given",
        subject_type="pupil" if code.pupil_id else "guardian",
        subject_id=code.person.public_id,
        at=at,
        code=str(code.public_id),
        shown=code.identity_shown,
    )
    record_event(
        "activation.recovery.given",
        aggregate=f"activation.code:{code.public_id}",
        occurred_at=at,
        code_id=code.pk,
    )


def _lock_people(people: Sequence[Guardian | Pupil]) -> dict[int, bool]:
    """Hold people of one kind, in the order of their keys; whether each has an account."""
    kind = type(people[0])
    rows = kind.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[person.pk for person in people]
    )
    accounts_of = {row.pk: row.user_id for row in rows.order_by("pk")}
    usable = usable_accounts(accounts_of.values())
    return {person_id: user_id in usable for person_id, user_id in accounts_of.items()}


def _lock_person(person: Guardian | Pupil) -> Guardian | Pupil:
    rows = type(person).objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=person.pk)


def _has_account(person: Guardian | Pupil) -> bool:
    return bool(usable_accounts([person.user_id]))


def _is_staff(user_id: int) -> bool:
    return StaffRole.objects.filter(user_id=user_id).exists()


@transaction.atomic(durable=True)
def open_letters(*, letters: Letters, actor: Actor, at: datetime.datetime) -> bytes:
    """The file of letters, for who had them printed; each opening is written down.

    :raises NotFound: if they are no longer kept
    """
    row = Letters.objects.get(pk=letters.pk)
    if row.sealed is None or at >= row.kept_until:
        raise NotFound(letters=str(row.public_id))
    record_audit(
        actor=actor,
        action="activation.letters.opened",
        subject_type="letters",
        subject_id=row.public_id,
        at=at,
    )
    return sealing.unseal_bytes(bytes(row.sealed), purpose=SEALED_FOR)


@transaction.atomic(durable=True)
def remove_letters(*, at: datetime.datetime) -> int:
    """Remove the files whose time is over; how many."""
    over = Letters.objects.filter(sealed__isnull=False, kept_until__lte=at)
    return over.update(sealed=None)


# --- using --------------------------------------------------------------------------------------


def check_code(*, typed: str, birth_date: datetime.date, at: datetime.datetime) -> ActivationCode:
    """
    The code that was typed, by somebody who knows a birth date: a child's, or for a pupil their own.

    Wrong dates are counted, and `MOST_WRONG_TRIES` end the code.

    :raises CodeRefused: whatever is wrong
    """
    with transaction.atomic(durable=True):
        code = _lock_code(fingerprint__in=codes.fingerprints(typed))
        is_known = code is not None and code.works_at(at) and _knows(code, birth_date, at=at)
        if code is not None and code.works_at(at) and not is_known:
            code.wrong_tries += 1
            if code.wrong_tries >= MOST_WRONG_TRIES:
                code.ended_at = at
            code.save(update_fields=["wrong_tries", "ended_at"])
    if code is None or not is_known:
        raise CodeRefused
    return code


def _lock_code(**which: object) -> ActivationCode | None:
    rows = ActivationCode.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(**which).first()


def _knows(code: ActivationCode, birth_date: datetime.date, *, at: datetime.datetime) -> bool:
    if code.pupil is not None:
        return code.pupil.birth_date == birth_date
    on = at.astimezone(timezone.get_default_timezone()).date()
    answers_for = Guardianship.objects.filter(in_force(on), guardian=code.guardian)
    return answers_for.filter(pupil__birth_date=birth_date).exists()


@transaction.atomic(durable=True)
def use_code(
    *, code: ActivationCode, password: str, at: datetime.datetime, login: str = "", email: str = ""
) -> User:
    """
    Open the account of the person a code was given to, or give their account a new password.

    The code is used up. An address given is to be confirmed before it serves (`recovering`).

    :param login: the identifier that was proposed; another is drawn if it was taken meanwhile
    :raises CodeRefused: if it was used meanwhile, or the account is closed or has a role
    :raises WeakPassword: if the password does not meet the rules
    """
    held, person, user = _hold(code, at=at)
    if held.is_recovery:
        assert user is not None
        accounts.set_password(user, password)
    else:
        user = _open_account(person, user, password=password, login=login)
    _use_up(held, at=at)
    action = "activation.password.renewed" if held.is_recovery else "activation.account.opened"
    accounts.write_down(action, user, at=at, code=str(held.public_id))
    if email and isinstance(person, Guardian):
        accounts.take_claim(user, email=email, at=at)
    return user


def spend_code(*, code: ActivationCode, actor: Actor, at: datetime.datetime) -> Guardian | Pupil:
    """
    Use a code up because it proves who somebody is, in the transaction of the act that needs the proof.

    No account is opened, and one that exists keeps its password. The person is held to the end of it.

    :raises CodeRefused: if it was used meanwhile, or the account is closed or has a role
    """
    held, person, _user = _hold(code, at=at)
    _use_up(held, at=at)
    record_audit(
        actor=actor,
        action="activation.code.spent",
        subject_type="pupil" if held.pupil_id else "guardian",
        subject_id=person.public_id,
        at=at,
        code=str(held.public_id),
    )
    return person


def _hold(
    code: ActivationCode, *, at: datetime.datetime
) -> tuple[ActivationCode, Guardian | Pupil, User | None]:
    """Hold a code that still works, its person and the account they have.

    :raises CodeRefused: if it does not, or not for that account
    """
    person = _lock_person(code.person)
    held = _lock_code(pk=code.pk)
    if held is None or not held.works_at(at) or held.is_recovery != _has_account(person):
        raise CodeRefused
    user = accounts.lock_account(person.user_id) if person.user_id is not None else None
    if user is not None and (not user.is_active or _is_staff(user.pk)):
        raise CodeRefused
    return held, person, user


def _use_up(code: ActivationCode, *, at: datetime.datetime) -> None:
    code.used_at = code.ended_at = at
    code.save(update_fields=["used_at", "ended_at"])


def _open_account(
    person: Guardian | Pupil, opened: User | None, *, password: str, login: str
) -> User:
    """The person's account: a new one, or the one that was `opened` for them and nobody has used."""
    user = opened or User(first_name=person.first_name, last_name=person.last_name)
    check_password_rules(user=user, password=password)
    user.set_password(password)
    for attempt in range(_DRAWS):
        proposed = login if attempt == 0 else ""
        user.login = proposed or identifiers.draw(person.first_name, person.last_name)
        if User.objects.filter(login=user.login).exists():
            continue
        try:
            with transaction.atomic():
                user.save(force_insert=opened is None)
        except IntegrityError:  # somebody of the same name was faster
            continue
        break
    else:
        raise RuntimeError("no identifier is free for this name")
    person.user = user
    person.save(update_fields=["user"])
    return user


# --- of age before eighteen ---------------------------------------------------------------------


@transaction.atomic(durable=True)
def note_emancipation(
    *, pupil: Pupil, reason: str, actor: Actor, at: datetime.datetime
) -> Emancipation:
    """
    Write down that a judge set a pupil free.

    :raises AlreadyEmancipated: if it is written down
    """
    noted, is_new = Emancipation.objects.get_or_create(
        pupil=pupil,
        defaults={
            "reason": reason,
            "recorded_at": at,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
        },
    )
    if not is_new:
        raise AlreadyEmancipated
    record_audit(
        actor=actor,
        action="activation.emancipation.noted",
        subject_type="pupil",
        subject_id=pupil.public_id,
        at=at,
    )
    return noted
