"""The code of a letter tells who somebody is; it never joins them to another than their claims say."""

from __future__ import annotations

import datetime

import pytest

from commons.models import AuditEntry, OutboxEvent
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.identities import operations, queries
from tenants.identities.models import ExternalIdentity, LinkRequest
from tenants.identities.refusals import CodeRefused, ProofRefused, RequestOver, TooManyTries
from tenants.people.models import Guardian, Pupil
from tests.factories.canteen import make_family
from tests.factories.codes import given_code, recovery_code
from tests.factories.identities import INE, make_claims, make_diallos, now
from tests.factories.portal import make_account

BORN = datetime.date(2012, 5, 4)  # of every pupil of the factories
pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family(tenant_db):
    return make_diallos()


@pytest.fixture
def mother(family):
    return family.guardians[0]


@pytest.fixture
def twin(family):
    """Of the same birth date and name, in the same collège."""
    other = make_family(college=family.college)
    Pupil.objects.filter(pk=other.pupil.pk).update(first_name="Moussa", jointure_id="2002")
    Guardian.objects.filter(pk=other.guardians[0].pk).update(
        first_name="Aminata", jointure_id="1002"
    )
    other.pupil.refresh_from_db()
    other.guardians[0].refresh_from_db()
    return other


def request_of(**traits):
    """A mother by FranceConnect, unless told otherwise."""
    return operations.arrive(claims=make_claims(**traits), at=now()).request


def request_at_school(**traits):
    """A child by EduConnect, whose identifier is not in the feed yet."""
    return request_of(
        **{
            "kind": "EDUCONNECT", "subject": "edu-ibrahima", "profile": "PUPIL", "uai": "0921234A",
            "last_names": ("DIALLO",), "first_names": ("Ibrahima",), "birth_date": BORN,
            "join_keys": ("2009",), **traits,
        }
    )  # fmt: skip


def written(person, **traits):
    code, _kept = given_code(person, at=now(), **traits)
    return code


def prove(request, typed, birth_date=BORN, at=None):
    return operations.prove_by_code(
        request=request, typed=typed, birth_date=birth_date, at=at or now()
    )


def assert_nobody_came_in(person):
    person.refresh_from_db()
    assert person.user is None or not person.user.external_identities.exists()
    assert not ExternalIdentity.objects.exists()
    assert not person.activation_codes.filter(used_at__isnull=False).exists()


def test_a_mother_is_joined_without_a_password(mother):
    user = prove(request_of(), written(mother).lower().replace("-", " ")).user

    mother.refresh_from_db()
    assert mother.user == user
    assert (user.has_usable_password(), user.login, user.email) == (False, None, None)
    assert ExternalIdentity.objects.get().proof == "CODE"
    request = LinkRequest.objects.get()
    assert (request.state, request.user, request.sealed_claims) == ("LINKED", user, None)
    assert mother.activation_codes.get().used_at is not None
    assert OutboxEvent.objects.filter(name="identities.identity.linked").count() == 1
    spent = AuditEntry.objects.get(action="activation.code.spent")
    assert (spent.subject_type, spent.subject_id) == ("guardian", str(mother.public_id))
    assert operations.arrive(claims=make_claims(), at=now()).user == user


def test_a_pupil_who_is_not_in_the_feed_yet_is_joined(family):
    user = prove(request_at_school(), written(family.pupil)).user

    family.pupil.refresh_from_db()
    assert family.pupil.user == user


def test_one_of_several_records_is_told_by_its_code(family, twin, mother):
    request = request_at_school(
        profile="GUARDIAN", first_names=("Aminata",), birth_date=None, join_keys=("1001", "1002")
    )
    assert (request.state, request.reason) == ("TO_DECIDE", "SEVERAL_PEOPLE")

    user = prove(request, written(twin.guardians[0])).user

    twin.guardians[0].refresh_from_db()
    assert twin.guardians[0].user == user
    mother.refresh_from_db()
    assert mother.user is None
    request.refresh_from_db()
    assert request.state == "LINKED"


def test_a_pupil_whose_birth_date_is_not_given_is_told_by_their_code(family):
    request = request_at_school(join_keys=("2001",), birth_date=None)
    assert request.reason == "BIRTH_DATE_DIFFERS"

    assert prove(request, written(family.pupil)).user is not None


def test_a_new_code_joins_the_account_that_exists_and_leaves_its_password(mother):
    account = make_account(mother)
    password = account.password

    code, _kept = recovery_code(mother, at=now())

    assert prove(request_of(), code).user == account
    account.refresh_from_db()
    assert account.password == password


def test_a_code_serves_once(family, mother):
    code = written(mother)
    prove(request_of(), code)

    with pytest.raises(CodeRefused):
        prove(request_of(subject="another"), code)
    with pytest.raises(RequestOver):
        prove(LinkRequest.objects.get(subject="subject-of-aminata"), written(family.pupil))
    assert ExternalIdentity.objects.count() == 1


