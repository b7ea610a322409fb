"""One code used twice at once opens one account; a new code given meanwhile ends the former."""

from __future__ import annotations

import threading

import pytest

from tenants.accounts.models import User
from tenants.activation import operations
from tenants.activation.models import ActivationCode
from tenants.activation.operations import CodeRefused, use_code
from tenants.people.models import Guardian
from tests.factories.canteen import make_family
from tests.factories.codes import AT, PASSWORD, given_code
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


@pytest.fixture
def code(committed_tenant_db) -> ActivationCode:
    _written, kept = given_code(make_family().guardians[0])
    return kept


def use(code: ActivationCode) -> str:
    use_code(code=ActivationCode.objects.get(pk=code.pk), password=PASSWORD, at=AT)
    return "in"


def said(results: list[object]) -> list[str]:
    return sorted("refused" if isinstance(one, CodeRefused) else str(one) for one in results)


def test_one_code_at_once_opens_one_account(monkeypatch, code):
    meet = meeting(monkeypatch, operations, "_lock_person")

    results = meet(lambda: use(code))

    assert said(results) == ["in", "refused"]
    assert User.objects.count() == 1


def test_a_new_code_given_at_once_ends_the_former_or_comes_too_late(monkeypatch, code):
    meet = meeting(monkeypatch, operations, "_lock_person")
    guardian = Guardian.objects.get()
    acts = iter([lambda: given_code(guardian)[0] and "given", lambda: use(code)])

    results = meet(lambda: next(acts)())

    assert said(results) == ["given", "refused"]
    assert ActivationCode.objects.filter(ended_at__isnull=True).count() == 1
    assert not User.objects.exists()


def test_one_code_opens_two_accounts_without_the_locks(monkeypatch, code):
    """If this fails, the tests above prove nothing."""
    meet = threading.Barrier(2)

    def read(**which: object) -> ActivationCode | None:
        found = ActivationCode.objects.filter(**which).first()
        meet.wait(10)
        return found

    monkeypatch.setattr(
        operations, "_lock_person", lambda person: Guardian.objects.get(pk=person.pk)
    )
    monkeypatch.setattr(operations, "_lock_code", read)

    assert said(run_in_threads([lambda: use(code), lambda: use(code)])) == ["in", "in"]
    assert User.objects.count() == 2
