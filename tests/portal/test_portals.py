"""Two portals of one person: linked by who proves both sides, switched, and ended from either."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from commons.models import AuditEntry, OutboxEvent
from commons.outbox import deliver_pending
from federation.ent import operations as ent
from federation.ent.models import GivenLink, ServiceOpening
from federation.ent.operations import end_left_openings, rotate_keys
from tenants.accounts.capabilities import Role
from tenants.accounts.models import Session, SignIn, StaffRole, User
from tenants.identities import operations, queries
from tenants.identities.models import ExternalIdentity
from tenants.people.models import Pupil
from tests.across import (
    PASSWORD,
    Browser,
    absolute,
    agree_both,
    answer_of,
    at,
    between,  # noqa: F401
    inside,
    link,
    linked,
    with_password,
)
from tests.factories.acting import begin, make_agent
from tests.factories.canteen import make_family
from tests.factories.tariffs import ACTOR
from tests.portal.households import text
from tests.portal.second_steps import give_factor

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)  # the database has its own clock
SWITCH = at("d94", "/connexion/depuis/hauts-de-seine/")


@pytest.fixture
def families(tenant_db, clock, between):  # noqa: F811
    """One in each of two départements that agreed."""
    agree_both()
    found = {}
    for schema in ("d92", "d94"):
        with inside(schema):
            found[schema] = make_family()
    return found


@pytest.fixture
def people(families):
    """A parent with an account in each."""
    found = {}
    for schema, family in families.items():
        with inside(schema):
            found[schema] = with_password(family.guardians[0])
    return found


@pytest.fixture
def browser(people):
    """Signed in in Val-de-Marne, with the account there linked from Hauts-de-Seine."""
    linked(people, vouching="d92", trusting="d94")
    return Browser().be("d94", people["d94"])


def switch(browser):
    return browser.walk(browser.get(SWITCH))


def fresh(people):
    """Another day: signed in in Hauts-de-Seine alone."""
    return Browser().be("d92", people["d92"])


def test_two_portals_are_linked_by_who_proves_both_sides(people):
    one = Browser()
    one.sign_in("d94", people["d94"])

    page = link(one, here="d94", there="d92", user_there=people["d92"])

    assert page.at == at("d94", "/compte/portails/")
    assert "le portail des Hauts-de-Seine ouvre aussi celui-ci" in text(page)
    with inside("d94"):
        identity = ExternalIdentity.objects.get()
        assert (identity.user_id, identity.departement_code) == (people["d94"].pk, "92")
        assert identity.proof == "BOTH"
        assert OutboxEvent.objects.filter(name="identities.identity.linked").exists()
    with inside("d92"):
        given = GivenLink.objects.get()
        assert (given.user_id, given.departement_code) == (people["d92"].pk, "94")
        assert AuditEntry.objects.filter(action="ent.portal.given").count() == 1


def test_the_switch_is_one_click_and_signs_in_there(people, browser):
    one = Browser()
    home = one.sign_in("d92", people["d92"])
    assert f'href="{SWITCH}"' in home.content.decode()

    page = switch(one)

    assert page.at == at("d94")
    assert one.who("d94") == str(people["d94"].pk)
    assert f'href="{at("d92")}"' in page.content.decode()  # and back: the session there is open
    history = text(one.get(at("d94", "/compte/securite/connexions/")))
    assert "Depuis le portail des Hauts-de-Seine" in history


def test_who_has_no_link_sees_no_switch(people):
    assert "Vos portails" not in text(fresh(people).get(at("d92")))


def test_the_page_of_sign_in_leads_by_the_other_portal_and_back_where_one_was_going(
    people, browser
):
    one = Browser()
    page = one.get(at("d94", "/connexion/?next=/factures/"))
    door = "/connexion/depuis/hauts-de-seine/?next=%2Ffactures%2F"
    assert f'href="{door}"' in page.content.decode()

    asked = one.walk(one.get(at("d94", door)))
    assert asked.at.startswith(at("d92", "/connexion/?next="))
    policy = asked.headers["Content-Security-Policy"]
    assert "form-action 'self' http://val-de-marne.socle.test" in policy
    wanted = parse_qs(urlsplit(asked.at).query)["next"][0]
    page = one.sign_in("d92", people["d92"], to=wanted)

    assert page.at == at("d94", "/factures/")


def test_nobody_is_led_elsewhere(people, browser):
    one = fresh(people)
    for wanted in ("https://ailleurs.test/", "//ailleurs.test/", "javascript:x"):
        assert one.walk(one.get(f"{SWITCH}?next={wanted}")).at == at("d94")


def test_what_matters_is_proved_again_here(people, browser):
    one = fresh(people)
    switch(one)

    asked = one.get(at("d94", "/compte/portails/hauts-de-seine/relier/"))

    assert absolute(asked).startswith(at("d94", "/compte/securite/confirmer/"))
    paying = one.post(at("d94", "/factures/payer/"))
    assert absolute(paying) == at("d94", "/compte/securite/confirmer/?next=%2Ffactures%2F")
    one.post(absolute(paying), password=PASSWORD, next="/factures/")
    assert one.walk(one.post(at("d94", "/factures/payer/"))).at.startswith(at("d94", "/factures/"))


def test_a_word_proves_nothing_and_a_factor_is_none(people, browser):
    one = fresh(people)
    switch(one)

    with inside("d94"):
        session = Session.objects.get(way="other-departement:92")
        facts = one.sites["d94"].client.session["session"]
    assert (facts["proved_at"], facts["factor_at"]) == (0, 0)
    assert session.opened_at == NOW


def test_a_session_is_as_old_as_the_proof_it_came_from(people, browser, clock):
    """Going to and fro makes nothing younger: it ends twelve hours after the password."""
    one = fresh(people)
    for _visit in range(4):
        clock.shift(datetime.timedelta(hours=2, minutes=50))
        one.get(at("d92"))
    switch(one)
    with inside("d94"):
        (opened,) = Session.objects.filter(way="other-departement:92").values_list(
            "opened_at", flat=True
        )
    assert opened == NOW
    clock.shift(datetime.timedelta(minutes=45))

    assert one.get(at("d94", "/enfants/")).status_code == 302


def test_a_factor_is_asked_here_all_the_same(people, browser):
    with inside("d94"):
        give_factor(people["d94"])
    one = fresh(people)

    page = switch(one)

    assert page.at == at("d94", "/connexion/verification/")
    assert one.who("d94") == ""


def test_an_agent_is_let_in_by_no_other_departement(people, browser):
    with inside("d94"):
        StaffRole.objects.create(user=people["d94"], role=Role.COLLEGE_SECRETARY, college_uai="x")
    one = fresh(people)

    page = switch(one)

    assert page.status_code == 403
    assert one.who("d94") == ""


def test_an_agent_and_a_pupil_are_vouched_for_by_nobody(people, browser):
    with inside("d92"):
        StaffRole.objects.create(user=people["d92"], role=Role.COLLEGE_SECRETARY, college_uai="x")
        pupil = User.objects.create(login="eleve.diallo.123")
        Pupil.objects.filter(guardianships__guardian__user=people["d92"]).update(user=pupil)
    one = Browser()
    for user in (people["d92"], pupil):
        with inside("d92"):
            one.sites["d92"].sign_in(user)
            assert one.sites["d92"].get("/compte/portails/").status_code in (403, 404)

        page = switch(one)

        assert page.status_code == 403
        assert "Seul le compte d'un responsable" in text(page)
        assert one.who("d94") == ""


def test_an_account_closed_here_or_there_opens_nothing(people, browser):
    one = fresh(people)
    with inside("d94"):
        User.objects.filter(pk=people["d94"].pk).update(is_active=False)
    assert switch(one).status_code == 403
    with inside("d94"):
        User.objects.filter(pk=people["d94"].pk).update(is_active=True)
    with inside("d92"):
        User.objects.filter(pk=people["d92"].pk).update(is_active=False)

    assert switch(one).at.startswith(at("d92", "/connexion/"))
    with inside("d94"):
        assert queries.received_links(people["d94"])  # it closes nothing there
    one.sign_in("d94", people["d94"])
    assert one.who("d94") == str(people["d94"].pk)


def test_signing_out_there_ends_what_it_opened_here(people, browser):
    one = fresh(people)
    switch(one)

    one.post(at("d92", "/deconnexion/"))
    with inside("d92"):
        deliver_pending(at=LATER)

    assert one.get(at("d94", "/enfants/")).status_code == 302
    with inside("d94"):
        assert Session.objects.filter(user=people["d94"]).count() == 1  # the one by password


def test_a_session_that_ended_otherwise_ends_what_it_opened_too(people, browser):
    one = fresh(people)
    switch(one)
    with inside("d92"):
        Session.objects.filter(user=people["d92"]).delete()
        end_left_openings(at=NOW)
        deliver_pending(at=LATER)

    assert one.get(at("d94", "/enfants/")).status_code == 302


def test_signing_out_here_signs_out_there(people, browser):
    one = fresh(people)
    switch(one)

    leaving = one.walk(one.post(at("d94", "/deconnexion/")))
    url = leaving.headers["Refresh"].partition("url=")[2]
    page = one.walk(one.get(url))

    assert page.at == at("d94", "/connexion/")
    assert (one.who("d92"), one.who("d94")) == ("", "")


def test_taken_back_there_it_opens_nothing_and_what_was_open_ends(people, browser):
    one = fresh(people)
    switch(one)

    page = one.walk(one.post(at("d92", "/compte/portails/val-de-marne/retirer/")))
    with inside("d92"):
        deliver_pending(at=LATER)

    assert "Ne plus l'ouvrir d'ici" not in text(page)
    assert "Vos portails" not in text(page)
    assert one.get(at("d94", "/enfants/")).status_code == 302
    refused = switch(one)
    assert (refused.status_code, one.who("d94")) == (403, "")
    assert "ne sont pas reliés" in text(refused)


def test_unlinked_here_it_opens_nothing_and_what_was_open_ends(people, browser):
    one = fresh(people)
    switch(one)

    browser.post(at("d94", "/compte/portails/hauts-de-seine/separer/"))

    assert one.get(at("d94", "/enfants/")).status_code == 302
    assert switch(one).status_code == 403
    with inside("d94"):
        assert ExternalIdentity.objects.get().ended_at == NOW


def test_who_refuses_leaves_nothing_on_either_side(people):
    one = Browser()
    one.sign_in("d94", people["d94"])
    asked = one.walk(one.post(at("d94", "/compte/portails/hauts-de-seine/relier/")))
    agreeing = one.sign_in("d92", people["d92"], to=parse_qs(urlsplit(asked.at).query)["next"][0])
    assert people["d92"].get_full_name() in text(agreeing)

    page = one.walk(answer_of(one, agreeing, "no"))

    assert page.status_code == 403
    assert "Vous avez arrêté" in text(page)
    with inside("d92"):
        assert not GivenLink.objects.exists()
    with inside("d94"):
        assert not ExternalIdentity.objects.exists()


def test_an_account_is_linked_with_one_other_only(people, browser):
    with inside("d92"):
        another = with_password(make_family().guardians[0])

    page = link(browser, here="d94", there="d92", user_there=another)

    assert page.status_code == 403
    assert "déjà relié à un autre" in text(page)
    with inside("d94"):
        assert ExternalIdentity.objects.count() == 1


def test_linking_again_changes_nothing(people, browser):
    page = link(browser, here="d94", there="d92", user_there=people["d92"])

    assert page.status_code == 200
    with inside("d94"):
        assert ExternalIdentity.objects.count() == 1
    with inside("d92"):
        assert GivenLink.objects.count() == 1


def test_both_directions_are_two_links_and_a_session_vouches_once(people, browser):
    """Who came in by another département's word is vouched for to no third one, nor back."""
    linked(people, vouching="d94", trusting="d92")
    one = fresh(people)
    switch(one)

    back = one.walk(one.get(at("d92", "/connexion/depuis/val-de-marne/")))

    assert back.at.startswith(at("d94", "/connexion/?next="))
    assert one.who("d92") == str(people["d92"].pk)


