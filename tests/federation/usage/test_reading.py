"""What may be read of the counts: by whom, of which windows, among how many people."""

from __future__ import annotations

import datetime

import pytest

from commons.errors import NotFound
from commons.periods import Period
from federation.usage import queries
from federation.usage.access import Scope, access_scope
from federation.usage.models import Potential, Profile, Window
from federation.usage.operations import count_people, gather, place_of
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardianship
from tests.factories.canteen import make_college, make_family
from tests.factories.portal import account_of
from tests.factories.usage import PRESS, paris, visit, visits

pytestmark = pytest.mark.usefixtures("tenant_db")
TODAY = datetime.date(2024, 10, 28)
OCTOBER = datetime.date(2024, 10, 1)
WHOLE = Scope()


@pytest.fixture
def large():
    return make_college(uai="0920001A", name="Collège Anatole")


@pytest.fixture
def small():
    return make_college(uai="0920002B", name="Collège Barbara")


@pytest.fixture
def october(large, small):
    """Two months of visits: some parents in each collège, one secretary."""
    visits(6, "0920001A|PARENT", paris(27, 9, month=9))
    for person in visits(8, "0920001A|PARENT", paris(7, 18)):
        visit("0920001A|PARENT", paris(8, 18), visitor=person, use=PRESS)
    visits(5, "0920002B|PARENT", paris(7, 20))
    visit("0920002B|ADMIN_VIE_SCOL_TECH", paris(7, 9))
    gather(at=paris(28, 10))


def test_months_begin_with_the_first_in_which_somebody_was_counted(october):
    september, of_october = queries.spans(Window.MONTH, on=TODAY, scope=WHOLE)

    assert (september.starts_on, september.figure.visitors) == (datetime.date(2024, 9, 1), 6)
    assert (of_october.figure.visitors, of_october.figure.visits) == (13, 21)
    assert of_october.by_profile[Profile.PARENT].visitors == 13
    assert of_october.by_profile[Profile.SCHOOL_STAFF] is None
    assert of_october.by_profile[Profile.PUPIL].visitors == 0
    assert of_october.is_partial
    assert not september.is_partial


def test_weeks_and_days_are_as_many_as_are_shown(october):
    weeks = queries.spans(Window.WEEK, on=TODAY, scope=WHOLE)
    days = queries.spans(Window.DAY, on=TODAY, scope=WHOLE)

    assert weeks[0].starts_on == datetime.date(2024, 9, 23)
    assert [week.figure.visitors for week in weeks] == [6, 0, 13, 0, 0, 0]
    assert days[0].starts_on == datetime.date(2024, 10, 7)  # 29 September is thirty days ago
    assert days[0].figure.visitors == 13
    assert len(queries.shown_windows(Window.DAY, on=TODAY)) == 30
    assert queries.shown_windows(Window.MONTH, on=TODAY)[0] == datetime.date(2023, 11, 1)


def test_no_window_is_shown_before_anybody_came(large):
    assert queries.spans(Window.MONTH, on=TODAY, scope=WHOLE) == ()
    assert queries.latest_of(()) is None


def test_a_college_and_a_profile_are_read_apart(october):
    here = Scope(uais=frozenset({"0920001A"}))
    pupils = Scope(profile=Profile.PUPIL)

    assert queries.spans(Window.MONTH, on=TODAY, scope=here)[-1].figure.visitors == 8
    assert queries.spans(Window.MONTH, on=TODAY, scope=pupils)[-1].figure.visitors == 0
    assert [row.name for row in queries.by_college(Window.MONTH, OCTOBER, scope=here)] == [
        "Collège Anatole"
    ]


def test_colleges_too_small_are_told_together(october, small):
    third = make_college(uai="0920003C", name="Collège Césaire")
    visits(2, f"{third.uai}|PARENT", paris(9, 18))
    gather(at=paris(28, 11))

    rows = queries.by_college(Window.MONTH, OCTOBER, scope=WHOLE)

    assert [(row.uai, row.figure and row.figure.visitors) for row in rows] == [
        ("0920001A", 8), ("0920002B", None), ("0920003C", None), ("", 7),
    ]  # fmt: skip


def test_services_are_told_with_those_who_used_them(october):
    press, home = sorted(
        queries.by_service(OCTOBER, scope=WHOLE), key=lambda row: row.code, reverse=True
    )

    assert (press.kind, press.code, press.figure.visitors) == ("TIERS", "presse", 8)
    assert (home.kind, home.code, home.figure.visitors) == ("NATIF", "accueil", 13)
    barbara = Scope(uais=frozenset({"0920002B"}))
    assert [row.code for row in queries.by_service(OCTOBER, scope=barbara)] == ["accueil"]


