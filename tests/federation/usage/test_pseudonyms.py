"""Nobody can be followed: from one window to another, from the tables, nor from Redis."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import connection

from federation.usage import pseudonyms, store
from federation.usage.models import PseudonymKey, Window
from federation.usage.operations import gather
from tenants.accounts.models import User
from tests.factories.usage import paris, visit

pytestmark = pytest.mark.usefixtures("tenant_db")
HERE = "0920001A|PARENT"
VISITOR = uuid.UUID("0199c0de-0000-7000-8000-00000000beef")


def names_on(day: int) -> dict[Window, str]:
    pseudonyms.forget()  # as another process, or the same on another day
    keys = pseudonyms.keys_on(paris(day, 12).date())
    return {window: pseudonyms.pseudonym(key, VISITOR) for window, key in keys.items()}


def test_a_person_has_another_name_in_each_window():
    monday, tuesday, next_monday = names_on(7), names_on(8), names_on(14)

    assert len({*monday.values(), *tuesday.values(), *next_monday.values()}) == 3 + 2 + 1
    assert monday[Window.WEEK] == tuesday[Window.WEEK] != next_monday[Window.WEEK]
    assert monday[Window.MONTH] == next_monday[Window.MONTH]
    assert names_on(7) == monday


def test_once_a_key_is_destroyed_nobody_finds_its_names_again():
    visit(HERE, paris(7, 9), visitor=VISITOR)
    before = names_on(7)

    gather(at=paris(1, 2, month=11))

    assert not PseudonymKey.objects.exists()
    assert not set(before.values()) & set(names_on(7).values())


def test_two_departements_call_the_same_person_differently(in_tenant):
    here = names_on(7)
    with in_tenant("d94"):
        there = names_on(7)

    assert not set(here.values()) & set(there.values())


def test_a_key_whose_secret_is_gone_is_drawn_again(settings):
    before = names_on(7)
    settings.SEALING_SECRETS = ["another"]

    after = names_on(7)

    assert not set(before.values()) & set(after.values())
    assert names_on(7) == after
    assert PseudonymKey.objects.count() == 3


@pytest.fixture
def person() -> User:
    """Somebody whose every name would be seen: a row number is of eight digits."""
    user = User(
        pk=80_406_020,
        email="tres.reconnaissable@exemple.fr",
        login="reconnaissable.tres",
        first_name="Reconnaissable",
        last_name="Trèsreconnaissable",
    )
    user.set_unusable_password()
    user.save()
    return user


def traces_of(user: User) -> tuple[bytes, ...]:
    said = (
        str(user.pk), str(user.public_id), user.public_id.hex, user.email, user.login,
        user.first_name, user.last_name,
    )  # fmt: skip
    return (*(one.encode() for one in said), user.public_id.bytes)


def in_redis() -> bytes:
    client = store.client()
    found = []
    for key in client.scan_iter(match=f"{store.key('')}*"):
        found.append(key)
        kind = client.type(key)
        if kind == b"hash":
            found += [part for pair in client.hgetall(key).items() for part in pair]
        else:
            found.append(client.get(key))
    assert found
    return b"\n".join(found)


def in_the_tables() -> bytes:
    found = []
    for model in apps.get_app_config("usage").get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                ]
    assert found
    return b"\n".join(found)


def test_neither_redis_nor_the_tables_hold_who_came(person):
    visit(HERE, paris(7, 9), visitor=person.public_id)
    while_it_waits = in_redis()
    gather(at=paris(7, 10))
    once_gathered = in_redis()
    kept = in_the_tables()

    for trace in traces_of(person):
        assert trace not in while_it_waits + once_gathered + kept, trace


def test_what_stands_for_a_visitor_never_leaves_redis_and_no_table_leads_to_an_account(person):
    visit(HERE, paris(7, 9), visitor=person.public_id)
    names = {
        window: pseudonyms.pseudonym(key, person.public_id)
        for window, key in pseudonyms.keys_on(paris(7, 9).date()).items()
    }
    gather(at=paris(7, 10))

    kept, held = in_the_tables(), in_redis()
    assert not any(name.encode() in kept for name in names.values())
    # The visit that goes on, by the name of the day alone, for half an hour.
    assert names[Window.DAY].encode() in held
    assert names[Window.WEEK].encode() not in held
    assert names[Window.MONTH].encode() not in held
    visiting = store.key(f"visit:{names[Window.DAY]}")
    assert 0 < store.client().ttl(visiting) <= 30 * 60
    for model in apps.get_app_config("usage").get_models():
        assert not [field for field in model._meta.get_fields() if field.is_relation]
