"""Who may give a code, and to whom."""

import datetime
import uuid

import pytest
import time_machine

from commons.actors import Actor
from commons.errors import NotFound
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.activation import access
from tenants.people.models import Guardianship, SchoolClass, Schooling
from tests.factories.canteen import SCHOOL_YEAR, make_family
from tests.factories.codes import AT, given_code

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_family(guardians=2)


@pytest.fixture
def stranger(tenant_db):
    return make_family()


def agent(role, uai=""):
    user = User.objects.create(email=f"{role.value}{uai}@exemple.fr".lower())
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


@pytest.fixture
def secretary(family):
    return agent(Role.COLLEGE_SECRETARY, family.college.uai)


def test_a_secretary_helps_the_people_of_their_college(secretary, family):
    assert access.access_helped_pupil(secretary, family.pupil.public_id) == family.pupil
    for guardian in family.guardians:
        assert access.access_helped_guardian(secretary, guardian.public_id) == guardian
    assert access.access_helped_college(secretary, family.college.uai) == family.college


def test_a_secretary_gives_nothing_to_another_college_s(secretary, stranger):
    its_class = SchoolClass.objects.create(
        college=stranger.college, school_year=SCHOOL_YEAR, name="6e A", level="6E"
    )
    for refused in (
        lambda: access.access_helped_pupil(secretary, stranger.pupil.public_id),
        lambda: access.access_helped_guardian(secretary, stranger.guardians[0].public_id),
        lambda: access.access_helped_college(secretary, stranger.college.uai),
        lambda: access.access_helped_class(
            secretary,
            uai=its_class.college.uai,
            school_year=its_class.school_year,
            name=its_class.name,
        ),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_secretary_s_own_children_elsewhere_are_not_theirs_to_help(secretary, stranger):
    mother = stranger.guardians[0]
    mother.user = secretary
    mother.save()

    with pytest.raises(NotFound):
        access.access_helped_pupil(secretary, stranger.pupil.public_id)


def test_who_left_or_answers_no_longer_is_not_helped(secretary, family):
    Guardianship.objects.filter(guardian=family.guardians[1]).update(valid_until=AT.date())
    with pytest.raises(NotFound):
        access.access_helped_guardian(secretary, family.guardians[1].public_id)

    Schooling.objects.update(valid_until=AT.date())
    with pytest.raises(NotFound):
        access.access_helped_pupil(secretary, family.pupil.public_id)


@pytest.mark.parametrize("role", [Role.READER, Role.REGISSEUR])
def test_who_reads_files_without_giving_codes_gives_none(role, family):
    reader = agent(role)

    assert not access.helped_colleges(reader).exists()
    with pytest.raises(NotFound):
        access.access_helped_pupil(reader, family.pupil.public_id)
    with pytest.raises(NotFound):
        access.access_helped_guardian(reader, family.guardians[0].public_id)


def test_letters_are_for_who_had_them_printed(secretary, family):
    _written, code = given_code(family.pupil, actor=Actor.user(secretary))
    letters = code.letters

    assert access.access_letters(secretary, letters.public_id) == letters
    for other in (agent(Role.ADMINISTRATOR), agent(Role.INSTRUCTOR)):
        with pytest.raises(NotFound):
            access.access_letters(other, letters.public_id)
    with pytest.raises(NotFound):
        access.access_letters(secretary, uuid.uuid4())
    with time_machine.travel(letters.kept_until, tick=False), pytest.raises(NotFound):
        access.access_letters(secretary, letters.public_id)
    assert letters.kept_until - letters.made_at == datetime.timedelta(hours=24)
