"""In by FranceConnect and EduConnect, in a browser's session: who began it, and nobody else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from portal import activations
from tenants.identities import operations
from tenants.identities.models import ExternalIdentity, LinkRequest
from tenants.people.models import Pupil
from tests.factories.codes import given_code
from tests.factories.identities import (
    ACS,
    ACTOR,
    ENTITY_ID,
    GUARDIAN,
    INE,
    PUPIL,
    make_diallos,
    make_educonnect,
    make_franceconnect,
    now,
    open_ways,
)
from tests.peers.saml_here import posted
from tests.portal.conftest import Site
from tests.portal.households import text
from tests.tenants.identities.conftest import france, idp  # noqa: F401


@pytest.fixture
def by_france(site, france):  # noqa: F811
    """Be a person at FranceConnect, and come back."""
    make_franceconnect(france.issuer)
    open_ways()

    def go(person="aminata", visitor=site, **more):
        leaving = visitor.post("/connexion/par/franceconnect/", **more)
        assert leaving.status_code == 302
        back = urlsplit(france.walk_to_us(leaving.headers["Location"], person))
        return visitor.get(f"{back.path}?{back.query}")

    return go


@pytest.fixture
def by_school(site, idp):  # noqa: F811
    """Be a person at EduConnect, whose page posts to us from another site; come back."""
    make_educonnect(idp.certificate)
    open_ways()

    def answer(attributes, visitor=site):
        leaving = visitor.post("/connexion/par/educonnect/")
        asked = idp.asked(leaving.headers["Location"])
        xml = idp.response(attributes, ask=asked["id"], acs=ACS, audience=ENTITY_ID)
        outside = Site()  # the cookie does not come with a post from another site
        return outside.post("/connexion/educonnect/reponse/", SAMLResponse=posted(xml))

    def go(attributes=PUPIL, visitor=site):
        response = answer(attributes, visitor)
        assert response.status_code == 303, text(response)
        return visitor.get(response.headers["Location"])

    go.answer = answer
    return go


def who(site) -> str:
    return site.client.session.get("_auth_user_id", "")


def test_ways_that_are_open_are_buttons(site, france):  # noqa: F811
    assert "FranceConnect" not in site.get("/connexion/").content.decode()
    make_franceconnect(france.issuer)
    open_ways()

    response = site.get("/connexion/")

    assert "S'identifier avec FranceConnect" in text(response)
    assert "Qu'est-ce que FranceConnect" in text(response)
    assert f"form-action 'self' {france.address}" in response.headers["Content-Security-Policy"]


def test_a_mother_proves_once_whose_mother_she_is(site, by_france):
    (mother,) = make_diallos().guardians

    page = site.follow(by_france())
    assert "Qui est votre enfant" in text(page)
    assert who(site) == ""
    wrong = site.post("/connexion/qui/", ine="9876543210B", birth_date="2012-05-04")
    assert wrong.status_code == 422
    assert "Nous ne trouvons pas d'élève" in text(wrong)
    done = site.post("/connexion/qui/", ine=INE, birth_date="2012-05-04")

    mother.refresh_from_db()
    assert done.headers["Location"] == "/"
    assert who(site) == str(mother.user_id)
    site.post("/deconnexion/")
    again = by_france(next="/factures/")
    assert again.headers["Location"] == "/factures/"
    assert who(site) == str(mother.user_id)


def test_leaving_leaves_franceconnect_too(site, by_france, france):  # noqa: F811
    make_diallos()
    by_france()
    site.post("/connexion/qui/", ine=INE, birth_date="2012-05-04")

    page = site.follow(site.post("/deconnexion/"))

    url = page.headers["Refresh"].partition("url=")[2]
    assert url.startswith(f"{france.issuer}/session/end?id_token_hint=")
    assert who(site) == ""
    assert "La déconnexion est faite" in text(site.follow(site.get("/deconnexion/faite/")))


def test_an_answer_in_another_session_is_refused(site, by_france, france):  # noqa: F811
    make_diallos()
    leaving = site.post("/connexion/par/franceconnect/")
    back = urlsplit(france.walk_to_us(leaving.headers["Location"], "aminata"))
    victim = Site()
    victim.post("/connexion/par/franceconnect/")

    response = victim.get(f"{back.path}?{back.query}")

    assert response.status_code == 403
    assert "identity_link" not in victim.client.session
    assert not LinkRequest.objects.exists()


def test_an_answer_serves_once(site, by_france, france):  # noqa: F811
    make_diallos()
    leaving = site.post("/connexion/par/franceconnect/")
    back = urlsplit(france.walk_to_us(leaving.headers["Location"], "aminata"))
    assert site.get(f"{back.path}?{back.query}").status_code == 302

    assert site.get(f"{back.path}?{back.query}").status_code == 403


def test_who_gives_up_reads_what_to_do(site, by_france):
    page = by_france(person="")

    assert page.status_code == 403
    assert "Vous avez arrêté" in text(page)


@pytest.mark.parametrize("wanted", ["https://ailleurs.test/", "//ailleurs.test/", "javascript:x"])
def test_nobody_is_led_elsewhere(site, by_france, wanted):
    make_diallos()
    by_france()
    site.post("/connexion/qui/", ine=INE, birth_date="2012-05-04")
    site.post("/deconnexion/")

    assert by_france(next=wanted).headers["Location"] == "/"


def test_a_pupil_comes_in_by_educonnect(site, by_school):
    child = make_diallos().pupil

    response = by_school()

    child.refresh_from_db()
    assert response.headers["Location"] == "/"
    assert who(site) == str(child.user_id)
    assert "EduConnect Relié à ce compte depuis" in text(site.get("/compte/"))
    page = site.follow(site.post("/deconnexion/"))
    assert page.headers["Refresh"] == "0; url=https://educonnect.test/quitter"


def test_a_relay_state_leads_nowhere(site, by_school, idp):  # noqa: F811
    make_diallos()
    leaving = site.post("/connexion/par/educonnect/")
    asked = idp.asked(leaving.headers["Location"])
    xml = idp.response(PUPIL, ask=asked["id"], acs=ACS, audience=ENTITY_ID)

    response = Site().post(
        "/connexion/educonnect/reponse/",
        SAMLResponse=posted(xml),
        RelayState="https://ailleurs.test/",
    )

    assert response.headers["Location"].startswith("/connexion/educonnect/retour/?reponse=")
    assert site.get(response.headers["Location"]).headers["Location"] == "/"


def test_an_answer_is_worth_nothing_to_another_session(site, by_school):
    """A thief posts their own answer, and has the victim's browser follow where it leads."""
    make_diallos()
    victim = Site()
    victim.post("/connexion/par/educonnect/")
    response = by_school.answer(PUPIL)

    refused = victim.get(response.headers["Location"])

    assert refused.status_code == 403
    assert who(victim) == ""
    assert not ExternalIdentity.objects.exists()


