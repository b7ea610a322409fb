"""A code sent twice at the same moment opens once. The meetings are brought about inside the act."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from commons.actors import Actor
from tenants.accounts import factors, totp
from tenants.accounts.models import Authenticator, User
from tests.tenants.accounts.test_factors import AT, LATER, SECRET, code_at
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def make_user() -> tuple[User, list[str]]:
    user = User.objects.create(email="claire@exemple.fr")
    codes = factors.set_authenticator(
        user=user, secret=SECRET, written=code_at(AT), actor=Actor.user(user), at=AT
    )
    return user, codes


def twice(act: Callable[[], None]) -> list[str]:
    results = run_in_threads([act, act])
    return sorted("opened" if one is None else type(one).__name__ for one in results)


@pytest.fixture
def both_have_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has found the step good before either takes it."""
    looked, step_of = threading.Barrier(2), totp.step_of

    def look_then_wait(*args: object, **options: object) -> int | None:
        found = step_of(*args, **options)
        if options.get("after") is not None:
            looked.wait(10)
        return found

    monkeypatch.setattr(totp, "step_of", look_then_wait)


def test_a_code_sent_twice_at_once_opens_once(both_have_looked):
    user, _codes = make_user()

    assert twice(lambda: factors.prove_by_code(user=user, written=code_at(), at=LATER)) == [
        "FactorRefused",
        "opened",
    ]


def test_a_code_opens_twice_when_the_step_is_written_without_looking(both_have_looked, monkeypatch):
    """The race is real: if this fails, the test above proves nothing."""

    def take_anyway(authenticator: Authenticator, step: int) -> bool:
        return bool(Authenticator.objects.filter(pk=authenticator.pk).update(latest_step=step))

    monkeypatch.setattr(factors, "_take_step", take_anyway)
    user, _codes = make_user()

    assert twice(lambda: factors.prove_by_code(user=user, written=code_at(), at=LATER)) == [
        "opened",
        "opened",
    ]


def test_a_recovery_code_sent_twice_at_once_opens_once(monkeypatch):
    user, codes = make_user()
    met, digest_of = threading.Barrier(2), factors._digest

    def digest_then_wait(*args: object) -> str:
        found = digest_of(*args)
        met.wait(10)
        return found

    monkeypatch.setattr(factors, "_digest", digest_then_wait)

    def recover() -> None:
        factors.prove_by_recovery(user=user, written=codes[0], actor=Actor.user(user), at=LATER)

    assert twice(recover) == ["FactorRefused", "opened"]
