"""What a session has prepared outlives what is rolled back."""

import pytest
from django.db import DataError, connection, transaction

from tenants.accounts.models import User
from tenants.registry.backend.base import close_kept


@pytest.fixture
def new_sessions(committed_tenant_db):
    """Sessions that have prepared nothing of another test."""
    close_kept()
    yield
    close_kept()


def prepared() -> dict[str, str]:
    """The statements of this session, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements")
        return dict(cursor.fetchall())


class Undone(Exception):
    """What rolls back."""


def test_a_rollback_forgets_nothing(new_sessions):
    User.objects.count()
    before = prepared()
    with pytest.raises(Undone), transaction.atomic():
        User.objects.count()
        raise Undone

    assert any("accounts_user" in text for text in before.values())
    assert before.items() <= prepared().items()


def test_savepoints_bear_the_same_names_in_each_transaction(new_sessions):
    def rolled_back_inside() -> None:
        with transaction.atomic():
            with pytest.raises(Undone), transaction.atomic():
                raise Undone
            with transaction.atomic():
                User.objects.count()

    rolled_back_inside()
    before = prepared()
    rolled_back_inside()

    assert any(text.startswith("SAVEPOINT") for text in before.values())
    assert prepared() == before


def test_what_is_asked_at_the_end_is_forgotten_with_the_savepoint_that_asked_only(new_sessions):
    told: list[str] = []
    with transaction.atomic():
        with transaction.atomic():
            transaction.on_commit(lambda: told.append("kept"))
        with pytest.raises(Undone), transaction.atomic():
            transaction.on_commit(lambda: told.append("undone"))
            raise Undone

    assert told == ["kept"]


def test_a_statement_that_failed_once_is_parsed_once(new_sessions):
    def fail() -> None:
        with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / %s::int", [0])

    fail()
    names = {name for name, text in prepared().items() if "1 / " in text}
    fail()

    assert {name for name, text in prepared().items() if "1 / " in text} == names
    assert len(names) == 1


def test_objects_that_end_end_what_was_prepared(new_sessions):
    User.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert not any("accounts_user" in text for text in prepared().values())
    assert User.objects.count() == 0
