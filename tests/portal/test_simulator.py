"""How much will I pay: asked without an account, answered in words and a picture, kept nowhere."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine

from billing.tariffs import operations
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.schedule_files import published_schedule
from tests.factories.tariffs import ACTOR, AT, make_version
from tests.portal.conftest import Site
from tests.portal.households import text

NOW = datetime.datetime(2025, 10, 8, 10, 0, tzinfo=datetime.UTC)
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def typed(response) -> dict[str, str]:
    """What the fields of the page hold."""
    inputs = re.findall(r'<input type="text"[^>]*>', response.content.decode())
    values = [re.search(r' value="([^"]*)"', one) for one in inputs]
    names = [re.search(r' name="([^"]*)"', one) for one in inputs]
    return {name[1]: value[1] for name, value in zip(names, values, strict=True) if value and name}


def test_anybody_may_ask_and_is_asked_what_the_schedule_reads(site):
    make_version("92")

    page = text(site.get("/combien/"))

    assert "Combien paierai-je" in page
    assert "Votre revenu fiscal de référence" in page
    assert "Votre nombre de parts" in page
    assert "allocations" not in page
    assert "une de ces aides" not in page
    assert "Votre prix" not in page


def test_a_notice_gives_a_price_its_story_and_its_picture(site):
    make_version("92")

    answered = site.post("/combien/", reference_tax_income_cents="18 000", tax_parts="2,5")

    page = text(answered)
    assert answered.status_code == 200
    assert f"3,00{NBSP}€ par repas" in page
    assert (
        f"Votre quotient familial est de 600,00{NBSP}€ par mois, d'après vos réponses."
        f" Le prix du repas est 0,5{NBSP}% de ce quotient."
    ) in page
    assert f"Vous êtes ici : 3,00{NBSP}€" in page
    assert "Tarif d'exemple" in page
    assert "R.531-52" in page
    assert typed(answered) == {"reference_tax_income_cents": "18 000", "tax_parts": "2,5"}
    assert answered.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_nothing_is_kept(site):
    make_version("92")

    answered = site.post("/combien/", quotient_familial="600")

    assert f"3,00{NBSP}€ par repas" in text(answered)
    assert "600" not in answered.headers.get("Location", "")
    assert "sessionid" not in answered.cookies
    assert not PriceDecision.objects.exists()
    assert not HouseholdResources.objects.exists()


def test_a_schedule_of_the_caf_asks_a_month_and_its_statuses(tenant_db, in_tenant):
    with in_tenant("d94"):
        make_version("94")
        visitor = Site("d94")

        page = text(visitor.get("/combien/"))
        by_status = text(visitor.post("/combien/", statuses="RSA"))
        by_month = text(
            visitor.post(
                "/combien/",
                monthly_income_cents="2400",
                monthly_benefits_cents="163,00 €",
                tax_parts="2.5",
            )
        )

    assert "Vos revenus d'un mois" in page
    assert "revenu fiscal" not in page
    assert f"0,40{NBSP}€ par repas" in by_status
    assert f"Votre foyer reçoit cette aide{NBSP}: RSA." in by_status
    assert f"2,80{NBSP}€ par repas" in by_month
    assert "d'après vos réponses" in by_month


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"quotient_familial": "beaucoup"}, "Écrivez un nombre, par exemple 850,50."),
        (
            {"reference_tax_income_cents": "18,000,00", "tax_parts": "2"},
            "Écrivez une somme en euros, par exemple 1 250,50.",
        ),
        ({"reference_tax_income_cents": "12,345", "tax_parts": "2"}, "Écrivez une somme en euros"),
        (
            {"reference_tax_income_cents": "18000"},
            "Il manque ce chiffre. Il est sur votre document.",
        ),
        ({"tax_parts": "2"}, "Il manque ce chiffre."),
        ({"quotient_familial": "-5"}, "Ce chiffre ne peut pas être négatif."),
        (
            {"reference_tax_income_cents": "18000", "tax_parts": "2,1"},
            "Un nombre de parts va de quart en quart.",
        ),
        (
            {"quotient_familial": "600", "reference_tax_income_cents": "18000", "tax_parts": "2"},
            "Vous avez donné un quotient et des revenus. Gardez l'un des deux, et effacez l'autre.",
        ),
        ({"quotient_familial": "9" * 40}, "Écrivez un nombre"),
        ({"quotient_familial": "1e9"}, "Écrivez un nombre"),
        ({"quotient_familial": "NaN"}, "Écrivez un nombre"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_stays(site, sent, said):
    make_version("92")

    refused = site.post("/combien/", **sent)

    assert refused.status_code == 422
    assert said in text(refused)
    assert "Erreur ·" in refused.content.decode()
    assert typed(refused) == sent
    assert "Votre prix" not in text(refused)


def test_a_status_nobody_offers_is_refused(tenant_db, in_tenant):
    with in_tenant("d94"):
        make_version("94")

        refused = Site("d94").post("/combien/", statuses="MARTIAN")

    assert refused.status_code == 422
    assert "Cette aide n'est pas dans la liste." in text(refused)


def test_no_answer_is_an_answer(site):
    make_version("92")

    page = text(site.post("/combien/"))

    assert f"7,00{NBSP}€ par repas" in page
    assert f"Donnez votre situation{NBSP}: le prix peut baisser." in page


def test_each_service_has_its_own_address(site):
    operations.publish_schedule(schedule=published_schedule("77"), actor=ACTOR, at=AT)

    first = text(site.get("/combien/"))
    boarder = text(site.post("/combien/internat/", quotient_familial="100"))

    assert "Pour quel repas" in first
    assert f"2,98{NBSP}€ par repas" in boarder
    assert site.get("/combien/invite/").status_code == 404
    assert site.get("/combien/nulle-part/").status_code == 404


def test_a_departement_without_prices_says_so(site):
    page = site.get("/combien/")

    assert page.status_code == 200
    assert "Les prix ne sont pas encore publiés." in text(page)


@pytest.mark.parametrize("path", ["/connexion/", "/aide/"])
def test_it_is_one_tap_from_the_first_pages(site, path):
    assert 'href="/combien/"' in site.get(path).content.decode()
