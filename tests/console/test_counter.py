"""What an agent does for a family at the counter: each act once, through its preview."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
import time_machine

from billing.canteen.models import BookingException, Enrolment
from billing.canteen.queries import shares_of
from billing.tariffs.models import HouseholdResources
from commons.models import AuditEntry
from console import acts
from tenants.accounts.capabilities import Role
from tenants.people.models import Guardianship
from tests.console.test_acts import NOW, confirm, text
from tests.console.test_previews import shown
from tests.factories.canteen import make_family, open_canteen
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.tariffs import make_version


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_child_is_enrolled_for_a_family(agent):
    make_version()
    family = make_family(guardians=2)
    open_canteen(family.college)
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("enrol-pupil", family.pupil)

    seen, done = confirm(site, url, weekdays=["1", "8"], start_on="2024-11-04")

    assert "lundi et jeudi" in text(seen)
    assert "50 %" in text(seen).replace("\u00a0", " ")
    assert done.status_code == 302
    enrolment = Enrolment.objects.get()
    assert (enrolment.weekdays, enrolment.state) == (0b01001, "ACTIVE")
    assert sorted(enrolment.payers.values_list("share_bp", flat=True)) == [5000, 5000]
    again = site.post(url, weekdays=["1"], start_on="2024-11-04")
    assert again.status_code == 422
    assert "déjà inscrit" in text(again)
    assert Enrolment.objects.count() == 1


def test_the_days_change_from_a_day_on(agent):
    family = make_billed_family()
    issue(prepare())
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("change-weekdays", family.pupil.enrolments.get())

    page, may = shown(site, url, weekdays=["2"], effective_on="2024-09-10")
    assert "déjà facturés" in page
    assert not may

    confirm(site, url, weekdays=["2"], effective_on="2024-11-04")

    first, second = Enrolment.objects.order_by("valid_from")
    assert (first.weekdays, first.valid_until) == (0b01001, datetime.date(2024, 11, 4))
    assert (second.weekdays, second.valid_from) == (0b00010, datetime.date(2024, 11, 4))


def test_meals_are_cancelled_and_one_is_added(agent):
    family = make_billed_family()
    enrolment = family.pupil.enrolments.get()
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("cancel-meals", enrolment)

    # Thursday 3 October is tomorrow: too late for the kitchen. 7, 10 and 14 are in time.
    seen, _done = confirm(site, url, first_day="2024-10-03", last_day="2024-10-14")
    assert "Trop tard" in text(seen)
    found = dict(BookingException.objects.values_list("day", "is_late"))
    assert {day.day for day in found} == {3, 7, 10, 14}
    assert found[datetime.date(2024, 10, 3)]
    assert not found[datetime.date(2024, 10, 14)]

    backwards = site.post(url, first_day="2024-10-14", last_day="2024-10-03")
    assert backwards.status_code == 422

    confirm(site, acts.url_for("add-meal", enrolment), day="2024-10-08")
    assert BookingException.objects.get(kind="EXTRA").day == datetime.date(2024, 10, 8)
    refused = site.post(acts.url_for("add-meal", enrolment), day="2024-10-08")
    assert refused.status_code == 422
    assert "déjà prévu" in text(refused)


def test_resources_are_recorded_then_the_price_decided(agent):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("record-resources", family.pupil)
    answers = {
        "proof_kind": "TAX_NOTICE",
        "basis": "FISCAL_QF",
        "tax_income": "24000,00",
        "parts": "2,5",
        "valid_from": "2024-10-03",
    }

    seen, done = confirm(site, url, **answers)

    # 24 000 / 12 / 2,5
    assert "800,00" in text(seen)
    assert done.headers["Location"] == acts.url_for("redecide-prices", family.pupil)
    latest = HouseholdResources.objects.latest("pk")
    assert latest.reference_tax_income_cents == 24_000_00
    assert latest.quotient_familial == Decimal("800.00")
    assert AuditEntry.objects.latest("pk").actor_kind == "user"

    refused = site.post(url, **{**answers, "proof_kind": "NONE", "valid_from": "2024-10-04"})
    assert refused.status_code == 422
    assert "Il manque la pièce" in text(refused)


def test_two_parents_share_the_bills(agent):
    family = make_family(guardians=2)
    mother, father = family.guardians
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("share-bills", family.pupil)
    asked = site.get(url)
    assert mother.first_name in text(asked)

    refused = site.post(
        url, **{f"share_{mother.public_id}": "70", f"share_{father.public_id}": "20"}
    )
    assert refused.status_code == 422
    assert "100 %" in text(refused).replace("\u00a0", " ")

    confirm(
        site, url, **{f"share_{mother.public_id}": "66,66", f"share_{father.public_id}": "33,34"}
    )

    links = Guardianship.objects.filter(pupil=family.pupil)
    assert dict(links.values_list("guardian", "payer_share_bp")) == {
        mother.pk: 6666,
        father.pk: 3334,
    }


def test_parents_who_part_share_an_enrolment_that_runs_from_a_day_on(agent):
    family = make_billed_family(guardians=2)
    mother, father = family.guardians
    enrolment = family.pupil.enrolments.get()
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("change-payers", enrolment)
    page = site.get(url)
    assert mother.first_name in text(page)
    assert 'value="2024-11-01"' in page.content.decode()  # a month is billed whole

    asked = {f"share_{mother.public_id}": "70", f"share_{father.public_id}": "30"}
    missing = site.post(
        url, effective_on="2024-11-01", **{**asked, f"share_{father.public_id}": "20"}
    )
    assert missing.status_code == 422
    shown, _done = confirm(site, url, effective_on="2024-11-01", **asked)

    assert f"{father.full_name} 50 % 30 %" in text(shown).replace("\u00a0", " ")
    before, after = family.pupil.enrolments.order_by("valid_from")
    assert (before.pk, before.valid_until) == (enrolment.pk, after.valid_from)
    halves, parts = {mother.pk: 5000, father.pk: 5000}, {mother.pk: 7000, father.pk: 3000}
    assert (shares_of(before), shares_of(after)) == (halves, parts)


def test_the_file_offers_what_may_be_done(agent):
    family = make_billed_family()
    path = f"/console/eleves/{family.pupil.public_id}/"

    page = agent(Role.INSTRUCTOR).get(path).content.decode()
    for name in (
        "change-weekdays",
        "cancel-meals",
        "add-meal",
        "record-resources",
        "share-bills",
        "change-payers",
    ):
        assert f"/console/actes/{name}/" in page
    assert "/console/actes/enrol-pupil/" not in page

    page = agent(Role.READER).get(path).content.decode()
    assert "/console/actes/" not in page
