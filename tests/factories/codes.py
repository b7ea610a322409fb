"""Codes on paper, for tests: what a collège gives, and what its letter says."""

from __future__ import annotations

import datetime
from typing import Any

from tenants.activation import operations
from tenants.activation.letters import Letter, Recipient, Seen
from tenants.activation.models import ActivationCode, IdentityShown
from tenants.people.models import Guardian, Pupil
from tests.factories.tariffs import ACTOR

AT = datetime.datetime(2024, 11, 4, 9, 0, tzinfo=datetime.UTC)
PASSWORD = "le-train-passe-a-huit"
BIRTH_DATE = datetime.date(2012, 5, 4)  # of every pupil of the factories


def given_code(
    person: Guardian | Pupil, *, at: datetime.datetime = AT, **traits: Any
) -> tuple[str, ActivationCode]:
    """What stands in the letter, and what is kept of it."""
    seen: list[Letter] = []

    def typeset(letters: Any) -> bytes:
        seen.extend(letters)
        return b"%PDF"

    letters = operations.give_code(
        **{
            "recipient": Recipient(person),
            "college": None,
            "typeset": typeset,
            "actor": ACTOR,
            "at": at,
            **traits,
        }
    )
    (letter,) = seen
    return letter.code, letters.codes.get()


def recovery_code(person: Guardian | Pupil, **traits: Any) -> tuple[str, ActivationCode]:
    """One for who has an account: the collège looked at a card."""
    person.refresh_from_db()
    seen = Seen((IdentityShown.IDENTITY_CARD,), "Mot de passe oublié")
    return given_code(person, **{"seen": seen, **traits})
