"""The second step of signing in: who needs it, what it opens, and what is reached before it: nothing."""

from __future__ import annotations

import uuid

import pytest
import time_machine
from django.urls import NoReverseMatch, reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone

from commons.models import OutboxEvent
from portal import signing_in
from tenants.accounts.capabilities import Role, needs_factor
from tenants.accounts.models import Authenticator, Session, SignIn, User
from tests.access import doors
from tests.portal.conftest import PASSWORD
from tests.portal.second_steps import (
    EMAIL,
    STEP,
    code_now,
    give_factor,
    give_password,
    give_role,
    is_signed_in,
    make_agent,
)
from tests.signed_in import open_session
from ui import attempts

WRONG = "000000"
SET_UP = "/compte/securite/application/"


@pytest.fixture
def agent(tenant_db):
    user = make_agent()
    give_factor(user)
    return user


def test_an_agent_proves_a_factor_after_the_password(site, agent):
    asked = give_password(site)
    assert asked.headers["Location"] == STEP
    assert not is_signed_in(site)

    opened = site.post(STEP, code=code_now())

    assert opened.headers["Location"] == "/console/"
    assert site.get("/console/").status_code == 200


def test_the_page_asked_for_comes_after_both_steps(site, agent):
    give_password(site, next="/console/payments/refund/")

    assert site.post(STEP, code=code_now()).headers["Location"] == "/console/payments/refund/"


@pytest.mark.parametrize("role", [role for role in Role if needs_factor(role)])
def test_a_role_that_needs_a_factor_and_has_none_is_led_to_set_one_up(site, tenant_db, role):
    make_agent(role)

    assert give_password(site).headers["Location"] == "/connexion/protection/"
    assert not is_signed_in(site)
    page = site.get("/connexion/protection/").content.decode()
    assert SET_UP in page


def test_the_set_up_opens_the_session_and_shows_ten_recovery_codes_once(site, tenant_db):
    import re

    from tenants.accounts import totp

    make_agent()
    give_password(site)
    html = site.get(SET_UP).content.decode()
    assert "<svg" in html
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', html)[1].replace(" ", "")

    refused = site.post(SET_UP, code=WRONG)
    assert refused.status_code == 422
    assert secret in refused.content.decode().replace(" ", "")  # the same, to try again
    shown = site.post(SET_UP, code=totp.code_of(secret, totp.step_at(timezone.now())))

    codes = re.findall(r"<li>([0-9A-Z-]{27})</li>", shown.content.decode())
    assert len(codes) == 10
    assert site.get("/console/").status_code == 200
    assert codes[0] not in site.get("/compte/securite/").content.decode()


def test_who_needs_no_factor_is_not_asked_for_one(site, tenant_db):
    make_agent(None)

    give_password(site)

    assert is_signed_in(site)


def test_a_parent_who_has_set_one_up_is_asked_for_it(site, parent):
    give_factor(parent)

    assert give_password(site, parent.email).headers["Location"] == STEP
    assert not is_signed_in(site)
    assert site.post(STEP, code=code_now()).headers["Location"] == "/"


# --- what is reached with the password alone ---------------------------------------------------


def addresses():
    """Every route of a département's host, whatever its parameters."""
    for name, pattern in sorted(doors.routes("socle.urls_tenant").items()):
        values = {
            key: uuid.UUID(int=1) if isinstance(converter, UUIDConverter) else "1"
            for key, converter in pattern.pattern.converters.items()
        }
        try:
            yield name, reverse(name, kwargs=values, urlconf="socle.urls_tenant")
        except NoReverseMatch:
            yield name, reverse(name, args=list(values.values()), urlconf="socle.urls_tenant")


SIGN_OUTS = {
    "portal:sign-out",
    "portal:partner-sign-out",
    "portal:cas-logout",
    "portal:openid-sign-out",
}


