"""Second factors: set up, proved once, reset by another."""

from __future__ import annotations

import datetime

import pytest

from commons import sealing
from commons.actors import Actor
from commons.models import AuditEntry, OutboxEvent
from tenants.accounts import factors, operations, totp
from tenants.accounts.capabilities import (
    WITHOUT_FACTOR,
    Capability,
    Role,
    needs_factor,
)
from tenants.accounts.models import Authenticator, RecoveryCode, Session, User

AT = datetime.datetime(2026, 11, 28, 9, 0, tzinfo=datetime.UTC)
ACTOR = Actor.system("tests")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LATER = AT + datetime.timedelta(minutes=5)


def code_at(at: datetime.datetime = LATER, *, steps: int = 0) -> str:
    return totp.code_of(SECRET, totp.step_at(at) + steps)


def make_user(email: str = "claire@exemple.fr", role: Role | None = Role.REGISSEUR) -> User:
    user = User.objects.create(email=email, first_name="Claire", last_name="Dumas")
    if role:
        uai = "0921234A" if role is Role.COLLEGE_SECRETARY else ""
        operations.grant_role(user=user, role=role, college_uai=uai, actor=ACTOR, at=AT)
    return user


def set_up(user: User, at: datetime.datetime = AT) -> list[str]:
    return factors.set_authenticator(
        user=user, secret=SECRET, written=code_at(at), actor=Actor.user(user), at=at
    )


def prove(user: User, written: str, at: datetime.datetime = LATER) -> None:
    factors.prove_by_code(user=user, written=written, at=at)


def recover(user: User, written: str) -> None:
    factors.prove_by_recovery(user=user, written=written, actor=Actor.user(user), at=LATER)


def test_every_role_with_money_or_rights_needs_a_factor():
    """A collège's secretary too: they give codes that open accounts, and recognise people."""
    assert {role for role in Role if needs_factor(role)} == set(Role)
    assert {Capability.USE_CONSOLE, Capability.READ_OWN_COLLEGE} == WITHOUT_FACTOR


def test_an_application_is_kept_once_it_gave_a_right_code_and_sealed(tenant_db):
    user = make_user()
    with pytest.raises(factors.FactorRefused):
        factors.set_authenticator(user=user, secret=SECRET, written="000000", actor=ACTOR, at=AT)
    assert not factors.has_factor(user)

    codes = set_up(user)

    kept = Authenticator.objects.get()
    assert SECRET.encode() not in bytes(kept.sealed_secret)
    assert sealing.unseal(bytes(kept.sealed_secret), purpose=factors.PURPOSE) == SECRET
    assert len(set(codes)) == factors.RECOVERY_CODES
    assert OutboxEvent.objects.get(name="accounts.security.changed").payload["user_id"] == user.pk


def test_a_code_opens_once(tenant_db):
    user = make_user()
    set_up(user)

    prove(user, code_at())

    with pytest.raises(factors.FactorRefused):
        prove(user, code_at())
    with pytest.raises(factors.FactorRefused):  # older, and never used
        prove(user, code_at(steps=-1))
    prove(user, code_at(steps=1))


def test_the_code_that_set_it_up_has_served(tenant_db):
    user = make_user()
    set_up(user)

    with pytest.raises(factors.FactorRefused):
        prove(user, code_at(AT), at=AT)


def test_a_code_of_somebody_else_is_refused(tenant_db):
    user, other = make_user(), make_user("paul@exemple.fr")
    set_up(user)

    with pytest.raises(factors.FactorRefused):
        prove(other, code_at())


def test_a_secret_copied_to_another_departement_opens_nothing(tenant_db, in_tenant):
    user = make_user()
    set_up(user)
    copied = bytes(Authenticator.objects.get().sealed_secret)
    with in_tenant("d94"):
        theirs = make_user()
        Authenticator.objects.create(
            user=theirs, sealed_secret=copied, latest_step=0, created_at=AT
        )
        with pytest.raises(sealing.CannotUnseal):
            prove(theirs, code_at())


