"""Announcements on the portal: read, « J'ai lu », and how one is told."""

from __future__ import annotations

import io

import pytest
import time_machine

from tenants.people.models import Guardianship
from tenants.schoollife.announcements import notifying, operations, queries
from tenants.schoollife.announcements.models import Preference, PushSubscription, Receipt
from tests.factories import acting
from tests.factories.announcements import (
    AT,
    DAY,
    account_of,
    family_in,
    make_class,
    published,
)
from tests.factories.canteen import make_college
from tests.factories.push import browser
from tests.factories.tariffs import ACTOR
from tests.families_files import pdf

LIST = "/college/annonces/"
NOTIFICATIONS = "/college/notifications/"


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return family_in(make_class(make_college()), guardians=2)


def page(response):
    return response.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def one(announcement):
    return f"{LIST}{announcement.public_id}/"


def test_home_asks_for_what_is_awaited_until_it_is_done(site, family):
    announcement = published(family.college, asks_acknowledgement=True)
    site.sign_in(family.guardians[0].user)

    home = page(site.get("/"))
    assert "Lire : Sortie au musée" in home
    assert one(announcement) in home
    read = page(site.get(one(announcement)))
    assert "Jeudi, prévoyez un repas froid." in read
    assert "J'ai lu" in read
    assert "Lire : Sortie au musée" in page(site.get("/"))

    answer = site.follow(site.post(f"{one(announcement)}lu/"))
    assert "Merci. Le collège sait que vous avez lu." in page(answer)
    assert "Vous avez dit avoir lu le 8 octobre 2024." in page(answer)
    assert "Lire : Sortie au musée" not in page(site.get("/"))


def test_reading_is_noted_once_for_who_reads(site, family):
    announcement = published(family.college)
    site.sign_in(family.guardians[0].user)

    assert "À lire" in page(site.get(LIST))
    site.get(one(announcement))
    site.get(one(announcement))

    receipt = Receipt.objects.get()
    assert (receipt.guardian, receipt.acknowledged_at) == (family.guardians[0], None)
    assert "À lire" not in page(site.get(LIST))


def test_an_agent_who_acts_for_the_family_reads_for_nobody(site, family):
    announcement = published(family.college, asks_acknowledgement=True)
    agent = acting.make_agent()
    session = acting.begin(agent, family, at=AT)
    site.sign_in(agent)
    site.get(f"/agir/{session.public_id}/")

    assert "Sortie au musée" in page(site.get(one(announcement)))
    assert not Receipt.objects.exists()
    assert site.post(f"{one(announcement)}lu/").status_code == 403


@pytest.mark.parametrize("path", ["", "lu/"])
def test_another_family_has_no_such_page(site, family, path):
    announcement = published(family.college, asks_acknowledgement=True)
    stranger = family_in(make_class(make_college()))
    site.sign_in(stranger.guardians[0].user)

    ask = site.post if path else site.get
    assert ask(f"{one(announcement)}{path}").status_code == 404
    assert not Receipt.objects.exists()


def test_who_a_judge_excluded_has_no_such_page(site, family):
    announcement = published(family.college)
    Guardianship.objects.filter(guardian=family.guardians[0]).update(valid_until=DAY)
    site.sign_in(family.guardians[0].user)
    assert site.get(one(announcement)).status_code == 404


def test_a_pupil_reads_what_is_for_pupils(site, family):
    user = account_of(family.pupil)
    theirs = published(family.college, is_for_pupils=True, is_for_guardians=False)
    parents = published(family.college, title="Réunion des parents")
    site.sign_in(user)

    assert "Lire : Sortie au musée" in page(site.get("/"))
    assert site.get(one(theirs)).status_code == 200
    assert site.get(one(parents)).status_code == 404
    assert "Réunion des parents" not in page(site.get(LIST))
    assert Receipt.objects.get().pupil == family.pupil


