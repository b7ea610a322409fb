"""The security of one's account: sessions, their limits, sign-ins, password, factors."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.utils import timezone

from commons.models import AuditEntry, OutboxEvent
from tenants.accounts import factors, sessions, sign_ins
from tenants.accounts.capabilities import Role
from tenants.accounts.models import Authenticator, Passkey, Session, SignIn
from tests.portal.conftest import PASSWORD
from tests.portal.second_steps import (
    STEP,
    code_now,
    give_factor,
    give_password,
    give_role,
    is_signed_in,
    make_agent,
)
from tests.signed_in import open_session

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECURITY = "/compte/securite/"
CONFIRM = "/compte/securite/confirmer/"


def enter(site, user, **headers):
    site.client.defaults.update(headers)
    give_password(site, user.email)
    if user.must_have_factor():  # each time with another code: several sign-ins in one step
        if not hasattr(user, "codes"):
            user.codes = give_factor(user)
            give_password(site, user.email)
        site.post(STEP, code=user.codes.pop())
    return site


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as moved:
        yield moved


def test_a_session_is_found_by_no_key_that_the_table_holds(site, parent):
    enter(site, parent)
    cookie = site.client.cookies["sessionid"].value
    kept = Session.objects.get(user=parent)

    assert cookie not in (kept.key_digest, kept.data)
    thief = type(site)()
    thief.client.cookies["sessionid"] = kept.key_digest
    assert not is_signed_in(thief)


def test_a_person_sees_their_sessions_and_nobody_elses(site, parent):
    other = make_agent(None, email="autre@exemple.fr")
    enter(type(site)(), other, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/605")
    enter(site, parent, HTTP_USER_AGENT=FIREFOX)
    html = site.get(SECURITY).content.decode()

    assert "Firefox, Linux" in html
    assert "(cet appareil)" in html
    assert "réseau 127.0.0.0" in html
    assert "iPhone" not in html


def test_one_session_is_ended_and_the_others_go_on(site, parent):
    elsewhere = enter(type(site)(), parent)
    there = Session.objects.get()
    enter(site, parent)

    site.post(f"/compte/securite/sessions/{there.public_id}/fermer/")

    assert not is_signed_in(elsewhere)
    assert is_signed_in(site)
    assert AuditEntry.objects.filter(action="accounts.session.ended").count() == 1


def test_nobody_ends_the_session_of_somebody_else(site, parent):
    other = make_agent(None, email="autre@exemple.fr")
    theirs = enter(type(site)(), other)
    enter(site, parent)
    session = Session.objects.get(user=other)

    assert site.post(f"/compte/securite/sessions/{session.public_id}/fermer/").status_code == 404
    assert is_signed_in(theirs)


def test_signing_out_everywhere_ends_this_one_too(site, parent):
    elsewhere = enter(type(site)(), parent)
    enter(site, parent)

    assert site.post("/compte/securite/sessions/fermer/").status_code == 302

    assert not is_signed_in(site)
    assert not is_signed_in(elsewhere)
    assert not Session.objects.exclude(user=None).exists()


def test_a_session_that_ended_during_a_request_does_not_come_back(site, parent):
    enter(site, parent)
    store = sessions.SessionStore(site.client.cookies["sessionid"].value)
    store["seen"] = True  # a request that read it…

    sign_ins.end_sessions(user=parent, actor=_actor(parent), at=timezone.now())

    with pytest.raises(sessions.UpdateError):
        store.save()  # …and writes it once it is ended
    with pytest.raises(sessions.SessionInterrupted):
        store.cycle_key()
    assert not Session.objects.exists()


def _actor(user):
    from commons.actors import Actor

    return Actor.user(user)


@pytest.mark.parametrize(
    ("is_agent", "limits"),
    [(False, sessions.FAMILY), (True, sessions.STAFF)],
    ids=["family", "agent"],
)
def test_a_session_ends_when_nobody_uses_it_sooner_for_agents(
    site, parent, clock, is_agent, limits
):
    if is_agent:
        give_role(parent, Role.COLLEGE_SECRETARY)
    enter(site, parent)

    clock.shift(limits.idle - datetime.timedelta(seconds=1))
    assert is_signed_in(site)
    clock.shift(limits.idle - datetime.timedelta(seconds=1))
    assert is_signed_in(site)
    clock.shift(limits.idle)
    assert not is_signed_in(site)


@pytest.mark.parametrize(
    ("is_agent", "limits"),
    [(False, sessions.FAMILY), (True, sessions.STAFF)],
    ids=["family", "agent"],
)
def test_a_session_ends_at_last_however_it_is_used(site, parent, clock, is_agent, limits):
    if is_agent:
        give_role(parent, Role.COLLEGE_SECRETARY)
    enter(site, parent)
    half = limits.idle / 2

    for _visit in range(int(limits.absolute / half) - 1):
        clock.shift(half)
        assert is_signed_in(site)
    clock.shift(half)

    assert not is_signed_in(site)


def test_a_visit_is_written_down_once_a_minute_at_most(site, parent, clock, queries_of):
    enter(site, parent)
    with queries_of("SELECT accounts_session+accounts_user", "SELECT accounts_user"):
        store = sessions.SessionStore(site.client.cookies["sessionid"].value)
        assert store["_auth_user_id"]
        parent.__class__.objects.get(pk=parent.pk)
    clock.shift(sessions.SEEN_EVERY)

    with queries_of("SELECT accounts_session+accounts_user", "UPDATE accounts_session"):
        sessions.SessionStore(site.client.cookies["sessionid"].value).load()


def test_the_password_is_changed_and_the_other_sessions_end(site, parent):
    elsewhere = enter(type(site)(), parent)
    enter(site, parent)
    before = site.client.cookies["sessionid"].value

    refused = site.post(f"{SECURITY}mot-de-passe/", current="pas-celui-la", new="x" * 20)
    assert refused.status_code == 422
    assert is_signed_in(elsewhere)
    new = "une-autre-longue-phrase"
    assert site.post(f"{SECURITY}mot-de-passe/", current=PASSWORD, new=new).status_code == 302

    assert is_signed_in(site)
    assert site.client.cookies["sessionid"].value != before
    assert not is_signed_in(elsewhere)
    assert OutboxEvent.objects.filter(name="accounts.security.changed").exists()


def test_guesses_of_the_current_password_are_counted(site, parent):
    enter(site, parent)
    for _attempt in range(5):
        site.post(f"{SECURITY}mot-de-passe/", current="pas-celui-la", new="x" * 20)

    blocked = site.post(f"{SECURITY}mot-de-passe/", current=PASSWORD, new="une-autre-phrase-12")

    assert blocked.status_code == 429
    parent.refresh_from_db()
    assert parent.check_password(PASSWORD)


def test_sign_ins_are_shown_to_their_person_those_refused_too(site, parent):
    site.post("/connexion/", name=parent.email, password="pas-celui-la")
    enter(site, parent, HTTP_USER_AGENT=FIREFOX)
    html = site.get(f"{SECURITY}connexions/").content.decode()

    assert html.count("<tr>") == 3  # the head, and two
    assert "Réussie" in html
    assert "Refusée" in html
    assert "Firefox, Linux" in html


def told(user):
    return OutboxEvent.objects.filter(name="accounts.sign_in.noticed", aggregate=f"user:{user.pk}")


def test_an_agent_is_told_of_a_device_they_never_used(site, tenant_db):
    user = make_agent(Role.COLLEGE_SECRETARY)
    enter(site, user)
    site.post("/deconnexion/")
    enter(site, user)  # the same browser
    assert not told(user).exists()

    enter(type(site)(), user)

    assert told(user).count() == 1
    assert list(SignIn.objects.order_by("pk").values_list("is_new_device", flat=True)) == [
        False, False, True,
    ]  # fmt: skip


def test_a_family_sees_a_new_device_flagged_and_gets_no_message(site, parent):
    enter(type(site)(), parent)
    enter(site, parent)

    assert not told(parent).exists()
    assert "nouvel appareil" in site.get(f"{SECURITY}connexions/").content.decode()


def test_a_device_known_to_one_is_new_to_another(site, parent):
    other = make_agent(Role.COLLEGE_SECRETARY)
    enter(type(site)(), other)
    enter(site, parent)
    site.post("/deconnexion/")
    enter(site, other)

    assert told(other).count() == 1


def test_what_is_kept_is_deleted_after_a_year_and_what_is_nobodys_after_a_week(site, parent):
    now = timezone.now()
    for user, days in ((parent, 364), (parent, 366), (None, 6), (None, 8)):
        SignIn.objects.create(
            user=user, at=now - datetime.timedelta(days=days), way="password", outcome="REFUSED"
        )
    enter(site, parent)
    Session.objects.create(
        user=parent, key_digest="x", data="", opened_at=now, seen_at=now, ends_at=now
    )

    assert sign_ins.purge(at=now) == 3

    assert SignIn.objects.count() == 3  # two, and the one just made
    assert is_signed_in(site)


# --- factors of who is signed in ---------------------------------------------------------------


def test_an_agent_adds_new_recovery_codes_and_the_former_end(site, tenant_db):
    user = make_agent()
    former = give_factor(user)
    open_session(site.client, user)

    shown = re.findall(r"<li>([0-9A-Z-]{27})</li>", site.post(f"{SECURITY}codes/").content.decode())

    assert len(shown) == 10
    assert not set(shown) & set(former)


def test_what_matters_asks_again_after_a_quarter_of_an_hour(site, clock, tenant_db):
    user = make_agent()
    give_factor(user)
    open_session(site.client, user)
    clock.shift(factors.RECENT + datetime.timedelta(seconds=1))

    for path in (f"{SECURITY}application/", f"{SECURITY}cle/"):
        assert site.get(path).headers["Location"].startswith(CONFIRM)
    for path in (f"{SECURITY}codes/", f"{SECURITY}application/retirer/"):
        assert site.post(path).headers["Location"].startswith(CONFIRM)
    assert Authenticator.objects.exists()

    assert site.post(CONFIRM, code="000000", next=SECURITY).status_code == 422
    before = site.client.cookies["sessionid"].value
    assert site.post(CONFIRM, code=code_now(), next=SECURITY).headers["Location"] == SECURITY
    assert site.client.cookies["sessionid"].value != before
    assert site.get(f"{SECURITY}application/").status_code == 200


def test_a_family_confirms_with_its_password(site, parent, clock):
    enter(site, parent)
    clock.shift(factors.RECENT + datetime.timedelta(seconds=1))
    assert site.get(f"{SECURITY}application/").headers["Location"].startswith(CONFIRM)

    assert site.post(CONFIRM, password="pas-celui-la").status_code == 422
    site.post(CONFIRM, password=PASSWORD)

    assert site.get(f"{SECURITY}application/").status_code == 200


def test_a_password_alone_confirms_nothing_for_who_has_a_factor(site, clock, tenant_db):
    user = make_agent()
    give_factor(user)
    open_session(site.client, user)
    clock.shift(factors.RECENT + datetime.timedelta(seconds=1))

    assert site.post(CONFIRM, password=PASSWORD).status_code == 422

    assert site.get(f"{SECURITY}application/").headers["Location"].startswith(CONFIRM)


def test_an_agent_keeps_one_factor_at_least(site, tenant_db):
    user = make_agent()
    give_factor(user)
    open_session(site.client, user)

    page = site.follow(site.post(f"{SECURITY}application/retirer/")).content.decode()
    assert "Votre rôle demande une deuxième étape." in page
    assert Authenticator.objects.exists()

    Passkey.objects.create(
        user=user, name="clé", credential_id=b"1", public_key=b"1", created_at=timezone.now()
    )
    site.post(f"{SECURITY}application/retirer/")
    assert not Authenticator.objects.exists()


def test_nobody_takes_the_key_of_somebody_else_away(site, parent):
    other = make_agent()
    key = Passkey.objects.create(
        user=other, name="clé", credential_id=b"1", public_key=b"1", created_at=timezone.now()
    )
    enter(site, parent)

    assert site.post(f"{SECURITY}cles/{key.public_id}/retirer/").status_code == 404
    assert Passkey.objects.exists()


def test_the_second_step_of_a_family_is_taken_away_as_it_was_added(site, parent):
    give_factor(parent)
    enter(site, parent)
    site.post(STEP, code=code_now())

    site.post(f"{SECURITY}application/retirer/")

    assert not Authenticator.objects.exists()
    elsewhere = enter(type(site)(), parent)
    assert is_signed_in(elsewhere)
