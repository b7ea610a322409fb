"""Who gets what of the API in a session of the partners' space, or with an application open.

To all of these sessions the rest of the API is closed: `test_matrix` plays the doors of everybody else,
for whom those below are closed. A field of partners without a line fails.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from api import rules
from federation.passplus import applicants, operations
from federation.passplus.models import PartnerCode, PartnerRole
from federation.passplus.partner_codes import figures_of
from federation.passplus.reimbursing import operations as paying_operations
from federation.passplus.till_access import SPACE
from tests.access import doors
from tests.access.partners import MUTATIONS, applied, proposed
from tests.access.world import ask, client, undone
from tests.factories.passplus import AUTUMN, make_card, make_partner
from tests.factories.reimbursing import ANNE, BRUNO, DECEMBER, captured, paying, with_account
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, take, till_of
from tests.signed_in import open_session

CAST = ("manager", "clerk", "other_partner", "applicant", "other_applicant")
NOW = DECEMBER
_AT_TILL = 'membershipId: "{place}", tillId: "{till}"'
_MANAGES = 'membershipId: "{place}"'
_WORDS = 'clientMutationId: "a"'
# What each is asked, and what it gives: `{place}` is one's own, the rest is the manager's partner's.
OUTCOMES: dict[str, tuple[str, str]] = {
    "query.partnerSpaces": ("", "data data data - -"),
    "query.partnerSpace": ('id: "{place}"', "data FORBIDDEN data - -"),
    "query.tillTicket": ('membershipId: "{place}", ticket: "{code}"', "data data data - -"),
    "query.ownPartnerApplication": ("", "null null null data data"),
    "mutation.capturePassTicket": (
        f'{_AT_TILL}, ticket: "{{code}}", key: "{{key}}"',
        "data data NOT_FOUND - -",
    ),
    "mutation.undoPassCapture": (
        'membershipId: "{place}", captureId: "{capture}"',
        "data data NOT_FOUND - -",
    ),
    "mutation.beginOfflineWork": (f"{_AT_TILL}, hours: 1", "data data NOT_FOUND - -"),
    "mutation.endOfflineWork": (
        'membershipId: "{place}", permitId: "{permit}"',
        "data data NOT_FOUND - -",
    ),
    "mutation.sendOfflineTickets": (f"{_AT_TILL}, tickets: []", "data data NOT_FOUND - -"),
    "mutation.disputeStatementLine": (
        'membershipId: "{place}", statementId: "{statement}", lineId: "{line}", text: "Non"',
        "data FORBIDDEN NOT_FOUND - -",
    ),
    "mutation.openTill": (f'{_MANAGES}, name: "Buvette"', "data FORBIDDEN data - -"),
    "mutation.renameTill": (f'{_AT_TILL}, name: "Buvette"', "data FORBIDDEN NOT_FOUND - -"),
    "mutation.closeTill": (_AT_TILL, "PASSPLUS_LAST_TILL FORBIDDEN NOT_FOUND - -"),
    "mutation.invitePartnerColleague": (
        f'{_MANAGES}, email: "vera@club.example", role: TILL',
        "data FORBIDDEN data - -",
    ),
    "mutation.withdrawPartnerInvitation": (
        f'{_MANAGES}, invitationId: "{{invitation}}"',
        "data FORBIDDEN NOT_FOUND - -",
    ),
    "mutation.changePartnerRole": (
        f'{_MANAGES}, colleagueId: "{{colleague}}", role: MANAGER',
        "data FORBIDDEN NOT_FOUND - -",
    ),
    "mutation.endPartnerColleague": (
        f'{_MANAGES}, colleagueId: "{{colleague}}"',
        "data FORBIDDEN NOT_FOUND - -",
    ),
    "mutation.proposePartnerSheet": (
        f'{_MANAGES}, name: "Autre club", domains: [SPORT]',
        "data FORBIDDEN data - -",
    ),
    "mutation.withdrawPartnerSheet": (
        f'{_MANAGES}, changeId: "{{sheet}}"',
        "data FORBIDDEN NOT_FOUND - -",
    ),
    "mutation.givePartnerIban": (
        f'{_MANAGES}, iban: "FR7630006000011234567890189", accountHolder: "Club"',
        "data FORBIDDEN data - -",
    ),
    "mutation.leavePartnerApplication": (_WORDS, "+ + + data data"),
    **{
        f"mutation.{name}": (MUTATIONS[name][1], "+ + + data PASSPLUS_APPLICATION_LOCKED")
        for name in ("describePartnerBody", "describePartnerOffer", "givePartnerPayee")
    },
    "mutation.declareForPartner": (
        "declared: [LAICITY, EQUAL_ACCESS, OFFER, TRUE]",
        "+ + + data PASSPLUS_APPLICATION_LOCKED",
    ),
    "mutation.submitPartnerApplication": (
        _WORDS,
        "+ + + PASSPLUS_APPLICATION_INCOMPLETE PASSPLUS_APPLICATION_LOCKED",
    ),
    "mutation.abandonPartnerApplication": (_WORDS, "+ + + data data"),
    "mutation.sendPartnerSigningCode": (_WORDS, "+ + + PASSPLUS_APPLICATION_LOCKED data"),
    "mutation.signPartnerAgreement": (
        'code: "1"',
        "+ + + PASSPLUS_APPLICATION_LOCKED PASSPLUS_CODE_REFUSED",
    ),
}
SHORT = {"-": "SIGN_IN_REQUIRED", "+": "APPLICATION_NOT_OPEN"}
# What has nothing to show here: a ticket of elsewhere, an application that is not signed.
NOTHING_YET = (
    "tillTicket.departement",
    "ownPartnerApplication.agreementDigest",
    "ownPartnerApplication.partnerId",
    "ownPartnerApplication.closedAt",
    "ownPartnerApplication.answeredAt",
    ".undoneAt",
    ".refusal.code",
    ".refusal.message",
    ".returnedOn",
    ".returnReason",
    ".answeredAt",
    ".permit.endedAt",
    ".cap.cents",
    ".cap.currency",
    ".cap.formatted",
    "lines.rules",
)


class Place:
    """The five sessions, and the objects of the manager's partner."""

    def __init__(self) -> None:
        self.clients: dict[str, Client] = {who: client() for who in CAST}
        manager = make_member()
        judo = manager.partner
        clerk = make_member(judo, PartnerRole.TILL)
        other = make_member(make_partner())
        self.places = {"manager": manager, "clerk": clerk, "other_partner": other}
        for who, member in self.places.items():
            open_session(self.clients[who], member.user, space=SPACE)
        self._applicants()
        with_account(judo)
        paying()
        card = make_card()
        captured(card, judo, 10_00)
        captured(card, judo, 7_00)
        run = paid_run()
        statement = run.statements.get()
        line, disputed = statement.lines.order_by("pk")
        paying_operations.dispute_statement_line(
            line=disputed, text="Il manque 5 €", actor=BRUNO, at=NOW
        )
        permit = operations.begin_offline(
            member=manager, till=till_of(manager), hours=4, actor=ACTOR, at=NOW
        )
        invitation = operations.invite_member(
            partner=judo, email="lea@club.example", role=PartnerRole.TILL, actor=ACTOR, at=NOW
        )
        self.keys = {
            "invitation": str(invitation.public_id),
            "colleague": str(clerk.public_id),
            "sheet": str(proposed(manager).public_id),
            "till": str(till_of(manager).public_id),
            "code": make_ticket(card, 5_00, at=NOW).code,
            "key": str(uuid.uuid4()),
            "capture": str(take(manager, make_ticket(card, 6_00, at=NOW).code, at=NOW).public_id),
            "permit": str(permit.public_id),
            "statement": str(statement.public_id),
            "line": str(line.pk),
        }

    def _applicants(self) -> None:
        """One has just opened an application; the other's was sent, and accepted."""
        sent = applied("73282932000074", "librairie@exemple.fr")
        operations.accept_application(application=sent, actor=ACTOR, at=AUTUMN)
        for who, siret, email in (
            ("applicant", "35600000000048", "poste@exemple.fr"),
            ("other_applicant", sent.siret, sent.email),
        ):
            session = self.clients[who].session
            applicants.begin(session, email=email, siret=siret, at=NOW)
            code = figures_of(PartnerCode.objects.latest("pk"))
            applicants.open_with(session, code=code, at=NOW)
            session.save()
            self.clients[who].cookies["sessionid"] = session.session_key

    def question(self, who: str, name: str) -> str:
        """Everything that can be read under a field, asked as one does."""
        kind, _dot, field = name.partition(".")
        asked, _outcome = OUTCOMES[name]
        place = self.places.get(who, self.places["manager"])
        for key, value in {**self.keys, "place": str(place.public_id)}.items():
            asked = asked.replace(f"{{{key}}}", value)
        if kind == "mutation":
            return f"mutation {{ {field}(input: {{{asked}}}) {{ errors {{ code }} }} }}"
        arguments = f"({asked})" if asked else ""
        return f"{{ {field}{arguments} {doors.selection(doors.fields()[name])} }}"

    def outcome(self, who: str, name: str) -> str:
        with undone():
            answer = ask(self.clients[who], self.question(who, name), {})
        if "errors" in answer:
            return str(answer["errors"][0]["extensions"]["code"])
        data = next(iter(answer["data"].values()))
        if isinstance(data, dict) and data.get("errors"):
            return str(data["errors"][0]["code"])
        return "null" if data is None else "data"


