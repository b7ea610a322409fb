"""The sources of the demo: both sides agree, and the adults of the cast are known there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest
from stdnum.fr import nif, siret

from billing.rights import queries
from billing.rights.credentials import ImpotCredentials
from billing.rights.identity import CivilIdentity
from billing.rights.models import RightsRequest
from billing.rights.sources.api_impot import ApiImpot
from billing.rights.sources.api_particulier import ApiParticulier
from billing.rights.sources.throttle import Throttle
from commons.identifiers import new_public_id
from socle.seeding import cast, sources
from socle.seeding.requests import begin_some_requests
from tests.factories.portal import account_of
from tests.factories.rights import NOW, make_asking_family, prices
from tests.socle.processes import ROOT

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = sources.command(cast.DEPARTEMENTS, address="http://127.0.0.1:0", secret="x")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.terminate()


def test_what_the_demo_says_can_be() -> None:
    assert siret.is_valid(sources.RECIPIENT)
    assert all(nif.is_valid(str(person["tax_number"])) for person in sources.people())
    assert {one.email for one in cast.FAMILIES} >= {*sources._QUOTIENTS, *sources._INCOMES}


def test_the_page_on_rights_says_whom_to_try() -> None:
    page = (ROOT / "docs" / "rights.md").read_text(encoding="utf-8")

    for person in sources.people():
        assert f"| {person['first_name']} {person['birth_name']} | {person['tax_number']} |" in page


def test_marc_petit_is_known_to_the_caf(address: str) -> None:
    keys = sources.keys_of("d94", secret="x").particulier
    client = ApiParticulier(
        keys, base_url=address, recipient_siret=sources.RECIPIENT,
        versions=sources.PARTICULIER_VERSIONS, throttle=Throttle(str(new_public_id())),
    )  # fmt: skip
    marc = CivilIdentity(
        birth_name="Petit", first_names=("Marc",), sex="M", birth_year=1980, birth_month=4,
        birth_day=15, birth_commune=sources.BIRTH_COMMUNE,
    )  # fmt: skip

    answer = client.ask_quotient(marc)

    assert answer.facts is not None
    assert answer.facts.euros == 890


def test_aminata_diallo_is_known_to_the_tax_office_and_a_stranger_is_not(address: str) -> None:
    keys = sources.keys_of("d92", secret="x").impot
    throttle = Throttle(str(new_public_id()))
    client = ApiImpot(keys, base_url=address, versions=sources.IMPOT_VERSIONS, throttle=throttle)
    (number,) = [
        str(person["tax_number"])
        for person in sources.people()
        if person["first_name"] == "Aminata"
    ]

    assert client.ask_income(number, income_year=2025).facts is not None
    assert client.ask_income(sources.tax_number(99), income_year=2025).outcome == "NOT_FOUND"


def test_keys_are_different_for_each_departement_and_secret() -> None:
    keys = {
        sources.keys_of(schema, secret=secret).impot for schema in ("d92", "d94") for secret in "xy"
    }

    assert len(keys) == 4
    assert isinstance(keys.pop(), ImpotCredentials)


def test_the_demo_has_a_queue_and_changes_no_price() -> None:
    families = [make_asking_family() for _rank in range(4)]
    account_of(families[0])

    begin_some_requests(at=NOW())

    late, recent = queries.queue()
    assert late.due_at < NOW() < recent.due_at
    states = RightsRequest.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == ["TO_COMPLETE", "TO_INSPECT", "TO_INSPECT"]
    assert not RightsRequest.objects.filter(household=families[0].household).exists()
    assert all(prices(family) == [(595, True)] for family in families)
    assert queries.documents_of(late).get().content_type == "image/png"
