"""To whom a service is open: by profile, collège, class and day; what it is told; who enables it."""

from __future__ import annotations

import datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from commons.errors import NotFound
from federation.catalogue.models import SharedService
from federation.catalogue.service_files import ServiceFileInvalid, read_services
from federation.ent import operations, queries
from federation.ent.enabling import (
    AddressRefused,
    GrantBeyondAsked,
    LicencesTaken,
    OpeningExists,
    OpeningRefused,
    ServiceAlreadyEnabled,
    ServiceDisabled,
)
from federation.ent.models import EnabledService, Licence, Opening
from federation.ent.using import LicencesSpent, ServiceNotForPerson, ServiceNotReady
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import SchoolClass, Schooling
from tests.factories.canteen import START, make_college, make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import ONE_DAY, enable, open_service, open_to
from tests.factories.tariffs import ACTOR, AT

pytestmark = pytest.mark.usefixtures("tenant_db")
TODAY = datetime.date(2024, 10, 8)


def codes(user: User, on: datetime.date = TODAY) -> list[str]:
    return [service.code for service in queries.services_of(user, on=on)]


def admit(user: User, code: str = "presse"):
    return operations.admit(user=user, service_code=code, on=TODAY, at=AT)


def pupil_account(family) -> User:
    user = User.objects.create(login=f"eleve{family.pupil.pk}", first_name="Awa")
    family.pupil.user = user
    family.pupil.save(update_fields=["user"])
    return user


def test_a_service_that_is_enabled_is_open_to_nobody():
    family = make_family()
    enable()

    assert codes(account_of(family)) == []


def test_a_service_is_open_to_the_profile_alone():
    family = make_family()
    agent = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=agent, role=Role.READER)
    open_to(enable(), "GUARDIAN")

    assert codes(account_of(family)) == ["presse"]
    assert codes(pupil_account(family)) == []
    assert codes(agent) == []


def test_a_service_is_open_in_one_college_alone():
    here, elsewhere = make_family(), make_family()
    open_to(enable(), "PUPIL", college=here.college)

    assert codes(pupil_account(here)) == ["presse"]
    assert codes(pupil_account(elsewhere)) == []


def test_a_secretary_has_what_is_open_to_the_agents_of_their_college():
    mine, other = make_college(), make_college()
    user = User.objects.create(email="secretaire@exemple.fr")
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=mine.uai)
    open_to(enable("presse"), "STAFF", college=mine)
    open_to(enable("madmagz"), "STAFF", college=other)

    assert codes(user) == ["presse"]


def test_a_service_is_open_to_one_class_alone():
    one, other = make_family(), make_family()
    Schooling.objects.filter(pupil=other.pupil).update(college=one.college)
    its_class = SchoolClass.objects.create(
        college=one.college, school_year=2024, name="5e B", level="5E"
    )
    Schooling.objects.filter(pupil=one.pupil).update(school_class=its_class)
    open_to(enable(), "PUPIL", college=one.college, school_class=its_class)

    assert codes(pupil_account(one)) == ["presse"]
    assert codes(pupil_account(other)) == []


def test_a_service_is_open_from_its_first_day_to_the_day_before_its_end():
    user = account_of(make_family())
    open_to(enable(), valid_from=TODAY, valid_until=TODAY + ONE_DAY)

    assert [codes(user, TODAY + ONE_DAY * days) for days in (-1, 0, 1)] == [[], ["presse"], []]


def test_a_pupil_who_left_and_a_guardianship_that_ended_open_nothing():
    left, ended = make_family(), make_family()
    Schooling.objects.filter(pupil=left.pupil).update(valid_until=TODAY)
    ended.pupil.guardianships.update(valid_until=TODAY)
    open_service()

    assert codes(pupil_account(left)) == []
    assert codes(account_of(ended)) == []


