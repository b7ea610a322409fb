"""The price of a meal, and why: three sentences, a scale, the rule it rests on."""

import datetime
import re

import pytest
import time_machine

from tests.factories.canteen import make_enrolment, make_family
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version
from tests.portal.conftest import Site
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def path(family):
    return f"/enfants/{family.pupil.public_id}/cantine/prix/"


def priced(*, resources=True, **traits):
    """A family enrolled in Hauts-de-Seine, whose quotient is 600.00 unless nothing is known."""
    family = make_family(**traits)
    make_version("92")
    if resources:
        make_resources(family.household)
    make_enrolment(family)
    return family


def test_price_is_told_in_three_sentences(site):
    family = priced()
    site.sign_in(account_of(family))

    page = text(site.get(path(family)))

    assert f"Le prix du repas d'{family.pupil.first_name}" in page
    assert "3,00\u00a0€ par repas" in page
    assert (
        "Votre quotient familial est de 600,00\u00a0€ par mois, d'après votre avis d'impôt."
        " Le prix du repas est 0,5\u00a0% de ce quotient."
        " Vous payez 3,00\u00a0€ par repas."
    ) in page


def test_price_stands_on_a_scale_that_is_also_said(site):
    family = priced()
    site.sign_in(account_of(family))

    response = site.get(path(family))

    (said,) = re.findall(r"<desc[^>]*>([^<]*)</desc>", response.content.decode())
    assert said == "Les prix vont de 0,64\u00a0€ à 7,00\u00a0€. Vous êtes à 3,00\u00a0€."
    assert "Vous êtes ici : 3,00\u00a0€" in text(response)
    assert (
        "De 128,99\u00a0€ à 1\u202f399\u00a0€ · vous êtes ici de 0,64\u00a0€ à 7,00\u00a0€"
        in text(response)
    )


def test_price_names_the_text_it_rests_on_and_its_first_day(site):
    family = priced()
    site.sign_in(account_of(family))

    page = text(site.get(path(family)))

    assert "Prix valable depuis le 2\u00a0septembre\u00a02024" in page
    assert "R.531-52" in page
    assert "Tarif d'exemple" in page
    assert "Une partie de ce tarif sert d'exemple." in page


def test_price_without_a_proof_says_how_to_lower_it(site):
    family = priced(resources=False)
    site.sign_in(account_of(family))

    page = text(site.get(path(family)))

    assert "Nous ne connaissons pas encore votre situation." in page
    assert "Vous payez 7,00\u00a0€ par repas." in page
    assert "Donnez votre situation\u00a0: le prix peut baisser." in page


def test_parent_outside_the_household_sees_the_price_and_none_of_its_resources(site):
    family = priced(guardians=2)
    site.sign_in(account_of(family, rank=1))

    page = text(site.get(path(family)))

    assert "Vous payez 3,00\u00a0€ par repas." in page
    assert "Vous ne pouvez pas voir les ressources de ce foyer." in page
    assert "600,00" not in page
    assert "impôt" not in page
    assert "0,5\u00a0%" not in page


def test_aid_that_sets_the_price_is_named(tenant_db, in_tenant):
    with in_tenant("d94"), time_machine.travel(NOW.replace(year=2025), tick=False):
        family = make_family(school_year=2025)
        make_version("94")
        make_resources(
            family.household, statuses=["RSA"], basis="", proof_kind="STATUS_CERTIFICATE"
        )
        make_enrolment(family, school_year=2025, start_on=datetime.date(2025, 9, 1))
        page = text(Site("d94").sign_in(account_of(family)).get(path(family)))

    assert "Votre foyer reçoit cette aide\u00a0: RSA." in page
    assert "0,40\u00a0€ par repas" in page


def test_child_without_a_price_has_no_page_of_it(site):
    family = make_family()
    make_enrolment(family)  # no tariff is published
    site.sign_in(account_of(family))

    assert site.get(path(family)).status_code == 404


def test_price_of_a_child_of_another_family_does_not_exist(site):
    site.sign_in(account_of(make_family()))

    assert site.get(path(priced())).status_code == 404