def wrong_date(family, twin):
    return written(family.guardians[0]), {"birth_date": datetime.date(2012, 5, 5)}


def no_such_code(family, twin):
    return "CDFG-HJKM-34PR", {}


def too_old(family, twin):
    return written(family.guardians[0]), {"at": now() + datetime.timedelta(days=61)}


def of_a_pupil(family, twin):
    return written(family.pupil), {}


def of_an_agent(family, twin):
    mother = family.guardians[0]
    code = written(mother)
    account = make_account(mother)
    StaffRole.objects.create(user=account, role=Role.READER)
    return code, {}


def of_an_account_made_meanwhile(family, twin):
    mother = family.guardians[0]
    code = written(mother)
    make_account(mother)
    return code, {}


@pytest.mark.parametrize(
    "wrong",
    [wrong_date, no_such_code, too_old, of_a_pupil, of_an_agent, of_an_account_made_meanwhile],
)
def test_whatever_is_wrong_is_refused_alike(family, twin, wrong):
    request = request_of()
    code, told = wrong(family, twin)

    with pytest.raises(CodeRefused) as refusal:
        prove(request, code, **told)

    assert refusal.value.details == {}
    for person in (family.pupil, *family.guardians, *twin.guardians):
        assert_nobody_came_in(person)
    request.refresh_from_db()
    assert (request.state, request.tries) == ("TO_PROVE", 1)


def test_a_code_of_another_than_the_identifier_points_at_is_refused(family, twin):
    """The feed knows the key of one; the other's letter was found."""
    request = request_at_school(
        profile="GUARDIAN", first_names=("Aminata",), birth_date=BORN + datetime.timedelta(1),
        join_keys=("1001",),
    )  # fmt: skip
    assert request.reason == "BIRTH_DATE_DIFFERS"

    with pytest.raises(CodeRefused):
        prove(request, written(family.guardians[0]))  # her key, and no child of that date
    undated = request_at_school(
        subject="undated", profile="GUARDIAN", first_names=("Awa",), birth_date=None,
        join_keys=("1001",),
    )  # fmt: skip
    with pytest.raises(CodeRefused):
        prove(undated, written(twin.guardians[0]))

    for one in (request, undated):
        one.refresh_from_db()
        assert (one.state, one.candidates.count()) == ("TO_DECIDE", 1)
    assert_nobody_came_in(twin.guardians[0])
    assert_nobody_came_in(family.guardians[0])


def test_a_pupil_of_another_birth_date_than_the_provider_says_is_refused(family):
    request = request_at_school(birth_date=BORN + datetime.timedelta(1))

    with pytest.raises(CodeRefused):
        prove(request, written(family.pupil))
    assert_nobody_came_in(family.pupil)


def test_the_letter_of_a_twin_is_left_to_a_person_and_still_works(family, twin):
    request = request_at_school()
    code = written(twin.pupil)

    left = prove(request, code).request

    assert (left.state, left.reason) == ("TO_DECIDE", "NAME_DIFFERS")
    assert [one.pupil for one in queries.candidates_of(left)] == [twin.pupil]
    assert left.college_uai == family.college.uai
    assert_nobody_came_in(twin.pupil)
    # The child then takes their own letter; and the twin has theirs.
    assert prove(request, written(family.pupil)).user is not None
    again = request_at_school(subject="edu-moussa", first_names=("Moussa",), join_keys=("2008",))
    assert prove(again, code).user is not None


def test_who_has_another_identity_is_left_to_a_person(mother):
    first = prove(request_of(), written(mother)).user
    User.objects.filter(pk=first.pk).update(last_login=now())  # they came in
    code, kept = recovery_code(mother, at=now())

    left = prove(request_of(subject="another"), code).request

    assert (left.state, left.reason) == ("TO_DECIDE", "ALREADY_LINKED")
    assert ExternalIdentity.objects.get().subject == "subject-of-aminata"
    kept.refresh_from_db()
    assert kept.used_at is None


def test_five_tries_a_day_by_an_ine_or_a_code(mother):
    request = request_of()
    for _try in range(3):
        with pytest.raises(CodeRefused):
            prove(request, "CDFG-HJKM-34PR")
    for _try in range(2):
        with pytest.raises(ProofRefused):
            operations.prove_by_paper(
                request=request, ine=INE, birth_date=datetime.date(2012, 5, 5), at=now()
            )
    code = written(mother)

    with pytest.raises(TooManyTries):
        prove(request, code)
    assert_nobody_came_in(mother)
    assert prove(request, code, at=now() + datetime.timedelta(days=1, minutes=1)).user is not None
