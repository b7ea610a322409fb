"""What is typed or scanned of a ticket, and the département it says; agreements that say nothing."""

from __future__ import annotations

import datetime

import pytest

from federation.passplus import codes
from federation.reciprocity import operations, queries
from tests.factories.passplus import AUTUMN, noon
from tests.factories.tariffs import ACTOR


@pytest.mark.parametrize(
    ("text", "departement"),
    [("92 K7QX 3MBD", "92"), ("2a-k7qx-3mbd", "2A"), ("K7QX3MBD", None), ("971K7QX3MBD", "971")],
)
def test_a_typed_code_says_its_departement_or_none(text, departement):
    assert codes.read(text) == codes.TicketCode(departement, "K7QX3MBD")


@pytest.mark.parametrize("text", ["", "K7QX", "9 K7QX 3MBD", "SP1.x", "SP1.e30.x", "é" * 500])
def test_what_cannot_be_a_code_is_refused(text):
    with pytest.raises(codes.TicketUnreadable):
        codes.read(text)


@pytest.mark.parametrize(
    ("traits", "field"),
    [
        ({"departement_code": "13"}, "departement_code"),
        ({"directions": operations.Directions()}, "directions"),
        ({"directions": operations.Directions(ours_there=["FOOD"])}, "directions"),
        ({"valid_until": datetime.date(2023, 9, 1)}, "valid_until"),
        ({"legal_basis": " "}, "legal_basis"),
        ({"signatory": ""}, "signatory"),
    ],
)
@pytest.mark.usefixtures("tenant_db")
def test_an_agreement_that_says_nothing_is_refused(traits, field):
    said = {
        "departement_code": "94",
        "directions": operations.Directions(ours_there=["SPORT"]),
        "valid_from": datetime.date(2023, 9, 1),
        "legal_basis": "Délibération",
        "signatory": "La présidente",
    }
    with pytest.raises(operations.AgreementInvalid) as refused:
        operations.propose_agreement(**said | traits, actor=ACTOR, at=AUTUMN)

    assert refused.value.details == {"field": field}
    assert list(queries.agreements()) == []


@pytest.mark.usefixtures("tenant_db")
@pytest.mark.parametrize(
    ("month", "at", "refusal"),
    [
        (datetime.date(2023, 10, 1), noon("2023-10-31"), operations.MonthNotOver),
        (datetime.date(2023, 9, 1), noon("2023-11-03"), operations.NothingToState),
    ],
)
def test_a_statement_needs_a_month_that_is_over_and_something_in_it(month, at, refusal):
    with pytest.raises(refusal):
        operations.prepare_statement(departement_code="94", month=month, actor=ACTOR, at=at)
