"""Signing in and out of the portal."""

import pytest

from tests.portal.conftest import PASSWORD
from ui import attempts


def sign_in(site, email="parent@exemple.fr", password=PASSWORD, **more):
    return site.post("/connexion/", name=email, password=password, **more)


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
    assert "L&#x27;identifiant ou le mot de passe ne convient pas." in html
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

    assert 'id="id_name_error"' in html
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


def test_people_who_mistype_and_then_sign_in_never_block_their_place(tenant_db):
    place = "192.0.2.7"
    for number in range(attempts.PER_PLACE):
        attempts.record_failure(f"parent{number}@exemple.fr", place)
        attempts.record_success(f"parent{number}@exemple.fr", place)

    assert not attempts.is_blocked("someone-new@exemple.fr", place)


def test_place_that_only_fails_is_blocked_and_no_other(tenant_db):
    for number in range(attempts.PER_PLACE):
        attempts.record_failure(f"guess{number}@exemple.fr", "192.0.2.7")

    assert attempts.is_blocked("parent@exemple.fr", "192.0.2.7")
    assert not attempts.is_blocked("parent@exemple.fr", "192.0.2.8")


def test_address_attacked_from_everywhere_is_blocked_where_it_never_signed_in(tenant_db):
    attempts.record_success("parent@exemple.fr", "192.0.2.7")
    for number in range(attempts.PER_ADDRESS):
        attempts.record_failure("parent@exemple.fr", f"198.51.100.{number}")

    assert attempts.is_blocked("parent@exemple.fr", "203.0.113.1")
    assert not attempts.is_blocked("parent@exemple.fr", "192.0.2.7")


def test_place_where_one_signed_in_still_counts_its_own_failures(tenant_db):
    attempts.record_success("parent@exemple.fr", "192.0.2.7")
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        attempts.record_failure("parent@exemple.fr", "192.0.2.7")

    assert attempts.is_blocked("parent@exemple.fr", "192.0.2.7")


def test_success_takes_back_no_more_than_its_own_failures(tenant_db):
    for number in range(attempts.PER_PLACE):
        attempts.record_failure(f"guess{number}@exemple.fr", "192.0.2.7")
    attempts.record_failure("parent@exemple.fr", "192.0.2.7")
    attempts.record_success("parent@exemple.fr", "192.0.2.7")

    assert attempts.is_blocked("someone-new@exemple.fr", "192.0.2.7")


def test_visitors_behind_our_proxy_do_not_share_their_failures(site, parent, settings):
    settings.TRUSTED_PROXIES = 1
    there = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
    for number in range(attempts.PER_PLACE):
        attempts.record_failure(f"guess{number}@exemple.fr", "192.0.2.7")
    site.client.defaults.update(there)

    blocked = sign_in(site)
    site.client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.8"

    assert blocked.status_code == 429
    assert sign_in(site).status_code == 302


def test_page_answers_to_head_like_to_get(site, tenant_db):
    response = site.client.head("/connexion/")
    site._come_back()

    assert (response.status_code, response.content) == (200, b"")


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