def test_a_guardian_reads_which_children_a_service_is_for():
    family = make_family()
    sister, cousin = make_family(), make_family()
    for other in (sister, cousin):
        other.pupil.guardianships.update(guardian=family.guardians[0])
    open_to(enable(), college=family.college)
    opening = Opening.objects.get()
    open_to(opening.enabled, college=sister.college)

    (service,) = queries.services_of(account_of(family), on=TODAY)

    assert [child.first_name for child in service.children] == [
        family.pupil.first_name,
        sister.pupil.first_name,
    ]


def test_a_closed_account_has_nothing():
    user = account_of(make_family())
    open_service()
    user.is_active = False

    assert codes(user) == []


def test_a_favourite_comes_first_and_goes_back():
    user = account_of(make_family())
    open_service("cantine")
    open_service("presse")
    assert codes(user) == ["cantine", "presse"]

    for is_favourite in (True, True, False):
        operations.set_favourite(
            user=user, service_code="presse", is_favourite=is_favourite, on=TODAY, at=AT
        )
        assert codes(user)[0] == ("presse" if is_favourite else "cantine")


def test_a_service_that_is_not_open_is_no_favourite():
    user = account_of(make_family())
    enable()

    with pytest.raises(ServiceNotForPerson):
        operations.set_favourite(
            user=user, service_code="presse", is_favourite=True, on=TODAY, at=AT
        )


# --- entering ------------------------------------------------------------------------------------


def test_who_is_not_covered_is_refused_as_if_there_were_no_such_service():
    user = account_of(make_family())
    enable()

    for code in ("presse", "absent"):
        with pytest.raises(ServiceNotForPerson):
            admit(user, code)


def test_what_is_announced_does_not_open():
    user = account_of(make_family())
    open_service("notes")

    with pytest.raises(ServiceNotReady):
        admit(user, "notes")


def test_a_licence_is_taken_once_per_person_and_refused_beyond_the_count():
    first, second = (account_of(make_family()) for _ in range(2))
    open_to(enable(), licences=1)

    admit(first)
    admit(first)
    with pytest.raises(LicencesSpent):
        admit(second)

    assert [licence.user_id for licence in Licence.objects.all()] == [first.pk]


def test_no_licence_is_taken_where_none_is_counted():
    user = account_of(make_family())
    enabled = enable()
    open_to(enabled, college=None, licences=1)
    family = make_family()
    family.pupil.guardianships.update(guardian=user.guardian)
    open_to(enabled, college=family.college)

    admit(user)

    assert not Licence.objects.exists()


def test_the_next_opening_with_room_gives_its_licence():
    first, second = make_family(), make_family()
    Schooling.objects.filter(pupil=second.pupil).update(college=first.college)
    enabled = enable()
    general = open_to(enabled, licences=1)
    here = open_to(enabled, college=first.college, licences=1)

    admit(account_of(first))
    admit(account_of(second))

    taken = Licence.objects.order_by("pk").values_list("opening_id", flat=True)
    assert list(taken) == [general.pk, here.pk]


# --- configuring ---------------------------------------------------------------------------------


def test_a_service_is_told_less_than_it_asks_for_never_more():
    with pytest.raises(GrantBeyondAsked):
        enable("presse", "PROFILE", "FAMILY_NAME")
    enabled = enable("presse", "PROFILE")

    with pytest.raises(GrantBeyondAsked):
        operations.grant_attributes(enabled=enabled, granted=["GIVEN_NAME"], actor=ACTOR, at=AT)
    operations.grant_attributes(enabled=enabled, granted=[], actor=ACTOR, at=AT)

    assert EnabledService.objects.get().granted == []


