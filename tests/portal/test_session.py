"""Signing in and out of the portal."""

import pytest

from portal import attempts
from tests.portal.conftest import PASSWORD


def sign_in(site, email="parent@exemple.fr", password=PASSWORD, **more):
    return site.post("/connexion/", email=email, password=password, **more)


def test_right_password_leads_home(site, parent):
    response = sign_in(site)

    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_address_is_understood_whatever_its_case(site, parent):
    assert sign_in(site, email=" Parent@Exemple.FR ").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [("parent@exemple.fr", "wrong-password"), ("nobody@exemple.fr", PASSWORD)],
    ids=["wrong password", "unknown address"],
)
def test_refusal_is_the_same_whoever_asks_and_keeps_what_was_typed(site, parent, email, password):
    response = sign_in(site, email=email, password=password)

    html = response.content.decode()
    assert response.status_code == 422
    assert "L&#x27;adresse ou le mot de passe ne convient pas." in html
    assert f'value="{email}"' in html
    assert password not in html
    assert 'role="alert" tabindex="-1" autofocus' in html


def test_closed_account_is_refused_like_a_wrong_password(site, parent):
    parent.is_active = False
    parent.save()

    response = sign_in(site)

    assert response.status_code == 422
    assert "ne convient pas" in response.content.decode()


def test_empty_form_says_what_is_missing_next_to_each_field(site, tenant_db):
    html = sign_in(site, email="", password="").content.decode()

    assert 'id="id_email_error"' in html
    assert 'href="#id_password"' in html


def test_sixth_failure_is_blocked_and_the_right_password_too(site, parent):
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        assert sign_in(site, password="wrong-password").status_code == 422

    response = sign_in(site)

    assert response.status_code == 429
    assert "Il y a eu trop d&#x27;essais." in response.content.decode()


def test_failures_of_one_address_do_not_block_another(site, parent):
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        sign_in(site, email="other@exemple.fr", password="wrong-password")

    assert sign_in(site).status_code == 302


def test_success_forgets_the_failures_of_that_address(site, parent):
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE - 1):
        sign_in(site, password="wrong-password")
    sign_in(site)

    assert not attempts.is_blocked("parent@exemple.fr", "127.0.0.1")


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/factures/", "/factures/"),
        ("https://mechant.exemple/", "/"),
        ("//mechant.exemple/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_leads_only_to_our_own_pages(site, parent, wanted, landed):
    assert sign_in(site, next=wanted).headers["Location"] == landed


def test_page_asked_for_comes_after_signing_in(site, tenant_db):
    response = site.get("/factures/")

    assert response.headers["Location"] == "/connexion/?next=/factures/"


def test_signing_out_needs_a_post(site, parent):
    site.sign_in(parent)

    assert site.get("/deconnexion/").status_code == 405
    assert site.get("/compte/").status_code == 200


def test_signing_out_closes_the_session(site, parent):
    site.sign_in(parent)

    assert site.post("/deconnexion/").status_code == 302
    assert site.get("/compte/").status_code == 302


def test_session_of_another_host_opens_nothing(site, parent):
    site.sign_in(parent)
    elsewhere = type(site)("d94")
    elsewhere.client.cookies = site.client.cookies

    response = elsewhere.get("/compte/")
    site._come_back()

    assert response.status_code == 302
