"""The family's day: one page for children of several collèges, what changes first, nobody else's child."""

from __future__ import annotations

import datetime

import pytest
import time_machine
import vobject

from commons.personal_data import everything_about
from tenants.accounts.models import User
from tenants.people.models import Guardian, Guardianship
from tenants.schoollife.timetable import queries
from tenants.schoollife.timetable.models import FeedAddress, Lesson
from tests.factories.canteen import make_family
from tests.factories.portal import account_of, make_account
from tests.factories.timetables import AT, calendar, event, put_in_class, take
from tests.portal.conftest import Site

WEEK = "jour=2024-11-05"


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    found = make_family(guardians=2)
    put_in_class(found)
    return found


def lessons(of_class="4e B", *, room="12", prefix="a"):
    return [
        event(f"{prefix}1", "20241104T083000", "20241104T092500", subject="Maths",
              of_class=of_class, teacher="Mme Roy", room=room),
        event(f"{prefix}2", "20241104T140000", "20241104T155000", subject="EPS", of_class=of_class),
        event(f"{prefix}3", "20241105T080000", "20241105T085500", subject="Latin",
              of_class=of_class),
    ]  # fmt: skip


def sister_of(family):
    """Of the same guardians, in another collège."""
    other = make_family()
    put_in_class(other, "6e A")
    Guardianship.objects.create(
        pupil=other.pupil,
        guardian=family.guardians[0],
        relation="MOTHER",
        legal_role=1,
        valid_from="2012-05-04",
    )
    return other


def text(response):
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def test_a_day_says_from_when_to_when_and_where(site, family):
    take(family.college, calendar(lessons()))

    page = text(site.sign_in(account_of(family)).get("/college/"))

    assert "De 8 h 30 à 15 h 50" in page
    assert "Mme Roy · salle 12" in page
    assert "Latin" not in page
    assert 'id="change"' not in page


def test_children_of_two_colleges_are_on_one_page(site, family):
    other = sister_of(family)
    take(family.college, calendar(lessons()))
    take(other.college, calendar(lessons("6e A", room="3", prefix="b")))

    page = text(site.sign_in(account_of(family)).get("/college/"))

    for one in (family, other):
        assert one.pupil.first_name in page
        assert one.college.name in page
    assert page.count("De 8 h 30 à 15 h 50") == 2


def test_what_changes_comes_first_and_says_what_it_was(site, family):
    take(family.college, calendar(lessons()))
    moved, _kept, tomorrow = lessons(room="14")
    take(family.college, calendar([moved.replace("T083000", "T093000").replace("T092500", "T102500"),
                                   tomorrow]), at=AT + datetime.timedelta(minutes=5))  # fmt: skip

    page = text(site.sign_in(account_of(family)).get("/college/"))

    change = page.index("Ce qui change")
    assert change < page.index("Maths") < page.index("EPS")
    assert "Avant : 8 h 30, salle 12." in page
    assert "Annulé" in page  # what a complete file no longer names
    assert "De 9 h 30 à 10 h 25" in page


def test_another_day_and_the_week(site, family):
    take(family.college, calendar(lessons()))
    site = site.sign_in(account_of(family))

    assert "Latin" in text(site.get(f"/college/?{WEEK}"))
    week = text(site.get(f"/college/{family.pupil.public_id}/semaine/?{WEEK}"))
    assert all(subject in week for subject in ("Maths", "EPS", "Latin"))
    assert "lundi 4 novembre" in week
    assert "vendredi 8 novembre" in week


@pytest.mark.parametrize("day", ["demain", "2024-02-31", "0001-01-01", "9999-12-31", "2024-11-05T"])
def test_a_day_of_any_writing_is_a_page(site, family, day):
    site = site.sign_in(account_of(family))

    assert site.get("/college/", jour=day).status_code == 200
    assert site.get(f"/college/{family.pupil.public_id}/semaine/", jour=day).status_code == 200


def test_a_pupil_sees_their_own_day(site, family):
    take(family.college, calendar(lessons()))
    family.pupil.user = User.objects.create(login=f"enfant.{family.pupil.pk}")
    family.pupil.save(update_fields=["user"])

    page = text(site.sign_in(family.pupil.user).get("/college/"))

    assert "Maths" in page


def test_nobody_sees_anothers_child(site, family):
    take(family.college, calendar(lessons()))
    stranger = make_family()
    site = site.sign_in(account_of(stranger))

    assert "Maths" not in text(site.get("/college/"))
    assert site.get(f"/college/{family.pupil.public_id}/semaine/").status_code == 404


