"""Two départements, or two agents of one, who act at once on what both agree on: it is done once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from commons.errors import DomainError
from commons.models import AuditEntry, OutboxEvent
from federation.passplus import clearing
from federation.passplus import operations as passplus
from federation.reciprocity import agreements, operations, statements
from federation.reciprocity.models import (
    Agreement,
    Ending,
    Signature,
    Statement,
    StatementSignature,
)
from tenants.registry import contexts
from tests.factories.passplus import noon
from tests.factories.reciprocity import BOTH, FROM, SIGNED, agree, make_ticket, propose, take, there
from tests.factories.tariffs import ACTOR
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
OCTOBER, AFTER = datetime.date(2023, 10, 1), noon("2023-11-02")


def said(act: Callable[[], Any]) -> str:
    """Done, or why not."""
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return "done"


def at_once(monkeypatch: pytest.MonkeyPatch, module: Any, *acts: Callable[[], Any]) -> list[Any]:
    """The first stops once it has the lock, in its transaction, until the second waits for it."""
    each = iter(acts)
    return meeting(monkeypatch, module, "lock_with")(lambda: said(next(each)))


def told(name: str) -> int:
    """How many lines of the journal and how many events say that something was done."""
    lines = AuditEntry.objects.filter(action=name).count()
    assert OutboxEvent.objects.filter(name=name).count() == lines
    return lines


def from_there(agreement: Agreement, signatory: str) -> Callable[[], Any]:
    def sign() -> None:
        with contexts.tenant("d94"):
            operations.sign_agreement(
                agreement=agreement, signatory=signatory, actor=ACTOR, at=SIGNED
            )

    return sign


def sign_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], int]:
    """The answers to two who sign for Val-de-Marne at once, and how often it was told."""
    agreement = propose()
    answers = at_once(
        monkeypatch,
        agreements,
        from_there(agreement, "Le vice-président"),
        from_there(agreement, "Lui aussi"),
    )
    with contexts.tenant("d94"):
        return answers, told("reciprocity.agreement.signed")


def test_an_agreement_is_signed_once_by_a_side(monkeypatch):
    assert sign_twice(monkeypatch) == (["done", "done"], 1)

    assert set(Signature.objects.values_list("signatory", flat=True)) == {
        "La présidente", "Le vice-président",
    }  # fmt: skip


def test_control_without_the_lock_a_second_signature_is_an_error(monkeypatch):
    monkeypatch.setattr(agreements, "lock_with", lambda _schema: None)

    (one, other), _count = sign_twice(monkeypatch)

    assert "done" in (one, other)
    assert one != other


def test_an_agreement_is_ended_once_by_a_side(monkeypatch):
    agreement = agree()

    def ends(reason: str) -> Callable[[], Any]:
        return lambda: operations.end_agreement(
            agreement=agreement,
            ends_on=datetime.date(2023, 12, 1),
            reason=reason,
            actor=ACTOR,
            at=AFTER,
        )

    assert at_once(monkeypatch, agreements, ends("Fin"), ends("Fin aussi")) == ["done", "done"]

    assert [ending.reason for ending in Ending.objects.all()] == ["Fin"]
    assert told("reciprocity.agreement.ended") == 1


def test_two_sides_who_propose_at_once_have_one_proposal(monkeypatch):
    def proposes_there() -> None:
        with contexts.tenant("d94"):
            operations.propose_agreement(
                departement_code="92", directions=BOTH, valid_from=FROM, legal_basis="Délibération",
                signatory="Le vice-président", actor=ACTOR, at=SIGNED,
            )  # fmt: skip

    answers = at_once(monkeypatch, agreements, propose, proposes_there)

    assert answers == ["done", "RECIPROCITY_AGREEMENT_OPEN"]
    assert Agreement.objects.count() == 1


@pytest.fixture
def october() -> None:
    """A ticket of Hauts-de-Seine, taken in Val-de-Marne."""
    agree()
    code = "92" + make_ticket().code
    with there() as partner:
        take(partner, code)


def prepares(code: str) -> Statement:
    return operations.prepare_statement(departement_code=code, month=OCTOBER, actor=ACTOR, at=AFTER)


def test_a_statement_that_two_sides_prepare_at_once_is_one(october, monkeypatch):
    def prepares_there() -> None:
        with contexts.tenant("d94"):
            prepares("92")

    answers = at_once(monkeypatch, statements, lambda: prepares("94"), prepares_there)

    assert answers == ["done", "done"]
    assert Statement.objects.count() == 1
    with contexts.tenant("d94"):
        assert told("reciprocity.statement.prepared") == 0


def test_a_statement_is_accepted_once_by_a_side(october, monkeypatch):
    statement = prepares("94")

    def accepts(signatory: str) -> Callable[[], Any]:
        return lambda: passplus.sign_statement(
            statement=statement, signatory=signatory, actor=ACTOR, at=AFTER
        )

    answers = at_once(monkeypatch, clearing, accepts("La présidente"), accepts("Elle aussi"))

    assert answers == ["done", "done"]
    assert [one.signatory for one in StatementSignature.objects.all()] == ["La présidente"]
    assert told("reciprocity.statement.signed") == 1