def test_a_correction_and_a_withdrawal_say_so(site, family):
    announcement = published(family.college)
    operations.correct(
        announcement=announcement, title="Sortie au musée", body="Vendredi.",
        correction="Le jour a changé.", asks_again=False, actor=ACTOR, at=AT,
    )  # fmt: skip
    site.sign_in(family.guardians[0].user)
    read = page(site.get(one(announcement)))
    assert "Annonce corrigée le 8 octobre 2024." in read
    assert "Le jour a changé." in read
    assert "Jeudi, prévoyez un repas froid." in read  # under what was written before

    operations.withdraw(announcement=announcement, reason="Erreur", actor=ACTOR, at=AT)
    read = page(site.get(one(announcement)))
    assert "Cette annonce a été retirée le 8 octobre 2024." in read
    assert "Vendredi." not in read
    assert "Jeudi" not in read


def test_a_document_is_for_who_may_read_the_announcement(site, family):
    announcement = published(family.college)
    document = operations.attach(
        announcement=announcement,
        stream=io.BytesIO(pdf()),
        declared_name="programme.pdf",
        actor=ACTOR,
        at=AT,
    )
    path = f"{LIST}documents/{document.public_id}/"
    site.sign_in(family.guardians[0].user)
    assert "programme.pdf" in page(site.get(one(announcement)))
    assert site.get(path).content.startswith(b"%PDF")

    site.sign_in(family_in(make_class(make_college())).guardians[0].user)
    assert site.get(path).status_code == 404
    site.sign_in(family.guardians[0].user)
    operations.withdraw(announcement=announcement, reason="", actor=ACTOR, at=AT)
    assert site.get(path).status_code == 404


# --- notifications ------------------------------------------------------------------------------


def test_one_chooses_when_to_be_told(site, family):
    user = family.guardians[0].user
    site.sign_in(user)
    assert "Le résumé part à 18 h" in page(site.get(NOTIFICATIONS))

    wrong = site.post(NOTIFICATIONS, mode="DIGEST", quiet_from="31", quiet_until="8")
    assert wrong.status_code == 422
    site.follow(site.post(NOTIFICATIONS, mode="DIGEST", quiet_from="21", quiet_until="8"))

    chosen = queries.preference_of(user)
    assert (chosen.mode, chosen.quiet_from, chosen.quiet_until) == ("DIGEST", 21, 8)
    assert not chosen.is_quiet_at_weekends


def test_a_browser_is_added_and_removed_by_its_person_alone(site, family):
    user, other = (guardian.user for guardian in family.guardians)
    given = browser("http://127.0.0.1:9/push/1").reached
    site.sign_in(user)
    site.post(
        f"{NOTIFICATIONS}appareils/", endpoint=given.endpoint, p256dh=given.p256dh, auth=given.auth
    )
    device = PushSubscription.objects.get()
    assert device.user == user
    assert given.endpoint.encode() not in bytes(device.sealed)

    remove = f"{NOTIFICATIONS}appareils/{device.public_id}/retirer/"
    site.sign_in(other)
    assert site.post(remove).status_code == 404
    site.sign_in(user)
    site.follow(site.post(remove))
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint", ["http://10.0.0.1/x", "https://exemple.fr:8443/x", "ftp://exemple.fr/x", ""]
)
def test_a_device_of_another_kind_of_address_is_refused(site, family, endpoint):
    given = browser("http://127.0.0.1:9/push/1").reached
    site.sign_in(family.guardians[0].user)
    site.post(f"{NOTIFICATIONS}appareils/", endpoint=endpoint, p256dh=given.p256dh, auth=given.auth)
    assert not PushSubscription.objects.exists()


def test_the_link_of_a_message_works_signed_out(site, family):
    user = family.guardians[0].user
    path = f"{NOTIFICATIONS}arreter/{notifying.unsubscribe_token(user)}/"

    assert "Arrêter les messages" in page(site.get(path))
    assert not Preference.objects.exists()
    assert "C'est fait" in page(site.post(path, **{"List-Unsubscribe": "One-Click"}))
    assert queries.preference_of(user).mode == "NONE"


def test_the_link_of_another_is_not_made_from_one_s_own(site, family):
    mine, other = (guardian.user for guardian in family.guardians)
    _mine, _dot, mac = notifying.unsubscribe_token(mine).partition(".")
    for token in (f"{other.public_id.hex}.{mac}", f"{other.public_id.hex}.", "x.y", "x"):
        assert site.post(f"{NOTIFICATIONS}arreter/{token}/").status_code == 404
    assert not Preference.objects.exists()


def test_the_script_of_notifications_is_served_from_its_folder(site):
    answer = site.get(f"{NOTIFICATIONS}travail.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content
