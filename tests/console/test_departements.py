"""Which départements are trusted, and since when: a page, and four acts that show their effect first."""

from __future__ import annotations

import re

import pytest

from commons.models import AuditEntry
from federation.ent import operations as ent
from federation.ent import vouching
from tenants.accounts.capabilities import Role
from tenants.identities import operations, queries
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import put_keys
from tests.factories.tariffs import ACTOR, AT
from tests.portal.households import text

PAGE = "/console/connexions/departements/"


@pytest.fixture
def administrator(agent):
    put_keys()
    return agent(Role.ADMINISTRATOR)


def act(site, name, code="94"):
    url = f"/console/actes/{name}/?sur={code}"
    shown = site.get(url)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    assert stamp, text(shown)
    return text(shown), text(site.follow(site.post(url, fingerprint=stamp[1])))


def test_each_direction_is_agreed_to_and_ended_apart(administrator):
    site = administrator
    assert "Val-de-Marne Non Faire confiance" in text(site.get(PAGE))

    shown, _done = act(site, "trust-departement")
    assert "Ni les agents, ni les élèves" in shown
    (provider,) = queries.trusted_departements()
    assert (provider.issuer, vouching.agreed_with("94")) == (
        "https://val-de-marne.socle.test",
        None,
    )
    shown, done = act(site, "agree-departement")
    assert "Aucun nom, aucun enfant" in shown
    client = vouching.agreed_with("94")
    assert client.redirect_uris == ["https://val-de-marne.socle.test/connexion/departement/retour/"]
    assert done.count("Depuis le") == 2
    assert _ways(site)[-1] == "Ouvert"

    act(site, "stop-departement")
    assert (vouching.agreed_with("94"), len(queries.trusted_departements())) == (None, 1)
    act(site, "distrust-departement")
    assert queries.trusted_departements() == []
    done = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"identities.provider.opened", "ent.client.closed"} <= done


def _ways(site):
    """The ways of guardians, as the console shows them."""
    page = site.get("/console/connexions/moyens/").content.decode()
    line = page[page.index(">Responsable<") :].partition("</tr>")[0]
    return re.findall("<td>([^<]*)</td>", line)


def test_an_act_says_how_many_people_it_is_about(administrator):
    ent.agree(departement_code="94", actor=ACTOR, at=AT)
    for _parent in range(2):
        user = account_of(make_family())
        ent.give_link(user=user, departement_code="94", actor=ACTOR, at=AT)

    assert "Accords de responsables 2" in act(administrator, "stop-departement")[0]
    assert "2 comptes" in text(administrator.get(PAGE))


@pytest.mark.parametrize("code", ["92", "99", "", "x'"])
def test_a_departement_agrees_with_another_that_exists(administrator, code):
    for name in ("trust-departement", "agree-departement"):
        assert administrator.get(f"/console/actes/{name}/?sur={code}").status_code == 404


def test_twice_is_refused(administrator):
    operations.trust(departement_code="94", actor=ACTOR, at=AT)
    ent.agree(departement_code="94", actor=ACTOR, at=AT)

    for name in ("trust-departement", "agree-departement"):
        page = text(administrator.get(f"/console/actes/{name}/?sur=94"))
        assert "déjà" in page


@pytest.mark.parametrize("role", [Role.REGISSEUR, Role.INSTRUCTOR, Role.READER])
def test_who_does_not_manage_the_departement_agrees_to_nothing(agent, role):
    site = agent(role)

    assert site.get(PAGE).status_code == 403
    assert site.get("/console/actes/trust-departement/?sur=94").status_code == 403
    assert queries.trusted_departements() == []
