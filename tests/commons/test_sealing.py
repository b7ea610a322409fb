"""A tenant's secrets: opened there, for what they are for, and nowhere else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from commons.sealing import CannotUnseal, seal, unseal, unveil, veil

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_a_secret_opens_where_it_was_sealed() -> None:
    sealed = seal("sk_live_é", purpose="tests")

    assert unseal(sealed, purpose="tests") == "sk_live_é"
    assert b"sk_live" not in sealed
    assert seal("sk_live_é", purpose="tests") != sealed


def test_it_opens_for_nothing_else() -> None:
    with pytest.raises(CannotUnseal):
        unseal(seal("x", purpose="tests"), purpose="other")


def test_it_opens_in_no_other_departement(in_tenant: Any) -> None:
    sealed = seal("x", purpose="tests")

    with in_tenant("d94"), pytest.raises(CannotUnseal):
        unseal(sealed, purpose="tests")


def test_an_older_secret_still_opens_what_it_sealed(settings: Any) -> None:
    settings.SEALING_SECRETS = ["old"]
    sealed = seal("x", purpose="tests")
    settings.SEALING_SECRETS = ["new", "old"]
    assert unseal(sealed, purpose="tests") == "x"

    settings.SEALING_SECRETS = ["new"]
    with pytest.raises(CannotUnseal):
        unseal(sealed, purpose="tests")


@pytest.mark.parametrize("place", [0, 3, 10, -1])
def test_damaged_is_refused(place: int) -> None:
    sealed = bytearray(seal("x", purpose="tests"))
    sealed[place] ^= 1

    with pytest.raises(CannotUnseal):
        unseal(bytes(sealed), purpose="tests")


def test_a_veiled_number_is_of_one_tenant_and_purpose(in_tenant: Any) -> None:
    veiled = veil(42, purpose="people.Pupil")

    assert veil(42, purpose="people.Pupil") == veiled
    assert unveil(veiled, purpose="people.Pupil") == 42
    assert len({veil(number, purpose="people.Pupil") for number in range(100)}) == 100
    with pytest.raises(CannotUnseal):
        unveil(veiled, purpose="people.Guardian")
    with in_tenant("d94"), pytest.raises(CannotUnseal):
        unveil(veiled, purpose="people.Pupil")
    with pytest.raises(CannotUnseal):
        unveil(uuid.UUID(int=42), purpose="people.Pupil")


def test_a_number_is_unveiled_after_a_new_secret(settings: Any) -> None:
    veiled = veil(42, purpose="people.Pupil")
    settings.SEALING_SECRETS = ["new", *settings.SEALING_SECRETS]

    assert unveil(veiled, purpose="people.Pupil") == 42
    assert veil(42, purpose="people.Pupil") != veiled
