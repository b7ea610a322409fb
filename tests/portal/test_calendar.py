"""Cancelling and adding a meal from the calendar."""

import datetime
import re

import pytest
import time_machine

from billing.canteen.models import BookingException
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)

pytestmark = pytest.mark.usefixtures("october")


@pytest.fixture
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(site):
    """Enrolled on Mondays and Thursdays since September, at 3.00 euros."""
    found = make_family()
    make_version("92")
    make_resources(found.household)
    make_enrolment(found)
    site.sign_in(account_of(found))
    return found


def path(family):
    return f"/enfants/{family.pupil.public_id}/cantine/calendrier/"


def text(response):
    return re.sub(r"[ \t\r\n]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def day(response, date):
    found = re.search(rf'id="jour-{date}">(.*?)</article>', response.content.decode(), re.DOTALL)
    return re.sub(r"[ \t\r\n]+", " ", re.sub(r"<[^>]+>", " ", found[1]))


def test_month_says_until_when_each_meal_can_be_cancelled(site, family):
    page = site.get(path(family))

    assert "Repas prévu" in day(page, "2024-10-14")
    assert "Jusqu&#x27;au mercredi 9\u00a0octobre inclus" in day(page, "2024-10-14")
    assert "vous pouvez annuler jusqu'au mercredi\u00a09\u00a0octobre inclus" in text(page)


def test_month_counts_its_meals_and_their_price(site, family):
    # Mondays 7, 14 and Thursdays 3, 10, 17 October, before the holidays of the 19th.
    page = text(site.get(path(family)))

    assert "Ce mois-ci\u00a0: 5\u00a0repas" in page.replace("5 repas", "5\u00a0repas")
    assert "15,00\u00a0€" in page


def test_cancelling_in_time_takes_the_meal_away(site, family):
    response = site.post(path(family), day="2024-10-14", act="cancel")

    assert response.headers["Location"] == f"{path(family)}?mois=2024-10#jour-2024-10-14"
    exception = BookingException.objects.get()
    assert (exception.kind, exception.is_late) == ("CANCELLED", False)
    page = site.follow(response)
    assert "est annulé. Il ne sera pas compté." in text(page)
    assert "Annulé" in day(page, "2024-10-14")
    assert "Remettre" in day(page, "2024-10-14")


def test_cancelling_too_late_is_noted_and_said(site, family):
    page = site.follow(site.post(path(family), day="2024-10-10", act="cancel"))

    assert BookingException.objects.get().is_late is True
    assert "C&#x27;est trop tard\u00a0: le repas reste compté." in text(page)
    assert "Ce repas reste compté" in day(page, "2024-10-10")


def test_cancelled_meal_can_be_put_back(site, family):
    site.post(path(family), day="2024-10-14", act="cancel")

    page = site.follow(site.post(path(family), day="2024-10-14", act="add"))

    assert not BookingException.objects.exists()
    assert "Repas prévu" in day(page, "2024-10-14")


def test_meal_can_be_added_on_an_open_day(site, family):
    page = site.follow(site.post(path(family), day="2024-10-15", act="add"))

    assert BookingException.objects.get().kind == "EXTRA"
    assert "Repas ajouté" in day(page, "2024-10-15")


def test_adding_too_late_says_why_and_changes_nothing(site, family):
    page = site.follow(site.post(path(family), day="2024-10-08", act="add"))

    assert "C&#x27;est trop tard\u00a0: la cuisine a déjà commandé." in text(page)
    assert not BookingException.objects.exists()


@pytest.mark.parametrize(
    ("date", "act"),
    [("2024-02-31", "cancel"), ("demain", "cancel"), ("2024-10-14", "explode"), ("", "")],
)
def test_nonsense_is_refused_kindly(site, family, date, act):
    page = site.follow(site.post(path(family), day=date, act=act))

    assert "Choisissez dans le calendrier." in text(page)
    assert not BookingException.objects.exists()


def test_day_outside_the_enrolment_does_not_exist(site, family):
    assert site.post(path(family), day="2023-10-09", act="cancel").status_code == 404


@pytest.mark.parametrize(
    "month",
    [
        "2024-13",
        "octobre",
        "99999-1",
        "99999999999999999999-1",
        "0-0",
        "9999-12",
        "0001-01",
        "2024-08",
        "2025-09",
        "-",
        "٢-١",
    ],
)
def test_month_that_makes_no_sense_or_is_of_another_year_shows_this_one(site, family, month):
    page = site.get(path(family), mois=month)

    assert page.status_code == 200
    assert "octobre\u00a02024" in text(page)
    assert "Repas prévu" in day(page, "2024-10-14")


def test_months_stop_at_the_ends_of_the_school_year(site, family):
    september = site.get(path(family), mois="2024-09").content.decode()
    august = site.get(path(family), mois="2025-08").content.decode()

    assert 'rel="prev"' not in september
    assert 'rel="next"' in september
    assert 'rel="next"' not in august


def test_child_of_another_family_does_not_exist(site, family):
    other = make_enrolment().pupil
    address = f"/enfants/{other.public_id}/cantine/calendrier/"

    assert site.get(address).status_code == 404
    assert site.post(address, day="2024-10-14", act="cancel").status_code == 404
    assert not BookingException.objects.exists()


def test_child_that_is_not_enrolled_has_no_calendar(site):
    family = make_family()
    site.sign_in(account_of(family))

    response = site.get(path(family))

    assert response.headers["Location"] == f"/enfants/{family.pupil.public_id}/"