def test_a_half_open_session_reaches_what_nobody_reaches_and_no_more(site, agent):
    """Every page, by GET and by POST: the answer to somebody who has given no name at all."""
    stranger = type(site)()
    give_password(site)
    own = {"portal:second-step"}  # the one page there is for them

    def answer(visitor, method, path):
        response = getattr(visitor.client, method)(path)
        visitor._come_back()
        return response.status_code, response.headers.get("Location", "")

    found = list(addresses())
    assert len(found) > 150
    for name, path in found:
        if name in own | {"portal:sign-in", "portal:protect"} | SIGN_OUTS:
            continue
        to = {"portal:authenticator": STEP, "portal:passkey": STEP}.get(name)
        for method in ("get", "post"):
            expected = answer(stranger, method, path)
            if to is not None:  # who has a factor cannot set another up in its place
                assert expected == (302, "/connexion/"), name
                expected = (302, to)
            assert answer(site, method, path) == expected, (name, method)
    assert not Session.objects.exclude(user=None).exists()


def test_a_half_open_session_is_nobody_to_the_api(site, agent):
    give_password(site)

    response = site.client.post(
        "/graphql/", '{"query":"{ viewer { email } }"}', content_type="application/json"
    )
    site._come_back()

    assert response.json() == {"data": {"viewer": None}}


def test_a_half_open_session_cannot_set_up_another_factor(site, agent):
    """Who knows the password alone would go round the factor."""
    give_password(site)
    before = bytes(Authenticator.objects.get().sealed_secret)

    for path in (SET_UP, "/compte/securite/cle/"):
        for answer in (site.get(path), site.post(path, code=code_now(), name="x")):
            assert answer.headers["Location"] == STEP

    assert bytes(Authenticator.objects.get().sealed_secret) == before
    assert not is_signed_in(site)


def test_a_half_open_session_ends_after_ten_minutes(site, agent):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give_password(site)
        clock.shift(signing_in.HALF_OPEN_SECONDS)

        assert site.get(STEP).headers["Location"] == "/connexion/"
        assert site.post(STEP, code=code_now()).headers["Location"] == "/connexion/"

    assert not is_signed_in(site)


def test_a_half_open_session_belongs_to_the_browser_that_asked(site, agent):
    give_password(site)
    elsewhere = type(site)()

    assert elsewhere.post(STEP, code=code_now()).headers["Location"] == "/connexion/"


def test_a_password_that_changes_meanwhile_ends_it(site, agent):
    give_password(site)
    agent.set_password("une-autre-longue-phrase")
    agent.save()

    assert site.post(STEP, code=code_now()).headers["Location"] == "/connexion/"
    assert not is_signed_in(site)


def test_an_account_that_is_closed_meanwhile_ends_it(site, agent):
    give_password(site)
    User.objects.filter(pk=agent.pk).update(is_active=False)

    assert site.post(STEP, code=code_now()).headers["Location"] == "/connexion/"


def test_the_key_changes_at_each_step(site, agent):
    keys = []
    give_password(site)
    keys.append(site.client.cookies["sessionid"].value)
    give_password(site)
    keys.append(site.client.cookies["sessionid"].value)
    site.post(STEP, code=code_now())
    keys.append(site.client.cookies["sessionid"].value)

    assert len(set(keys)) == 3
    former = type(site)()
    for key in keys[:2]:
        former.client.cookies["sessionid"] = key
        assert former.get(STEP).headers["Location"] == "/connexion/"
        assert not is_signed_in(former)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [WRONG, "AAAAAA-AAAAAA-AAAAAA-AAAAAA"])
def test_a_wrong_code_is_refused_in_one_sentence_and_written_down(site, agent, code):
    give_password(site)

    response = site.post(STEP, code=code)

    assert response.status_code == 422
    assert "Ce code ne convient pas, ou a déjà servi." in response.content.decode()
    assert not is_signed_in(site)
    assert SignIn.objects.latest("pk").outcome == SignIn.Outcome.FACTOR_REFUSED


def test_a_code_that_served_is_refused_in_another_browser(site, agent):
    give_password(site)
    code = code_now()
    site.post(STEP, code=code)
    elsewhere = type(site)()
    give_password(elsewhere)

    assert elsewhere.post(STEP, code=code).status_code == 422
    assert not is_signed_in(elsewhere)


