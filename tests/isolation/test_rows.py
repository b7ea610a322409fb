"""A row belongs to the tenant it was made or read in: its number is another row in the next."""

from __future__ import annotations

import copy
import pickle

import pytest
from django.apps import apps
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import RequestFactory

from commons.models import TenantModel
from commons.querysets import TenantManager
from commons.tenancy import WrongTenant
from tenants.accounts.capabilities import Capability, Role
from tenants.accounts.models import StaffRole, User
from tenants.accounts.sessions import SessionStore
from tenants.people.models import College, SchoolClass, Schooling
from tenants.registry import contexts

NUMBER = 7000


def make_class(name: str) -> SchoolClass:
    """A class and its collège, bearing the same numbers in each tenant."""
    college = College.objects.create(pk=NUMBER, uai="0920001A", name=name)
    return SchoolClass.objects.create(pk=NUMBER, college=college, name=name, school_year=2024)


@pytest.fixture
def own_class(tenant_db) -> SchoolClass:
    """A class of Hauts-de-Seine, whose numbers are a class and a collège of Val-de-Marne too."""
    with contexts.tenant("d94"):
        make_class("Val-de-Marne")
    make_class("Hauts-de-Seine")
    return SchoolClass.objects.get()


def untouched() -> None:
    """Val-de-Marne still says what it said."""
    assert College.objects.get().name == "Val-de-Marne"
    assert SchoolClass.objects.get().name == "Val-de-Marne"


def test_a_row_carried_into_another_tenant_is_not_saved_over_the_others(own_class):
    made, copied = College(pk=NUMBER, uai="0920002B", name="made in 92"), copy.copy(own_class)
    pickled = pickle.dumps(own_class)

    with contexts.tenant("d94"):
        for row in (own_class, made, copied, pickle.loads(pickled)):
            with pytest.raises(WrongTenant):
                row.save()
        untouched()

    own_class.name = "6e B"
    own_class.save()
    assert SchoolClass.objects.get().name == "6e B"


def test_a_row_carried_into_another_tenant_does_not_delete_the_others(own_class):
    alone = Schooling(pk=NUMBER)  # nothing points to it: Django reads nothing before
    with contexts.tenant("d94"):
        for row in (own_class, alone):
            with pytest.raises(WrongTenant):
                row.delete()
        untouched()


def test_a_relation_is_not_followed_in_another_tenant(own_class):
    college = College.objects.get()
    with contexts.tenant("d94"):
        for follow in (
            lambda: own_class.college,
            lambda: list(college.classes.all()),
            lambda: college.classes.create(name="x", school_year=2024),
            own_class.refresh_from_db,
            lambda: SchoolClass.objects.filter(college=college).exists(),
        ):
            with pytest.raises(WrongTenant):
                follow()
        untouched()
    assert own_class.college.name == "Hauts-de-Seine"


def test_a_deferred_column_is_not_read_in_another_tenant(own_class):
    partly = College.objects.only("uai").get()
    with contexts.tenant("d94"), pytest.raises(WrongTenant):
        partly.name  # noqa: B018  reading is the attack


def test_a_row_of_another_tenant_is_not_pointed_to(own_class):
    college = College.objects.get()
    with contexts.tenant("d94"):
        for write in (
            lambda: SchoolClass(college=college, name="x", school_year=2024).save(),
            lambda: SchoolClass.objects.bulk_create(
                [SchoolClass(college=college, name="x", school_year=2024)]
            ),
        ):
            with pytest.raises(WrongTenant):
                write()
        untouched()


def test_a_carried_queryset_writes_nothing(own_class):
    carried = College.objects.all()
    with contexts.tenant("d94"):
        for write in (
            lambda: carried.create(uai="0920003C", name="x"),
            lambda: carried.bulk_create([College(uai="0920003C", name="x")]),
            lambda: carried.get_or_create(uai="0920003C", defaults={"name": "x"}),
            lambda: carried.filter(pk=NUMBER).update(name="x"),
            carried.delete,
        ):
            with pytest.raises(WrongTenant):
                write()
        untouched()


def test_a_carried_queryset_deletes_nothing_at_once(own_class):
    carried = Schooling.objects.all()
    with contexts.tenant("d94"):
        for delete in (carried.delete, lambda: carried._raw_delete("default")):
            with pytest.raises(WrongTenant):
                delete()


def test_carried_rows_are_not_written_in_bulk(own_class):
    rows = [College(uai="0920003C", name="x")]
    read = list(College.objects.all())
    with contexts.tenant("d94"):
        with pytest.raises(WrongTenant):
            College.objects.bulk_create(rows)
        with pytest.raises(WrongTenant):
            College.objects.bulk_update(read, ["name"])
        untouched()


def test_a_raw_query_stays_in_its_tenant(own_class):
    asked = College.objects.raw("SELECT * FROM people_college")
    carried = College.objects.all()
    with contexts.tenant("d94"):
        with pytest.raises(WrongTenant):
            list(asked)
        with pytest.raises(WrongTenant):
            carried.raw("SELECT * FROM people_college")
    assert [college.name for college in asked] == ["Hauts-de-Seine"]


def test_an_iterator_is_not_continued_in_another_tenant(own_class):
    College.objects.create(uai="0920004D", name="second")
    begun = College.objects.order_by("pk").iterator(chunk_size=1)
    next(begun)
    with contexts.tenant("d94"), pytest.raises(WrongTenant):
        next(begun)


def test_a_user_is_nobody_in_another_tenant(tenant_db):
    """Its number is somebody else there, and what it may do was read here."""
    user = User.objects.create(pk=NUMBER, email="claire@exemple.fr")
    StaffRole.objects.create(user=user, role=Role.ADMINISTRATOR.value)
    assert user.can(Capability.USE_CONSOLE)  # and remembers it
    with contexts.tenant("d94"):
        User.objects.create(pk=NUMBER, email="val-de-marne@exemple.fr")
        for use in (
            user.save,
            user.delete,
            user.refresh_from_db,
            user.roles,
            lambda: user.can(Capability.USE_CONSOLE),
            lambda: user.is_staff,
            lambda: user.staff_roles.count(),
            lambda: StaffRole(user=user, role=Role.ADMINISTRATOR.value).save(),
            lambda: StaffRole.objects.filter(user=user).exists(),
            lambda: login(a_request(), user),
        ):
            with pytest.raises(WrongTenant):
                use()
        assert User.objects.get().email == "val-de-marne@exemple.fr"
        assert not StaffRole.objects.exists()
    assert user.is_staff


def a_request() -> HttpRequest:
    """A request with an empty session, which `login` fills."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    return request


def test_related_rows_go_through_the_manager_that_remembers():
    """Relations, refresh and save use `_base_manager`, which is Django's own unless it is said."""
    ours = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    assert len(ours) > 20
    assert User in ours
    for model in ours:
        assert isinstance(model._base_manager, TenantManager), model
