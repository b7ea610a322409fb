"""Households and shares: what no feed says."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction

from commons.audit import AuditEntry
from tenants.people import families
from tenants.people.models import (
    Guardian,
    Guardianship,
    Household,
    HouseholdMember,
    Pupil,
)
from tenants.people.queries import household_of
from tests.factories.feeds import ACTOR, FAMILY, FATHER, MOTHER, pupil, take, write

AT = datetime.datetime(2024, 9, 3, 8, tzinfo=datetime.UTC)
JANUARY, JUNE = datetime.date(2024, 1, 1), datetime.date(2024, 6, 1)


@pytest.fixture
def child(tenant_db, tmp_path):
    take(write(tmp_path, *FAMILY, pupil("1", [MOTHER, FATHER])))
    return Pupil.objects.get()


def form(label, valid_from, child):
    return families.form_household(
        label=label,
        guardians=[Guardian.objects.get(jointure_id="10")],
        pupils=[child],
        valid_from=valid_from,
        actor=ACTOR,
        at=AT,
    )


def memberships():
    return list(
        HouseholdMember.objects.order_by("pk").values_list(
            "household__label", "valid_from", "valid_until"
        )
    )


def test_a_member_leaves_the_household_before(child):
    form("A", JANUARY, child)
    second = form("B", JUNE, child)

    assert memberships() == [("A", JANUARY, JUNE), ("B", JUNE, None)]
    child.refresh_from_db()
    assert child.household == second
    assert AuditEntry.objects.filter(action="people.household.formed").count() == 2


def test_a_membership_that_was_to_begin_later_is_taken_back(child):
    form("A", JUNE, child)
    form("B", JANUARY, child)

    assert memberships() == [("A", JUNE, JUNE), ("B", JANUARY, None)]
    guardian = Guardian.objects.get(jointure_id="10")
    for day in (JANUARY, JUNE, datetime.date(2025, 1, 1)):
        found = household_of(guardian, on=day)
        assert found is not None
        assert found.label == "B"


@pytest.mark.parametrize(
    ("model", "constraint"),
    [
        (HouseholdMember, "people_membership_never_ends_before_it_starts"),
        (Guardianship, "people_guardianship_never_ends_before_it_starts"),
    ],
)
def test_no_period_ends_before_it_starts(child, model, constraint):
    form("A", JUNE, child)
    before = model.objects.order_by("pk").values_list("valid_until", flat=True)[0]

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(valid_until=JANUARY)

    assert model.objects.order_by("pk").values_list("valid_until", flat=True)[0] == before


def test_a_guardian_is_of_one_household_at_a_time(child):
    form("A", JANUARY, child)
    other = Household.objects.create(label="B")
    guardian = Guardian.objects.get(jointure_id="10")

    with (
        pytest.raises(IntegrityError, match="people_guardian_in_one_open_household"),
        transaction.atomic(),
    ):
        HouseholdMember.objects.create(household=other, guardian=guardian, valid_from=JUNE)

    assert memberships() == [("A", JANUARY, None)]


@pytest.mark.parametrize(
    ("by_guardian", "error"),
    [
        ({"10": 5000, "11": 4999}, families.SharesNotWhole),
        ({"10": 10_000, "11": 0}, families.SharesNotWhole),
        ({"10": 15_000, "11": -5000}, families.SharesNotWhole),
        ({"10": 5000, "12": 5000}, families.NotAGuardian),
    ],
)
def test_shares_are_whole_and_of_the_pupils_guardians(child, by_guardian, error):
    keys = {one.jointure_id: one.pk for one in Guardian.objects.all()}
    before = list(Guardianship.objects.order_by("pk").values_list("payer_share_bp", flat=True))

    with pytest.raises(error):
        families.share_bills(
            pupil=child,
            shares={keys.get(name, 0): share for name, share in by_guardian.items()},
            actor=ACTOR,
            at=AT,
        )

    after = Guardianship.objects.order_by("pk").values_list("payer_share_bp", flat=True)
    assert list(after) == before
    assert not AuditEntry.objects.filter(action="people.bills.shared").exists()
