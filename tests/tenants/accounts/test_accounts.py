"""Accounts, roles and the password sign-in."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.models import AuditEntry
from tenants.accounts import operations
from tenants.accounts.backends import PasswordBackend
from tenants.accounts.capabilities import CAPABILITIES, Capability, Role
from tenants.accounts.models import StaffRole, User

AT = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
ACTOR = Actor.system("tests")
PASSWORD = "une-longue-phrase-de-passe"


def create(email: str = "Aminata.Diallo@exemple.fr", password: str | None = PASSWORD) -> User:
    return operations.create_user(
        email=email,
        first_name="Aminata",
        last_name="Diallo",
        password=password,
        actor=ACTOR,
        at=AT,
    )


def test_an_address_signs_in_whatever_its_case(tenant_db):
    user = create()
    assert user.email == "aminata.diallo@exemple.fr"
    signed_in = PasswordBackend().authenticate(None, " AMINATA.diallo@exemple.fr ", PASSWORD)
    assert signed_in == user


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("aminata.diallo@exemple.fr", "wrong"),
        ("nobody@exemple.fr", PASSWORD),
        ("", ""),
        (None, None),
    ],
)
def test_a_wrong_pair_signs_nobody_in(tenant_db, email, password):
    create()
    assert PasswordBackend().authenticate(None, email, password) is None


def test_a_closed_account_does_not_sign_in(tenant_db):
    user = create()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert PasswordBackend().authenticate(None, user.email, PASSWORD) is None
    assert PasswordBackend().get_user(user.pk) is None


def test_an_account_without_password_does_not_sign_in(tenant_db):
    create(password=None)
    assert PasswordBackend().authenticate(None, "aminata.diallo@exemple.fr", "") is None


def test_an_address_has_one_account_in_a_departement_and_may_have_one_in_another(
    tenant_db, in_tenant
):
    create()
    with pytest.raises(operations.EmailTaken):
        create(email="aminata.diallo@EXEMPLE.fr")
    assert User.objects.count() == 1
    with in_tenant("d94"):
        create()


def create_pupil(login: str = "Lea.Martin") -> User:
    return operations.create_user(
        login=login, first_name="Léa", last_name="Martin", password=PASSWORD, actor=ACTOR, at=AT
    )


def test_who_has_no_address_signs_in_with_the_identifier_given_on_paper(tenant_db):
    pupil = create_pupil()
    assert (pupil.email, pupil.login, str(pupil)) == (None, "lea.martin", "lea.martin")
    assert PasswordBackend().authenticate(None, " LEA.martin", PASSWORD) == pupil


def test_an_identifier_has_one_account(tenant_db):
    create_pupil()
    with pytest.raises(operations.LoginTaken):
        create_pupil("lea.martin ")
    assert User.objects.count() == 1


def test_several_accounts_have_neither_address_nor_identifier(tenant_db):
    for _ in range(2):
        operations.create_user(
            first_name="Awa", last_name="Diallo", password=None, actor=ACTOR, at=AT
        )
    assert User.objects.filter(email=None, login=None).count() == 2
    assert PasswordBackend().authenticate(None, "", PASSWORD) is None


@pytest.mark.parametrize("login", ["", "Lea", "lea@exemple"])
def test_the_database_keeps_identifiers_apart_from_addresses(tenant_db, login):
    with pytest.raises(IntegrityError, match="login_is_no_address"), transaction.atomic():
        User.objects.create(login=login)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aminata.diallo@exemple.fr",
        "motdepasse",
        "Cantine-Collège-2026!",
        "Socle92Socle92!",
    ],
)
def test_a_weak_password_is_refused_and_opens_nothing(tenant_db, password):
    with pytest.raises(operations.WeakPassword):
        create(password=password)
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_database_keeps_addresses_in_lower_case(tenant_db):
    with pytest.raises(IntegrityError, match="email_is_lower_case"), transaction.atomic():
        User.objects.create(email="Upper@exemple.fr")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gives_its_capabilities_and_no_other(tenant_db, role):
    user = create()
    uai = "0921234A" if role is Role.COLLEGE_SECRETARY else ""
    operations.grant_role(user=user, role=role, college_uai=uai, actor=ACTOR, at=AT)

    assert {c for c in Capability if user.can(c)} == CAPABILITIES[role]
    assert user.is_staff


def test_a_guardian_is_no_staff(tenant_db):
    user = create()
    assert not user.is_staff
    assert not any(user.can(capability) for capability in Capability)
    assert not user.is_superuser


def test_no_role_both_prepares_tariffs_and_issues_invoices():
    """Money and its rules are in different hands."""
    for capabilities in CAPABILITIES.values():
        assert not {Capability.MANAGE_TARIFFS, Capability.ISSUE_INVOICES} <= capabilities


def test_a_role_is_given_once_and_written_down(tenant_db):
    user = create()
    for _ in range(2):
        operations.grant_role(user=user, role=Role.READER, actor=ACTOR, at=AT)
    assert StaffRole.objects.count() == 1
    assert AuditEntry.objects.filter(action="accounts.role.granted").count() == 1


@pytest.mark.parametrize(("role", "uai"), [(Role.COLLEGE_SECRETARY, ""), (Role.READER, "0921234A")])
def test_a_secretary_has_a_college_and_no_one_else_has(tenant_db, role, uai):
    user = create()
    with pytest.raises(operations.RoleNeedsCollege):
        operations.grant_role(user=user, role=role, college_uai=uai, actor=ACTOR, at=AT)
    assert not StaffRole.objects.exists()
