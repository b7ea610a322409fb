"""The one statement of a run says what plain Python says, on months of any shape."""

from __future__ import annotations

import dataclasses
import datetime
import inspect
import itertools
from collections import defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.canteen.models import BookingException, Enrolment, EnrolmentPayer, ServiceDay
from billing.canteen.queries import meals_for
from billing.invoicing import checking, operations
from billing.invoicing.models import BillingRun, DraftInvoice, DraftLine, Regie
from billing.tariffs.models import PriceDecision, TariffVersion
from commons.money import allocate_cents
from commons.periods import Period
from tests.factories.canteen import Family, make_family, open_canteen
from tests.factories.invoicing import ISSUE_AT, SEPTEMBER, make_regie
from tests.factories.tariffs import ACTOR, AT, make_version

MONTH = Period(SEPTEMBER, datetime.date(2024, 10, 1))
FIRST = datetime.date(2024, 8, 26)
PUPILS, GUARDIANS = 3, 3
Place = tuple[list[Family], TariffVersion, Regie]
SERVICES = ("HALF_BOARD", "OCCASIONAL")
# Five weeks, which hold the whole month and a few days around it.
days = st.integers(0, 40).map(lambda count: FIRST + datetime.timedelta(days=count))


@dataclasses.dataclass(frozen=True)
class Price:
    """A price from a day on, until the next one; None is a time without a price."""

    service: str
    start: datetime.date
    cents: int | None


@dataclasses.dataclass(frozen=True)
class Stay:
    """What a pupil's month is made of; it changes services on `changes_on`."""

    start: datetime.date
    changes_on: datetime.date
    end: datetime.date | None
    weekdays: tuple[int, int]
    services: tuple[str, str]
    states: tuple[str, str]
    shares: tuple[tuple[int, ...], tuple[int, ...]]
    prices: tuple[Price, ...]
    exceptions: tuple[tuple[datetime.date, str, bool], ...]


def _parts(cuts: list[int]) -> tuple[int, ...]:
    bounds = [0, *sorted(cuts), 10_000]
    return tuple(high - low for low, high in itertools.pairwise(bounds))


shares = st.lists(st.integers(1, 9_999), max_size=GUARDIANS - 1, unique=True).map(_parts)
services = st.sampled_from(SERVICES)
states = st.sampled_from(["ACTIVE", "ACTIVE", "ENDED", "DRAFT"])
weekdays = st.integers(1, 31)
cents = st.one_of(st.none(), st.integers(0, 1_299))
exceptions = st.lists(
    st.tuples(days, st.sampled_from(["CANCELLED", "EXTRA"]), st.booleans()),
    max_size=8,
    unique_by=lambda one: one[0],
)
stays = st.builds(
    Stay,
    start=days,
    changes_on=days,
    end=st.one_of(st.none(), days),
    weekdays=st.tuples(weekdays, weekdays),
    services=st.tuples(services, services),
    states=st.tuples(states, states),
    shares=st.tuples(shares, shares),
    prices=st.lists(st.builds(Price, services, days, cents), max_size=6).map(tuple),
    exceptions=exceptions.map(tuple),
)


def _enrol(family: Family, stay: Stay) -> None:
    """One enrolment, and the one that follows it from `changes_on` on."""
    middle = max(stay.start, stay.changes_on)
    end = max(middle, stay.end) if stay.end else None
    periods = ((stay.start, middle), (middle, end))
    for rank, (valid_from, valid_until) in enumerate(periods):
        enrolment = Enrolment.objects.create(
            pupil=family.pupil,
            college=family.college,
            school_year=2024 + rank,  # a draft of each year may stand
            service=stay.services[rank],
            weekdays=stay.weekdays[rank],
            state=stay.states[rank],
            valid_from=valid_from,
            valid_until=valid_until,
            created_at=AT,
        )
        EnrolmentPayer.objects.bulk_create(
            EnrolmentPayer(enrolment=enrolment, guardian=guardian, share_bp=share)
            for guardian, share in zip(family.guardians, stay.shares[rank], strict=False)
        )
        BookingException.objects.bulk_create(
            BookingException(
                enrolment=enrolment,
                day=day,
                kind=kind,
                is_late=is_late and kind == "CANCELLED",
                requested_at=AT,
                actor_kind="system",
                actor_id="tests",
            )
            for day, kind, is_late in stay.exceptions
        )