def paid_run() -> Any:
    """What was validated in the autumn, paid at its end."""
    run = paying_operations.prepare_run(until=datetime.date(2023, 11, 1), actor=ANNE, at=NOW)
    return paying_operations.approve_run(run=run, actor=BRUNO, at=NOW)


@pytest.fixture
def place(tenant_db: None) -> Iterator[Place]:
    with time_machine.travel(NOW, tick=False):
        yield Place()


def test_each_session_gets_what_its_line_says(place: Place) -> None:
    theirs = {
        name
        for name, field in doors.fields().items()
        if rules.rule_of(field.resolve) in (rules.by_partner, rules.by_applicant)
    }
    assert theirs | {"query.ownPartnerApplication"} == set(OUTCOMES)
    found = {name: " ".join(place.outcome(who, name) for who in CAST) for name in OUTCOMES}
    wanted = {
        name: " ".join(SHORT.get(one, one) for one in row.split())
        for name, (_asked, row) in OUTCOMES.items()
    }
    assert found == wanted


def test_to_the_rest_of_the_api_they_are_nobody(place: Place) -> None:
    for who in CAST:
        answer = ask(place.clients[who], "{ viewer { id } departement { code } }", {})
        assert answer["data"]["viewer"] is None
        for name in ("passOffers { childId }", "partnerRuns { nodes { id } }"):
            (error,) = ask(place.clients[who], f"{{ {name} }}", {})["errors"]
            assert error["extensions"]["code"] == "SIGN_IN_REQUIRED"


def test_no_line_is_about_an_empty_room(place: Place) -> None:
    """Each field of these has something to show to somebody."""
    empty = set()
    for name, field in doors.fields().items():
        if name not in OUTCOMES or name.startswith("mutation."):
            continue
        short = name.removeprefix("query.")
        answers = [ask(place.clients[who], place.question(who, name), {}) for who in CAST]
        for path in doors.leaves(field, short):
            if not any(_has(answer["data"], path.split(".")) for answer in answers):
                empty.add(path)
    assert {path for path in empty if not path.endswith(NOTHING_YET)} == set()


def _has(answer: Any, path: list[str]) -> bool:
    objects = [answer] if answer else []
    for name in path:
        objects = [
            one
            for value in (one[name] for one in objects)
            for one in (value if isinstance(value, list) else [value])
            if one is not None
        ]
    return bool(objects)