def test_hours_are_of_the_whole_departement_and_not_of_few(october):
    period = Period(OCTOBER, datetime.date(2024, 11, 1))

    rows = queries.by_hour(period, scope=WHOLE)

    assert len(rows) == 24
    assert (rows[18].visits, rows[20].visits, rows[3].visits) == (16, 5, 0)
    assert rows[9].visits is None  # the secretary
    assert queries.by_hour(period, scope=Scope(uais=frozenset({"0920001A"}))) == ()
    assert queries.by_hour(Period(OCTOBER, datetime.date(2024, 10, 2)), scope=WHOLE) == ()


def test_people_are_counted_by_the_rule_that_places_visits(large):
    """Each of whom the counts of visits may count, once, in the collège where they count them."""
    on = datetime.date(2024, 10, 8)
    families = [make_family(college=large, guardians=2) for _rank in range(3)]
    parent = account_of(families[0])
    pupil = User.objects.create(login="eleve", last_login=paris(1, 9))
    families[0].pupil.user = pupil
    families[0].pupil.save(update_fields=["user"])
    secretary = User.objects.create(email="s@exemple.fr", last_login=paris(1, 9))
    StaffRole.objects.create(user=secretary, role=Role.COLLEGE_SECRETARY, college_uai=large.uai)
    agent = User(email="a@exemple.fr")
    agent.set_password("une-longue-phrase-de-passe")
    agent.save()
    StaffRole.objects.create(user=agent, role=Role.READER)
    StaffRole.objects.create(user=parent, role=Role.READER)

    count_people(at=paris(8, 12))
    count_people(at=paris(8, 12))

    assert place_of(parent, on=on) == "0920001A|PARENT"
    assert place_of(pupil, on=on) == "0920001A|ELEVE"
    assert place_of(secretary, on=on) == "0920001A|ADMIN_VIE_SCOL_TECH"
    assert place_of(agent, on=on) == "|AUTRE"
    assert place_of(User.objects.create(email="n@exemple.fr"), on=on) == "|AUTRE"
    found = {
        f"{row.college_uai}|{row.profile}": (row.people, row.accounts)
        for row in Potential.objects.all()
    }
    assert found == {
        "0920001A|ELEVE": (3, 1),
        "0920001A|PARENT": (6, 0),
        "0920001A|ADMIN_VIE_SCOL_TECH": (1, 1),
        "|AUTRE": (1, 1),
    }


def test_a_parent_is_of_the_college_of_their_oldest_child(large, small):
    younger = make_family(college=small)
    older = make_family(college=large)
    older.pupil.birth_date = younger.pupil.birth_date - datetime.timedelta(days=400)
    older.pupil.save(update_fields=["birth_date"])
    parent = account_of(younger)
    Guardianship.objects.create(
        pupil=older.pupil,
        guardian=younger.guardians[0],
        relation="MOTHER",
        valid_from=datetime.date(2024, 9, 2),
    )

    assert place_of(parent, on=datetime.date(2024, 10, 8)) == "0920001A|PARENT"


def test_adoption_is_among_those_who_could_come(october, large):
    Potential.objects.create(
        month=OCTOBER, college_uai="0920001A", profile="PARENT", people=20, accounts=12
    )
    Potential.objects.create(
        month=OCTOBER, college_uai="0920002B", profile="PARENT", people=6, accounts=2
    )
    here = Scope(uais=frozenset({"0920001A"}))

    of_october = queries.spans(Window.MONTH, on=TODAY, scope=here)[-1]
    rows = queries.by_college(Window.MONTH, OCTOBER, scope=WHOLE)

    assert of_october.figure.adoption_per_mille == 400
    assert [row.figure.adoption_per_mille for row in rows] == [400, 833]
    assert queries.activation(OCTOBER, scope=WHOLE).accounts == 14
    barbara = queries.activation(OCTOBER, scope=Scope(uais=frozenset({"0920002B"})))
    assert (barbara.accounts, barbara.people, barbara.per_mille) == (None, 6, None)


def agent_of(role: Role, uai: str = "") -> User:
    user = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def test_a_colleges_own_people_read_theirs_and_no_other(october):
    secretary = agent_of(Role.COLLEGE_SECRETARY, "0920001A")

    assert access_scope(secretary).uais == {"0920001A"}
    assert access_scope(secretary, uai="0920001A").uais == {"0920001A"}
    with pytest.raises(NotFound):
        access_scope(secretary, uai="0920002B")


def test_agents_of_the_departement_read_all_of_it_and_families_nothing(october):
    reader = agent_of(Role.READER)

    assert access_scope(reader) == Scope(uais=None)
    assert access_scope(reader, uai="0920002B").uais == {"0920002B"}
    with pytest.raises(NotFound):
        access_scope(account_of(make_family()))
