"""An agent sees the portal as a family does, changes nothing before saying why, and is seen."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing.models import Invoice
from billing.tariffs.models import PriceContest
from commons.models import AuditEntry, OutboxEvent
from commons.outbox import deliver_pending
from portal import acting
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole
from tenants.acting.models import ActingSession
from tests.access import doors
from tests.factories.acting import begin, make_agent
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of
from tests.portal.conftest import Site
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
BEGIN = "/console/actes/act-for-family/"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def family(tenant_db):
    return make_billed_family()


@pytest.fixture
def agent(site):
    user = make_agent()
    site.sign_in(user)
    return user


def act(site, family, agent, **more):
    """Begin in the console, and land on the family's home."""
    session = begin(agent, family, at=NOW, **more)
    site.get(f"/agir/{session.public_id}/")
    return session


def price_path(family):
    return f"/enfants/{family.pupil.public_id}/cantine/prix/contester/"


def widened(site, session):
    site.post("/agir/elargir/", reason="Elle dicte, je remplis.")
    session.refresh_from_db()
    assert session.may_change


def test_an_agent_begins_in_the_console_and_reads_what_the_family_reads(site, family, agent):
    own = account_of(family)
    url = f"{BEGIN}?sur={family.guardians[0].public_id}"
    answers = {"reason": "La mère appelle au sujet d'une facture.", "minutes": "30"}
    effect = site.post(url, **answers)
    assert "La famille reçoit un courriel" in text(effect)
    shown = effect.content.decode().split('name="fingerprint" value="')[1].split('"')[0]

    home = site.follow(site.follow(site.post(url, fingerprint=shown, **answers)))

    assert f"Vous agissez pour {own.get_full_name()} jusqu'à 12\u00a0h\u00a030." in text(home)
    assert "Vous pouvez lire, sans rien changer." in text(home)
    assert family.pupil.first_name in text(home)


def test_nothing_is_changed_before_the_agent_says_why(site, family, agent):
    session = act(site, family, agent)

    refused = site.post(price_path(family), text="Mes revenus ont baissé.")

    assert refused.status_code == 403
    assert "Pour remplir à la place de la famille, dites pourquoi." in text(refused)
    assert not PriceContest.objects.exists()
    assert "Écrivez pourquoi" in text(site.post("/agir/elargir/", reason=""))

    widened(site, session)
    assert site.post(price_path(family), text="Mes revenus ont baissé.").status_code == 302
    assert PriceContest.objects.count() == 1


def test_what_the_agent_does_is_theirs_in_the_journal_and_the_family_reads_it(site, family, agent):
    own = account_of(family)
    session = act(site, family, agent)
    widened(site, session)
    site.post(price_path(family), text="Mes revenus ont baissé.")

    entry = AuditEntry.objects.get(action="tariffs.contest.opened")
    assert (entry.actor_id, entry.details["acting"]) == (
        str(agent.public_id),
        str(session.public_id),
    )
    page = text(Site().sign_in(own).get("/compte/acces/"))
    assert "Claire Dumas, le 8\u00a0octobre\u00a02024" in page
    assert "Elle dicte, je remplis." in page
    assert "Prix contesté" in page
    assert "Autre changement" not in page


@pytest.mark.parametrize("name", sorted(acting.CLOSED))
def test_what_belongs_to_the_person_is_never_open(site, family, agent, name):
    session = act(site, family, agent)
    widened(site, session)
    pattern = doors.routes("socle.urls_tenant")[f"portal:{name}"]
    path = "/" + str(pattern.pattern).replace("<uuid:public_id>", str(family.pupil.public_id))
    path = path.replace("<uuid:absence_id>", str(family.pupil.public_id))
    path = path.replace("<slug:code>", "presse").replace("<slug:portal>", "val-de-marne")
    path = path.replace("<slug:way>", "arriver")
    for answer in (site.get(path), site.post(path)):
        assert answer.status_code == 403
        assert "Personne ne peut le faire à sa place." in text(answer)


