"""The harness does forbid what it says it does: each rule is broken here on purpose."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection, transaction
from django.template import engines
from django.template.loader import render_to_string

from commons.models import OutboxEvent
from tenants.accounts.models import User
from tenants.people.models import Pupil
from tests.fixtures import summary

COUNT = 40  # that many rows come in their own order once in 10^47 draws


@pytest.fixture
def users(tenant_db: None) -> list[str]:
    emails = [f"{number:02}@exemple.fr" for number in range(COUNT)]
    for email in emails:
        User.objects.create(email=email, first_name=email[0])
    return emails


def test_a_queryset_without_order_is_shuffled(users):
    found = list(User.objects.values_list("email", flat=True))

    assert sorted(found) == users
    assert found != users


def test_a_slice_without_order_takes_any_rows(users):
    assert list(User.objects.values_list("email", flat=True)[:20]) != users[:20]


def test_distinct_rows_are_shuffled_too(users):
    distinct = list(User.objects.values_list("email", flat=True).distinct())

    assert sorted(distinct) == users
    assert distinct != users


def test_rows_counted_by_group_are_all_there(users):
    """In the server's own order, which depends on its plan: they are not shuffled yet."""
    from django.db.models import Count

    grouped = list(User.objects.values_list("email").annotate(number=Count("pk")))

    assert sorted(grouped) == [(email, 1) for email in users]


def test_an_order_that_is_asked_for_is_kept(users):
    assert list(User.objects.order_by("email").values_list("email", flat=True)) == users


def test_counting_finding_and_choosing_still_work(users):
    assert User.objects.count() == COUNT
    assert User.objects.filter(email=users[3]).exists()
    assert User.objects.get(email=users[3]).email == users[3]
    inner = User.objects.filter(email__startswith="0").values("pk")
    assert User.objects.filter(pk__in=inner).count() == 10
    assert User.objects.filter(pk__in=inner).update(first_name="x") == 10


def test_a_datetime_given_as_a_date_is_refused(tenant_db):
    now = datetime.datetime(2026, 11, 25, 0, 30, tzinfo=datetime.UTC)

    with pytest.raises(TypeError, match="is a datetime, not a date"):
        Pupil.objects.filter(birth_date=now).exists()
    assert not Pupil.objects.filter(birth_date=now.date()).exists()
    assert not OutboxEvent.objects.filter(occurred_at=now).exists()


def test_a_lock_names_its_table(tenant_db):
    with pytest.raises(TypeError, match="needs of="):
        User.objects.select_for_update()
    with transaction.atomic():
        assert list(User.objects.select_for_update(of=("self",))) == []
    # Django's own locks one table, and cannot say so.
    User.objects.update_or_create(email="a@exemple.fr", defaults={"first_name": "A"})


def test_an_undefined_variable_fails_wherever_it_is_rendered():
    template = engines["django"].from_string("Bonjour {{ nobody.name }}")

    with pytest.raises(pytest.fail.Exception, match=r"undefined template variable: nobody\.name"):
        template.render({})
    assert engines["django"].from_string("{% if nobody %}a{% endif %}").render({}) == ""


def test_an_undefined_variable_of_an_e_mail_passes_through_the_outbox(tenant_db, monkeypatch):
    """A handler's bugs are caught and tried again; this one must fail the test all the same."""
    from commons import outbox

    at = datetime.datetime(2126, 11, 25, tzinfo=datetime.UTC)
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.handles("tests.thing.happened")(
        lambda _event: render_to_string("ui/mail/invoice_issued.txt", {})
    )
    outbox.record_event("tests.thing.happened", aggregate="a", occurred_at=at)

    with pytest.raises(pytest.fail.Exception, match="undefined template variable"):
        outbox.deliver_pending(at=at)


def test_callbacks_run_when_the_outermost_transaction_ends(tenant_db):
    told: list[str] = []
    with transaction.atomic():
        with transaction.atomic():
            transaction.on_commit(lambda: told.append("inner"))
        assert told == []
        transaction.on_commit(lambda: told.append("outer"))
        assert told == []
    assert told == ["inner", "outer"]


def test_callbacks_of_what_was_rolled_back_do_not_run(tenant_db):
    told: list[str] = []
    with pytest.raises(ValueError, match="undo"), transaction.atomic():
        transaction.on_commit(lambda: told.append("undone"))
        raise ValueError("undo")
    with transaction.atomic():
        transaction.on_commit(lambda: told.append("done"))
    assert told == ["done"]


def test_callbacks_outside_any_transaction_run_at_once(tenant_db):
    told: list[str] = []
    transaction.on_commit(lambda: told.append("now"))
    assert told == ["now"]


def test_an_event_wakes_the_relay_of_its_tenant(tenant_db, in_tenant, monkeypatch):
    """What production does at commit, through Redis, under the tests' own transaction."""
    from commons import outbox

    woken: list[str] = []
    monkeypatch.setattr(outbox, "_wake", woken.append)
    at = datetime.datetime(2126, 11, 25, tzinfo=datetime.UTC)
    with in_tenant("d94"), transaction.atomic():
        outbox.record_event("tests.thing.happened", aggregate="a", occurred_at=at)
        assert woken == []
    assert woken == ["d94"]


def test_queries_are_named_in_order_whatever_the_connection(tenant_db, in_tenant, queries_of):
    with queries_of(
        "SELECT accounts_user",
        "SELECT accounts_user",
        "INSERT accounts_user",
        "SELECT people_pupil+people_guardianship",
    ):
        User.objects.count()
        with in_tenant("d94"):
            User.objects.count()
        with transaction.atomic():
            User.objects.create(email="a@exemple.fr")
        list(Pupil.objects.filter(guardianships__guardian_id=1))


@pytest.mark.parametrize("expected", [(), ("SELECT people_pupil",), ("SELECT accounts_user",) * 2])
def test_one_more_one_less_or_another_table_fails(tenant_db, queries_of, expected):
    with pytest.raises(AssertionError, match="accounts_user"), queries_of(*expected):
        User.objects.count()


def test_the_draw_follows_the_seed(users):
    """The same seed, the same order: what failed once fails again."""
    orders = []
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.25)")
        orders.append(list(User.objects.values_list("email", flat=True)))

    assert orders[0] == orders[1]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ('SELECT "a"."b" FROM "a" INNER JOIN "c" ON (1=1)', "SELECT a+c"),
        ("-- why\nWITH open AS MATERIALIZED (SELECT 1 FROM a) SELECT * FROM open, b", "WITH a"),
        ("UPDATE a SET b = 1 FROM c", "UPDATE a+c"),
        ('INSERT INTO "a" ("b") VALUES (1)', "INSERT a"),
        ("SELECT * FROM a JOIN LATERAL (SELECT * FROM b) AS x ON true", "SELECT a+b"),
    ],
)
def test_a_statement_is_told_by_its_tables(statement, said):
    assert summary(statement) == said
