"""Who manages a partner by GraphQL: its tills, who works there, its sheet, and where it is paid."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from commons.models import AuditEntry
from federation.passplus.models import (
    PartnerIban,
    PartnerInvitation,
    PartnerMember,
    PartnerRole,
    SheetProposal,
    Till,
)
from tests.api.conftest import Api
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tills import make_member, till_of

HISTORY = "query($id: ID!) { partnerSpace(id: $id) { history { what of by } } }"
IBAN = "FR1420041010050500013M02606"
SPACE = """query($id: ID!) { partnerSpace(id: $id) {
    team { id fullName role } invitations { id email role } sheet { name town domains }
    sheetChange { id state fields { name before after } } accounts { holder ending isConfirmed } } }"""


def asked(space: Api, act: str, gives: str, /, **given: Any) -> dict[str, Any]:
    """What a mutation answers."""
    kind = f"{act[0].upper()}{act[1:]}Input"
    text = f"""mutation($input: {kind}!) {{ {act}(input: $input) {{
        {gives} errors {{ code path message }} }} }}"""
    found: dict[str, Any] = space.read(text, input=given)[act]
    return found


@pytest.fixture
def member(tenant_db: None) -> Any:
    with time_machine.travel(AUTUMN, tick=False):
        yield make_member()


@pytest.fixture
def space(member: PartnerMember) -> Api:
    return Api().enter(member)


@pytest.fixture
def place(member: PartnerMember) -> dict[str, str]:
    return {"membershipId": str(member.public_id)}


def test_a_till_is_opened_renamed_and_closed(space, member, place):
    opened = asked(space, "openTill", "till { id name }", **place, name="Buvette")
    till = {"tillId": opened["till"]["id"]}
    renamed = asked(space, "renameTill", "till { name }", **place, **till, name="Entrée")
    closed = asked(space, "closeTill", "till { name }", **place, **till)

    assert renamed == {"till": {"name": "Entrée"}, "errors": []}
    assert closed == {"till": {"name": "Entrée"}, "errors": []}
    assert Till.objects.get(public_id=opened["till"]["id"]).closed_at == AUTUMN
    last = asked(
        space, "closeTill", "till { name }", **place, tillId=str(till_of(member).public_id)
    )
    assert [(one["code"], one["path"]) for one in last["errors"]] == [
        ("PASSPLUS_LAST_TILL", ["input", "tillId"])
    ]


def test_a_name_that_no_till_can_bear_is_told_at_its_path(space, place):
    (error,) = asked(space, "openTill", "till { id }", **place, name=" ")["errors"]

    assert (error["code"], error["path"]) == ("PASSPLUS_TILL_NAME_INVALID", ["input", "name"])


def test_somebody_is_invited_and_the_invitation_is_taken_back(space, place):
    invited = asked(
        space, "invitePartnerColleague", "invitation { id email role }",
        **place, email="lea@exemple.fr", role="TILL",
    )["invitation"]  # fmt: skip

    assert (invited["email"], invited["role"]) == ("lea@exemple.fr", "TILL")
    seen = space.read(SPACE, id=place["membershipId"])["partnerSpace"]["invitations"]
    assert seen == [invited]
    asked(space, "withdrawPartnerInvitation", "", **place, invitationId=invited["id"])
    assert PartnerInvitation.objects.get(email="lea@exemple.fr").ended_at == AUTUMN
    (error,) = asked(space, "invitePartnerColleague", "", **place, email="lea", role="TILL")[
        "errors"
    ]
    assert (error["code"], error["path"]) == ("PASSPLUS_INVITATION_INVALID", ["input", "email"])


def test_a_colleague_gets_the_other_role_then_leaves(space, member, place):
    other = make_member(member.partner, role=PartnerRole.TILL, email="tom@exemple.fr")
    colleague = {"colleagueId": str(other.public_id)}
    changed = asked(
        space, "changePartnerRole", "colleague { role }", **place, **colleague, role="MANAGER"
    )
    asked(space, "endPartnerColleague", "", **place, **colleague)

    assert changed["colleague"] == {"role": "MANAGER"}
    other.refresh_from_db()
    assert other.ended_at == AUTUMN
    (error,) = asked(space, "endPartnerColleague", "", **place, colleagueId=place["membershipId"])[
        "errors"
    ]
    assert error["code"] == "PASSPLUS_LAST_MANAGER"


def test_a_sheet_is_proposed_and_taken_back(space, member, place):
    partner = member.partner
    sheet = {
        "name": "Judo Club du Mont", "domains": list(partner.domains), "activities": "judo",
        "street": partner.street, "postalCode": "92000", "town": "Nanterre",
    }  # fmt: skip
    change = asked(
        space, "proposePartnerSheet", "change { id state fields { name before after } }",
        **place, **sheet,
    )["change"]  # fmt: skip

    assert change["state"] == "WAITING"
    fields = {one["name"]: (one["before"], one["after"]) for one in change["fields"]}
    assert fields["name"] == ([partner.name], ["Judo Club du Mont"])
    seen = space.read(SPACE, id=place["membershipId"])["partnerSpace"]
    assert seen["sheetChange"] == change
    assert seen["sheet"]["name"] == partner.name
    withdrawn = asked(
        space, "withdrawPartnerSheet", "change { state }", **place, changeId=change["id"]
    )
    assert withdrawn["change"] == {"state": "WITHDRAWN"}
    told = space.read(HISTORY, id=place["membershipId"])["partnerSpace"]["history"]
    name = member.user.get_full_name()
    assert [(one["what"], one["by"]) for one in told[:2]] == [
        ("Demande retirée", name), ("Changement demandé", name),
    ]  # fmt: skip
    assert "nom" in told[1]["of"]
    bad = asked(space, "proposePartnerSheet", "", **place, **(sheet | {"email": "nulle part"}))
    assert [(one["code"], one["path"]) for one in bad["errors"]] == [
        ("PASSPLUS_PARTNER_INVALID", ["input", "email"])
    ]
    assert SheetProposal.objects.count() == 1


def test_an_account_is_given_and_its_number_is_never_read(space, place):
    given = asked(
        space, "givePartnerIban", "account { holder ending isConfirmed }",
        **place, iban=IBAN, accountHolder="Judo Club",
    )  # fmt: skip

    assert given["account"] == {"holder": "Judo Club", "ending": "2606", "isConfirmed": False}
    seen = space.read(SPACE, id=place["membershipId"])["partnerSpace"]["accounts"]
    assert given["account"] in seen
    assert IBAN not in str(given)
    assert not any(IBAN in str(entry.details) for entry in AuditEntry.objects.all())
    before = PartnerIban.objects.count()
    (error,) = asked(space, "givePartnerIban", "", **place, iban="FR76", accountHolder="J")[
        "errors"
    ]
    assert (error["code"], error["path"]) == ("PASSPLUS_IBAN_INVALID", ["input", "iban"])
    assert PartnerIban.objects.count() == before


ACTS: dict[str, dict[str, Any]] = {
    "openTill": {"name": "Autre"},
    "renameTill": {"name": "Autre"},
    "closeTill": {},
    "invitePartnerColleague": {"email": "lea@exemple.fr", "role": "TILL"},
    "withdrawPartnerInvitation": {},
    "changePartnerRole": {"role": "MANAGER"},
    "endPartnerColleague": {},
    "proposePartnerSheet": {"name": "Autre", "domains": ["SPORT"]},
    "withdrawPartnerSheet": {},
    "givePartnerIban": {"iban": IBAN, "accountHolder": "Autre"},
}
NAMES = {
    "renameTill": "tillId", "closeTill": "tillId", "withdrawPartnerInvitation": "invitationId",
    "changePartnerRole": "colleagueId", "endPartnerColleague": "colleagueId",
    "withdrawPartnerSheet": "changeId",
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_who_works_at_a_till_manages_nothing(member, act):
    at_till = make_member(member.partner, role=PartnerRole.TILL, email="tom@exemple.fr")
    given = {"membershipId": str(at_till.public_id)} | ACTS[act]
    if act in NAMES:
        given[NAMES[act]] = str(till_of(member).public_id)

    (error,) = asked(Api().enter(at_till), act, "", **given)["errors"]

    assert error["code"] == "FORBIDDEN"
    seen = Api().enter(at_till).read(SPACE, id=given["membershipId"])["partnerSpace"]
    assert set(seen.values()) == {None}


@pytest.mark.parametrize("act", NAMES)
def test_what_is_of_another_partner_is_not_found(space, place, act):
    other = make_member(make_partner())
    theirs = {"tillId": till_of(other).public_id, "colleagueId": other.public_id}

    given = place | ACTS[act] | {NAMES[act]: str(theirs.get(NAMES[act], other.public_id))}
    (error,) = asked(space, act, "", **given)["errors"]

    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", NAMES[act]])


def test_who_only_validates_tickets_reads_no_history(member):
    clerk = make_member(member.partner, role=PartnerRole.TILL, email="tom@exemple.fr")

    assert Api().enter(clerk).read(HISTORY, id=str(clerk.public_id))["partnerSpace"] == {
        "history": None
    }
