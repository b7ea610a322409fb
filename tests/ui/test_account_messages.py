"""What is written to a person about the security of their account."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from commons import outbox
from commons.actors import Actor
from commons.models import OutboxEvent
from federation.ent import vouching
from tenants.accounts import factors, sign_ins
from tenants.accounts.devices import Device
from tenants.accounts.models import User
from tests.portal.second_steps import give_factor, make_agent
from tests.ui.test_messages import html_of, words
from ui.account_messages import CHANGES

pytestmark = pytest.mark.usefixtures("tenant_db")
SECURITY = "https://hauts-de-seine.socle.test/compte/securite/"


def deliver(mailbox):
    mailbox.clear()
    assert outbox.deliver_pending(at=timezone.now() + datetime.timedelta(days=1)).failed == 0
    return list(mailbox)


def test_a_reset_is_told_to_the_person_and_to_nobody_else(mailoutbox):
    claire, nadia = make_agent(), make_agent(email="nadia@exemple.fr")
    give_factor(claire)
    deliver(mailoutbox)

    factors.reset_factors(
        user=claire, reason=factors.ResetReason.LOST, actor=Actor.user(nadia), at=timezone.now()
    )

    (message,) = deliver(mailoutbox)
    assert message.to == ["claire@exemple.fr"]
    assert message.subject == "Votre compte a changé"
    assert "Un administrateur a réinitialisé votre deuxième étape." in message.body
    assert SECURITY in message.body
    assert "Nadia" not in message.body
    assert "réinitialisé" in words(html_of(message))


def test_a_recovery_code_that_serves_is_told_and_never_written(mailoutbox):
    claire = make_agent()
    code, *_others = give_factor(claire)
    deliver(mailoutbox)

    factors.prove_by_recovery(
        user=claire, written=code, actor=Actor.user(claire), at=timezone.now()
    )

    (message,) = deliver(mailoutbox)
    assert "Un de vos codes de secours a servi" in message.body
    assert code not in message.body + html_of(message)


def test_a_new_device_is_told_with_its_day_and_its_name(mailoutbox):
    claire = make_agent()
    at = datetime.datetime(2026, 10, 7, 8, 5, tzinfo=datetime.UTC)
    for digest in ("one", "two"):
        device = Device(words="Firefox, Linux", network="192.0.2.0", digest=digest)
        sign_ins.record_sign_in(user=claire, way="password", device=device, at=at)

    (message,) = deliver(mailoutbox)
    assert message.subject == "Connexion depuis un nouvel appareil"
    assert "Votre compte a servi mercredi\u00a07\u00a0octobre à 10:05." in message.body
    assert "Appareil\u00a0: Firefox, Linux." in message.body
    assert "192.0.2" not in message.body


def test_who_has_no_address_gets_nothing_and_it_is_no_error(mailoutbox):
    pupil = User.objects.create(login="lea.martin", first_name="Léa")
    give_factor(pupil)

    assert deliver(mailoutbox) == []


def test_every_change_has_its_sentence():
    """The acts that are told are those the operations name."""
    import ast
    from pathlib import Path

    told = set()
    names = ("factors.py", "passkeys.py", "operations.py")
    of_accounts = [Path(factors.__file__).with_name(name) for name in names]
    for path in (*of_accounts, Path(vouching.__file__)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                "tell", "tell_security_changed",
            ):  # fmt: skip
                told |= {one.value for one in node.args[1:] if isinstance(one, ast.Constant)}

    assert told == set(CHANGES)
    assert OutboxEvent.objects.count() == 0
