"""Two linked portals: what crosses between départements is a pseudonym, and nothing of a person."""

from __future__ import annotations

import base64
import datetime
import json
import re
from typing import Any

import pytest
import time_machine
from django.db import connection

from federation.ent import keys
from tenants.accounts.models import Session
from tenants.accounts.sessions import SessionStore
from tenants.identities.models import ExternalIdentity
from tests.across import (
    Browser,
    agree_both,
    at,
    between,  # noqa: F401
    inside,
    link,
    with_password,
)
from tests.factories.canteen import make_family

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
ONLY_THERE = ("Zéphirine", "Quincampoix", "zephirine@exemple.fr", "5 rue Inconnue")


@pytest.fixture
def linked(tenant_db, between) -> Any:  # noqa: F811
    """A parent whose two accounts bear different names, linked, and switched once."""
    with time_machine.travel(NOW, tick=False):
        agree_both()
        users = {}
        for schema in ("d92", "d94"):
            with inside(schema):
                guardian = make_family().guardians[0]
                if schema == "d92":
                    guardian.first_name, guardian.last_name, guardian.email = ONLY_THERE[:3]
                    guardian.street = ONLY_THERE[3]
                    guardian.save()
                users[schema] = with_password(guardian, email=f"{schema}@exemple.fr")
        one = Browser()
        one.sign_in("d94", users["d94"])
        link(one, here="d94", there="d92", user_there=users["d92"])
        one = Browser()
        one.sign_in("d92", users["d92"])
        one.walk(one.get(at("d94", "/connexion/depuis/hauts-de-seine/")))
        assert one.who("d94") == str(users["d94"].pk)
        yield one, users


def _everything(schema: str) -> str:
    """Every row that a département can read, as text; what its sessions hold, tokens too, opened."""
    found = []
    with inside(schema), connection.cursor() as cursor:
        cursor.execute(
            """SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s
               AND has_table_privilege(format('%%I.%%I', schemaname, tablename), 'SELECT')""",
            [schema],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM {schema}."{table}" AS t')
            found += [row[0] for row in cursor.fetchall()]
        for session in Session.objects.order_by("pk"):
            found.append(json.dumps(SessionStore().decode(session.data)))
    text = "\n".join(found)
    for _head, body in re.findall(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)\.", text):
        found.append(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode())
    return "\n".join(found)


def test_nothing_of_a_person_crosses_with_a_link(linked):
    _browser, users = linked
    here = _everything("d94")
    assert str(users["d94"].public_id) in here  # it does read the rows
    assert '"iss":"http://hauts-de-seine.socle.test"' in here.replace(" ", "")  # and the tokens

    for known_there in (*ONLY_THERE, str(users["d92"].public_id), "d92@exemple.fr"):
        assert known_there not in here
    there = _everything("d92")
    assert ONLY_THERE[1] in there
    for known_here in (str(users["d94"].public_id), "d94@exemple.fr"):
        assert known_here not in there


def test_a_pseudonym_is_made_for_one_departement(linked):
    """Neither the other départements nor the services can compare it with theirs."""
    _browser, users = linked
    with inside("d94"):
        held = ExternalIdentity.objects.get().subject
    with inside("d92"):
        made = {
            sector: keys.subject_of(users["d92"], service_code=sector)
            for sector in ("departement-94", "departement-78", "madmagz")
        }

    assert made["departement-94"] == held
    assert len(set(made.values())) == 3


def test_no_cookie_is_shared_between_linked_portals(linked):
    browser, _users = linked
    cookies = {schema: site.client.cookies for schema, site in browser.sites.items()}

    assert cookies["d92"]["sessionid"].value != cookies["d94"]["sessionid"].value
    for jar in cookies.values():
        assert {morsel["domain"] for morsel in jar.values()} == {""}
    stolen = Browser()
    stolen.sites["d94"].client.cookies = cookies["d92"]
    assert stolen.get(at("d94", "/enfants/")).status_code == 302
