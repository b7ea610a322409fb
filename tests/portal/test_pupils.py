"""What a pupil sees with their own account, and what is their parents'."""

import datetime

import pytest
import time_machine

from billing.canteen.models import BookingException
from tenants.accounts.models import User
from tenants.activation import operations
from tenants.activation.queries import is_of_age
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.tariffs import ACTOR, make_version

NOW = datetime.datetime(2024, 11, 8, 10, 0, tzinfo=datetime.UTC)
MEAL = "2024-12-02"  # a Monday


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pupil(tenant_db):
    make_version()
    family = make_family(guardians=2)
    make_enrolment(family)
    family.pupil.user = User.objects.create(
        login="enfant.diallo.472", first_name=family.pupil.first_name
    )
    family.pupil.save()
    return family.pupil


@pytest.fixture
def signed_in(site, pupil):
    return site.sign_in(pupil.user)


def cancel(site):
    return site.post("/ma-cantine/", day=MEAL, act="cancel")


def test_home_shows_the_pupil_their_own_day(signed_in, pupil):
    html = signed_in.get("/").content.decode().replace("\xa0", " ")

    assert f"Bonjour {pupil.first_name}" in html
    assert "lundi et jeudi" in html
    assert "lundi 11 novembre" not in html  # a public holiday
    assert "jeudi 14 novembre" in html
    assert "€" not in html
    assert "Factures" not in html


@pytest.mark.parametrize(
    "path",
    ["/", "/ma-cantine/", "/services/", "/aide/", "/compte/", "/compte/securite/", "/combien/"],
)
def test_no_page_of_theirs_leads_to_their_parents(signed_in, path):
    page = signed_in.get(path)

    html = page.content.decode()
    assert page.status_code == 200
    assert 'href="/ma-cantine/"' in html
    assert 'href="/enfants/"' not in html
    assert 'href="/factures/"' not in html


def test_their_calendar_is_to_read(signed_in):
    page = signed_in.get("/ma-cantine/", mois="2024-12")
    refused = cancel(signed_in)

    html = page.content.decode()
    assert 'id="jour-2024-12-02"' in html
    assert "€" not in html
    assert 'name="act"' not in html
    assert refused.status_code == 404
    assert not BookingException.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["/enfants/", "/factures/", "/paiements/", "/droits/", "/compte/adresse/"],
)
def test_what_is_their_parents_is_not_theirs(signed_in, address):
    assert signed_in.get(address).status_code == 403


def test_their_data_are_handed_to_them_without_their_household_s(signed_in, pupil):
    page = signed_in.get("/compte/donnees/")

    assert page.status_code == 200
    for guardian in ("Parent", "Foyer "):
        assert guardian not in signed_in.post("/compte/donnees/fichier/").content.decode()


def test_who_is_of_age_says_that_they_will_be_away(signed_in, pupil):
    pupil.birth_date = datetime.date(2006, 11, 8)
    pupil.save()

    assert 'name="act" value="cancel"' in signed_in.get("/ma-cantine/").content.decode()
    assert cancel(signed_in).status_code == 302
    assert BookingException.objects.count() == 1
    signed_in.post("/ma-cantine/", day="2024-12-03", act="add")
    assert BookingException.objects.count() == 1


def test_who_was_set_free_by_a_judge_does_too(signed_in, pupil):
    operations.note_emancipation(pupil=pupil, reason="Tribunal de Nanterre", actor=ACTOR, at=NOW)

    assert cancel(signed_in).status_code == 302
    with pytest.raises(operations.AlreadyEmancipated):
        operations.note_emancipation(pupil=pupil, reason="Encore", actor=ACTOR, at=NOW)


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("2006-11-08", "2024-11-08", True),
        ("2006-11-09", "2024-11-08", False),
        ("2008-02-29", "2026-02-28", False),
        ("2008-02-29", "2026-03-01", True),
    ],
)
def test_eighteen_years_are_over_on_the_birthday(born, on, expected):
    day = datetime.date.fromisoformat

    assert is_of_age(day(born), on=day(on)) is expected


def test_a_parent_has_no_calendar_of_their_own(site, parent):
    assert site.sign_in(parent).get("/ma-cantine/").status_code == 404
