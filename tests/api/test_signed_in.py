"""Who a session is, in one statement: whoever is nobody any more is nobody at the very next request."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from commons import hot_reads
from tenants.accounts import sessions
from tenants.accounts.middleware import SignedInMiddleware
from tenants.accounts.models import Session, User
from tests.api.conftest import Api
from tests.fixtures import summary, watched

WHO = "{ viewer { email } }"
NOBODY = {"viewer": None}
FIRST_OF_ACCOUNT = 3


@pytest.fixture
def parent(api):
    found = User.objects.create(email="parent@exemple.fr")
    found.set_password("Un-mot-de-passe-2026")
    found.save()
    return found


@pytest.fixture
def signed(api, parent):
    api.sign_in(parent)
    assert api.read(WHO) == {"viewer": {"email": "parent@exemple.fr"}}
    return api


def _change(signed, **changed):
    """Change what is kept of the session, as only who knows our key could."""
    store = sessions.SessionStore(signed.client.cookies["sessionid"].value)
    for name, value in changed.items():
        store[name] = value
    store.save()


def test_who_asks_is_read_in_one_statement(signed):
    with watched() as statements:
        signed.read(WHO)

    assert [summary(one) for one in statements] == ["SELECT accounts_session+accounts_user"]


def test_its_columns_are_those_of_the_account_in_order(signed):
    text = hot_reads.statement(sessions.READ, "d92")
    with connection.cursor() as cursor:
        cursor.execute(text, {"digest": "", "now": timezone.now()})
        read = [column.name for column in cursor.description]

    assert read[FIRST_OF_ACCOUNT:] == [field.column for field in User._meta.concrete_fields]


def test_whoever_is_read_with_a_session_is_the_row_itself(signed, parent):
    store = sessions.SessionStore(signed.client.cookies["sessionid"].value)

    read, again = store.take_user(), store.take_user()

    asked = User.objects.get(pk=parent.pk)
    assert read == asked
    assert read.made_in == asked.made_in == "d92"
    assert not read._state.adding
    assert not read.get_deferred_fields()
    for field in User._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(asked, field.attname)
    assert again is None  # who asks twice in a request reads it as it has become


def test_a_session_that_was_ended_is_nobodys(signed):
    Session.objects.all().delete()

    assert signed.read(WHO) == NOBODY


def test_a_session_that_is_over_is_nobodys(signed):
    with time_machine.travel(timezone.now() + sessions.FAMILY.idle, tick=False):
        assert signed.read(WHO) == NOBODY


def test_an_account_that_was_closed_is_nobody(signed, parent):
    User.objects.filter(pk=parent.pk).update(is_active=False)

    assert signed.read(WHO) == NOBODY


def test_a_password_that_changed_ends_the_sessions(signed, parent):
    parent.set_password("Un-autre-mot-de-passe-2026")
    parent.save(update_fields=["password"])

    assert signed.read(WHO) == NOBODY
    assert not Session.objects.filter(user=parent).exists()


def test_a_session_says_which_account_it_is_of(api):
    """Its data and its column are written together; were they apart, the data alone would be believed."""
    one, other = (User.objects.create(email=f"{name}@exemple.fr") for name in ("un", "autre"))
    assert one.password == other.password  # neither ever had any: their digests are the same
    api.sign_in(one)
    Session.objects.update(user=other)

    assert api.read(WHO) == {"viewer": {"email": "un@exemple.fr"}}


def test_a_way_in_that_was_taken_away_opens_nothing(signed):
    _change(signed, **{BACKEND_SESSION_KEY: "tenants.accounts.backends.Former"})

    assert signed.read(WHO) == NOBODY


def test_a_session_without_the_password_s_digest_is_nobodys(signed):
    _change(signed, **{HASH_SESSION_KEY: ""})

    assert signed.read(WHO) == NOBODY


def test_the_cookie_of_a_departement_is_nobody_s_in_the_next(signed, in_tenant):
    with in_tenant("d94"):
        User.objects.create(email="parent@exemple.fr")
    neighbour = Api("d94")
    neighbour.client.cookies["sessionid"] = signed.client.cookies["sessionid"].value

    assert neighbour.read(WHO) == NOBODY


def test_a_session_of_nobody_is_read_as_one(api):
    store = sessions.SessionStore()
    store["seen"] = "yes"
    store.save()

    again = sessions.SessionStore(store.session_key)

    assert again["seen"] == "yes"
    assert again.take_user() is None


def test_django_says_the_same_of_a_session(signed, parent):
    """What is taken as it came is what Django's own `get_user` would have read."""
    request = RequestFactory().get("/")
    key = signed.client.cookies["sessionid"].value
    request.session = sessions.SessionStore(key)
    SignedInMiddleware(lambda _request: None).process_request(request)
    own = RequestFactory().get("/")
    own.session = sessions.SessionStore(key)

    assert request.user == get_user(own) == parent
    assert request.session[SESSION_KEY] == str(parent.pk)


def test_a_visit_is_written_down_once_a_minute(signed, parent):
    later = timezone.now() + sessions.SEEN_EVERY + datetime.timedelta(seconds=1)

    with time_machine.travel(later, tick=False):
        with watched() as statements:
            signed.read(WHO)
            signed.read(WHO)
        assert Session.objects.get(user=parent).seen_at == later

    assert [summary(one).split()[0] for one in statements] == ["SELECT", "UPDATE", "SELECT"]