def test_every_route_of_the_portal_that_changes_something_is_open_by_name_or_closed(
    site, family, agent
):
    """A new page is closed to agents until somebody writes it down."""
    session = act(site, family, agent)
    widened(site, session)
    listed = acting.CHANGES | acting.OWN | acting.OF_NOBODY
    for route, pattern in doors.routes("socle.urls_tenant").items():
        space, _colon, name = route.partition(":")
        if space != "portal" or name in listed:
            continue
        path = "/" + str(pattern.pattern).replace("<uuid:public_id>", str(family.pupil.public_id))
        for other in ("<uuid:line_id>", "<uuid:absence_id>"):
            path = path.replace(other, str(family.pupil.public_id))
        path = path.replace("<slug:code>", "presse").replace("<slug:portal>", "val-de-marne")
        path = path.replace("<slug:way>", "arriver")
        path = path.replace("<slug:year>", "2024-2025").replace("<slug:slug>", "demi-pension")
        assert site.post(path).status_code == 403, route


def test_every_name_is_that_of_a_route():
    names = {
        route.partition(":")[2]
        for route in doors.routes("socle.urls_tenant")
        if route.startswith("portal:")
    }
    assert names >= acting.CLOSED | acting.CHANGES | acting.OWN | acting.OF_NOBODY


def test_the_console_and_the_api_stay_the_agents_own(site, family, agent):
    act(site, family, agent)
    assert site.get("/console/").status_code == 200
    answer = site.client.post(
        "/graphql/",
        {"query": "{ viewer { email } }"},
        content_type="application/json",
    )
    assert answer.json()["data"]["viewer"]["email"] == agent.email


def test_the_agent_of_a_guardian_who_is_staff_has_none_of_their_roles(site, family, agent):
    own, other = account_of(family), make_billed_family()
    issue(prepare())
    theirs, others = (Invoice.objects.get(payer=one.guardians[0]) for one in (family, other))
    StaffRole.objects.create(user=own, role=Role.ADMINISTRATOR)
    assert Site().sign_in(own).get(f"/factures/{others.public_id}/").status_code == 200
    act(site, family, agent)
    assert site.get(f"/factures/{theirs.public_id}/").status_code == 200
    assert site.get(f"/factures/{others.public_id}/").status_code == 404


def test_time_is_up(site, family, agent, october):
    act(site, family, agent, minutes=15)
    october.shift(datetime.timedelta(minutes=15))

    gone = site.get("/factures/")

    assert gone.headers["Location"] == "/console/"
    assert "Votre accès à ce dossier est terminé." in text(site.follow(gone))
    assert family.pupil.first_name not in text(site.get("/"))


def test_a_family_ends_it_and_the_agent_is_out(site, family, agent):
    own = account_of(family)
    session = act(site, family, agent)
    visitor = Site().sign_in(own)
    assert "Arrêter cet accès" in text(visitor.get("/compte/acces/"))

    page = visitor.follow(visitor.post(f"/compte/acces/{session.public_id}/arreter/"))

    assert "L'accès est terminé." in text(page)
    assert "Arrêter cet accès" not in text(page)
    assert site.get("/").headers["Location"] == "/console/"


def test_an_agent_who_lost_the_right_is_out(site, family, agent):
    act(site, family, agent)
    agent.staff_roles.all().update(role=Role.READER)
    assert site.get("/").headers["Location"] == "/console/"


def test_the_agent_is_done(site, family, agent):
    session = act(site, family, agent)
    assert site.post("/agir/terminer/").headers["Location"] == "/console/"
    session.refresh_from_db()
    assert session.ended_at is not None
    assert family.pupil.first_name not in text(site.get("/"))


def test_a_session_opens_for_its_agent_alone(site, family, agent):
    session = begin(agent, family, at=NOW)
    stranger = Site().sign_in(make_agent(email="marc@exemple.fr"))
    assert stranger.get(f"/agir/{session.public_id}/").status_code == 404
    assert Site().sign_in(account_of(family)).get(f"/agir/{session.public_id}/").status_code == 404


@pytest.mark.parametrize("path", ["/agir/elargir/", "/agir/terminer/"])
def test_nobody_widens_or_ends_what_has_not_begun(site, family, agent, path):
    assert site.post(path).status_code == 404
    assert not ActingSession.objects.exists()


def test_the_family_is_told_by_e_mail(family, agent, mailoutbox):
    own = account_of(family)
    begin(agent, family, at=NOW)
    OutboxEvent.objects.exclude(name="acting.session.begun").update(delivered_at=NOW)
    deliver_pending(at=NOW + datetime.timedelta(days=36_500))
    (message,) = mailoutbox
    assert message.to == [own.email]
    assert message.subject == "Un agent du Département a ouvert votre dossier"
    assert "Claire Dumas" in message.body
    assert "La mère appelle : elle ne trouve pas la facture." in message.body
