"""Who left gives their licence back; who is only between two classes keeps it."""

from __future__ import annotations

import datetime

import pytest

from commons.models import AuditEntry
from federation.ent import operations
from federation.ent.models import Licence
from federation.ent.using import LicencesSpent
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardianship, Schooling
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_to
from tests.factories.tariffs import AT

pytestmark = pytest.mark.usefixtures("tenant_db")
TODAY = datetime.date(2024, 10, 8)
NOW = datetime.datetime(2024, 10, 8, 3, 0, tzinfo=datetime.UTC)


@pytest.fixture
def family(tenant_db):
    return make_family()


def admit(user: User) -> None:
    operations.admit(user=user, service_code="presse", on=TODAY, at=AT)


def take_back(days: int = 0) -> int:
    return operations.take_back_licences(at=NOW + datetime.timedelta(days=days))


def holders() -> list[int]:
    return sorted(Licence.objects.values_list("user_id", flat=True))


@pytest.mark.parametrize("who_left", ["the child", "the guardian"])
def test_a_family_that_left_for_a_month_leaves_room_for_another(family, who_left):
    opening = open_to(enable(), college=family.college, licences=1)
    parent, other = account_of(family), account_of(make_family(college=family.college))
    admit(parent)
    row = {
        "the child": Schooling.objects.filter(pupil=family.pupil),
        "the guardian": Guardianship.objects.filter(pupil=family.pupil),
    }[who_left]
    row.update(valid_until=TODAY)

    assert take_back(29) == 0
    with pytest.raises(LicencesSpent):
        admit(other)
    assert take_back(30) == 1

    admit(other)
    assert holders() == [other.pk]
    written = AuditEntry.objects.get(action="ent.licences.taken_back")
    assert written.details["opening"] == str(opening.public_id)
    assert written.details["count"] == 1


def test_who_is_still_covered_keeps_theirs_whatever_the_profile(family):
    enabled = enable()
    child = User.objects.create(login="eleve.diallo.222", first_name="Awa")
    family.pupil.user = child
    family.pupil.save(update_fields=["user"])
    agent = User.objects.create(email="agent@exemple.fr", first_name="Inès")
    StaffRole.objects.create(
        user=agent, role=Role.COLLEGE_SECRETARY, college_uai=family.college.uai
    )
    for profile in ("GUARDIAN", "PUPIL", "STAFF"):
        open_to(enabled, profile, college=family.college, licences=2)
    people = [account_of(family), child, agent]
    for person in people:
        admit(person)

    assert take_back(90) == 0
    StaffRole.objects.filter(user=agent).update(college_uai="0929999Z")
    User.objects.filter(pk=child.pk).update(is_active=False)

    assert take_back() == 2
    assert holders() == [people[0].pk]


def test_what_is_not_counted_or_is_over_is_left_as_it_is(family):
    opening = open_to(enable(), licences=1)
    admit(account_of(family))
    Schooling.objects.filter(pupil=family.pupil).update(valid_until=TODAY)
    opening.valid_until = TODAY + datetime.timedelta(days=10)
    opening.save(update_fields=["valid_until"])

    assert take_back(60) == 0
    assert len(holders()) == 1
