"""Campaigns and rules of reimbursement by GraphQL: shown first, published once, renewed, read by agents."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest
import time_machine

from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, parse_campaign
from federation.passplus.models import Campaign, Card, ReimbursementRules
from federation.passplus.reimbursing.rule_files import MODEL_PATH
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.api.conftest import Api
from tests.factories.passplus import AUTUMN, make_card, make_partner
from tests.factories.portal import account_of
from tests.factories.registrations import elsewhere
from tests.factories.reimbursing import captured, priced

CAMPAIGN = (CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml").read_text(encoding="utf-8")
RULES = (
    MODEL_PATH.read_text(encoding="utf-8")
    .replace('"00"', '"92"')
    .replace("2025-06-01", "2023-10-01")
    .replace("CULTURE, rate: 95, cap: 40.00", "SPORT, rate: 90, cap: 8.00")
)
PUBLISH = """mutation($input: PublishPassCampaignInput!) { publishPassCampaign(input: $input) {
    campaign { id code state cards granted { cents } definition } errors { code path message } } }"""
PRICE = """mutation($input: PublishReimbursementRulesInput!) { publishReimbursementRules(input: $input) {
    rules { code validFrom lines { domain rate cap { formatted } } }
    foreseen { tickets validated { cents } paidNow { cents } paidThen { cents } }
    errors { code path message } } }"""
RENEW = """mutation($input: RenewPassCampaignInput!) { renewPassCampaign(input: $input) {
    renewal { pupils cards credit { cents } } jobId errors { code } } }"""


@pytest.fixture(autouse=True)
def in_autumn() -> Iterator[None]:
    with time_machine.travel(AUTUMN, tick=False):
        yield


def agent(api: Api, role: Role = Role.ADMINISTRATOR) -> Api:
    staff = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=staff, role=role)
    return api.sign_in(staff)


def test_a_campaign_is_tried_then_published_once_and_listed(api: Api) -> None:
    agent(api)

    tried = api.read(PUBLISH, input={"text": CAMPAIGN, "dryRun": True})["publishPassCampaign"]
    assert (tried["campaign"], tried["errors"], Campaign.objects.count()) == (None, [], 0)

    for _twice in range(2):
        done = api.read(PUBLISH, input={"text": CAMPAIGN})["publishPassCampaign"]
    campaign = done["campaign"]
    assert (campaign["code"], campaign["state"], campaign["cards"]) == (
        "92-pass-plus-2023", "OPEN", 0,
    )  # fmt: skip
    assert parse_campaign(json.loads(campaign["definition"])) == Campaign.objects.get().rules
    listed = api.read("{ passCampaigns { nodes { id code returned { formatted } } } }")
    assert [one["id"] for one in listed["passCampaigns"]["nodes"]] == [campaign["id"]]

    other = api.read(PUBLISH, input={"text": CAMPAIGN.replace("50.00", "51.00")})
    (error,) = other["publishPassCampaign"]["errors"]
    assert (error["code"], error["path"]) == ("PASSPLUS_CAMPAIGN_PUBLISHED", ["input", "text"])


def test_each_problem_of_a_text_is_an_error_that_names_its_line(api: Api) -> None:
    agent(api)
    text = CAMPAIGN.replace("code: culture,", "code: sport,").replace(
        "class_in: [6E", "class_in: [7E"
    )

    refused = api.read(PUBLISH, input={"text": text})["publishPassCampaign"]

    assert len(refused["errors"]) >= 2
    assert {one["code"] for one in refused["errors"]} == {"PASSPLUS_CAMPAIGN_INVALID"}
    assert all(one["message"].startswith("Ligne ") for one in refused["errors"])
    assert Campaign.objects.count() == 0


def test_cards_are_renewed_once_and_foreseen_before(api: Api) -> None:
    card = make_card()
    campaign = card.campaign
    agent(api)
    asked = {"campaignId": str(campaign.public_id)}

    foreseen = api.read(RENEW, input=asked | {"dryRun": True})["renewPassCampaign"]
    done = api.read(RENEW, input=asked)["renewPassCampaign"]
    again = api.read(RENEW, input=asked)["renewPassCampaign"]

    assert foreseen["renewal"] == done["renewal"]
    assert again["renewal"]["cards"] == 0
    assert Card.objects.filter(campaign=campaign).count() == 1 + done["renewal"]["cards"]
    absent = api.read(RENEW, input={"campaignId": str(card.public_id)})["renewPassCampaign"]
    assert absent["errors"] == [{"code": "NOT_FOUND"}]


def test_rules_of_reimbursement_say_what_they_change_and_are_published_once(api: Api) -> None:
    priced(valid_from="2023-09-01")
    captured(make_card(), make_partner(), 10_00, at=AUTUMN - datetime.timedelta(hours=1))
    agent(api)

    tried = api.read(PRICE, input={"text": RULES, "dryRun": True})["publishReimbursementRules"]
    assert tried == {
        "rules": None,
        "foreseen": {
            "tickets": 1,
            "validated": {"cents": 10_00},
            "paidNow": {"cents": 10_00},
            "paidThen": {"cents": 8_00},
        },
        "errors": [],
    }
    assert ReimbursementRules.objects.count() == 1

    for _twice in range(2):
        done = api.read(PRICE, input={"text": RULES})["publishReimbursementRules"]
    assert done["rules"]["validFrom"] == "2023-10-01"
    assert done["rules"]["lines"][0]["domain"] == "SPORT"
    assert done["rules"]["lines"][0]["cap"]["formatted"] == "8,00\u00a0€"
    listed = api.read("{ reimbursementRules { code validUntil text } }")["reimbursementRules"]
    assert [one["validUntil"] for one in listed] == [None, "2023-10-01"]

    early = api.read(
        PRICE, input={"text": RULES.replace("modele", "tot").replace("10-01", "08-01")}
    )
    (error,) = early["publishReimbursementRules"]["errors"]
    assert (error["code"], error["path"]) == ("PASSPLUS_PRICING_TOO_EARLY", ["input", "text"])


def test_others_publish_nothing(api: Api) -> None:
    asked = {"text": RULES}
    family = api.sign_in(account_of(elsewhere()))
    for visitor in (Api(), family, agent(Api(), Role.REGISSEUR), agent(Api(), Role.READER)):
        for query, name in ((PUBLISH, "publishPassCampaign"), (PRICE, "publishReimbursementRules")):
            (error,) = visitor.read(query, input=asked)[name]["errors"]
            assert error["code"] in ("SIGN_IN_REQUIRED", "FORBIDDEN")
    assert family.refusals("{ passCampaigns { nodes { id } } }") == ["FORBIDDEN"]
    assert family.refusals("{ reimbursementRules { id } }") == ["FORBIDDEN"]
    assert (Campaign.objects.count(), ReimbursementRules.objects.count()) == (0, 0)
