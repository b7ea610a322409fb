"""The children of a person: the list, and the page of each."""

import datetime
import re

import pytest
import time_machine

from billing.canteen import operations
from tenants.people.models import SchoolClass, Schooling
from tests.factories.canteen import make_enrolment, make_family, open_canteen
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR, make_resources, make_version
from tests.portal.households import add_child, text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(site):
    """A child enrolled on Mondays and Thursdays, at 3.00 euros, in 5e B."""
    found = make_family()
    make_version("92")
    make_resources(found.household)
    make_enrolment(found)
    school_class = SchoolClass.objects.create(college=found.college, school_year=2024, name="5e B")
    Schooling.objects.filter(pupil=found.pupil).update(school_class=school_class)
    site.sign_in(account_of(found))
    return found


def path(family):
    return f"/enfants/{family.pupil.public_id}/"


def test_list_shows_each_child_with_their_school_and_canteen(site, family):
    add_child(family, "Ibrahima")

    page = text(site.get("/enfants/"))

    enrolled, _comma, other = page.partition("Ibrahima Diallo")
    assert f"5e B · {family.college.name}, Nanterre" in enrolled
    assert "Inscription faite" in enrolled
    assert "lundi et jeudi" in enrolled
    assert "3,00\u00a0€" in enrolled
    assert "Pas d'inscription" in other
    assert "Voir la page d'Ibrahima" in other
    assert "Prix du repas" not in other


def test_list_of_a_person_without_children_says_whom_to_call(site, parent):
    page = text(site.sign_in(parent).get("/enfants/"))

    assert "Aucun enfant n'est relié à votre compte." in page
    assert "Appelez-nous s'il manque un enfant." in page


def test_list_holds_no_child_of_another_family(site, family):
    other = make_family()

    html = site.get("/enfants/").content.decode()

    assert str(family.pupil.public_id) in html
    assert str(other.pupil.public_id) not in html


def test_page_of_an_enrolled_child_says_what_is_next_and_who_pays(site, family):
    page = text(site.get(path(family)))

    assert f"5e B · {family.college.name}, Nanterre" in page
    assert "Jours de repas lundi et jeudi" in page
    assert "Prix du repas 3,00\u00a0€" in page
    assert "Prochain repas jeudi\u00a010\u00a0octobre" in page
    assert "Qui paie Vous Annuler" in re.sub(r"\s+", " ", page)
    assert "Annuler ou ajouter un repas" in page


def test_page_of_a_child_enrolled_from_a_later_day_shows_that_day_s_price(site):
    family = make_family()
    make_version("92")
    make_resources(family.household)
    make_enrolment(family, start_on=datetime.date(2024, 11, 4))
    site.sign_in(account_of(family))

    page = text(site.get(path(family)))

    assert "Prix du repas 3,00\u00a0€" in page
    assert "Prochain repas lundi\u00a04\u00a0novembre" in page


def test_page_of_a_child_whose_enrolment_is_begun_offers_to_finish(site):
    family = make_family()
    open_canteen(family.college)
    operations.save_enrolment_draft(
        pupil=family.pupil,
        college=family.college,
        school_year=2024,
        weekdays=1,
        actor=ACTOR,
        at=NOW,
    )
    site.sign_in(account_of(family))

    page = text(site.get(path(family)))

    assert "Inscription à finir" in page
    assert "Vous avez commencé l'inscription. Vos réponses sont gardées." in page


def test_page_of_a_child_who_is_not_enrolled_offers_to_begin(site):
    family = make_family()
    open_canteen(family.college)
    site.sign_in(account_of(family))

    response = site.get(path(family))

    assert f"Il n'y a pas encore d'inscription à la cantine pour {family.pupil.first_name}" in text(
        response
    )
    assert f"{path(family)}cantine/inscription/" in response.content.decode()


def test_separated_parent_sees_their_own_share_and_nobody_s_name(site):
    family = make_family(guardians=2)
    make_enrolment(family)
    site.sign_in(account_of(family, rank=1))

    page = text(site.get(path(family)))

    assert "Qui paie Vous, pour 50\u00a0%" in page
    assert family.guardians[0].first_name not in page


def test_parent_who_pays_nothing_is_told_so_without_a_name(site):
    family = make_family(guardians=2)
    make_enrolment(family, payers=[operations.Payer(family.guardians[0], share_bp=10_000)])
    site.sign_in(account_of(family, rank=1))

    page = text(site.get(path(family)))

    assert "Qui paie Une autre personne responsable de l'enfant" in page
    assert family.guardians[0].first_name not in page


def test_child_of_another_family_does_not_exist(site, family):
    assert site.get(path(make_family())).status_code == 404