def test_going_to_a_portal_where_one_is_signed_in_keeps_that_session(people, browser):
    with inside("d94"):
        before = Session.objects.get(user=people["d94"]).public_id

    page = switch(browser.be("d92", people["d92"]))

    assert page.at == at("d94")
    with inside("d94"):
        assert Session.objects.get(user=people["d94"]).public_id == before
        assert not SignIn.objects.filter(user=people["d94"]).exists()


def test_the_other_parent_signed_in_there_is_out(people, browser):
    with inside("d94"):
        other = with_password(make_family().guardians[0])
    one = fresh(people)
    one.sign_in("d94", other)

    switch(one)

    assert one.who("d94") == str(people["d94"].pk)


def test_keys_change_on_both_sides(people, browser):
    with inside("d92"):
        rotate_keys(actor=ACTOR, at=NOW)
    with inside("d94"):
        provider = queries.open_provider("DEPARTEMENT", "92")
        operations.renew_client_key(provider=provider, actor=ACTOR, at=NOW)

    assert switch(fresh(people)).at == at("d94")


def test_a_departement_that_stops_agreeing_or_trusting_opens_nothing(people, browser):
    one = fresh(people)
    switch(one)
    with inside("d92"):
        ent.stop_agreeing(departement_code="94", actor=ACTOR, at=NOW)
        deliver_pending(at=LATER)
        assert not ServiceOpening.objects.filter(ended_at=None).exists()
    assert one.who("d94") == ""
    assert switch(one).status_code == 400
    with inside("d92"):
        ent.agree(departement_code="94", actor=ACTOR, at=NOW)
    assert switch(one).at == at("d94")
    with inside("d94"):
        provider = queries.open_provider("DEPARTEMENT", "92")
        operations.close_provider(provider=provider, actor=ACTOR, at=NOW)

    one.post(at("d94", "/deconnexion/"))
    assert switch(one).status_code == 403


def test_a_way_closed_to_guardians_lets_nobody_in(people, browser):
    with inside("d94"):
        operations.set_way(
            profile="GUARDIAN", way="DEPARTEMENT", is_open=False, actor=ACTOR, at=NOW
        )

    assert switch(fresh(people)).status_code == 403


def test_an_agent_who_acts_for_a_family_links_and_switches_nothing(families, people, browser):
    one = Browser()
    with inside("d92"):
        agent = make_agent()
        session = begin(agent, families["d92"], at=NOW)
        one.sites["d92"].sign_in(agent)
        one.sites["d92"].get(f"/agir/{session.public_id}/")

    home = one.get(at("d92"))

    assert "Vos portails" not in text(home)
    for path in ("/compte/portails/", "/compte/portails/val-de-marne/relier/"):
        assert one.get(at("d92", path)).status_code == 403
    refused = switch(one)
    assert (refused.status_code, one.who("d94")) == (403, "")
