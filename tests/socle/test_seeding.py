"""The seven départements of the demo: who they are, and who lives there."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from click.testing import CliRunner

from billing.canteen.rules import published_rules
from billing.invoicing.models import BillingRun, Invoice
from billing.tariffs.schedule_files import ServiceName, published_schedule
from commons.school_calendar import SchoolYear
from federation.usage.models import Audience, HourlyVisits, PseudonymKey
from socle.command import main
from socle.seeding import cast, demo, feed
from socle.seeding.papers import give_papers
from tenants.accounts.backends import PasswordBackend
from tenants.accounts.capabilities import Role
from tenants.activation.operations import check_code
from tenants.people.aaf.file_names import find_feed
from tenants.people.aaf.generator import write_feed
from tenants.people.aaf.reader import read_feed
from tenants.people.aaf.records import CollegeRecord, GuardianRecord
from tenants.people.aaf.uai import is_valid_uai
from tenants.people.models import FeedImport, Guardian, Household, Pupil
from tests.factories.canteen import make_family
from ui import brand

SEVEN = {
    "77": "Seine-et-Marne",
    "78": "Yvelines",
    "91": "Essonne",
    "92": "Hauts-de-Seine",
    "93": "Seine-Saint-Denis",
    "94": "Val-de-Marne",
    "95": "Val-d'Oise",
}
YEAR = SchoolYear(2026)
departements = pytest.mark.parametrize("new", cast.DEPARTEMENTS, ids=lambda new: new.code)


def records(tmp_path, code: str):
    known = feed.population(code=code, year=YEAR, is_whole=f"d{code}" in cast.WHOLE)
    write_feed(tmp_path, known)
    return list(read_feed(find_feed([tmp_path]).files))


def test_the_demo_has_the_seven_departements():
    assert {new.code: new.name for new in cast.DEPARTEMENTS} == SEVEN
    assert len({new.slug for new in cast.DEPARTEMENTS}) == 7
    assert {new.code for new in cast.DEPARTEMENTS if new.schema_name in cast.WHOLE} == {"92", "94"}


@departements
def test_the_codes_of_colleges_are_of_their_departement_with_the_right_letter(new, tmp_path):
    codes = [one.uai or "" for one in records(tmp_path, new.code) if isinstance(one, CollegeRecord)]

    assert codes
    assert {code[:3] for code in codes} == {f"0{new.code}"}
    assert all(is_valid_uai(code) for code in codes)


@departements
def test_each_has_a_brand_of_its_own_that_can_be_read(new):
    assert brand.accept_text_color(new.primary_color) == new.primary_color
    assert brand.accept_shape_color(new.accent_color) == new.accent_color
    assert new.emblem in brand.EMBLEMS
    for other in cast.DEPARTEMENTS:
        if other is not new:
            assert (other.emblem, other.primary_color) != (new.emblem, new.primary_color)
            assert other.emblem != new.emblem


@departements
def test_each_has_a_tariff_and_rules(new):
    schedule = published_schedule(new.code)

    assert schedule.departement == new.code
    assert schedule.valid_from <= YEAR.period.start
    assert ServiceName.HALF_BOARD in schedule.services
    assert published_rules(new.code).cancellation.working_days > 0


@departements
def test_each_has_an_agent_who_may_do_everything_and_a_parent(new, tmp_path):
    members = [member for member in cast.CAST if member.schema_name == new.schema_name]
    emails = {one.email for one in records(tmp_path, new.code) if isinstance(one, GuardianRecord)}

    assert any(member.role in (Role.ADMINISTRATOR, Role.REGISSEUR) for member in members)
    parents = [member for member in members if member.role is None]
    assert any(parent.email in emails for parent in parents)


def test_one_parent_has_children_in_two_departements():
    found = [member.schema_name for member in cast.FAMILIES if member.email.startswith("elise.")]

    assert found == ["d92", "d78"]
    homes = []
    for code in ("92", "78"):
        (family,) = [
            family
            for family in feed.families(code, YEAR.start_year)
            if family.parents[0].email == "elise.lambert@exemple.fr"
        ]
        assert len(family.children) == 1
        homes.append(family.parents)
    assert homes[0] == homes[1]


def test_the_table_of_sign_ins_names_everybody_once():
    rows = cast.table(port=8000, base_domain="localhost")

    everybody = (*cast.CAST, *cast.WORKGROUP, *cast.ON_PAPER)
    assert len(rows) == len(everybody) == len({(address, email) for _who, address, email in rows})


def test_who_comes_on_paper_comes_in_as_the_table_says(tenant_db):
    when = datetime.datetime(2026, 11, 28, 10, tzinfo=datetime.UTC)
    (family,) = (
        one
        for one in feed.families("92", YEAR.start_year)
        if one.parents[-1].last_name == cast.LETTER.last_name
    )
    made = make_family()
    names = {"first_name": cast.PUPIL.first_name, "last_name": cast.PUPIL.last_name}
    Pupil.objects.filter(pk=made.pupil.pk).update(**names, birth_date=family.children[1].birth_date)
    names = {"first_name": cast.LETTER.first_name, "last_name": cast.LETTER.last_name}
    Guardian.objects.filter(pk=made.guardians[0].pk).update(**names)
    give_papers(schema_name="d92", at=when)

    with time_machine.travel(when, tick=False):
        (*_before, last) = cast.table(port=8000, base_domain="localhost")
    day = datetime.date(*map(int, reversed(last[2][-10:].split("/"))))
    assert check_code(typed=cast.CODE, birth_date=day, at=when).guardian == made.guardians[0]
    assert PasswordBackend().authenticate(None, cast.LOGIN, cast.PASSWORD) is not None


@pytest.mark.parametrize(
    ("today", "opens_on"),
    [
        (datetime.date(2026, 9, 15), datetime.date(2026, 9, 1)),
        (datetime.date(2026, 11, 28), datetime.date(2026, 10, 1)),
        (datetime.date(2027, 1, 2), datetime.date(2026, 12, 1)),
        (datetime.date(2027, 8, 20), datetime.date(2027, 7, 1)),
    ],
)
def test_a_departement_that_is_not_whole_opens_with_the_latest_month_that_is_over(today, opens_on):
    def opens(code: str) -> datetime.date:
        (new,) = [new for new in cast.DEPARTEMENTS if new.code == code]
        return demo.Stage(departement=new, today=today, say=print).opens_on

    assert opens("77") == opens_on
    assert opens("92") == datetime.date(2026, 9, 1)


def test_a_departement_that_is_not_whole_has_a_month_issued_and_one_reviewed(
    tenant_db, in_tenant, monkeypatch
):
    monkeypatch.setattr(cast, "WHOLE", frozenset({"d92"}))
    (new,) = [new for new in cast.DEPARTEMENTS if new.code == "94"]
    said: list[str] = []

    demo.seed_departement(
        demo.Stage(departement=new, today=datetime.date(2026, 11, 28), say=said.append)
    )

    with in_tenant("d94"):
        runs = BillingRun.objects.order_by("month").values_list("month", "state")
        assert list(runs) == [
            (datetime.date(2026, 10, 1), "ISSUED"),
            (datetime.date(2026, 11, 1), "REVIEWED"),
        ]
        assert 15 <= Household.objects.count() <= 25
        payer = Guardian.objects.get(email="lan.nguyen@exemple.fr")
        invoice = Invoice.objects.get(payer=payer)
        assert (invoice.month, invoice.total_cents > 0) == (datetime.date(2026, 10, 1), True)
        assert payer.user is not None
        assert payer.user.check_password(cast.PASSWORD)
        assert [one.is_delta for one in FeedImport.objects.all()] == [False]
        months = {row.starts_on.month for row in Audience.objects.filter(window="MONTH")}
        assert months == {9, 10, 11}
        assert not Audience.objects.filter(is_example=False).exists()
        assert not HourlyVisits.objects.filter(is_example=False).exists()
        # Those of the week and the month that run: the others died with their window.
        assert {one.window for one in PseudonymKey.objects.all()} == {"WEEK", "MONTH"}
    assert said[-1] == "Val-de-Marne : factures…"


def test_a_departement_that_is_not_the_demos_is_refused_before_anything_is_made(tenant_db):
    result = CliRunner().invoke(main, ["seed", "--departement", "92", "--departement", "75"])

    assert result.exit_code == 1
    assert result.output == "Erreur : La démonstration n'a pas de département 75.\n"