def test_an_answer_nobody_asked_for_is_refused(site, by_school, idp):  # noqa: F811
    xml = idp.response(PUPIL, ask="_" + "a" * 64, acs=ACS, audience=ENTITY_ID)

    assert site.post("/connexion/educonnect/reponse/", SAMLResponse=posted(xml)).status_code == 403
    assert site.post("/connexion/educonnect/reponse/").status_code == 403


def test_brother_and_sister_on_one_computer_never_get_each_others_account(site, by_school):
    """She leaves the browser open; he signs in, then gives up half way: she is out in any case."""
    family = make_diallos()
    from tests.factories.canteen import make_family

    brother = make_family(college=family.college).pupil
    Pupil.objects.filter(pk=brother.pk).update(jointure_id="2002", first_name="Moussa")
    by_school()
    family.pupil.refresh_from_db()
    assert who(site) == str(family.pupil.user_id)

    site.post("/connexion/par/educonnect/")
    assert who(site) == ""
    assert site.get("/enfants/").status_code == 302

    his = PUPIL | {
        "FrEduCtId": ["edu-moussa"], "FrEduCtRefId": ["{AAF}25|4|2002"], "givenName": ["Moussa"],
    }  # fmt: skip
    by_school(his)
    brother.refresh_from_db()
    assert who(site) == str(brother.user_id)
    assert brother.user_id != family.pupil.user_id


def test_what_is_ambiguous_is_at_the_secretarys(site, by_school):
    make_diallos()

    page = site.follow(by_school(PUPIL | {"FrEduCtDateNaissance": ["2013-05-04"]}))

    assert "Votre demande est chez le secrétariat" in text(page)
    assert who(site) == ""
    operations.refuse(
        request=LinkRequest.objects.get(), answer="Passez nous voir.", actor=ACTOR, at=now()
    )
    assert "« Passez nous voir. »" in text(site.get("/connexion/qui/"))


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        (PUPIL | {"FrEduCtRefId": ["{AAF}25|2|1001"]}, "n'est pas de la bonne sorte"),
        (PUPIL | {"FrEduCtEleveUAI": []}, "dans quel collège"),
    ],
    ids=["pupil where a guardian is known", "no UAI"],
)
def test_each_trouble_has_a_kind_page(site, by_school, attributes, said):
    make_diallos()

    page = by_school(attributes)

    assert page.status_code == 403
    assert said in text(page)
    assert who(site) == ""


def code_of(person) -> str:
    code, _kept = given_code(person, at=now())
    return code


