"""A partner's till by GraphQL: look, validate in full or in part, undo, work without network."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from commons.models import AuditEntry
from federation.passplus import operations
from federation.passplus.models import PartnerMember, PartnerRole, Ticket, TillCapture
from federation.passplus.queries import due_cents, purses_of
from tenants.accounts.models import User
from tests.api.conftest import Api
from tests.factories.passplus import AUTUMN, make_card, make_partner
from tests.factories.portal import account_of
from tests.factories.registrations import elsewhere
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, text_of, till_of, token_of
from ui.guessing import UNKNOWN

FIELDS = (
    "id code isAccepted undoBefore undoneAt till by way amount { cents } refusal { code message }"
)
CAPTURE = f"""mutation($input: CapturePassTicketInput!) {{ capturePassTicket(input: $input) {{
    capture {{ {FIELDS} }} errors {{ code path message }} }} }}"""
UNDO = f"""mutation($input: UndoPassCaptureInput!) {{ undoPassCapture(input: $input) {{
    capture {{ {FIELDS} }} errors {{ code }} }} }}"""
LOOK = """query($id: ID!, $ticket: String!) { tillTicket(membershipId: $id, ticket: $ticket) {
    code purse lastDay isMadeOut departement amount { cents } } }"""
BEGIN = """mutation($input: BeginOfflineWorkInput!) { beginOfflineWork(input: $input) {
    permit { id until sentBy } kit { keys spent } errors { code } } }"""
SEND = f"""mutation($input: SendOfflineTicketsInput!) {{ sendOfflineTickets(input: $input) {{
    captures {{ key {FIELDS} }} errors {{ code path }} }} }}"""
END = """mutation($input: EndOfflineWorkInput!) { endOfflineWork(input: $input) {
    permit { endedAt } errors { code } } }"""
HISTORY = f"""query($id: ID!, $till: ID) {{ partnerSpace(id: $id) {{ partner role domains
    tills {{ id name permit {{ id }} }} today {{ tickets total {{ cents }} }}
    captures(first: 10, tillId: $till) {{ nodes {{ {FIELDS} }} }} }} }}"""


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(AUTUMN, tick=False) as moved:
        yield moved


@pytest.fixture
def member(tenant_db: None, clock: Any) -> PartnerMember:
    return make_member()


@pytest.fixture
def space(member: PartnerMember) -> Api:
    return Api().enter(member)


@pytest.fixture
def asked(member: PartnerMember) -> Callable[..., dict[str, Any]]:
    """What is asked at the member's till."""

    def ask(**more: Any) -> dict[str, Any]:
        return {
            "membershipId": str(member.public_id),
            "tillId": str(till_of(member).public_id),
        } | more

    return ask


def capture(space: Api, asked: Any, ticket: str, **more: Any) -> dict[str, Any]:
    given = asked(ticket=ticket, key=str(uuid.uuid4())) | more
    return space.read(CAPTURE, input=given)["capturePassTicket"]


def test_a_ticket_is_looked_at_taken_in_part_and_undone_within_its_minute(
    space: Api, member: PartnerMember, asked: Any, clock: Any
) -> None:
    card = make_card()
    ticket = make_ticket(card)
    place = str(member.public_id)
    seen = space.read(LOOK, id=place, ticket=ticket.code)["tillTicket"]
    assert (seen["amount"]["cents"], seen["purse"], seen["isMadeOut"]) == (25_00, "Sport", False)

    key = str(uuid.uuid4())
    for _twice in range(2):
        done = capture(space, asked, ticket.code, cents=20_00, key=key, way="CAMERA")
    taken = done["capture"]
    assert (taken["amount"]["cents"], taken["isAccepted"], taken["way"]) == (20_00, True, "CAMERA")
    until = datetime.datetime.fromisoformat(taken["undoBefore"])
    assert until == AUTUMN + operations.UNDO_FOR
    assert TillCapture.objects.count() == 1
    assert due_cents(member.partner) == 20_00
    entry = AuditEntry.objects.filter(action="passplus.ticket.captured").get()
    assert (entry.actor_kind, entry.actor_id) == ("user", str(member.user.public_id))

    told = space.read(HISTORY, id=place)["partnerSpace"]
    assert (told["role"], told["today"]) == ("MANAGER", {"tickets": 1, "total": {"cents": 20_00}})
    assert [one["id"] for one in told["captures"]["nodes"]] == [taken["id"]]
    assert told["captures"]["nodes"][0]["by"] == "Ada Tatami"

    undo = {"membershipId": place, "captureId": taken["id"]}
    for _twice in range(2):
        undone = space.read(UNDO, input=undo)["undoPassCapture"]
    assert (undone["errors"], undone["capture"]["isAccepted"]) == ([], False)
    assert due_cents(member.partner) == 0
    assert Ticket.objects.get().state == "MADE"

    again = capture(space, asked, ticket.code)["capture"]
    assert again["amount"]["cents"] == 25_00
    clock.shift(operations.UNDO_FOR + datetime.timedelta(seconds=1))
    late = space.read(UNDO, input=undo | {"captureId": again["id"]})["undoPassCapture"]
    assert late["errors"] == [{"code": "PASSPLUS_UNDO_TOO_LATE"}]
    assert due_cents(member.partner) == 25_00


