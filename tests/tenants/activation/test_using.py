"""From a letter to an account: who gets in, once, and who does not."""

import datetime

import pytest

from commons.errors import DomainError
from commons.models import AuditEntry, OutboxEvent
from tenants.accounts.backends import PasswordBackend
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.accounts.operations import WeakPassword
from tenants.activation import operations, queries
from tenants.activation.letters import Seen
from tenants.activation.models import ActivationCode, AddressClaim, IdentityShown
from tenants.activation.operations import AccountOfStaff, CodeRefused, IdentityNotShown
from tenants.people.models import Guardianship
from tests.factories.acting import begin as begin_acting
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.codes import AT, BIRTH_DATE, PASSWORD, given_code, recovery_code
from tests.factories.portal import make_account

LATER = AT + datetime.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family(tenant_db):
    return make_family()


@pytest.fixture
def guardian(family):
    return family.guardians[0]


def check(code, birth_date=BIRTH_DATE, at=LATER):
    return operations.check_code(typed=code, birth_date=birth_date, at=at)


def use(code, **traits):
    return operations.use_code(**{"code": code, "password": PASSWORD, "at": LATER, **traits})


def test_a_guardian_without_address_gets_an_identifier_and_signs_in(guardian):
    written, _kept = given_code(guardian)

    user = use(check(written.lower()), login="parent.diallo.472")

    guardian.refresh_from_db()
    assert (guardian.user, user.email, user.login) == (user, None, "parent.diallo.472")
    assert PasswordBackend().authenticate(None, "Parent.Diallo.472", PASSWORD) == user


def test_a_pupil_opens_an_account_with_their_own_birth_date(family):
    written, _kept = given_code(family.pupil)

    user = use(check(written))

    family.pupil.refresh_from_db()
    assert family.pupil.user == user
    assert user.login.startswith("enfant")


def test_a_code_serves_once(guardian):
    written, kept = given_code(guardian)
    use(check(written))

    with pytest.raises(CodeRefused):
        check(written)
    with pytest.raises(CodeRefused):
        use(kept)
    assert User.objects.count() == 1


def test_a_first_code_makes_ones_own_the_account_that_an_agent_had_opened(family, guardian):
    begin_acting(make_agent(), family, at=AT)
    guardian.refresh_from_db()
    opened = guardian.user
    assert guardian in [
        one.person
        for one in queries.recipients(
            family.college, None, audience="GUARDIANS", on=AT.date(), again=False, at=AT
        )
    ]

    written, _kept = given_code(guardian)
    user = use(check(written), login="parent.diallo.472")

    assert user == opened
    assert PasswordBackend().authenticate(None, "parent.diallo.472", PASSWORD) == opened
    with pytest.raises(IdentityNotShown):
        given_code(guardian)


def test_a_first_code_never_opens_an_account_that_somebody_came_in_by(guardian):
    written, kept = given_code(guardian)
    User.objects.create(first_name="Awa", last_login=AT, password="!")
    guardian.user = User.objects.get()
    guardian.save(update_fields=["user"])

    with pytest.raises(CodeRefused):
        use(check(written))
    assert not User.objects.get().has_usable_password()
    kept.refresh_from_db()
    assert kept.used_at is None


def test_a_new_code_ends_the_former(guardian):
    former, kept = given_code(guardian)
    latter, _kept = given_code(guardian, at=LATER)

    with pytest.raises(CodeRefused):
        check(former)
    with pytest.raises(CodeRefused):
        use(kept)
    assert check(latter).guardian == guardian


def test_a_code_ends_at_its_hour(guardian):
    written, kept = given_code(guardian, lasts=datetime.timedelta(days=60))
    last = AT + datetime.timedelta(days=60)

    assert check(written, at=last - datetime.timedelta(seconds=1)) == kept
    with pytest.raises(CodeRefused):
        check(written, at=last)
    with pytest.raises(CodeRefused):
        use(kept, at=last)


@pytest.mark.parametrize("typed", ["", "CDFG-HJKM-34P", "AAAA-AAAA-AAAA", "CDFG-HJKM-34PR"])
def test_what_is_no_code_is_refused_alike(guardian, typed):
    given_code(guardian)

    with pytest.raises(CodeRefused) as refusal:
        check(typed)
    assert refusal.value.details == {}


def test_the_birth_date_is_that_of_a_child_one_answers_for_today(family, guardian):
    other = make_family()
    other.pupil.birth_date = datetime.date(2013, 1, 1)
    other.pupil.save()
    written, _kept = given_code(guardian)

    with pytest.raises(CodeRefused):
        check(written, birth_date=other.pupil.birth_date)
    Guardianship.objects.filter(guardian=guardian).update(valid_until=AT.date())
    with pytest.raises(CodeRefused):
        check(written)