def test_who_no_longer_answers_for_a_child_sees_nothing_of_them(site, family):
    """A judge decides; the collège's feed ends the link on that day."""
    take(family.college, calendar(lessons()))
    Guardianship.objects.filter(guardian=family.guardians[1]).update(valid_until=AT.date())

    assert "Maths" not in text(site.sign_in(account_of(family, 1)).get("/college/"))
    assert "Maths" in text(site.sign_in(account_of(family)).get("/college/"))


def test_a_day_is_one_statement_whatever_the_children(family, django_assert_num_queries):
    user = account_of(family)
    for _number in range(3):
        sister_of(family)
    day = queries.Period(AT.date(), AT.date() + datetime.timedelta(days=1))

    with django_assert_num_queries(1):
        found = queries.lessons_of_family(user, days=day, today=AT.date())

    assert len(found) == 4


# --- the secret address ----------------------------------------------------------------------


@pytest.fixture
def client_of_nobody(tenant_db):
    """A calendar program: no cookie, no session."""

    def get(path, **headers):
        site = Site()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = site.client.get(path, headers=named)
        site._come_back()
        return answer

    return get


@pytest.fixture
def signed_in(site, family):
    take(family.college, calendar(lessons()))
    return site.sign_in(account_of(family))


def made_address(signed_in):
    page = text(signed_in.post("/college/agenda/"))
    return page.partition('class="secret">')[2].partition("<")[0].partition("/college/")


def path_of(signed_in):
    _host, college, rest = made_address(signed_in)
    return college + rest


def test_an_address_is_shown_once_and_kept_as_a_fingerprint(signed_in):
    path = path_of(signed_in)
    token = path.removeprefix("/college/agenda/").removesuffix(".ics")

    assert len(token) >= 32
    kept = FeedAddress.objects.get()
    assert token not in str(vars(kept))
    assert token not in text(signed_in.get("/college/agenda/"))


def test_our_calendar_is_read_back_equal(signed_in, client_of_nobody):
    answer = client_of_nobody(path_of(signed_in))

    read = vobject.readOne(answer.content.decode())  # a library of others
    found = {
        (
            one.summary.value,
            one.dtstart.value,
            one.dtend.value,
            one.location.value if hasattr(one, "location") else "",
            one.status.value,
        )
        for one in read.vevent_list
    }
    assert found == {
        (
            lesson.subject,
            lesson.starts_at,
            lesson.ends_at,
            lesson.room,
            "CANCELLED" if lesson.status == "CANCELLED" else "CONFIRMED",
        )
        for lesson in Lesson.objects.all()
    }
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert not answer.cookies


def test_what_has_not_changed_is_not_sent_again(signed_in, client_of_nobody, family):
    path = path_of(signed_in)
    first = client_of_nobody(path)

    assert client_of_nobody(path, if_none_match=first["ETag"]).status_code == 304
    take(family.college, calendar(lessons(room="15")), at=AT + datetime.timedelta(minutes=5))
    again = client_of_nobody(path, if_none_match=first["ETag"])
    assert (again.status_code, b"LOCATION:15" in again.content) == (200, True)


def test_a_revoked_address_gives_nothing(signed_in, client_of_nobody):
    path = path_of(signed_in)
    address = FeedAddress.objects.get()

    signed_in.post(f"/college/agenda/{address.public_id}/retirer/")

    assert client_of_nobody(path).status_code == 404


def test_an_address_follows_who_answers_for_the_child(signed_in, client_of_nobody, family):
    path = path_of(signed_in)
    Guardianship.objects.filter(guardian=family.guardians[0]).update(valid_until=AT.date())

    answer = client_of_nobody(path)

    assert answer.status_code == 200
    assert b"BEGIN:VEVENT" not in answer.content


def test_a_closed_account_gives_nothing(signed_in, client_of_nobody, family):
    path = path_of(signed_in)
    User.objects.filter(guardian=family.guardians[0]).update(is_active=False)

    assert client_of_nobody(path).status_code == 404


def test_guesses_are_counted(client_of_nobody):
    answers = [client_of_nobody(f"/college/agenda/x{number}.ics") for number in range(41)]

    assert [one.status_code for one in answers[39:]] == [404, 429]


def test_nobody_revokes_anothers_address(signed_in, site):
    path_of(signed_in)
    address = FeedAddress.objects.get()
    stranger = make_account(
        Guardian.objects.create(last_name="B", first_name="C", sort_key="b", search_key="b")
    )

    answer = site.sign_in(stranger).post(f"/college/agenda/{address.public_id}/retirer/")

    assert answer.status_code == 404
    address.refresh_from_db()
    assert address.revoked_at is None


def test_addresses_are_in_ones_data(signed_in, family):
    path_of(signed_in)

    held = {one.name: one.records for one in everything_about(family.guardians[0].user)}

    assert len(held["Vos adresses d'agenda"]) == 1
