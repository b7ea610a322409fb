"""Paying partners by GraphQL: prepared by one, approved by another, returned, corrected, disputed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection

from billing.ledger import queries as ledger
from commons.models import AuditEntry
from federation.passplus.models import (
    Correction,
    PartnerMember,
    PartnerRole,
    PartnerRun,
    PartnerStatement,
    Payout,
    StatementDispute,
)
from federation.passplus.queries import due_cents, purses_of
from federation.passplus.reimbursing import queries
from tenants.accounts import sessions
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.api.conftest import Api
from tests.factories.passplus import make_card, make_partner
from tests.factories.portal import account_of
from tests.factories.registrations import elsewhere
from tests.factories.reimbursing import NOVEMBER, approved, captured, paying, with_account
from tests.factories.tills import make_member

RUN = """id state isOwn lastDay partners entries due { cents } order { transfers total { cents } }
    anomalies { kind partner } statements(first: 5) { nodes { id number partner payment
    validated { cents } due { cents } payout { id state accountEnding }
    lines { id label validated { cents } paid { cents } rate } } }"""
CORRECTION = "id kind state isOwn undoesId canBeUndone lines { partner ticket amount { cents } }"
FORESEEN = "foreseen { partners tickets toPurses { cents } withheld { cents } credited { cents } }"
SELECTIONS = {
    "preparePartnerRun": f"run {{ {RUN} }} foreseen {{ partners entries dueCents }}",
    "approvePartnerRun": f"run {{ {RUN} }}",
    "refusePartnerRun": f"run {{ {RUN} }}",
    "recordPayoutReturn": "payout { state returnReason isTrustedAgain }",
    "trustPartnerAccount": "payout { state returnReason isTrustedAgain }",
    "askPartnerCorrection": f"correction {{ {CORRECTION} }} {FORESEEN}",
    "undoPartnerCorrection": f"correction {{ {CORRECTION} }} {FORESEEN}",
    "approvePartnerCorrection": f"correction {{ {CORRECTION} }}",
    "refusePartnerCorrection": f"correction {{ {CORRECTION} }}",
    "answerStatementDispute": "dispute { state answer }",
    "disputeStatementLine": "dispute { id state text partner line }",
}


def act(api: Api, name: str, /, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    query = (
        f"mutation($input: {kind}Input!) {{ {name}(input: $input) "
        f"{{ {SELECTIONS[name]} errors {{ code path }} }} }}"
    )
    return api.read(query, input=given)[name]


def codes(done: dict[str, Any]) -> list[str]:
    return [error["code"] for error in done["errors"]]


@pytest.fixture(autouse=True)
def november() -> Iterator[Any]:
    with time_machine.travel(NOVEMBER, tick=False) as clock:
        yield clock


@pytest.fixture
def member(tenant_db: None) -> PartnerMember:
    """Who manages a partner that is owed 12,34 €."""
    found = make_member()
    with_account(found.partner)
    paying()
    captured(make_card(), found.partner, 12_34)
    return found


def agent(name: str, role: Role = Role.REGISSEUR) -> Api:
    staff = User.objects.create(email=f"{name}@exemple.fr")
    StaffRole.objects.create(user=staff, role=role)
    return Api().sign_in(staff)


def test_one_prepares_another_approves_and_the_partner_reads_its_statement(
    member: PartnerMember,
) -> None:
    anne, bruno, judo = agent("anne"), agent("bruno"), member.partner
    day = {"lastDay": "2023-10-31"}
    tried = act(anne, "preparePartnerRun", **day, dryRun=True)
    assert tried["foreseen"] == {"partners": 1, "entries": 1, "dueCents": 12_34}
    assert (tried["run"], PartnerRun.objects.count()) == (None, 0)

    run = act(anne, "preparePartnerRun", **day)["run"]
    assert (run["state"], run["isOwn"], run["order"]) == ("PREPARED", True, None)
    assert codes(act(anne, "preparePartnerRun", **day)) == ["PASSPLUS_RUN_UNDER_WAY"]
    assert codes(act(anne, "approvePartnerRun", runId=run["id"])) == [
        "PASSPLUS_RUN_BY_THE_SAME_PERSON"
    ]
    assert due_cents(judo) == 12_34

    done = act(bruno, "approvePartnerRun", runId=run["id"])["run"]
    assert (done["state"], done["order"]) == (
        "APPROVED", {"transfers": 1, "total": {"cents": 12_34}},
    )  # fmt: skip
    assert due_cents(judo) == 0
    assert codes(act(bruno, "approvePartnerRun", runId=run["id"])) == ["PASSPLUS_RUN_DECIDED"]
    author = AuditEntry.objects.get(action="passplus.run.approved")
    assert author.actor_id == str(User.objects.get(email="bruno@exemple.fr").public_id)
    (statement,) = done["statements"]["nodes"]
    assert statement["number"] == "RP-2023-000001"

    space = Api().enter(member)
    own = space.read(
        """query($id: ID!) { partnerSpace(id: $id) { unstated { cents } owedBack { cents }
        statements { nodes { id number payment due { cents } payout { accountEnding } } } } }""",
        id=str(member.public_id),
    )["partnerSpace"]
    assert own == {
        "unstated": {"cents": 0},
        "owedBack": {"cents": 0},
        "statements": {
            "nodes": [
                {
                    "id": statement["id"],
                    "number": "RP-2023-000001",
                    "payment": "ORDERED",
                    "due": {"cents": 12_34},
                    "payout": {"accountEnding": "2606"},
                }
            ]
        },
    }
    assert ledger.trial_balance().is_balanced


def test_a_run_that_is_refused_takes_no_number(member: PartnerMember) -> None:
    anne, bruno = agent("anne"), agent("bruno")
    run = act(anne, "preparePartnerRun", lastDay="2023-10-31")["run"]

    refused = act(bruno, "refusePartnerRun", runId=run["id"], answer="Trop tôt")["run"]

    assert refused["state"] == "REFUSED"
    assert not PartnerStatement.objects.exclude(number="").exists()
    for day in ("2023-11-30", "9999-12-31"):
        early = act(anne, "preparePartnerRun", lastDay=day)
        assert early["errors"] == [{"code": "PASSPLUS_RUN_TOO_EARLY", "path": ["input", "lastDay"]}]


def test_a_transfer_comes_back_and_another_person_trusts_the_account(
    member: PartnerMember,
) -> None:
    anne, bruno = agent("anne"), agent("bruno")
    payout = approved().order.payouts.get()
    given = {"payoutId": str(payout.public_id)}

    noted = act(anne, "recordPayoutReturn", **given, reason="AC04", returnedOn="2023-11-06")
    assert noted["payout"] == {
        "state": "RETURNED", "returnReason": "AC04", "isTrustedAgain": False,
    }  # fmt: skip
    again = act(anne, "recordPayoutReturn", **given, reason="AC04", returnedOn="2023-11-06")
    assert codes(again) == ["PASSPLUS_PAYOUT_RETURNED"]
    assert due_cents(member.partner) == 12_34
    assert codes(act(anne, "trustPartnerAccount", **given)) == ["PASSPLUS_TRUST_BY_THE_SAME_PERSON"]
    assert act(bruno, "trustPartnerAccount", **given)["payout"]["isTrustedAgain"] is True
    listed = bruno.read("{ partnerPayouts(state: RETURNED) { nodes { id partner statement } } }")
    assert listed["partnerPayouts"]["nodes"] == [
        {"id": given["payoutId"], "partner": member.partner.name, "statement": "RP-2023-000001"}
    ]
    assert bruno.read("{ partnerPayouts(state: ORDERED) { nodes { id } } }") == {
        "partnerPayouts": {"nodes": []}
    }


def test_a_correction_is_foreseen_asked_approved_and_undone_by_two_people(
    member: PartnerMember,
) -> None:
    approved()
    ticket = member.partner.captures.get()
    card = ticket.purse.card
    anne, bruno = agent("anne"), agent("bruno")
    wrong = {
        "kind": "TICKETS",
        "wrongs": [{"name": ticket.code, "cents": 2_34}],
        "reason": "Erreur de caisse",
    }
    before = purses_of(card)[0].available_cents

    tried = act(anne, "askPartnerCorrection", **wrong, dryRun=True)
    assert tried["foreseen"] == {
        "partners": 1, "tickets": 1, "toPurses": {"cents": 2_34}, "withheld": {"cents": 2_34},
        "credited": {"cents": 0},
    }  # fmt: skip
    assert (tried["correction"], Correction.objects.count()) == (None, 0)

    asked = act(anne, "askPartnerCorrection", **wrong)["correction"]
    assert (asked["state"], asked["isOwn"]) == ("ASKED", True)
    given = {"correctionId": asked["id"]}
    assert codes(act(anne, "approvePartnerCorrection", **given)) == [
        "PASSPLUS_CORRECTION_BY_THE_SAME_PERSON"
    ]
    assert purses_of(card)[0].available_cents == before
    done = act(bruno, "approvePartnerCorrection", **given)["correction"]
    assert (done["state"], done["canBeUndone"]) == ("DONE", True)
    assert purses_of(card)[0].available_cents == before + 2_34
    assert queries.owed_back_cents(member.partner) == 2_34

    undoing = act(bruno, "undoPartnerCorrection", **given, reason="Le ticket était bon")
    assert undoing["correction"]["undoesId"] == asked["id"]
    undone = {"correctionId": undoing["correction"]["id"]}
    assert act(anne, "approvePartnerCorrection", **undone)["correction"]["state"] == "DONE"
    assert purses_of(card)[0].available_cents == before
    assert queries.owed_back_cents(member.partner) == 0
    assert ledger.trial_balance().is_balanced
    listed = anne.read("{ partnerCorrections { nodes { kind state } } }")["partnerCorrections"]
    assert [one["kind"] for one in listed["nodes"]] == ["UNDO", "TICKETS"]


def test_what_cannot_be_corrected_says_so(member: PartnerMember) -> None:
    anne = agent("anne")
    for more, code in (
        ({"wrongs": []}, "PASSPLUS_CORRECTION_EMPTY"),
        ({"wrongs": [{"name": "BCDF2345"}]}, "PASSPLUS_CORRECTION_LINE_INVALID"),
        ({"kind": "UNDO", "wrongs": [{"name": "BCDF2345"}]}, "PASSPLUS_CORRECTION_NOT_UNDONE"),
    ):
        given = {"kind": "TICKETS", "reason": "Erreur"} | more
        assert codes(act(anne, "askPartnerCorrection", **given)) == [code]
    ticket = member.partner.captures.get()
    given = {"kind": "TICKETS", "wrongs": [{"name": ticket.code}], "reason": "Erreur"}
    asked = act(anne, "askPartnerCorrection", **given)["correction"]
    refused = act(agent("bruno"), "refusePartnerCorrection", correctionId=asked["id"], answer="Non")
    assert refused["correction"]["state"] == "REFUSED"


def test_a_partner_disputes_a_line_and_is_answered(member: PartnerMember) -> None:
    statement = approved().statements.get()
    line = statement.lines.get()
    space = Api().enter(member)
    given = {
        "membershipId": str(member.public_id),
        "statementId": str(statement.public_id),
        "lineId": str(line.pk),
        "text": "Il manque 5 €",
    }

    opened = act(space, "disputeStatementLine", **given)["dispute"]
    assert (opened["state"], opened["partner"]) == ("OPEN", member.partner.name)
    assert codes(act(space, "disputeStatementLine", **given)) == ["PASSPLUS_LINE_DISPUTED"]

    anne = agent("anne")
    waiting = anne.read("{ statementDisputes(state: OPEN) { nodes { id text statement } } }")
    assert waiting["statementDisputes"]["nodes"] == [
        {"id": opened["id"], "text": "Il manque 5 €", "statement": statement.number}
    ]
    answer = {"disputeId": opened["id"], "isAccepted": False, "answer": "Le compte est bon."}
    assert act(anne, "answerStatementDispute", **answer)["dispute"]["state"] == "REFUSED"
    assert codes(act(anne, "answerStatementDispute", **answer)) == ["PASSPLUS_DISPUTE_ANSWERED"]
    assert StatementDispute.objects.get().answer == "Le compte est bon."


def test_who_approves_proved_lately_who_they_are(member: PartnerMember, november: Any) -> None:
    run = act(agent("anne"), "preparePartnerRun", lastDay="2023-10-31")["run"]
    bruno = agent("bruno")
    kept = bruno.client.session
    facts = sessions.facts_of(kept)
    facts.proved_at, facts.factor_at = facts.proved_at - 86_400, facts.factor_at - 86_400
    sessions.keep_facts(kept, facts)
    kept.save()

    assert codes(act(bruno, "approvePartnerRun", runId=run["id"])) == ["PROOF_REQUIRED"]
    assert PartnerRun.objects.get().state == "PREPARED"


def test_others_read_and_do_nothing(member: PartnerMember, in_tenant: Any) -> None:
    run = approved()
    statement, payout = run.statements.get(), run.order.payouts.get()
    ids = {"runId": str(run.public_id), "payoutId": str(payout.public_id)}
    reads = (
        "{ partnerRuns { nodes { id } } }",
        f'{{ partnerRun(id: "{run.public_id}") {{ id }} }}',
        f'{{ partnerStatement(id: "{statement.public_id}") {{ id }} }}',
        "{ partnerPayouts { nodes { id } } }",
        "{ partnerCorrections { nodes { id } } }",
        "{ statementDisputes { nodes { id } } }",
    )
    space = Api().enter(member)
    with in_tenant("d94"):
        there = Api("d94").sign_in(User.objects.create(email="ailleurs@exemple.fr"))
    foreign = Api()
    foreign.client.cookies = there.client.cookies
    for visitor, said in (
        (Api(), {"SIGN_IN_REQUIRED"}),
        (space, {"SIGN_IN_REQUIRED"}),
        (foreign, {"SIGN_IN_REQUIRED"}),
        (Api().sign_in(account_of(elsewhere())), {"FORBIDDEN", "NOT_FOUND"}),
        (agent("ines", Role.INSTRUCTOR), {"FORBIDDEN", "NOT_FOUND"}),
    ):
        for query in reads:
            assert set(visitor.refusals(query)) <= said, query
        for name, given in (
            ("preparePartnerRun", {"lastDay": "2023-10-31"}),
            ("approvePartnerRun", {"runId": ids["runId"]}),
            ("trustPartnerAccount", {"payoutId": ids["payoutId"]}),
            ("recordPayoutReturn", {
                "payoutId": ids["payoutId"], "reason": "AC04", "returnedOn": "2023-11-06",
            }),
        ):  # fmt: skip
            assert set(codes(act(visitor, name, **given))) <= said, name
    assert Payout.objects.get().state == "ORDERED"
    reader = agent("lise", Role.READER)
    assert reader.read(reads[0])["partnerRuns"]["nodes"] == [{"id": ids["runId"]}]
    assert codes(act(reader, "preparePartnerRun", lastDay="2023-10-31")) == ["FORBIDDEN"]


def test_what_is_paid_is_for_who_manages_and_for_that_partner_alone(
    member: PartnerMember,
) -> None:
    statement = approved().statements.get()
    line = statement.lines.get()
    clerk = make_member(member.partner, PartnerRole.TILL)
    door = Api().enter(clerk)
    query = """query($id: ID!) { partnerSpace(id: $id) { unstated { cents } } }"""
    assert door.read(query, id=str(clerk.public_id))["partnerSpace"] == {"unstated": None}
    listed = "query($id: ID!) { partnerSpace(id: $id) { statements { nodes { id } } } }"
    assert door.refusals(listed, id=str(clerk.public_id)) == ["FORBIDDEN"]
    other = make_member(make_partner())
    given = {"statementId": str(statement.public_id), "lineId": str(line.pk), "text": "À moi"}
    for visitor, place, code in (
        (door, clerk, "FORBIDDEN"),
        (Api().enter(other), other, "NOT_FOUND"),
        (Api().enter(other), member, "NOT_FOUND"),
    ):
        done = act(visitor, "disputeStatementLine", **given, membershipId=str(place.public_id))
        assert codes(done) == [code]
    assert not StatementDispute.objects.exists()


def test_a_page_of_statements_is_a_few_statements_of_sql(
    member: PartnerMember, django_assert_max_num_queries: Any
) -> None:
    for _each in range(4):
        other = with_account(make_partner())
        captured(make_card(), other, 5_00)
    run = approved()
    anne = agent("anne")
    query = f'{{ partnerRun(id: "{run.public_id}") {{ {RUN} }} }}'
    anne.read(query)

    with django_assert_max_num_queries(40, connection=connection):
        found = anne.read(query)["partnerRun"]
    assert len(found["statements"]["nodes"]) == 5