@pytest.mark.parametrize(
    "address",
    [
        "http://presse.example/",
        "https://",
        "https://presse.example@mechant.example/",
        "https://presse.example/#x",
        "https://presse.example\\@mechant.example/",
        "javascript:alert(1)",
        "//presse.example/",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_plain(address):
    with pytest.raises(AddressRefused):
        enable("presse", launch_url=address)


def test_this_machine_is_an_address_in_the_demo_alone(settings):
    enable("presse", launch_url="http://127.0.0.1:8005/cas/")
    settings.LOOPBACK_HOSTS = False

    with pytest.raises(AddressRefused):
        enable("madmagz", launch_url="http://127.0.0.1:8005/oidc/")


def test_a_service_is_enabled_once_and_again_after_it_was_disabled():
    enabled = enable()
    with pytest.raises(ServiceAlreadyEnabled):
        enable()

    operations.disable_service(enabled=enabled, actor=ACTOR, at=AT)
    with pytest.raises(ServiceDisabled):
        open_to(enabled)
    enable()

    assert queries.enabled_services().count() == 1


def test_what_the_catalogue_does_not_offer_is_not_enabled():
    with pytest.raises(NotFound):
        enable("absent")


@pytest.mark.parametrize(
    "traits",
    [
        {"profile": "TEACHER"},
        {"valid_until": START},
        {"licences": 0},
    ],
)
def test_an_opening_that_cannot_be_is_refused(traits):
    with pytest.raises(OpeningRefused):
        open_to(enable(), **{"profile": "PUPIL", **traits})


def test_a_class_is_opened_in_its_own_college_and_to_no_agent():
    college, other = make_college(), make_college()
    its_class = SchoolClass.objects.create(
        college=college, school_year=2024, name="5e B", level="5E"
    )
    enabled = enable()

    for profile, where in (("PUPIL", other), ("PUPIL", None), ("STAFF", college)):
        with pytest.raises(OpeningRefused):
            open_to(enabled, profile, college=where, school_class=its_class)


def test_the_same_people_have_one_lasting_opening():
    enabled = enable()
    opening = open_to(enabled)
    with pytest.raises(OpeningExists):
        open_to(enabled)

    operations.close_opening(opening=opening, ends_on=TODAY, actor=ACTOR, at=AT)
    open_to(enabled, valid_from=TODAY)
    with pytest.raises(OpeningRefused):
        operations.close_opening(opening=opening, ends_on=TODAY + ONE_DAY, actor=ACTOR, at=AT)


def test_licences_never_go_below_those_that_are_taken():
    opening = open_to(enable(), licences=3)
    for _ in range(2):
        admit(account_of(make_family()))

    with pytest.raises(LicencesTaken):
        operations.set_licences(opening=opening, licences=1, actor=ACTOR, at=AT)
    operations.set_licences(opening=opening, licences=2, actor=ACTOR, at=AT)

    assert Opening.objects.get().licences == 2


# --- what is shared ------------------------------------------------------------------------------


def test_a_tenant_reads_the_whole_catalogue_and_writes_none_of_it():
    assert SharedService.objects.filter(code="madmagz").exists()

    for statement in (
        "UPDATE public.catalogue_sharedservice SET name = 'x'",
        "DELETE FROM public.catalogue_sharedservice",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_what_one_departement_enables_is_not_enabled_in_the_other(in_tenant):
    enable()

    with in_tenant("d94"):
        assert not queries.enabled_services().exists()


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("- {code: a-b, name: A, description: D, editor: E, category: NONE}", "category"),
        ("- {code: A, name: A, description: D, editor: E, category: READING}", "code"),
        ("- {code: ab, name: A, description: D, editor: E}", "obligatoire"),
        (
            "- {code: ab, name: A, description: D, editor: E, category: READING, colour: red}",
            "colour",
        ),
        ("- {code: ab, name: 1, description: D, editor: E, category: READING}", "name"),
        (
            "- {code: ab, name: A, description: D, editor: E, category: READING, asks: [INE]}",
            "asks",
        ),
        (
            (
                "- {code: ab, name: A, description: D, editor: E, category: READING, "
                "launch_url: 'http://a.example/'}"
            ),
            "launch_url",
        ),
        (
            "- {code: ab, name: A, description: D, editor: E, category: READING, is_native: true}",
            "native_route",
        ),
        ("{}", "liste"),
        ("- [", "yaml"),
    ],
)
def test_a_file_that_says_something_odd_is_refused_by_its_field(tmp_path, lines, field):
    path = tmp_path / "services.yaml"
    path.write_text(lines, encoding="utf-8")

    with pytest.raises(ServiceFileInvalid) as refused:
        read_services(path)

    assert refused.value.details["field"] == field
