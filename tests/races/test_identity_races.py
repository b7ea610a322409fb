"""Two answers to one sign-in, and two first sign-ins of one person, at once."""

from __future__ import annotations

import pytest

from tenants.accounts.models import User
from tenants.activation import operations as activation
from tenants.activation.models import ActivationCode
from tenants.identities import attempts, linking, operations
from tenants.identities.attempts import Taken
from tenants.identities.models import ExternalIdentity
from tenants.identities.refusals import CodeRefused, SignInBroken
from tests.factories.codes import BIRTH_DATE, given_code
from tests.factories.identities import (
    begin,
    make_claims,
    make_diallos,
    make_franceconnect_at,
    now,
    take,
)
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def test_of_two_answers_at_once_one_is_taken(monkeypatch):
    begun = begin(make_franceconnect_at("http://127.0.0.1:1"))

    first, second = meeting(monkeypatch, attempts, "Taken")(lambda: take(begun))

    assert isinstance(first, Taken)
    assert isinstance(second, SignInBroken)


def arrive(subject: str) -> operations.Arrival:
    claims = make_claims(
        kind="EDUCONNECT", subject=subject, last_names=("Diallo",), first_names=("Aminata",),
        join_keys=("1001",),
    )  # fmt: skip
    return operations.arrive(claims=claims, at=now())


def test_a_person_who_comes_twice_at_once_has_one_account(monkeypatch):
    make_diallos()

    first, second = meeting(monkeypatch, linking, "_lock_person")(lambda: arrive("edu-aminata"))

    assert first.user == second.user
    assert User.objects.count() == 1
    assert ExternalIdentity.objects.count() == 1


def test_two_identities_that_claim_one_person_at_once_do_not_share_them(monkeypatch):
    make_diallos()
    subjects = iter(("edu-one", "edu-two"))

    first, second = meeting(monkeypatch, linking, "_lock_person")(lambda: arrive(next(subjects)))

    assert first.user is not None
    assert second.request.reason == "ALREADY_LINKED"
    assert ExternalIdentity.objects.count() == 1


def test_one_letter_typed_by_two_at_once_joins_one(monkeypatch):
    """Two who have the mother's name, each with an identity of their own."""
    (mother,) = make_diallos().guardians
    typed, _kept = given_code(mother, at=now())
    requests = iter(
        [
            operations.arrive(claims=make_claims(subject=subject), at=now()).request
            for subject in ("one", "two")
        ]
    )

    first, second = meeting(monkeypatch, activation, "_lock_person")(
        lambda: operations.prove_by_code(
            request=next(requests), typed=typed, birth_date=BIRTH_DATE, at=now()
        )
    )

    mother.refresh_from_db()
    assert first.user == mother.user
    assert isinstance(second, CodeRefused)
    assert ExternalIdentity.objects.count() == 1
    assert ActivationCode.objects.get().used_at is not None