def _price(family: Family, stay: Stay, version: TariffVersion) -> None:
    for service in SERVICES:
        own = {price.start: price.cents for price in stay.prices if price.service == service}
        starts = sorted(own)
        for start, end in itertools.zip_longest(starts, starts[1:]):
            if own[start] is not None:
                PriceDecision.objects.create(
                    pupil=family.pupil,
                    service=service,
                    tariff_version=version,
                    unit_price_cents=own[start],
                    inputs={},
                    steps=[],
                    source="NONE",
                    valid_from=start,
                    valid_until=end,
                    decided_at=AT,
                )


def _decision_on(enrolment: Enrolment, day: datetime.date) -> PriceDecision | None:
    for row in PriceDecision.objects.filter(pupil=enrolment.pupil_id, service=enrolment.service):
        if row.valid_from <= day and (row.valid_until is None or day < row.valid_until):
            return row
    return None


def _in_plain_python() -> tuple[list[tuple[object, ...]], int, int]:
    """The lines of the month, the meals with a price, and those without."""
    lines: list[tuple[object, ...]] = []
    priced = unpriced = 0
    for enrolment in Enrolment.objects.all():
        by_decision: dict[PriceDecision | None, list[datetime.date]] = defaultdict(list)
        for day in meals_for(enrolment, MONTH):
            by_decision[_decision_on(enrolment, day)].append(day)
        unpriced += len(by_decision.pop(None, []))
        payers = list(enrolment.payers.order_by("pk"))
        for decision, meals in by_decision.items():
            assert decision is not None
            priced += len(meals)
            whole = len(meals) * decision.unit_price_cents
            parts = allocate_cents(whole, [payer.share_bp for payer in payers])
            lines += [
                (payer.guardian_id, enrolment.pk, decision.pk, len(meals),
                 decision.unit_price_cents, payer.share_bp, part, tuple(meals))
                for payer, part in zip(payers, parts, strict=True)
            ]  # fmt: skip
    return sorted(lines, key=repr), priced, unpriced


def _written() -> list[tuple[object, ...]]:
    rows = DraftLine.objects.values_list(
        "draft_invoice__payer_id", "enrolment_id", "price_decision_id", "quantity",
        "unit_price_cents", "share_bp", "amount_cents", "days",
    )  # fmt: skip
    return sorted(((*row[:-1], tuple(row[-1])) for row in rows), key=repr)


@pytest.fixture
def place(tenant_db: None) -> Place:
    families = [make_family(guardians=GUARDIANS) for _ in range(PUPILS)]
    for family in families:
        open_canteen(family.college)
    return families, make_version("92"), make_regie()


@given(
    st.lists(stays, min_size=PUPILS, max_size=PUPILS),
    st.sets(days, max_size=6),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_is_meals_times_prices_shared_to_the_cent(
    place: Place, month: list[Stay], closed: set[datetime.date]
) -> None:
    families, version, regie = place
    with transaction.atomic():
        ServiceDay.objects.filter(day__in=closed).update(is_open=False)
        for family, stay in zip(families, month, strict=True):
            _enrol(family, stay)
            _price(family, stay, version)

        run: BillingRun = inspect.unwrap(operations.prepare_run)(  # without its own transaction
            regie=regie, month=SEPTEMBER, actor=ACTOR, at=ISSUE_AT
        )

        lines, priced, unpriced = _in_plain_python()
        assert _written() == lines
        totals: dict[object, int] = defaultdict(int)
        for payer_id, *_rest, amount_cents, _days in lines:
            totals[payer_id] += int(str(amount_cents))
        assert dict(DraftInvoice.objects.values_list("payer_id", "total_cents")) == totals
        assert (run.counts["meals"], run.counts["unpriced_meals"]) == (priced, unpriced)
        assert run.counts["total_cents"] == sum(totals.values())
        assert checking.difference(run).is_none(run)
        transaction.set_rollback(True)