def test_each_refusal_has_its_code_its_words_and_the_value_it_is_about(
    space: Api, member: PartnerMember, asked: Any
) -> None:
    ticket = make_ticket(make_card())
    much = capture(space, asked, ticket.code, cents=26_00)["errors"]
    assert [(one["code"], one["path"]) for one in much] == [
        ("PASSPLUS_CAPTURE_TOO_MUCH", ["input", "cents"])
    ]
    assert "25,00" in much[0]["message"]
    (unknown,) = capture(space, asked, "BCDF 2345")["errors"]
    assert (unknown["code"], unknown["path"]) == ("PASSPLUS_TICKET_UNKNOWN", ["input", "ticket"])
    assert capture(space, asked, ticket.code)["errors"] == []
    (taken,) = capture(space, asked, ticket.code)["errors"]
    assert taken["code"] == "PASSPLUS_TICKET_TAKEN"
    assert space.refusals(LOOK, id=str(member.public_id), ticket=ticket.code) == [
        "PASSPLUS_TICKET_TAKEN"
    ]
    (nowhere,) = capture(space, asked, ticket.code, tillId=str(uuid.uuid4()))["errors"]
    assert nowhere["code"] == "NOT_FOUND"


def test_codes_are_not_guessed_here(
    space: Api, member: PartnerMember, asked: Any, empty_cache: None
) -> None:
    ticket = make_ticket(make_card())
    for _each in range(UNKNOWN.most // 2):
        capture(space, asked, "BCDF 2345")
        space.refusals(LOOK, id=str(member.public_id), ticket="BCDF 2345")

    (refused,) = capture(space, asked, ticket.code)["errors"]

    assert refused["code"] == "PASSPLUS_TOO_MANY_UNKNOWN"
    assert Ticket.objects.get().state == "MADE"


def test_a_phone_prepares_sends_what_it_took_and_ends(
    space: Api, member: PartnerMember, asked: Any, clock: Any
) -> None:
    card = make_card()
    ticket = make_ticket(card, partner=member.partner)
    begun = space.read(BEGIN, input=asked(hours=4))["beginOfflineWork"]
    assert begun["errors"] == []
    assert json.loads(begun["kit"]["keys"])[0]["crv"] == "P-256"
    assert begun["kit"]["spent"] == []
    told = space.read(HISTORY, id=str(member.public_id))["partnerSpace"]
    assert told["tills"][0]["permit"] == {"id": begun["permit"]["id"]}
    with pytest.raises(operations.CancellationWaits):
        operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN)

    clock.shift(datetime.timedelta(hours=2))
    shown = [
        {"key": str(uuid.uuid4()), "text": text_of(ticket), "cents": 20_00,
         "takenAt": (AUTUMN + datetime.timedelta(hours=1)).isoformat()},
        {"key": str(uuid.uuid4()), "text": text_of(ticket), "cents": 20_00,
         "takenAt": (AUTUMN + datetime.timedelta(hours=1)).isoformat()},
    ]  # fmt: skip
    for _twice in range(2):
        sent = space.read(SEND, input=asked(tickets=shown))["sendOfflineTickets"]
    first, second = sent["captures"]
    assert (first["isAccepted"], first["way"], first["key"]) == (True, "OFFLINE", shown[0]["key"])
    assert (second["isAccepted"], second["refusal"]["code"]) == (False, "PASSPLUS_TICKET_TAKEN")
    assert second["refusal"]["message"].endswith(".")
    assert due_cents(member.partner) == 20_00
    assert purses_of(card)[0].available_cents == 20_00

    wrong = [shown[0] | {"cents": -1}]
    refused = space.read(SEND, input=asked(tickets=wrong))["sendOfflineTickets"]
    assert refused["errors"] == [
        {"code": "PASSPLUS_TICKET_UNREADABLE", "path": ["input", "tickets"]}
    ]
    given = {"membershipId": str(member.public_id), "permitId": begun["permit"]["id"]}
    for _twice in range(2):
        ended = space.read(END, input=given)["endOfflineWork"]
    assert (ended["permit"]["endedAt"] is None, ended["errors"]) == (False, [])


