"""Each step between two départements is told by e-mail to the agents of the other, and to no one else."""

from __future__ import annotations

import datetime

import pytest

from commons import outbox
from federation.passplus import clearing
from federation.passplus import operations as passplus
from federation.reciprocity import operations, queries
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.registry import contexts
from tests.factories.passplus import make_card
from tests.factories.reciprocity import SIGNED, make_ticket, propose, take, there
from tests.factories.tariffs import ACTOR
from tests.federation.passplus.test_reciprocity import AFTER, OCTOBER, sign

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)


def agents(schema: str) -> None:
    with contexts.tenant(schema):
        for role in (Role.ADMINISTRATOR, Role.READER):
            user = User.objects.create(
                email=f"{role.value.lower()}@{schema}.exemple.fr", first_name="Ana"
            )
            StaffRole.objects.create(user=user, role=role)


@pytest.fixture
def told(mailoutbox):
    """What the worker writes of what waits, in one département: to whom, and the subject."""
    agents("d92")
    agents("d94")

    def deliver() -> list[tuple[str, str]]:
        mailoutbox.clear()
        outbox.deliver_pending(at=LATER)
        return [(mail.to[0], mail.subject.replace("\u00a0", " ")) for mail in mailoutbox]

    return deliver


def test_an_agreement_is_told_to_who_may_sign_it_there(told, mailoutbox):
    propose()
    assert told() == [
        ("administrator@d94.exemple.fr", "Hauts-de-Seine vous propose une convention Pass+")
    ]
    assert "://val-de-marne." in mailoutbox[0].body
    assert "Pass+ du 92 chez les partenaires du 94" in mailoutbox[0].body
    with contexts.tenant("d94"):
        (agreement,) = queries.agreements()
        operations.sign_agreement(agreement=agreement, signatory="Le VP", actor=ACTOR, at=SIGNED)
        assert told() == [
            ("administrator@d92.exemple.fr", "Val-de-Marne a signé la convention Pass+")
        ]
        operations.end_agreement(
            agreement=queries.agreements().get(), ends_on=datetime.date(2024, 1, 1),
            reason="Budget", actor=ACTOR, at=SIGNED,
        )  # fmt: skip
        assert told() == [
            ("administrator@d92.exemple.fr", "Val-de-Marne met fin à la convention Pass+")
        ]
    assert "Budget" in mailoutbox[0].body


def test_a_statement_is_told_at_each_step_until_it_is_paid(told, mailoutbox, monkeypatch):
    propose()
    with contexts.tenant("d94"):
        (agreement,) = queries.agreements()
        operations.sign_agreement(agreement=agreement, signatory="Le VP", actor=ACTOR, at=SIGNED)
        told()
    told()
    ticket = make_ticket(make_card())
    with there() as club:
        take(club, f"92 {ticket.code}")
        told()
    made = operations.prepare_statement(departement_code="94", month=OCTOBER, actor=ACTOR, at=AFTER)
    (there_told,) = told()
    assert there_told[1].startswith("Relevé Pass+ d'octobre 2023 avec Hauts-de-Seine")
    assert "Hauts-de-Seine nous doit 25,00" in mailoutbox[0].body.replace("\u00a0", " ")

    with pytest.raises(passplus.NothingToContest):
        passplus.contest_statement(statement=made, actor=ACTOR, at=AFTER)
    with monkeypatch.context() as patched:
        patched.setattr(clearing, "_reference", lambda line: f"absent:{line.capture.public_id}")
        assert passplus.contest_statement(statement=made, actor=ACTOR, at=AFTER) == 1
        (contested,) = told()
    assert contested[1].startswith("Hauts-de-Seine ne retrouve pas des lignes")
    assert str(queries.lines_of(made)[0].capture.public_id) in mailoutbox[0].body

    sign(made)
    assert told()[0][1].startswith("Hauts-de-Seine a accepté le relevé")
    with contexts.tenant("d94"):
        theirs = sign(queries.statements().get())
        told()
        passplus.record_settlement(
            statement=theirs, reference="VIR", received_on=OCTOBER, actor=ACTOR, at=AFTER
        )
        assert [one[0] for one in told()] == ["administrator@d92.exemple.fr"]
