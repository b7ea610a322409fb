"""Entering a tenant: its role, its rows, and the way back."""

from django.db import connection

from tenants.accounts.models import User
from tenants.registry import contexts


def _whoami() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, current_schema()::text")
        return cursor.fetchone()


def test_each_tenant_is_entered_as_its_own_role(tenant_db):
    assert _whoami() == ("d92", "d92")
    with contexts.tenant("d94"):
        assert _whoami() == ("d94", "d94")
    assert _whoami() == ("d92", "d92")


def test_rows_of_one_tenant_are_not_in_the_other(tenant_db):
    User.objects.create(email="a@exemple.fr")

    with contexts.tenant("d94"):
        assert not User.objects.exists()

    assert User.objects.get().email == "a@exemple.fr"