def test_ten_wrong_dates_end_a_code(guardian):
    written, kept = given_code(guardian)
    for _try in range(operations.MOST_WRONG_TRIES):
        with pytest.raises(CodeRefused):
            check(written, birth_date=datetime.date(2010, 1, 1))

    with pytest.raises(CodeRefused):
        check(written)
    kept.refresh_from_db()
    assert kept.ended_at == LATER


def test_a_code_of_another_departement_is_none_here(guardian, in_tenant):
    with in_tenant("d94"):
        elsewhere, _kept = given_code(make_family().guardians[0])

    with pytest.raises(CodeRefused):
        check(elsewhere)


def test_a_weak_password_leaves_the_code_as_it_was(guardian):
    written, kept = given_code(guardian)

    with pytest.raises(WeakPassword):
        use(check(written), password="diallo")
    kept.refresh_from_db()
    assert kept.works_at(LATER)
    assert not User.objects.exists()


def test_an_address_serves_nothing_before_it_is_confirmed(guardian):
    _written, kept = given_code(guardian)

    user = use(kept, email="Aminata@Exemple.fr ")

    claim = AddressClaim.objects.get()
    assert (user.email, claim.email, claim.user) == (None, "aminata@exemple.fr", user)
    assert OutboxEvent.objects.get().name == "activation.address.claimed"


def test_an_identifier_that_was_taken_meanwhile_is_drawn_again(family, guardian):
    User.objects.create(login="parent.diallo.472")
    _written, kept = given_code(guardian)

    user = use(kept, login="parent.diallo.472")

    assert user.login != "parent.diallo.472"
    assert User.objects.count() == 2


# --- who has an account already ------------------------------------------------------------------


def test_nothing_is_given_for_an_account_without_what_was_shown(guardian):
    make_account(guardian)

    card = (IdentityShown.IDENTITY_CARD,)
    for missing in (None, Seen((), "Mot de passe oublié"), Seen(card, " ")):
        with pytest.raises(IdentityNotShown):
            recovery_code(guardian, seen=missing)
    assert not ActivationCode.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_new_code_gives_the_same_account_a_new_password(guardian):
    user = make_account(guardian)
    before = user.get_session_auth_hash()
    written, kept = recovery_code(guardian)

    found = use(check(written))

    assert found == user
    assert User.objects.count() == 1
    assert found.get_session_auth_hash() != before
    assert kept.is_recovery


def test_who_gives_a_new_code_is_written_down_and_its_person_told(guardian):
    make_account(guardian)
    recovery_code(guardian)

    entry = AuditEntry.objects.get(action="activation.recovery.given")
    assert (entry.subject_id, entry.details["shown"]) == (
        str(guardian.public_id),
        ["IDENTITY_CARD"],
    )
    assert OutboxEvent.objects.get().name == "activation.recovery.given"


def test_a_first_code_never_opens_an_account_made_meanwhile(guardian):
    _written, kept = given_code(guardian)
    user = make_account(guardian)

    with pytest.raises(CodeRefused):
        use(kept)
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_account_of_an_agent_is_opened_by_no_paper(guardian):
    user = make_account(guardian)
    _written, kept = recovery_code(guardian)
    StaffRole.objects.create(user=user, role=Role.READER)

    with pytest.raises(CodeRefused):
        use(kept)
    with pytest.raises(AccountOfStaff):
        recovery_code(guardian)
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_a_closed_account_stays_closed(guardian):
    user = make_account(guardian)
    _written, kept = recovery_code(guardian)
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(CodeRefused):
        use(kept)


# --- what is kept --------------------------------------------------------------------------------


def test_the_code_is_kept_nowhere(guardian):
    written, kept = given_code(guardian)
    bare = written.replace("-", "")

    row = ActivationCode.objects.filter(pk=kept.pk).values().get()
    assert bare not in str(row)
    assert written not in str(list(AuditEntry.objects.values()))


def test_letters_are_kept_sealed_then_removed(guardian):
    _written, kept = given_code(guardian)
    letters = kept.letters

    assert b"%PDF" not in bytes(letters.sealed)
    opened = operations.open_letters(letters=letters, actor=operations.Actor.system("t"), at=AT)
    assert opened == b"%PDF"
    assert operations.remove_letters(at=letters.kept_until) == 1
    letters.refresh_from_db()
    assert letters.sealed is None
    with pytest.raises(DomainError):
        operations.open_letters(letters=letters, actor=operations.Actor.system("t"), at=AT)


def test_who_answers_no_longer_sees_the_child_though_they_activated(family, guardian):
    from tenants.people.access import visible_pupils

    _written, kept = given_code(guardian)
    user = use(kept)
    assert list(visible_pupils(user)) == [family.pupil]

    Guardianship.objects.filter(guardian=guardian).update(valid_until=AT.date())

    assert not visible_pupils(user).exists()
