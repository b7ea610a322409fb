"""An administrator registers a machine, changes its secret, revokes it, and allows an origin."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from tenants.accounts.capabilities import Role
from tenants.integrators import credentials
from tenants.integrators.models import AllowedOrigin, Credential, Integrator
from tests.console.test_shared_services import act
from tests.factories.integrators import AT, make_integrator

ANSWERS = {
    "name": "ENT Oz",
    "contact_email": "technique@oz.example",
    "scopes": ["people:read", "export"],
    "last_day": "2025-08-31",
}


@pytest.fixture
def administrator(agent):
    with time_machine.travel(AT, tick=False):
        yield agent(Role.ADMINISTRATOR)


def act_once(site, act_name, **answers):
    """An act about nothing yet."""
    url = f"/console/actes/{act_name}/"
    shown = site.post(url, **answers).content.decode()
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown)
    if stamp is None:
        return shown, ""
    done = site.follow(site.post(url, **answers, fingerprint=stamp[1]))
    return shown, done.content.decode()


def test_a_machine_is_registered_and_its_secret_read_once(administrator):
    shown, done = act_once(administrator, "register-integrator", **ANSWERS)

    assert "Élèves, collèges et responsables" in shown
    integrator = Integrator.objects.get()
    secret = re.search(r"secret ([\w-]{43})\.", done)[1]
    assert credentials.is_secret_of(Credential.objects.get(), secret)
    assert integrator.expires_at.date() == datetime.date(2025, 8, 31)  # midnight in Paris
    again = administrator.get(
        reverse("console:integrators_integrator_change", args=[integrator.pk])
    ).content.decode()
    assert secret not in again
    assert "technique@oz.example" in again.replace("<wbr>", "")


def test_what_is_wrong_is_said_before_anything_is_done(administrator):
    shown, done = act_once(
        administrator, "register-integrator", **ANSWERS | {"last_day": "2029-01-01"}
    )

    assert "deux ans au plus" in shown
    assert done == ""
    assert not Integrator.objects.exists()


def test_a_secret_is_changed_and_a_machine_revoked(administrator):
    integrator, old = make_integrator()

    shown, done = act(administrator, "rotate-credential", integrator.public_id, is_leaked="on")
    assert "ne vaut plus rien" in shown
    assert "secret" in done
    assert old not in done
    _shown, done = act(administrator, "revoke-integrator", integrator.public_id)

    assert "Le logiciel est révoqué." in done
    integrator.refresh_from_db()
    assert integrator.revoked_at == AT


def test_an_origin_is_allowed_then_withdrawn(administrator):
    shown, _nothing = act_once(administrator, "allow-origin", origin="https://*.exemple.fr")
    assert "sans page" in shown
    assert not AllowedOrigin.objects.exists()

    _shown, done = act_once(administrator, "allow-origin", origin="HTTPS://carte.exemple.fr/")
    assert "est admise" in done
    origin = AllowedOrigin.objects.get()
    assert origin.origin == "https://carte.exemple.fr"
    _shown, done = act(administrator, "withdraw-origin", origin.public_id)

    assert "est retirée" in done


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_registers_or_revokes(agent, role):
    integrator, _secret = make_integrator()
    uai = "0921234A" if role is Role.COLLEGE_SECRETARY else ""

    with time_machine.travel(AT, tick=False):
        site = agent(role, uai)
        for path in ("register-integrator/", f"revoke-integrator/?sur={integrator.public_id}"):
            assert site.get(f"/console/actes/{path}").status_code in (403, 404)
