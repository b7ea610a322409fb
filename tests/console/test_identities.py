"""A secretary tells who somebody is: both sides in view, the effect first, the collège's alone."""

from __future__ import annotations

import re

import pytest

from tenants.accounts.capabilities import Role
from tenants.identities import operations, queries
from tenants.identities.models import ExternalIdentity
from tests.factories.canteen import make_college
from tests.factories.identities import (
    INE,
    make_claims,
    make_diallos,
    make_franceconnect_at,
    now,
    open_ways,
)
from tests.portal.households import text
from ui import wording


@pytest.fixture
def waiting(tenant_db):
    """An aunt who holds the paper of a child of two parents."""
    family = make_diallos(guardians=2, school_year=now().year - (now().month < 8))
    request = operations.arrive(claims=make_claims(first_names=("Fatou",)), at=now()).request
    left = operations.prove_by_paper(
        request=request, ine=INE, birth_date=family.pupil.birth_date, at=now()
    )
    return family, left.request


def act(site, name, request, **answers):
    url = f"/console/actes/{name}/?sur={request.public_id}"
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    assert stamp, text(shown)
    return text(shown), text(site.follow(site.post(url, **answers, fingerprint=stamp[1])))


def test_the_secretary_sees_both_sides_and_decides(agent, waiting):
    family, request = waiting
    site = agent(Role.COLLEGE_SECRETARY, uai=family.college.uai)
    mother, _father = family.guardians

    assert "personne à reconnaître" in text(site.get("/console/"))
    page = text(site.get(f"/console/identities/linkrequest/{request.pk}/"))
    for said in (
        "Fatou TRAORE / DIALLO",
        "Aminata Diallo",
        f"Ibrahima ({wording.full_date(family.pupil.birth_date)})",
    ):
        assert said in page
    (candidate,) = [one for one in queries.candidates_of(request) if one.guardian == mother]
    shown, done = act(site, "recognise-person", request, candidate=candidate.public_id)

    assert "Aminata Diallo pourra se connecter de cette façon" in shown
    assert "C'est noté" in done
    mother.refresh_from_db()
    assert ExternalIdentity.objects.get().user == mother.user
    assert "Fatou" not in text(site.get(f"/console/identities/linkrequest/{request.pk}/"))


def test_the_secretary_refuses_in_words(agent, waiting):
    family, request = waiting
    site = agent(Role.COLLEGE_SECRETARY, uai=family.college.uai)

    _shown, done = act(site, "refuse-person", request, answer="Venez avec une pièce d'identité.")

    assert "La personne lira votre réponse" in done
    request.refresh_from_db()
    assert (request.state, request.answer) == ("REFUSED", "Venez avec une pièce d'identité.")
    assert not ExternalIdentity.objects.exists()


def test_another_colleges_secretary_sees_nothing_of_it(agent, waiting):
    _family, request = waiting
    site = agent(Role.COLLEGE_SECRETARY, uai=make_college().uai)

    assert "TRAORE" not in text(site.get("/console/identities/linkrequest/"))
    assert site.get(f"/console/identities/linkrequest/{request.pk}/").status_code == 404
    assert site.get(f"/console/actes/refuse-person/?sur={request.public_id}").status_code == 404


def test_who_only_reads_files_recognises_nobody(agent, waiting):
    site = agent(Role.READER)

    assert site.get("/console/identities/linkrequest/").status_code == 403


def test_an_administrator_sees_which_ways_are_open(agent):
    make_franceconnect_at("http://127.0.0.1:1")
    open_ways(("GUARDIAN", "FRANCECONNECT"))

    page = text(agent(Role.ADMINISTRATOR).get("/console/connexions/moyens/"))

    assert re.search(
        r"Responsable\s+Ouvert\s+Fermé\s+Ouvert\s+Fermé\s+Élève\s+Ouvert\s+Fermé\s+–\s+–", page
    )
    assert "http://127.0.0.1:1" in page
