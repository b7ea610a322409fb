"""The journey of issue 5: two separated parents, three children, two collèges, two départements.

Ada and Bruno live apart. Their eldest is at a collège of Hauts-de-Seine, the second at one of
Val-de-Marne: both answer for both. The youngest, at the same collège as the eldest, is Ada's alone since a
judge said so. Each signs in once, and sees in both portals what they should and nothing else.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
import time_machine

from tenants.people.models import Guardianship, Pupil
from tests.across import (
    Browser,
    agree_both,
    at,
    between,  # noqa: F401
    inside,
    link,
    with_password,
)
from tests.factories.canteen import make_college, make_family
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
ADA, BRUNO = 0, 1


@dataclasses.dataclass
class Parents:
    """The accounts of both in each département, and the names of the children."""

    users: dict[tuple[str, int], Any]
    paths: dict[str, str]

    def browser(self, who: int) -> Browser:
        """One of them, who linked their two portals another day, and is signed in nowhere."""
        linking = Browser()
        linking.sign_in("d94", self.users["d94", who])
        link(linking, here="d94", there="d92", user_there=self.users["d92", who])
        return Browser()


def _named(pupil: Any, name: str) -> str:
    Pupil.objects.filter(pk=pupil.pk).update(first_name=name)
    return f"/enfants/{pupil.public_id}/"


@pytest.fixture
def parents(tenant_db, between):  # noqa: F811
    with time_machine.travel(NOW, tick=False):
        agree_both()
        users, paths = {}, {}
        with inside("d92"):
            college = make_college()
            eldest = make_family(guardians=2, college=college)
            youngest = make_family(college=college)
            Guardianship.objects.filter(pupil=youngest.pupil).update(guardian=eldest.guardians[ADA])
            paths["Éloi"] = _named(eldest.pupil, "Éloi")
            paths["Ludivine"] = _named(youngest.pupil, "Ludivine")
            # Bruno answered for the youngest until a judge said otherwise.
            Guardianship.objects.create(
                pupil=youngest.pupil,
                guardian=eldest.guardians[BRUNO],
                relation="FATHER",
                legal_role=2,
                payer_share_bp=0,
                valid_from=datetime.date(2013, 1, 1),
                valid_until=datetime.date(2024, 9, 20),
            )
            for who in (ADA, BRUNO):
                users["d92", who] = with_password(eldest.guardians[who])
        with inside("d94"):
            second = make_family(guardians=2)
            paths["Mirabelle"] = _named(second.pupil, "Mirabelle")
            for who in (ADA, BRUNO):
                users["d94", who] = with_password(second.guardians[who])
        yield Parents(users, paths)


def seen(browser: Browser, schema: str) -> set[str]:
    """The children a portal shows."""
    page = text(browser.get(at(schema, "/enfants/")))
    return {name for name in ("Éloi", "Ludivine", "Mirabelle") if name in page}


@pytest.mark.parametrize(
    ("who", "here"), [(ADA, {"Éloi", "Ludivine"}), (BRUNO, {"Éloi"})], ids=["Ada", "Bruno"]
)
def test_each_signs_in_once_and_sees_what_the_judge_allows(parents, who, here):
    browser = parents.browser(who)
    browser.sign_in("d92", parents.users["d92", who])
    home = browser.get(at("d92"))
    assert "Val-de-Marne" in text(home)

    switched = browser.walk(browser.get(at("d94", "/connexion/depuis/hauts-de-seine/")))

    assert switched.at == at("d94")  # no page asked for anything in between
    assert {"/connexion/", "/compte/securite/confirmer/"}.isdisjoint(
        url.removeprefix(at("d94", "")) for url in switched.way
    )
    assert seen(browser, "d92") == here
    assert seen(browser, "d94") == {"Mirabelle"}
    statuses = {
        name: browser.get(at(schema, path)).status_code
        for name, path in parents.paths.items()
        for schema in ("d92", "d94")
        if name in {"d92": {"Éloi", "Ludivine"}, "d94": {"Mirabelle"}}[schema]
    }
    assert statuses == {
        name: 200 if name in here | {"Mirabelle"} else 404 for name in parents.paths
    }
    # What is of one département does not exist in the other.
    assert browser.get(at("d94", parents.paths["Éloi"])).status_code == 404
    assert browser.get(at("d92", parents.paths["Mirabelle"])).status_code == 404


def test_neither_parent_learns_of_the_others_link(parents):
    """Ada linked her portals; Bruno did not: nothing of his pages changes, and no door opens."""
    parents.browser(ADA)
    bruno = Browser()
    bruno.sign_in("d92", parents.users["d92", BRUNO])

    assert "Vos portails" not in text(bruno.get(at("d92")))
    refused = bruno.walk(bruno.get(at("d94", "/connexion/depuis/hauts-de-seine/")))
    assert (refused.status_code, bruno.who("d94")) == (403, "")


def test_at_one_computer_each_is_who_they_are(parents):
    """Ada leaves her browser open; Bruno signs in in Hauts-de-Seine and switches: he is himself there."""
    ada = parents.browser(ADA)
    parents.browser(BRUNO)
    ada.sign_in("d92", parents.users["d92", ADA])
    ada.walk(ada.get(at("d94", "/connexion/depuis/hauts-de-seine/")))
    assert ada.who("d94") == str(parents.users["d94", ADA].pk)

    ada.walk(ada.post(at("d92", "/deconnexion/")))
    ada.sign_in("d92", parents.users["d92", BRUNO])
    ada.walk(ada.get(at("d94", "/connexion/depuis/hauts-de-seine/")))

    assert ada.who("d94") == str(parents.users["d94", BRUNO].pk)
    assert seen(ada, "d92") == {"Éloi"}
