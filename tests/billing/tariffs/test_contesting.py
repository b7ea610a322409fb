"""A guardian says what is wrong in a price; the answer is another decision, or a reason."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.tariffs import access, operations
from billing.tariffs.issued_months import AlreadyBilled
from billing.tariffs.models import PriceContest, PriceDecision
from billing.tariffs.queries import latest_contest
from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR, make_resources

pytestmark = pytest.mark.usefixtures("tenant_db")
NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
MONDAY = datetime.date(2024, 10, 14)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family():
    return make_billed_family()


@pytest.fixture
def price(family):
    """Three euros, from a tax notice."""
    return PriceDecision.objects.get(pupil=family.pupil)


def contest(price, family, **traits):
    given = {"text": " J'ai perdu mon emploi. ", "actor": ACTOR, "at": NOW, **traits}
    return operations.contest_price(decision=price, guardian=family.guardians[0], **given)


def accept(one, **traits):
    given = {
        "valid_from": MONDAY,
        "answer": "Votre nouvel avis baisse le prix.",
        "actor": ACTOR,
        "at": NOW,
        **traits,
    }
    return operations.accept_contest(contest=one, **given)


def poorer(family):
    """A notice of a quotient of 300.00: 1.50 euros."""
    make_resources(
        family.household,
        reference_tax_income_cents=9_000_00,
        tax_parts=Decimal("2.5"),
        valid_from=MONDAY,
    )


def events():
    return list(OutboxEvent.objects.filter(name="tariffs.contest.answered"))


def test_a_contest_waits_and_changes_nothing(family, price):
    one = contest(price, family)

    assert (one.state, one.text, one.answer) == ("OPEN", "J'ai perdu mon emploi.", "")
    assert PriceDecision.objects.get() == price
    assert events() == []
    assert AuditEntry.objects.filter(action="tariffs.contest.opened").count() == 1


def test_an_accepted_contest_is_another_decision(family, price):
    one = contest(price, family)
    poorer(family)

    done = accept(one)

    made = done.new_decision
    assert (done.state, done.answer) == ("ACCEPTED", "Votre nouvel avis baisse le prix.")
    assert (made.unit_price_cents, made.valid_from) == (150, MONDAY)
    price.refresh_from_db()
    assert (price.unit_price_cents, price.valid_until) == (300, MONDAY)
    assert [event.payload for event in events()] == [{"contest_id": one.pk}]


def test_a_price_that_would_be_the_same_is_no_acceptance(family, price):
    one = contest(price, family)

    with pytest.raises(operations.ContestChangesNothing) as caught:
        accept(one)

    assert caught.value.details == {"price_cents": 300}
    one.refresh_from_db()
    assert one.is_open
    assert PriceDecision.objects.get().valid_until is None
    assert events() == []


def test_a_refused_contest_says_why_and_the_price_stands(family, price):
    one = contest(price, family)

    done = operations.refuse_contest(contest=one, answer="Le prix est juste.", actor=ACTOR, at=NOW)

    assert (done.state, done.new_decision) == ("REFUSED", None)
    assert PriceDecision.objects.get() == price
    assert len(events()) == 1


def test_an_answer_does_not_reach_into_invoiced_months(family, price):
    issue(prepare())
    one = contest(price, family)
    poorer(family)

    with pytest.raises(AlreadyBilled):
        accept(one, valid_from=datetime.date(2024, 9, 2))

    assert accept(one).new_decision.valid_from == MONDAY


@pytest.mark.parametrize(
    ("traits", "error"),
    [
        ({"text": "  "}, operations.ContestTextMissing),
        ({"text": "a" * 2_001}, operations.ContestTextTooLong),
    ],
)
def test_a_contest_that_says_nothing_readable_is_refused(family, price, traits, error):
    with pytest.raises(error):
        contest(price, family, **traits)

    assert not PriceContest.objects.exists()


def test_a_price_that_is_over_is_not_contested(family, price):
    poorer(family)
    operations.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=MONDAY, actor=ACTOR, at=NOW
    )
    price.refresh_from_db()

    later = datetime.datetime(2024, 10, 14, 10, tzinfo=datetime.UTC)
    with pytest.raises(operations.ContestedPriceOver):
        contest(price, family, at=later)

    assert contest(price, family).is_open  # it still holds on the day before


def test_one_contest_of_a_guardian_is_open_at_a_time(family, price):
    one = contest(price, family)

    with pytest.raises(operations.ContestAlreadyOpen):
        contest(price, family)
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceContest.objects.create(
            decision=price, guardian=family.guardians[0], text="x", opened_at=NOW
        )

    operations.refuse_contest(contest=one, answer="Non.", actor=ACTOR, at=NOW)
    assert contest(price, family, text="Encore").is_open


def test_a_contest_is_answered_once_and_with_words(family, price):
    one = contest(price, family)
    with pytest.raises(operations.ContestAnswerMissing):
        operations.refuse_contest(contest=one, answer=" ", actor=ACTOR, at=NOW)
    operations.refuse_contest(contest=one, answer="Non.", actor=ACTOR, at=NOW)

    for answer in (
        accept,
        lambda it: operations.refuse_contest(contest=it, answer="Non.", actor=ACTOR, at=NOW),
    ):
        with pytest.raises(operations.ContestAlreadyAnswered):
            answer(one)

    assert len(events()) == 1


def test_a_price_is_contested_by_a_guardian_of_the_child_alone(family, price):
    stranger = make_family()

    assert access.access_own_price(account_of(family), price.public_id) == (
        price,
        family.guardians[0],
    )
    with pytest.raises(NotFound):
        access.access_own_price(account_of(stranger), price.public_id)


def test_a_contest_is_read_by_who_made_it_and_not_by_the_other_parent():
    family = make_billed_family(guardians=2)
    one = contest(PriceDecision.objects.get(), family)
    mother, father = account_of(family), account_of(family, rank=1)

    assert access.access_price_contest(mother, one.public_id) == one
    assert latest_contest(mother, family.pupil, "HALF_BOARD") == one
    with pytest.raises(NotFound):
        access.access_price_contest(father, one.public_id)
    assert latest_contest(father, family.pupil, "HALF_BOARD") is None
