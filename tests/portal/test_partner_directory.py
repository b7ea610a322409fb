"""The directory of partners: what is found, in which order, how far, and by whom."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest

from federation.passplus import operations
from federation.passplus.directory import Search, partners_found
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner
from federation.passplus.operations import PartnerDetails
from federation.passplus.towns import find_town, towns
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
PATH = "/partenaires/annuaire/"


def listed(name: str, town: str = "", *domains: Domain, **details: object) -> Partner:
    there = find_town(town) if town else None
    return operations.change_partner(
        partner=make_partner(),
        name=name,
        domains=domains or (Domain.SPORT,),
        details=PartnerDetails(
            town=there.name if there else "",
            postal_code=there.postal_codes[0] if there else "",
            latitude=there.latitude if there else None,
            longitude=there.longitude if there else None,
            **details,  # type: ignore[arg-type]
        ),
        actor=ACTOR,
        at=AUTUMN,
    )


def names(search: Search) -> list[str]:
    return [partner.name for partner in partners_found(search)]


@pytest.fixture
def some(tenant_db: None) -> None:
    listed("Judo Club", "Nanterre", activities="Judo, jiu-jitsu")
    listed("Ciné Étoile", "Rueil-Malmaison", Domain.CULTURE)
    listed("Escalade", "Versailles", Domain.SPORT, Domain.LEISURE)
    listed("Sans adresse")
    over = listed("Fermé", "Nanterre")
    operations.end_affiliation(partner=over, reason="Il ferme.", actor=ACTOR, at=AUTUMN)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Nanterre", "92050"), ("  NANTERRE ", "92050"), ("92000", "92050"),
        ("St Cloud", "92064"), ("92210 Saint-Cloud", "92064"), ("Rueil", "92063"),
        ("Blandy (91)", "91067"), ("75012 Paris", "75056"), ("Lyon", None), ("Saint", None), ("9", None),
    ],
)  # fmt: skip
def test_a_town_is_read_as_people_write_it(written: str, expected: str | None) -> None:
    found = find_town(written)
    assert (found.code if found else None) == expected


def test_each_town_is_in_the_region_and_has_a_postal_code() -> None:
    assert len(towns()) == 1266
    for town in towns():
        assert Decimal("48.1") < town.latitude < Decimal("49.3"), town
        assert Decimal("1.4") < town.longitude < Decimal("3.6"), town
        assert town.postal_codes


@pytest.mark.usefixtures("some")
def test_what_is_found_and_in_which_order() -> None:
    nanterre = find_town("Nanterre")
    assert names(Search()) == ["Ciné Étoile", "Escalade", "Judo Club", "Sans adresse"]
    assert names(Search(text="etoile cine")) == ["Ciné Étoile"]
    assert names(Search(text="JIU")) == ["Judo Club"]
    assert names(Search(domain=Domain.LEISURE)) == ["Escalade"]
    near = ["Judo Club", "Ciné Étoile", "Escalade"]
    assert names(Search(near=nanterre)) == [*near, "Sans adresse"]
    assert names(Search(near=nanterre, within_km=5)) == near[:2]


@pytest.mark.usefixtures("some")
def test_the_distance_is_that_of_the_sphere_within_a_thousandth() -> None:
    origin = find_town("Mantes-la-Jolie")
    assert origin is not None
    for partner in partners_found(Search(near=origin)).filter(latitude__isnull=False):
        one, two = (
            [math.radians(float(part)) for part in (place.latitude, place.longitude)]
            for place in (origin, partner)
        )
        half = (
            math.sin((two[0] - one[0]) / 2) ** 2
            + math.cos(one[0]) * math.cos(two[0]) * math.sin((two[1] - one[1]) / 2) ** 2
        )
        metres = 2 * 6_371_008.8 * math.asin(math.sqrt(half))
        assert partner.metres == pytest.approx(metres, rel=0.002)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("some")
def test_anybody_reads_the_page_near_a_town(site) -> None:
    page = site.get(PATH, ville="Nanterre", distance="5").content.decode()

    assert "2 partenaires, les plus proches de Nanterre d'abord" in page.replace("&#x27;", "'")
    assert page.index("Judo Club") < page.index("Ciné Étoile")
    assert "Escalade" not in page
    assert "Fermé" not in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"ville": "Lyon"}, "Île-de-France"), ({"distance": "5"}, "Écrivez d’abord une ville")],
)
def test_a_question_that_cannot_be_is_put_again(site, asked, said) -> None:
    page = site.get(PATH, **asked)
    assert page.status_code == 422
    assert said in page.content.decode().replace("&#x27;", "’").replace("'", "’")


def test_a_long_list_comes_by_pages_and_each_is_light(site) -> None:
    for rank in range(41):
        listed(f"Club {rank:02}", "Nanterre", description="Un club. " * 50, activities="Judo " * 20)

    seen: list[str] = []
    for page in (1, 2, 3, 9):
        answer = site.get(PATH, quoi="judo", page=str(page))
        assert len(answer.content) < 60_000
        seen += [line.name for line in answer.context["page"].lines]
    assert seen[:41] == [f"Club {rank:02}" for rank in range(41)]
    assert seen[41:] == ["Club 40"]


@pytest.mark.usefixtures("some")
def test_a_partner_has_its_page_until_it_ends(site) -> None:
    there, over = Partner.objects.get(name="Judo Club"), Partner.objects.get(name="Fermé")

    page = site.get(f"{PATH}{there.public_id}/").content.decode()
    assert "92000 Nanterre" in page
    assert "FR76" not in page
    assert there.siret not in page
    assert site.get(f"{PATH}{over.public_id}/").status_code == 404


@pytest.mark.usefixtures("some")
def test_the_api_lists_them_too_page_after_page(site) -> None:
    query = """query($after: String) { partners(near: "Nanterre", first: 1, after: $after) {
        nodes { name distanceMetres } pageInfo { endCursor hasNextPage } } }"""
    seen, after = [], None
    while True:
        body = json.dumps({"query": query, "variables": {"after": after}})
        answer = site.client.post("/graphql/", body, content_type="application/json").json()
        page = answer["data"]["partners"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["Judo Club", "Ciné Étoile", "Escalade"]