def test_a_recovery_code_opens_once_however_it_is_typed(tenant_db):
    user = make_user()
    first, second, *_others = set_up(user)

    recover(user, first)

    with pytest.raises(factors.FactorRefused):
        recover(user, first)
    recover(user, f" {second.lower().replace('-', ' ')} ")
    assert RecoveryCode.objects.filter(used_at=None).count() == factors.RECOVERY_CODES - 2
    assert not RecoveryCode.objects.filter(digest__in=[first, second]).exists()


def test_a_recovery_code_of_somebody_else_is_refused(tenant_db):
    user, other = make_user(), make_user("paul@exemple.fr")
    code, *_others = set_up(user)

    with pytest.raises(factors.FactorRefused):
        recover(other, code)


def test_new_recovery_codes_end_the_former_ones(tenant_db):
    user = make_user()
    former, *_others = set_up(user)

    codes = factors.renew_recovery_codes(user=user, actor=ACTOR, at=AT)

    with pytest.raises(factors.FactorRefused):
        recover(user, former)
    recover(user, codes[0])


def test_another_application_replaces_the_first_and_keeps_the_recovery_codes(tenant_db):
    user = make_user()
    codes = set_up(user)
    other = totp.new_secret()

    given = factors.set_authenticator(
        user=user, secret=other, written=totp.code_of(other, totp.step_at(AT)), actor=ACTOR, at=AT
    )

    assert given == []
    with pytest.raises(factors.FactorRefused):
        prove(user, code_at())
    recover(user, codes[0])


@pytest.mark.parametrize("role", [role for role in Role if needs_factor(role)])
def test_who_needs_a_factor_does_not_take_the_only_one_away(tenant_db, role):
    user = make_user(role=role)
    set_up(user)

    with pytest.raises(factors.FactorNeeded):
        factors.remove_authenticator(user=user, actor=Actor.user(user), at=AT)

    assert factors.has_factor(user)


def test_who_needs_none_takes_it_away_with_its_recovery_codes(tenant_db):
    user = make_user(role=None)
    set_up(user)

    factors.remove_authenticator(user=user, actor=Actor.user(user), at=AT)

    assert not factors.has_factor(user)
    assert not RecoveryCode.objects.exists()


def reset(user: User, actor: Actor) -> None:
    factors.reset_factors(user=user, reason=factors.ResetReason.LOST, actor=actor, at=AT)


def test_a_reset_takes_all_away_ends_the_sessions_and_tells_the_person(tenant_db):
    user, admin = make_user(), make_user("nadia@exemple.fr", Role.ADMINISTRATOR)
    set_up(user)
    Session.objects.create(
        user=user, key_digest="a", data="", opened_at=AT, seen_at=AT, ends_at=LATER
    )

    reset(user, Actor.user(admin))

    assert not factors.has_factor(user)
    assert not RecoveryCode.objects.exists()
    assert not Session.objects.exists()
    entry = AuditEntry.objects.get(action="accounts.factors.reset")
    assert (entry.actor_id, entry.subject_id) == (str(admin.public_id), str(user.public_id))
    assert entry.details == {"reason": "LOST"}
    assert OutboxEvent.objects.latest("pk").payload["act"] == "accounts.factors.reset"


def test_nobody_resets_their_own(tenant_db):
    user = make_user(role=Role.ADMINISTRATOR)
    set_up(user)

    with pytest.raises(factors.FactorResetByOneself):
        reset(user, Actor.user(user))

    assert factors.has_factor(user)


def test_a_password_is_changed_by_who_knows_it_and_the_other_sessions_end(tenant_db):
    user = make_user()
    user.set_password("une-longue-phrase-de-passe")
    user.save()
    here, _there = (
        Session.objects.create(
            user=user, key_digest=key, data="", opened_at=AT, seen_at=AT, ends_at=LATER
        )
        for key in "ab"
    )

    def change(current: str, new: str) -> None:
        operations.change_password(
            user=user, current=current, new=new, here=here.public_id, actor=Actor.user(user), at=AT
        )

    with pytest.raises(operations.WrongPassword):
        change("pas-celui-la", "une-autre-longue-phrase")
    with pytest.raises(operations.WeakPassword):
        change("une-longue-phrase-de-passe", "court")
    assert Session.objects.count() == 2

    change("une-longue-phrase-de-passe", "une-autre-longue-phrase")

    assert list(Session.objects.all()) == [here]
    assert User.objects.get(pk=user.pk).check_password("une-autre-longue-phrase")
