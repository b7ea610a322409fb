"""Contesting a price through the API: the guardian of the child alone, once at a time."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.tariffs.models import PriceContest, PriceDecision
from tenants.accounts.capabilities import Role
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.invoicing import make_billed_family
from tests.factories.portal import account_of

CONTEST = """mutation($input: ContestPriceInput!) {
  contestPrice(input: $input) {
    contest { id state text answer contested { cents } newPrice { cents } }
    errors { code path message }
  }
}"""


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(datetime.datetime(2024, 10, 8, 10, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_billed_family()


def contests(api):
    found = api.read("{ priceContests(first: 5) { nodes { id } } }")["priceContests"]["nodes"]
    return [one["id"] for one in found]


def send(api, **given):
    price = PriceDecision.objects.get()
    sent = {"priceId": str(price.public_id), "text": "Trop cher", **given}
    return api.read(CONTEST, input=sent)["contestPrice"]


def test_a_parent_contests_a_price_and_reads_it_back(api, family):
    api.sign_in(account_of(family))

    done = send(api)

    assert done["errors"] == []
    assert (done["contest"]["state"], done["contest"]["text"]) == ("OPEN", "Trop cher")
    assert (done["contest"]["contested"], done["contest"]["newPrice"]) == ({"cents": 300}, None)
    read = api.read("query($id: ID!) { priceContest(id: $id) { text } }", id=done["contest"]["id"])
    assert read == {"priceContest": {"text": "Trop cher"}}
    assert contests(api) == [done["contest"]["id"]]


def test_a_parent_finds_their_own_contests_and_an_agent_everybody_s(api, family):
    api.sign_in(account_of(family))
    sent = send(api)["contest"]["id"]

    api.sign_in(account_of(make_billed_family()))
    assert contests(api) == []
    api.sign_in(make_agent(Role.INSTRUCTOR))
    assert contests(api) == [sent]


def test_what_is_refused_names_the_input(api, family):
    api.sign_in(account_of(family))
    send(api)

    (twice,) = send(api)["errors"]
    (empty,) = send(api, text=" ")["errors"]

    assert (twice["code"], twice["path"]) == ("TARIFF_CONTEST_ALREADY_OPEN", ["input", "priceId"])
    assert (empty["code"], empty["path"]) == ("TARIFF_CONTEST_TEXT_MISSING", ["input", "text"])
    assert PriceContest.objects.count() == 1


def test_a_stranger_finds_no_price_to_contest(api, family):
    api.sign_in(account_of(make_family()))

    (error,) = send(api)["errors"]

    assert error["code"] == "NOT_FOUND"
    assert not PriceContest.objects.exists()
