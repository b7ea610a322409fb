"""`socle account`: help for who cannot be helped in the console, and the code of the demo."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from django.test import Client

from commons.models import AuditEntry
from socle import demo_code
from socle.command import main
from tenants.accounts import factors, totp
from tenants.accounts.models import Session, User
from tests.portal.second_steps import give_factor, make_agent
from tests.signed_in import open_session

THERE = ("--tenant", "hauts-de-seine")


def socle(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


@pytest.fixture
def agent(committed_tenant_db: None) -> User:
    user = make_agent()
    give_factor(user)
    open_session(Client(), user)
    return user


def test_the_first_administrator_has_their_factor_reset_by_an_operator(agent):
    code, said = socle(
        "account", "reset-factors", *THERE, "--name", str(agent.email), "--reason", "LOST"
    )

    assert (code, "prévenue" in said) == (0, True)
    assert not factors.has_factor(agent)
    assert not Session.objects.exists()
    entry = AuditEntry.objects.get(action="accounts.factors.reset")
    assert (entry.actor_kind, entry.actor_id) == ("command", "socle account reset-factors")


def test_a_name_nobody_has_is_said(agent):
    code, said = socle("account", "end-sessions", *THERE, "--name", "personne@exemple.fr")

    assert (code, "Aucun compte" in said) == (1, True)
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "left"), [(("--name", "claire@exemple.fr"), 1), (("--everybody",), 0)]
)
def test_sessions_of_one_or_of_all_are_ended(agent, asked, left):
    open_session(Client(), make_agent(None, email="autre@exemple.fr"))

    assert socle("account", "end-sessions", *THERE, *asked)[0] == 0

    assert Session.objects.count() == left


def test_neither_one_nor_all_is_refused(agent):
    assert socle("account", "end-sessions", *THERE)[0] == 1
    assert Session.objects.count() == 1


def test_the_code_of_the_demo_is_the_one_its_agents_write():
    code, said = socle("code")

    now, then = re.findall(r"\d{6}", said)
    assert code == 0
    step = totp.step_of(demo_code.SECRET, now, at=_now())
    assert step is not None
    assert then == totp.code_of(demo_code.SECRET, step + 1)


def _now():
    from django.utils import timezone

    return timezone.now()