def test_another_partner_of_the_same_departement_reaches_nothing(
    space: Api, member: PartnerMember, asked: Any
) -> None:
    ticket = make_ticket(make_card())
    taken = capture(space, asked, ticket.code)["capture"]
    permit = space.read(BEGIN, input=asked(hours=1))["beginOfflineWork"]["permit"]
    other = make_member(make_partner())
    there = Api().enter(other)
    theirs = {"membershipId": str(other.public_id)}

    assert there.refusals(HISTORY, id=str(member.public_id)) == ["NOT_FOUND"]
    assert there.refusals(LOOK, id=str(member.public_id), ticket=ticket.code) == ["NOT_FOUND"]
    for query, name, given in (
        (CAPTURE, "capturePassTicket", asked(ticket=ticket.code, key=str(uuid.uuid4()))),
        (CAPTURE, "capturePassTicket", asked(ticket=ticket.code, key=str(uuid.uuid4())) | theirs),
        (UNDO, "undoPassCapture", theirs | {"captureId": taken["id"]}),
        (BEGIN, "beginOfflineWork", asked(hours=1) | theirs),
        (END, "endOfflineWork", theirs | {"permitId": permit["id"]}),
        (SEND, "sendOfflineTickets", asked(tickets=[]) | theirs),
    ):
        assert [one["code"] for one in there.read(query, input=given)[name]["errors"]] == [
            "NOT_FOUND"
        ], name
    assert due_cents(member.partner) == 25_00
    assert due_cents(other.partner) == 0


def test_the_space_is_its_own_and_a_session_of_it_is_nobody_elsewhere(
    space: Api, member: PartnerMember, asked: Any
) -> None:
    """A mother who runs a club: her family's session takes no ticket, her till reads no family."""
    account = account_of(elsewhere())
    invitation = operations.invite_member(
        partner=member.partner, email=account.email, role=PartnerRole.TILL, actor=ACTOR, at=AUTUMN
    )
    mother = operations.join(token=token_of(invitation), user=account, at=AUTUMN)
    at_home = Api().sign_in(account)
    ticket = make_ticket(make_card())
    given = asked(ticket=ticket.code, key=str(uuid.uuid4()))
    given["membershipId"] = str(mother.public_id)

    for visitor in (at_home, Api()):
        assert visitor.refusals("{ partnerSpaces { id } }") == ["SIGN_IN_REQUIRED"]
        (refused,) = visitor.read(CAPTURE, input=given)["capturePassTicket"]["errors"]
        assert refused["code"] == "SIGN_IN_REQUIRED"
    till = Api().enter(mother)
    assert till.read("{ viewer { id } partnerSpaces { id } }") == {
        "viewer": None,
        "partnerSpaces": [{"id": given["membershipId"]}],
    }
    assert till.refusals("{ passOffers { childId } }") == ["SIGN_IN_REQUIRED"]


def test_who_left_or_whose_session_is_of_another_departement_is_refused(
    space: Api, member: PartnerMember, asked: Any, in_tenant: Any
) -> None:
    clerk = make_member(member.partner, PartnerRole.TILL)
    door = Api().enter(clerk)
    ticket = make_ticket(make_card())
    given = asked(ticket=ticket.code, key=str(uuid.uuid4()))
    PartnerMember.objects.filter(pk=clerk.pk).update(ended_at=AUTUMN)
    assert door.read("{ partnerSpaces { id } }") == {"partnerSpaces": []}
    assert door.refusals(HISTORY, id=str(clerk.public_id)) == ["NOT_FOUND"]
    (refused,) = door.read(CAPTURE, input=given | {"membershipId": str(clerk.public_id)})[
        "capturePassTicket"
    ]["errors"]
    assert refused["code"] == "NOT_FOUND"

    with in_tenant("d94"):
        there = Api("d94")
        there.sign_in(User.objects.create(email="ailleurs@exemple.fr"))
        cookies = there.client.cookies
    foreign = Api()
    foreign.client.cookies = cookies
    (refused,) = foreign.read(CAPTURE, input=given)["capturePassTicket"]["errors"]
    assert refused["code"] == "SIGN_IN_REQUIRED"
    assert Ticket.objects.get().state == "MADE"
