"""Accounts at the console: who has a second factor, and taking it away from who lost it."""

from __future__ import annotations

import re

from django.utils import timezone

from commons.models import AuditEntry
from tenants.accounts import factors
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tests.portal.second_steps import give_factor, give_password, make_agent
from tests.signed_in import open_session

LIST = "/console/accounts/user/"


def address(user: User) -> str:
    return f"/console/actes/reset-factors/?sur={user.public_id}"


def confirm(site, user):
    shown = site.post(address(user), reason="LOST").content.decode()
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown)
    if stamp is None:
        return shown
    return site.post(address(user), reason="LOST", fingerprint=stamp[1])


def test_the_list_says_who_has_a_second_factor(agent):
    site = agent(Role.ADMINISTRATOR)
    give_factor(make_agent())
    html = site.get(LIST).content.decode()

    assert "Deuxième étape" in html
    assert "Oui" in re.findall(r">\s*(Oui|Non)\s*<", html)


def test_sign_ins_of_an_agent_are_shown_and_those_of_a_family_are_not(agent):
    site = agent(Role.ADMINISTRATOR)
    claire, parent = make_agent(), make_agent(None, email="parent@exemple.fr")
    for user in (claire, parent):
        visitor = type(site)()
        visitor.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
        visitor.post("/connexion/", name=str(user), password="pas celui-là")

    assert "Firefox, Windows" in site.get(f"{LIST}{claire.pk}/").content.decode()
    assert "Firefox, Windows" not in site.get(f"{LIST}{parent.pk}/").content.decode()


def test_an_administrator_resets_the_factor_of_another_who_is_signed_out_and_told(agent):
    site = agent(Role.ADMINISTRATOR)
    claire = make_agent()
    give_factor(claire)
    hers = type(site)()
    open_session(hers.client, claire)
    assert hers.get("/console/").status_code == 200

    assert confirm(site, claire).status_code == 302

    assert not factors.has_factor(claire)
    assert hers.get("/console/").headers["Location"].startswith("/connexion/")
    entry = AuditEntry.objects.get(action="accounts.factors.reset")
    assert entry.subject_id == str(claire.public_id)
    assert give_password(hers).headers["Location"] == "/connexion/protection/"


def test_nobody_resets_their_own(agent):
    site = agent(Role.ADMINISTRATOR)
    admin = User.objects.get()
    give_factor(admin)

    done = confirm(site, admin)

    assert done.status_code == 422
    assert "Personne ne réinitialise sa propre deuxième étape." in done.content.decode()
    assert factors.has_factor(admin)


def test_money_leaves_only_after_a_proof_of_the_last_quarter_of_an_hour(agent):
    import time_machine

    site = agent(Role.REGISSEUR)
    late = timezone.now() + factors.RECENT
    with time_machine.travel(late.timestamp() + 1, tick=False):
        for act in ("approve-refunds", "issue-run"):
            asked = site.get(f"/console/actes/{act}/")
            assert asked.headers["Location"] == (
                f"/compte/securite/confirmer/?next=%2Fconsole%2Factes%2F{act}%2F"
            )
