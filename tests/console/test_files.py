"""Search and the pupil's file show what the agent may see, and nothing else."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse

from tenants.accounts.capabilities import Role
from tenants.people.models import Guardian, HouseholdMember
from tests.console.test_acts import NOW, text
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW + datetime.timedelta(days=30), tick=False):
        yield


def found(site, term):
    return text(site.get(reverse("console:search"), q=term))


def test_a_secretary_finds_the_pupils_of_their_college_alone(agent):
    mine, other = make_billed_family(), make_family()
    (invoice,) = issue(prepare())
    site = agent(Role.COLLEGE_SECRETARY, uai=mine.college.uai)

    page = found(site, "diallo")

    assert mine.pupil.first_name in page
    assert other.pupil.first_name not in page
    for guardian in Guardian.objects.all():
        assert guardian.first_name not in page
    assert "septembre" not in found(site, invoice.number)


def test_an_instructor_finds_everybody_but_no_invoice(agent):
    mine, other = make_billed_family(), make_family()
    (invoice,) = issue(prepare())
    site = agent(Role.INSTRUCTOR)

    page = found(site, "diallo")

    for family in (mine, other):
        assert family.pupil.first_name in page
        assert family.guardians[0].first_name in page
    assert "septembre" not in found(site, invoice.number)
    assert invoice.number not in text(site.get(f"/console/eleves/{mine.pupil.public_id}/"))


def test_the_file_hides_the_resources_from_a_secretary(agent):
    family = make_billed_family()
    path = reverse("console:pupil-file", args=[family.pupil.public_id])
    member = Guardian.objects.create(
        last_name="Keita", first_name="Foyerseul", sort_key="keita", search_key="keita"
    )
    HouseholdMember.objects.create(
        household=family.household, guardian=member, valid_from=datetime.date(2024, 9, 1)
    )

    page = text(agent(Role.READER).get(path))
    assert "quotient 600" in page
    assert "Foyerseul" in page

    page = text(agent(Role.COLLEGE_SECRETARY, uai=family.college.uai).get(path))
    assert family.pupil.first_name in page
    assert "600" not in page
    assert "Avis d" not in page
    assert "Foyerseul" not in page
