"""The first connection with a code on paper, as somebody does it on a phone."""

import datetime
import re

import pytest
import time_machine

from portal import activations
from portal.views import activation
from tenants.accounts.models import User
from tenants.activation.models import AddressClaim
from tests.factories.canteen import make_family
from tests.factories.codes import AT, PASSWORD, given_code, recovery_code
from tests.factories.portal import make_account
from tests.portal.conftest import Site

DATE = "04/05/2012"
REFUSED = "Ce code et cette date ne vont pas ensemble"


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_family()


@pytest.fixture
def guardian(family):
    return family.guardians[0]


def begin(site, code, birth_date=DATE):
    return site.post("/premiere-connexion/", code=code, birth_date=birth_date)


def ticket_of(response):
    return re.search(r'name="ticket" value="([^"]+)"', response.content.decode())[1]


def finish(site, ticket, password=PASSWORD, **more):
    sent = {"ticket": ticket, "password": password, "again": password} | more
    return site.post("/premiere-connexion/suite/", **sent)


def signed_in_as(site):
    user_id = site.client.session.get("_auth_user_id")
    site._come_back()
    return User.objects.get(pk=user_id) if user_id else None


def test_the_second_step_says_for_whom_it_is_then_leads_home(site, family, guardian):
    code, _kept = given_code(guardian)

    second = begin(site, code.lower().replace("-", " "))
    html = second.content.decode()
    login = re.search(r"<strong>(parent[\w.-]+\.\d{3})</strong>", html)[1]
    done = finish(site, ticket_of(second))

    assert f"Vous êtes {guardian.full_name}" in html
    assert f"Ce compte sert pour {family.pupil.first_name}." in html
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert signed_in_as(site).login == login
    assert f"Votre identifiant : {login}." in site.get("/").content.decode().replace("\xa0", " ")


def test_a_pupil_is_asked_for_no_address(site, family):
    code, _kept = given_code(family.pupil)

    html = begin(site, code).content.decode()

    assert "id_password" in html
    assert "id_email" not in html


def test_an_address_given_is_to_be_confirmed(site, guardian):
    code, _kept = given_code(guardian)

    finish(site, ticket_of(begin(site, code)), email="aminata@exemple.fr")

    assert AddressClaim.objects.get().email == "aminata@exemple.fr"
    html = site.get("/compte/").content.decode()
    assert "Adresse à confirmer" in html
    assert signed_in_as(site).email is None


def answers_of_failures(site, family):
    guardian = family.guardians[0]
    code, _kept = given_code(guardian)
    used, kept = given_code(family.pupil)
    activation.operations.use_code(code=kept, password=PASSWORD, at=AT)
    old, _kept = given_code(make_family().pupil, at=AT - datetime.timedelta(days=90))
    former, _kept = given_code(make_family().pupil)
    yield begin(site, code, birth_date="01/01/2013")
    for wrong in (used, old, "CDFG-HJKM-34PR", "nonsense", former[:-1]):
        yield begin(site, wrong)


def test_every_failure_gets_the_same_answer(site, family):
    pages = set()
    for response in answers_of_failures(site, family):
        html = response.content.decode()
        assert response.status_code == 422
        assert REFUSED in html
        pages.add(re.sub(r'value="[^"]*"', "", html))

    assert len(pages) == 1


def test_tries_are_counted_by_code_and_by_place(site, guardian):
    code, _kept = given_code(guardian)
    for _try in range(activations.PER_CODE.most):
        assert begin(site, code, birth_date="01/01/2013").status_code == 422

    assert begin(site, code).status_code == 429
    assert begin(site, "CDFG-HJKM-34PR").status_code == 422
    for number in range(activations.PER_PLACE.most):
        response = begin(site, f"nonsense{number}")
    assert response.status_code == 429


def test_two_twins_on_one_computer_never_get_each_other_s_account(site, family):
    twin = make_family(college=family.college).pupil
    first, _kept = given_code(family.pupil)
    second, _kept = given_code(twin)
    left_open = ticket_of(begin(site, first))

    page = begin(site, second)
    html = page.content.decode()
    assert twin.full_name in html
    assert family.pupil.first_name not in html
    finish(site, ticket_of(page))

    assert signed_in_as(site).pupil == twin
    # The page that the first left open acts for nobody any more.
    assert site.follow(finish(site, left_open)).status_code == 200
    family.pupil.refresh_from_db()
    assert family.pupil.user is None
    assert signed_in_as(site).pupil == twin


def test_a_sister_who_is_signed_in_is_signed_out_before_the_brother_reads_anything(site, family):
    twin = make_family(college=family.college).pupil
    sister = User.objects.create(login="soeur.diallo.111", first_name="Soeur")
    family.pupil.user = sister
    family.pupil.save()
    site.sign_in(sister)
    code, _kept = given_code(twin)

    html = begin(site, code).content.decode()

    assert "Soeur" not in html
    assert signed_in_as(site) is None


def test_a_ticket_is_of_the_browser_that_was_given_it(site, guardian):
    code, _kept = given_code(guardian)
    ticket = ticket_of(begin(site, code))
    elsewhere = Site()

    response = finish(elsewhere, ticket)

    assert response.headers["Location"] == "/premiere-connexion/"
    assert not User.objects.exists()


def test_a_ticket_lasts_a_quarter_of_an_hour(site, guardian):
    code, _kept = given_code(guardian)
    ticket = ticket_of(begin(site, code))

    with time_machine.travel(AT + datetime.timedelta(minutes=16), tick=False):
        finish(site, ticket)

    assert not User.objects.exists()


def test_a_password_that_is_wrong_keeps_the_step(site, guardian):
    code, _kept = given_code(guardian)
    ticket = ticket_of(begin(site, code))

    for wrong in ({"password": "court", "again": "court"}, {"again": "autre chose encore"}):
        response = finish(site, ticket, **wrong)
        assert response.status_code == 422
        assert guardian.full_name in response.content.decode()
    assert finish(site, ticket).status_code == 302


def test_a_new_code_for_an_account_asks_for_a_password_alone_and_ends_its_sessions(site, guardian):
    user = make_account(guardian)
    other = Site().sign_in(user)
    code, _kept = recovery_code(guardian)
    assert other.get("/").status_code == 200

    page = begin(site, code)
    done = finish(site, ticket_of(page))

    assert user.email in page.content.decode()
    assert "id_email" not in page.content.decode()
    assert done.headers["Location"] == "/"
    assert other.get("/").status_code == 302
    told = "Un nouveau code a été donné le 4 novembre 2024 par le secrétariat."
    for address in ("/", "/compte/"):
        assert told in site.get(address).content.decode().replace("\xa0", " ")
