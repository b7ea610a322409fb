"""Pass+ through the API: what is left, a ticket made and given up, and whose it is."""

from __future__ import annotations

import pytest
import time_machine

from federation.passplus import operations
from federation.passplus.models import Ticket
from federation.passplus.signing import published_keys, read_text
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.passplus import AUTUMN, make_card, new_key, noon
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

CARDS = """{ viewer { children { id passCards { label isIllustrative madeUntil usedUntil
  purses { code label available { cents } held { cents } lastDay } } } } }"""
MAKE = """mutation($input: MakePassTicketInput!) { makePassTicket(input: $input) {
  ticket { id state purse amount { cents } code text madeOutTo lastDay } errors { code path } } }"""
CANCEL = """mutation($input: CancelPassTicketInput!) { cancelPassTicket(input: $input) {
  ticket { state code text } errors { code path } } }"""
TICKET = "query($id: ID!) { passTicket(id: $id) { state code } }"


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(AUTUMN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def card(api):
    family = make_family()
    api.sign_in(account_of(family))
    return make_card(pupil=family.pupil)


def make(api, card, **traits):
    given = {"childId": str(card.pupil.public_id), "purse": "sport", "cents": 1250, "key": "tap"}
    return api.read(MAKE, input=given | traits)["makePassTicket"]


def ticket_of(card) -> Ticket:
    return operations.make_ticket(
        card=card, purse="sport", cents=10_00, key=new_key(), actor=ACTOR, at=AUTUMN
    )


def test_a_family_reads_what_is_left_and_makes_a_ticket_once(api, card):
    made = make(api, card)

    assert make(api, card) == made
    ticket = made["ticket"]
    assert made["errors"] == []
    assert (ticket["state"], ticket["purse"], ticket["lastDay"]) == ("MADE", "Sport", "2025-06-30")
    said = read_text(ticket["text"], published_keys()["keys"])
    assert (said.code, said.cents) == (ticket["code"], 1250)
    ((child,),) = api.read(CARDS)["viewer"].values()
    assert child["passCards"] == [
        {
            "label": card.campaign.label,
            "isIllustrative": True,
            "madeUntil": "2024-06-30",
            "usedUntil": "2025-06-30",
            "purses": [
                {
                    "code": code,
                    "label": label,
                    "available": {"cents": left},
                    "held": {"cents": held},
                    "lastDay": "2024-06-30",
                }
                for code, label, left, held in (
                    ("sport", "Sport", 2750, 1250),
                    ("culture", "Culture", 4000, 0),
                )
            ],
        }
    ]


@pytest.mark.parametrize(
    ("traits", "refusal"),
    [
        ({"cents": 4001}, ("PASSPLUS_PURSE_TOO_SMALL", ["input", "cents"])),
        ({"purse": "cinema"}, ("PASSPLUS_PURSE_UNKNOWN", ["input", "purse"])),
        ({"cents": 0}, ("PASSPLUS_AMOUNT_NOT_ALLOWED", ["input", "cents"])),
    ],
)
def test_a_refusal_names_what_was_sent(api, card, traits, refusal):
    (error,) = make(api, card, **traits)["errors"]

    assert (error["code"], error["path"]) == refusal
    assert not Ticket.objects.exists()


def test_nothing_is_lost_by_who_did_not_accept_it(api, card, autumn):
    ticket = ticket_of(card)
    autumn.move_to(noon("2024-07-02"))
    api.sign_in(card.pupil.guardianships.get().guardian.user)
    given = {"ticketId": str(ticket.public_id)}

    refused = api.read(CANCEL, input=given)["cancelPassTicket"]
    ticket.refresh_from_db()
    assert (refused["errors"][0]["code"], ticket.state) == ("PASSPLUS_LOSS_NOT_ACCEPTED", "MADE")

    done = api.read(CANCEL, input=given | {"acceptsLoss": True})["cancelPassTicket"]
    assert done == {"ticket": {"state": "LOST", "code": None, "text": None}, "errors": []}


def test_somebody_elses_ticket_is_not_found_and_an_agent_reads_no_code(api, card):
    other = make_card(card.campaign, pupil=make_family().pupil)
    ticket = ticket_of(other)

    assert api.refusals(TICKET, id=str(ticket.public_id)) == ["NOT_FOUND"]
    (error,) = make(api, other)["errors"]
    assert error["code"] == "NOT_FOUND"
    (error,) = api.read(CANCEL, input={"ticketId": str(ticket.public_id)})["cancelPassTicket"][
        "errors"
    ]
    assert error["code"] == "NOT_FOUND"
    api.sign_in(make_agent())
    assert api.refusals(TICKET, id=str(ticket.public_id)) == ["NOT_FOUND"]
    child = api.read(
        "query($id: ID!) { child(id: $id) { passCards { label } } }",
        id=str(other.pupil.public_id),
    )
    assert child["child"]["passCards"] == [{"label": other.campaign.label}]
