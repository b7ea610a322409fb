"""Asking the sources, at what stands in for them: what decides, and all that does not."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import transaction

from billing.rights import asking, operations, queries
from billing.rights.identity import AskedIdentity, ChildSex
from billing.rights.models import BursaryAnswer, RightsRequest, SourceCall
from billing.rights.outcomes import Outcome
from billing.rights.sources.answers import BursaryFacts, QuotientFacts
from billing.rights.sources.api_particulier import ApiParticulier
from billing.tariffs.models import HouseholdResources, PriceDecision
from commons import outbox
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import Family
from tests.factories.rights import (
    NOW,
    PARENT,
    TAX,
    agree_and_ask,
    answered,
    asked,
    chosen,
    make_asking_family,
    make_source,
    prices,
)
from tests.factories.tariffs import ACTOR
from tests.sources import AMINATA, born_in, tax_number_for

pytestmark = pytest.mark.usefixtures("tenant_db")
State = RightsRequest.State


@pytest.fixture
def family(sources_address: str) -> Family:
    """One that may ask the CAF."""
    make_source(sources_address)
    return make_asking_family()


def test_a_quotient_that_is_found_decides_the_price_from_tomorrow_on(family: Family) -> None:
    assert [cents for cents, _ in prices(family)] == [595]

    request = answered(family)

    tomorrow = datetime.datetime.now(datetime.UTC).date()
    assert (request.state, request.outcome, request.is_automatic) == ("DECIDED", "FOUND", True)
    assert (request.quotient_euros, request.provider) == (560, "CNAF")
    resources = HouseholdResources.objects.get()
    assert resources.quotient_familial == Decimal(560)
    assert (resources.basis, resources.proof_kind) == ("CAF_QF", "API_PARTICULIER")
    assert resources.valid_from > tomorrow - datetime.timedelta(days=1)
    assert request.resources == resources
    assert [cents for cents, _ in prices(family)][:2] == [595, 115]


def test_an_income_that_is_found_decides_the_price(sources_address: str) -> None:
    make_source(sources_address, TAX)
    family = make_asking_family(departement="92")

    request = answered(family, "TAX")

    assert (request.state, request.provider) == ("DECIDED", "DGFIP")
    assert (request.reference_tax_income_cents, request.tax_parts) == (2_100_000, Decimal("3.5"))
    assert HouseholdResources.objects.get().quotient_familial == Decimal("500.00")


def test_a_child_without_a_price_gets_theirs_at_enrolment(sources_address: str) -> None:
    make_source(sources_address)
    family = make_asking_family(priced=False)

    assert answered(family).state == State.DECIDED
    assert prices(family) == []


@pytest.mark.parametrize(
    ("commune", "outcome", "code"),
    [
        ("00404", "NOT_FOUND", "37003"),
        ("00409", "UNAVAILABLE", "00015"),
        ("00422", "BAD_IDENTITY", "00366"),
        ("00429", "RATE_LIMITED", "00429"),
        ("00502", "UNAVAILABLE", "37999"),
        ("00504", "UNAVAILABLE", "37002"),
        ("00200", "UNREADABLE", "UNREADABLE"),
        ("00403", "CREDENTIAL_REFUSED", "00100"),
    ],
)
def test_no_answer_of_a_source_refuses_a_right(
    family: Family, commune: str, outcome: str, code: str
) -> None:
    identity = AskedIdentity(civil=born_in(commune))

    request = answered(family, identity=identity)

    assert (request.state, request.outcome, request.reason) == ("TO_COMPLETE", outcome, outcome)
    assert prices(family) == [(595, True)]
    assert not HouseholdResources.objects.exists()
    call = SourceCall.objects.get()
    assert (call.outcome, call.code) == (outcome, code)
    assert OutboxEvent.objects.filter(name="rights.document.asked").count() == 1
    # The same question may be put again where that may help, and nowhere else.
    assert (request.sealed_identity is not None) is (outcome in {"UNAVAILABLE", "RATE_LIMITED"})


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "NOT_FOUND"), (429, "RATE_LIMITED"), (502, "UNAVAILABLE")]
)
def test_nor_does_the_tax_office(sources_address: str, status: int, outcome: str) -> None:
    make_source(sources_address, TAX)
    family = make_asking_family(departement="92")

    request = answered(family, "TAX", identity=AskedIdentity(tax_number=tax_number_for(status)))

    assert (request.state, request.outcome) == ("TO_COMPLETE", outcome)
    assert not HouseholdResources.objects.exists()


def test_a_key_that_is_refused_is_shown_on_the_source(sources_address: str) -> None:
    source = make_source(sources_address, token="expired")
    family = make_asking_family()

    request = answered(family)

    source.refresh_from_db()
    assert (request.outcome, source.problem) == ("CREDENTIAL_REFUSED", "CREDENTIAL_REFUSED")


def test_a_source_that_did_not_answer_is_asked_again_with_one_act(family: Family) -> None:
    request = answered(family, identity=AskedIdentity(civil=born_in("00504")))
    assert request.sealed_identity is not None

    again = operations.ask_source(request=request, actor=PARENT, at=NOW())

    assert again.state == State.ASKING
    assert operations.put_question(request=again, at=NOW()).outcome == Outcome.UNAVAILABLE
    assert SourceCall.objects.count() == 2


def test_the_worker_asks_when_the_event_is_delivered_and_once(family: Family) -> None:
    request = asked(family)

    outbox.deliver_pending(at=NOW())
    operations.put_question(request=request, at=NOW())

    request.refresh_from_db()
    assert request.state == State.DECIDED
    assert SourceCall.objects.count() == 1
    assert HouseholdResources.objects.count() == 1


def test_a_source_is_never_asked_inside_a_transaction(family: Family) -> None:
    request = asked(family)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        ApiParticulier.of(queries.sources()[0]).ask_quotient(AMINATA)

    assert request.state == State.ASKING
    assert not SourceCall.objects.exists()


def test_nothing_is_asked_without_an_agreement(family: Family) -> None:
    request = chosen(family)

    with pytest.raises((operations.ConsentMissing, operations.RequestUnderWay)):
        operations.ask_source(request=request, actor=PARENT, at=NOW())
    RightsRequest.objects.filter(pk=request.pk).update(state=State.ASKING, asked_at=NOW())
    operations.put_question(request=request, at=NOW())

    assert not SourceCall.objects.exists()
    assert not HouseholdResources.objects.exists()


def test_an_agreement_taken_back_drops_the_answer(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(family)
    ask = asking._ask

    def change_of_mind(*arguments: object, **more: object) -> object:
        heard = ask(*arguments, **more)
        operations.withdraw_consent(request=request, actor=PARENT, at=NOW())
        return heard

    monkeypatch.setattr(asking, "_ask", change_of_mind)
    left = operations.put_question(request=request, at=NOW())

    assert (left.state, left.way, left.sealed_identity) == ("DRAFT", "", None)
    assert left.quotient_euros is None
    assert not HouseholdResources.objects.exists()
    assert SourceCall.objects.count() == 1  # it was asked: that is traced


def test_of_a_reply_only_the_figures_are_kept(family: Family) -> None:
    """Names of allocataires and children, addresses, birth dates: nowhere, but what we had."""
    request = answered(family)

    request.refresh_from_db()
    assert request.sealed_identity is None
    models = [*apps.get_app_config("rights").get_models(), AuditEntry, OutboxEvent]
    written = json.dumps(
        [list(model.objects.values()) for model in models], default=str, ensure_ascii=False
    )
    for word in ("AMINATA", "IBRAHIMA", "1980", "92050", "2012-05-04", "allocataire"):
        assert word not in written, word


def test_a_call_says_who_why_for_whom_and_what(family: Family) -> None:
    request = answered(family)

    call = SourceCall.objects.get()
    assert (call.asked_by, call.purpose, call.request) == (PARENT.id, "PRICE", request)
    assert (call.endpoint, call.version, call.http_status) == ("quotient_familial", "v3", 200)
    assert call.consent.text.startswith("J'accepte que le département (Hauts-de-Seine)")
    assert call.consent.data == ["quotient_familial"]


def test_a_file_of_other_children_is_looked_at_by_an_agent(family: Family) -> None:
    type(family.guardians[0]).objects.filter(pk=family.guardians[0].pk).update(first_name="Fatou")
    fatou = dataclasses.replace(AMINATA, first_names=("Fatou",))

    request = answered(family, identity=AskedIdentity(civil=fatou))

    assert (request.state, request.outcome) == ("TO_INSPECT", "UNSURE")
    assert (request.reason, request.quotient_euros) == ("OTHER_CHILDREN", 300)
    assert not HouseholdResources.objects.exists()


def test_a_quotient_that_is_too_old_is_looked_at_by_an_agent(family: Family) -> None:
    later = NOW() + datetime.timedelta(days=130)

    request = answered(family, at=later)

    assert (request.state, request.reason) == ("TO_INSPECT", "QUOTIENT_TOO_OLD")
    assert not HouseholdResources.objects.exists()


def test_what_the_tariffs_refuse_is_looked_at_by_an_agent(family: Family) -> None:
    HouseholdResources.objects.create(
        household=family.household,
        proof_kind="NONE",
        choose_maximum=True,
        valid_from=NOW().date() + datetime.timedelta(days=60),
        recorded_at=NOW(),
    )

    request = answered(family)

    assert (request.state, request.reason) == ("TO_INSPECT", "RESOURCES_OVERLAP")
    assert (request.quotient_euros, request.is_automatic) == (560, False)
    assert prices(family) == [(595, True)]


@pytest.mark.parametrize(
    ("day", "holds", "expected"),
    [
        ("2026-09-20", False, ("UNSURE", "UNKNOWN")),
        ("2026-10-20", False, ("FOUND", "NO")),
        ("2026-09-20", True, ("FOUND", "YES")),
        ("2026-10-20", None, ("UNSURE", "UNKNOWN")),
    ],
)
def test_no_bursary_before_mid_october_is_not_yet_known(
    family: Family,
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    holds: bool | None,
    expected: tuple[str, str],
) -> None:
    """Case 37 of the domain sheet."""
    at = datetime.datetime.fromisoformat(f"{day}T10:00:00+02:00")
    ask = asking._ask
    request = asked(family)

    def as_of_that_day(ready: asking.Ready, *, at: datetime.datetime) -> list[asking.Heard]:
        (quotient,) = ask(ready, at=at)
        answer = dataclasses.replace(
            quotient.answer, facts=QuotientFacts(560, at.year, at.month, "CNAF")
        )
        bursary = dataclasses.replace(
            quotient.answer, endpoint="scolarites", facts=BursaryFacts(holds, 2 if holds else None)
        )
        return [asking.Heard(answer), asking.Heard(bursary, family.pupil)]

    monkeypatch.setattr(asking, "_ask", as_of_that_day)
    operations.put_question(request=request, at=at)

    call = SourceCall.objects.get(endpoint="scolarites")
    kept = BursaryAnswer.objects.get()
    assert (call.outcome, kept.holds) == expected
    assert RightsRequest.objects.get().state == State.DECIDED


def test_a_bursary_is_asked_only_where_it_was_agreed_to(family: Family) -> None:
    children = (ChildSex(pupil=str(family.pupil.public_id), sex="M"),)
    request = chosen(family, identity=AskedIdentity(civil=AMINATA, children=children))
    agree_and_ask(request)

    operations.put_question(request=request, at=NOW())

    bursary = BursaryAnswer.objects.get()
    assert bursary.pupil == family.pupil
    assert set(SourceCall.objects.values_list("endpoint", flat=True)) <= {
        "quotient_familial",
        "scolarites",
    }


def test_a_request_that_nobody_could_ask_makes_way_for_a_document(family: Family) -> None:
    request = asked(family)
    operations.give_up_waiting(at=NOW() + datetime.timedelta(minutes=4))
    request.refresh_from_db()
    assert request.state == State.ASKING

    given_up = operations.give_up_waiting(at=NOW() + datetime.timedelta(minutes=6))

    request.refresh_from_db()
    assert (given_up, request.state, request.outcome) == (1, "TO_COMPLETE", "UNAVAILABLE")


def test_a_source_closed_meanwhile_is_not_asked(family: Family) -> None:
    request = asked(family)
    operations.close_source(source=queries.sources()[0], actor=ACTOR, at=NOW())

    left = operations.put_question(request=request, at=NOW())

    assert (left.state, left.outcome) == ("TO_COMPLETE", "MISCONFIGURED")
    assert not SourceCall.objects.exists()


def test_prices_of_later_enrolments_are_decided_again_too(
    family: Family, issue_until: Callable[[datetime.date], None]
) -> None:
    """Never inside a billed month: the new price starts on the first open day."""
    first_open = (NOW().date().replace(day=1) + datetime.timedelta(days=62)).replace(day=1)
    issue_until(first_open)

    request = answered(family)

    assert request.effective_from == first_open
    decided = PriceDecision.objects.filter(pupil=family.pupil).order_by("valid_from", "pk")
    assert [row.unit_price_cents for row in decided][:2] == [595, 115]
    assert decided[1].valid_from == first_open
