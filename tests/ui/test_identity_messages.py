"""What a person is told when another account opens theirs."""

from __future__ import annotations

from commons import outbox
from tenants.identities import operations
from tenants.people.models import Guardian
from tests.factories.identities import make_claims, make_diallos, now


def arrive(**traits):
    claims = make_claims(
        kind="EDUCONNECT", subject="edu-1", last_names=("Diallo",), first_names=("Aminata",),
        join_keys=("1001",), **traits,
    )  # fmt: skip
    return operations.arrive(claims=claims, at=now())


def test_a_guardian_is_told_that_educonnect_opens_their_account(tenant_db, mailoutbox):
    (mother,) = make_diallos().guardians
    Guardian.objects.filter(pk=mother.pk).update(email="aminata@exemple.fr")
    arrive()

    assert outbox.deliver_pending(at=now()).failed == 0

    (message,) = mailoutbox
    assert message.to == ["aminata@exemple.fr"]
    assert message.subject == "Votre compte s'ouvre aussi avec EduConnect"
    assert "Ce n'est pas vous\u00a0? Appelez-nous" in message.body
    assert "edu-1" not in message.body


def test_who_has_no_address_is_told_nothing(tenant_db, mailoutbox):
    make_diallos()
    arrive()

    assert outbox.deliver_pending(at=now()).failed == 0
    assert mailoutbox == []