def test_a_recovery_code_opens_once_and_says_how_many_are_left(site, tenant_db):
    codes = give_factor(make_agent())
    give_password(site)

    site.post(STEP, code=codes[0])

    assert "Il en reste 9" in site.get("/compte/securite/").content.decode()
    elsewhere = type(site)()
    give_password(elsewhere)
    assert elsewhere.post(STEP, code=codes[0]).status_code == 422


def test_guesses_are_counted_and_the_right_code_is_refused_too(site, agent):
    give_password(site)
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        assert site.post(STEP, code=WRONG).status_code == 422

    response = site.post(STEP, code=code_now())

    assert response.status_code == 429
    assert not is_signed_in(site)
    told = OutboxEvent.objects.filter(payload__act="accounts.factor.guessed")
    assert told.count() == 1  # somebody has the password: its person is told, once


def test_guesses_close_neither_the_recovery_codes_nor_the_sessions_of_the_person(site, tenant_db):
    """Who knows the password and guesses locks nobody out."""
    user = make_agent()
    codes = give_factor(user)
    own = type(site)()
    open_session(own.client, user)
    give_password(site)
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        site.post(STEP, code=WRONG)

    assert own.get("/console/").status_code == 200
    assert site.post(STEP, code=codes[0]).status_code == 302


def test_guesses_from_everywhere_are_counted_over_a_day_but_not_where_one_is_known(tenant_db):
    for number in range(attempts.CODES_A_DAY):
        attempts.CODE.record_failure("claire", f"198.51.100.{number}")
    attempts.CODE.record_success("claire", "192.0.2.7")

    assert attempts.CODE.is_blocked("claire", "203.0.113.1")
    assert not attempts.CODE.is_blocked("claire", "192.0.2.7")
    assert not attempts.RECOVERY.is_blocked("claire", "203.0.113.1")


def test_failures_of_the_second_step_do_not_count_against_the_password(site, agent):
    give_password(site)
    for _attempt in range(attempts.PER_ADDRESS_AND_PLACE):
        site.post(STEP, code=WRONG)

    assert give_password(site).status_code == 302


# --- a role that comes later -------------------------------------------------------------------


def test_a_role_given_to_somebody_signed_in_waits_for_their_factor(site, parent):
    give_password(site, parent.email)
    assert is_signed_in(site)

    give_role(parent, Role.ADMINISTRATOR)

    assert site.get("/console/").headers["Location"] == "/connexion/protection/"
    assert site.get("/console/accounts/user/").headers["Location"] == "/connexion/protection/"
    assert is_signed_in(site)  # their own pages stay theirs
    assert "ajoutez-la maintenant" in site.get("/compte/securite/").content.decode()
    answer = site.client.post(
        "/graphql/", '{"query":"{ viewer { roles } }"}', content_type="application/json"
    ).json()
    site._come_back()
    assert answer == {"data": {"viewer": {"roles": []}}}

    give_factor(parent)
    assert site.get("/console/").headers["Location"].startswith("/compte/securite/confirmer/")
    proved = site.post("/compte/securite/confirmer/", code=code_now(), next="/console/")
    assert proved.headers["Location"] == "/console/"
    assert site.get("/console/").status_code == 200


def test_a_session_without_factor_can_nothing_in_any_door(site, agent):
    open_session(site.client, agent, by_factor=False)

    for name, path in addresses():
        if name.startswith("console:"):
            response = site.client.get(path)
            site._come_back()
            assert response.status_code in (302, 404, 405), name
    answer = site.client.post(
        "/graphql/", '{"query":"{ billingRuns { nodes { id } } }"}', content_type="application/json"
    ).json()
    site._come_back()
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_wrong_password_is_written_down_for_who_has_the_name(site, agent):
    site.post("/connexion/", name=EMAIL, password="pas-celui-la")
    site.post("/connexion/", name="personne@exemple.fr", password=PASSWORD)

    found = SignIn.objects.order_by("pk").values_list("user_id", "outcome")
    assert list(found) == [(agent.pk, "REFUSED"), (None, "REFUSED")]
