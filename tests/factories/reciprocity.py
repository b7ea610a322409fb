"""Hauts-de-Seine and Val-de-Marne agree on Pass+, in the autumn of 2023; a card here, a partner there."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

from federation.passplus import operations as passplus
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Card, Partner, Ticket
from federation.reciprocity import operations, queries
from federation.reciprocity.models import Agreement
from tenants.registry import contexts
from tests.factories.passplus import AUTUMN, make_card, make_partner, new_key, noon
from tests.factories.tariffs import ACTOR

SIGNED = noon("2023-08-21")
FROM = datetime.date(2023, 9, 1)
BOTH = operations.Directions(ours_there=("CULTURE", "SPORT"), theirs_here=("CULTURE", "SPORT"))


def propose(directions: operations.Directions = BOTH, **traits) -> Agreement:
    """What d92 proposes to Val-de-Marne."""
    said = {
        "valid_from": FROM,
        "legal_basis": "Délibérations CD92 et CD94",
        "signatory": "La présidente",
        "at": SIGNED,
    }
    return operations.propose_agreement(
        departement_code="94", directions=directions, actor=ACTOR, **said | traits
    )


def sign_there(schema: str = "d94") -> None:
    with contexts.tenant(schema):
        for agreement in queries.agreements().filter(endings__isnull=True):
            operations.sign_agreement(
                agreement=agreement, signatory="Le vice-président", actor=ACTOR, at=SIGNED
            )


def agree(directions: operations.Directions = BOTH, **traits) -> Agreement:
    """An agreement that both signed, proposed by d92."""
    agreement = propose(directions, **traits)
    sign_there()
    return agreement


@contextlib.contextmanager
def there() -> Iterator[Partner]:
    """Be in Val-de-Marne, with a club of it."""
    with contexts.tenant("d94"):
        yield make_partner(Domain.SPORT)


def make_ticket(card: Card | None = None, cents: int = 25_00, *, purse: str = "sport") -> Ticket:
    return passplus.make_ticket(
        card=card or make_card(), purse=purse, cents=cents, key=new_key(), actor=ACTOR, at=AUTUMN
    )


def take(partner: Partner, code: str, cents: int | None = None, *, at=AUTUMN) -> passplus.Taken:
    """What a partner of there types: the number of the département, then the code."""
    return passplus.take_ticket(text=code, partner=partner, cents=cents, actor=ACTOR, at=at)
