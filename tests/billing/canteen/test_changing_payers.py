"""Who pays changes from a day on: parents separate within the year, and links end."""

from __future__ import annotations

import datetime

import pytest

from billing.canteen import operations
from billing.canteen.models import Enrolment
from billing.canteen.operations import Payer
from billing.invoicing import queries as invoicing
from billing.invoicing.models import DraftLine, Invoice
from billing.tariffs.issued_months import AlreadyBilled
from commons.models import AuditEntry
from tenants.people.models import Guardianship
from tests.factories.canteen import START, Family, make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.tariffs import ACTOR, AT

pytestmark = pytest.mark.usefixtures("tenant_db")
MIDDLE = datetime.date(2024, 9, 16)


def shared(family: Family, *shares: int) -> list[Payer]:
    people = zip(family.guardians, shares, strict=True)
    return [Payer(guardian, share) for guardian, share in people if share]


def changed(
    enrolment: Enrolment, payers: list[Payer], effective_on: datetime.date = MIDDLE
) -> Enrolment:
    return operations.change_payers(
        enrolment=enrolment, payers=payers, effective_on=effective_on, actor=ACTOR, at=AT
    )


def shares_of(enrolment: Enrolment) -> dict[int, int]:
    return dict(enrolment.payers.values_list("guardian_id", "share_bp"))


def test_days_before_stay_with_those_who_paid_them() -> None:
    family = make_billed_family(guardians=2)
    mother, father = family.guardians
    enrolment = family.pupil.enrolments.get()

    following = changed(enrolment, shared(family, 10_000, 0))

    enrolment.refresh_from_db()
    assert (enrolment.valid_until, following.valid_from) == (MIDDLE, MIDDLE)
    assert shares_of(enrolment) == {mother.pk: 5000, father.pk: 5000}
    assert shares_of(following) == {mother.pk: 10_000}
    assert (following.weekdays, following.college_id) == (enrolment.weekdays, enrolment.college_id)
    prepare()
    # September: 2, 5, 9 and 12 shared; 16, 19, 23, 26 and 30 for her alone, at 3.00.
    lines = DraftLine.objects.order_by("days", "draft_invoice__payer_id")
    assert [(line.draft_invoice.payer_id, line.amount_cents) for line in lines] == [
        (mother.pk, 600),
        (father.pk, 600),
        (mother.pk, 1500),
    ]
    entry = AuditEntry.objects.get(action="canteen.enrolment.payers_changed")
    assert entry.details["payers"] == [{"guardian": str(mother.public_id), "share_bp": 10_000}]


def test_what_was_cancelled_stays_cancelled() -> None:
    family = make_billed_family(guardians=2)
    enrolment = family.pupil.enrolments.get()
    cancelled = datetime.date(2024, 9, 26)
    operations.cancel_meals(enrolment=enrolment, days=[cancelled], actor=ACTOR, at=AT)

    following = changed(enrolment, shared(family, 10_000, 0))

    assert following.exceptions.get().day == cancelled


def test_before_it_begins_the_payers_change_in_place() -> None:
    family = make_family(guardians=2)
    enrolment = make_enrolment(family)

    assert changed(enrolment, shared(family, 2500, 7500), START).pk == enrolment.pk
    assert sorted(shares_of(enrolment).values()) == [2500, 7500]


def test_same_payers_change_nothing() -> None:
    family = make_family(guardians=2)
    enrolment = make_enrolment(family)

    assert changed(enrolment, shared(family, 5000, 5000)).pk == enrolment.pk
    assert Enrolment.objects.count() == 1
    assert not AuditEntry.objects.filter(action="canteen.enrolment.payers_changed").exists()


def test_an_issued_month_keeps_its_payers() -> None:
    family = make_billed_family(guardians=2)
    enrolment = family.pupil.enrolments.get()
    issue(prepare(make_regie()))

    with pytest.raises(AlreadyBilled):
        changed(enrolment, shared(family, 10_000, 0))

    assert Enrolment.objects.count() == 1
    assert sorted(shares_of(enrolment).values()) == [5000, 5000]
    october = invoicing.first_open_day()
    assert october is not None
    assert len(shares_of(changed(enrolment, shared(family, 10_000, 0), october))) == 1
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ((0, 0), "NO_PAYER"),
        ((5000, 4999), "SHARES_MISS_THE_WHOLE"),
        ((-1, 10_001), "SHARE_NOT_POSITIVE"),
    ],
)
def test_impossible_payers_change_nothing(shares: tuple[int, int], reason: str) -> None:
    family = make_family(guardians=2)
    enrolment = make_enrolment(family)

    with pytest.raises(operations.InvalidPayers) as refusal:
        changed(enrolment, shared(family, *shares))

    assert refusal.value.details["reason"] == reason
    assert sorted(shares_of(enrolment).values()) == [5000, 5000]


def test_an_ended_enrolment_has_no_payers_to_change() -> None:
    family = make_family(guardians=2)
    enrolment = make_enrolment(family)
    operations.end_enrolment(enrolment=enrolment, end_on=MIDDLE, actor=ACTOR, at=AT, by_agent=True)

    with pytest.raises(operations.EnrolmentNotActive):
        changed(enrolment, shared(family, 10_000, 0))


@pytest.mark.parametrize(("until", "may_pay"), [(START, False), (datetime.date(2024, 9, 3), True)])
def test_a_guardian_whose_link_has_ended_pays_no_longer(
    until: datetime.date, *, may_pay: bool
) -> None:
    family = make_family(guardians=2)
    Guardianship.objects.filter(guardian=family.guardians[1]).update(valid_until=until)

    if may_pay:
        enrolment = make_enrolment(family)
        with pytest.raises(operations.InvalidPayers):
            changed(enrolment, shared(family, 4000, 6000))
    else:
        with pytest.raises(operations.InvalidPayers) as refusal:
            make_enrolment(family)
        assert refusal.value.details["reason"] == "NOT_A_GUARDIAN"
        assert not Enrolment.objects.exists()