def by_letter(site, code, birth_date="04/05/2012"):
    return site.post("/connexion/qui/code/", code=code, birth_date=birth_date)


def test_a_mother_who_has_a_letter_and_no_paper_of_the_school_is_recognised(site, by_france):
    (mother,) = make_diallos().guardians
    page = site.follow(by_france(next="/factures/"))
    assert "J'ai reçu une lettre avec un code" in text(page)
    assert "pas de mot de passe à choisir" in text(site.get("/connexion/qui/code/"))

    done = by_letter(site, code_of(mother))

    mother.refresh_from_db()
    assert done.headers["Location"] == "/"
    assert who(site) == str(mother.user_id)
    assert mother.user.sign_ins.get().way == "franceconnect"
    assert "session/end" in site.follow(site.post("/deconnexion/")).headers["Refresh"]
    assert site.follow(by_france()).status_code == 200
    assert who(site) == str(mother.user_id)


def test_who_is_not_in_the_feed_yet_may_type_the_code_of_their_letter(site, by_school):
    (mother,) = make_diallos().guardians
    unknown = GUARDIAN | {"FrEduCtRefId": ["{AAF}25|2|9"]}

    page = site.follow(site.follow(by_school(unknown)))
    assert "Nous ne vous trouvons pas encore" in text(page)
    assert who(site) == ""
    by_letter(site, code_of(mother))

    mother.refresh_from_db()
    assert who(site) == str(mother.user_id)


def test_who_waits_for_the_secretary_may_type_a_code_and_another_session_may_not(site, by_school):
    child = make_diallos().pupil
    page = site.follow(by_school(PUPIL | {"FrEduCtDateNaissance": []}))
    assert "J'ai reçu une lettre avec un code" in text(page)
    code = code_of(child)

    assert by_letter(Site(), code).headers["Location"] == "/connexion/"
    by_letter(site, code)

    child.refresh_from_db()
    assert who(site) == str(child.user_id)


def test_every_refusal_of_a_code_is_the_same_page(site, by_france, monkeypatch):
    monkeypatch.setattr("tenants.identities.linking.MOST_TRIES", 10)
    family = make_diallos()
    (mother,) = family.guardians
    by_france()
    code = code_of(mother)
    old, _kept = given_code(family.pupil)

    answers = [
        by_letter(site, *tried)
        for tried in ((code, "05/05/2012"), ("CDFG-HJKM-34PR",), ("rien",), (old,))
    ]
    answers.append(by_letter(site, code_of(family.pupil)))

    pages = {re.sub(r'value="[^"]*"', "", one.content.decode()) for one in answers}
    assert {one.status_code for one in answers} == {422}
    assert len(pages) == 1
    assert "Ce code ne nous permet pas de vous reconnaître." in text(answers[0])
    assert who(site) == ""


def test_codes_are_counted_with_those_of_first_connections(site, by_france):
    (mother,) = make_diallos().guardians
    code = code_of(mother)
    for _try in range(activations.PER_CODE.most):
        site.post("/premiere-connexion/", code=code, birth_date="05/05/2012")
    by_france()

    assert by_letter(site, code).status_code == 429
    assert who(site) == ""


def test_a_way_closed_meanwhile_spends_no_code(site, by_school):
    child = make_diallos().pupil
    by_school(PUPIL | {"FrEduCtDateNaissance": []})
    code = code_of(child)
    operations.set_way(profile="PUPIL", way="EDUCONNECT", is_open=False, actor=ACTOR, at=now())

    assert by_letter(site, code).status_code == 403
    assert child.activation_codes.get().used_at is None


def test_a_profile_whose_way_is_closed_does_not_come_in(site, by_school):
    make_diallos()
    operations.set_way(profile="PUPIL", way="EDUCONNECT", is_open=False, actor=ACTOR, at=now())

    page = by_school()

    assert page.status_code == 403
    assert who(site) == ""


def test_the_link_page_is_the_sessions_own(site, by_france):
    make_diallos()
    by_france()

    assert Site().get("/connexion/qui/").headers["Location"] == "/connexion/"


def test_metadata_are_read_by_a_machine(site, by_school):
    said = site.get("/connexion/educonnect/metadonnees/")

    assert said.headers["Content-Type"] == "application/samlmetadata+xml"
    assert re.search(rb'AuthnRequestsSigned="true" WantAssertionsSigned="true"', said.content)
    assert b"PRIVATE" not in said.content


def test_a_way_that_is_not_offered_is_not_begun(site):
    assert site.post("/connexion/par/educonnect/").status_code == 403
    assert site.post("/connexion/par/autre/").status_code == 404
    assert site.get("/connexion/educonnect/metadonnees/").status_code == 404
