"""The embedded servers: real ones, started, killed, cut and started again."""

from __future__ import annotations

import os
import signal
import threading
import time

import psycopg
import pytest
import redis

from socle import embedded, leftovers
from tenants.registry.cluster import create_database
from tests.socle.clusters import cluster, data_dir, leave_running, open_folder
from tests.tools.trees import dead_process

__all__ = ("cluster", "data_dir")


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_servers_stop_together_and_keep_their_data(data_dir):
    services = embedded.start_services(data_dir, for_tests=True)
    with psycopg.connect(services.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    client = redis.Redis.from_url(services.redis.url)
    assert client.ping()
    services.stop()

    assert leftovers.postgres_process(data_dir / "postgresql") is None
    assert leftovers.redis_process(data_dir / "redis" / "main") is None
    with pytest.raises(redis.ConnectionError):
        client.ping()

    again = embedded.start_services(data_dir, for_tests=True)
    assert value(again.owner_url, "SELECT answer FROM kept") == 42
    again.stop()


def test_no_role_that_serves_or_migrates_is_a_superuser(data_dir):
    services = embedded.start_services(data_dir, for_tests=True)
    given = services.environment()

    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        assert value(given[name], "SELECT current_setting('is_superuser')") == "off"
    assert services.superuser_url not in given.values()
    services.stop()


def test_the_superuser_is_never_used_again(data_dir):
    """It may even be unable to sign in: the second start asks nothing of it."""
    services = embedded.start_services(data_dir, for_tests=True)
    with psycopg.connect(services.superuser_url) as connection:
        connection.execute("ALTER ROLE postgres NOLOGIN")
    services.stop()

    again = embedded.start_services(data_dir, for_tests=True)

    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(again.superuser_url)
    assert value(again.web_url, "SELECT 1") == 1
    again.stop()


def test_redis_asks_for_its_password(tmp_path):
    started = embedded.start_redis(tmp_path)
    host = started.url.rpartition("@")[2]

    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{host}").ping()
    started.stop()


def test_postgresql_does_not_stay_when_redis_cannot_start(data_dir):
    (data_dir / "redis").write_text("in the way")

    with pytest.raises(embedded.CannotStart, match="Redis n'a pas démarré"):
        embedded.start_services(data_dir)

    assert leftovers.postgres_process(data_dir / "postgresql") is None
    (data_dir / "redis").unlink()


def test_a_given_redis_is_used_and_none_is_started(data_dir):
    services = embedded.start_services(data_dir, for_tests=True, redis_url="redis://127.0.0.1:1/0")

    assert services.environment()["REDIS_URL"] == "redis://127.0.0.1:1/0"
    assert not (data_dir / "redis").exists()
    services.stop()


def test_a_cluster_cut_while_it_was_made_is_made_again(monkeypatch):
    monkeypatch.setenv("SOCLE_EMBEDDED", "true")
    with open_folder() as folder:
        (folder / "postgresql").mkdir()
        (folder / "postgresql" / "PG_VERSION").write_text("18\n")
        (folder / "initdb-begun").touch()

        services = embedded.start_services(folder, for_tests=True, redis_url="redis://127.0.0.1:1")

        assert value(services.owner_url, "SELECT 1") == 1
        assert not (folder / "initdb-begun").exists()
        services.stop()


def test_a_database_cut_while_it_was_made_is_made_again(superuser_url):
    """Its rights come before its name: under its name, a database has them all."""
    name = f"run_{os.getpid()}_cut"
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE building_{name}")
        create_database(superuser_url, name)
        try:
            url = embedded.url_for(superuser_url, "socle_web", name)
            assert (
                value(url, "SELECT has_database_privilege(current_database(), 'TEMPORARY')")
                is False
            )
        finally:
            connection.execute(f"DROP DATABASE {name}")


def test_texts_sort_by_their_code_whatever_the_language_of_the_machine(superuser_url):
    """`sort_key` parts names with a sign that French, English and most sort rules pass over."""
    url = os.environ["DATABASE_OWNER_URL"]

    assert (
        value(
            url,
            "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database"
            " WHERE datname = current_database()",
        )
        == "b C.UTF-8"
    )
    assert value(url, "SELECT lower('ÉLÉONORE ŒUVRARD')") == "éléonore œuvrard"


def test_a_signal_waits_for_the_end_of_the_start():
    seen: list[str] = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append("signal"))
    try:
        with embedded._undisturbed():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            seen.append("started")
        time.sleep(0.05)
    finally:
        signal.signal(signal.SIGINT, before)

    assert seen == ["started", "signal"]


def test_servers_left_by_a_killed_process_are_found_and_stopped(data_dir):
    leave_running(data_dir)
    postgres = leftovers.postgres_process(data_dir / "postgresql")
    server = leftovers.redis_process(data_dir / "redis" / "main")
    assert postgres
    assert server

    assert leftovers.stop_servers(data_dir) == ("PostgreSQL", "Redis")

    assert leftovers.command_line(postgres) == leftovers.command_line(server) == ""
    assert leftovers.stop_servers(data_dir) == ()


def test_a_process_number_that_serves_again_is_left_alone(tmp_path):
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "postgresql" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    (tmp_path / "redis" / "main").mkdir(parents=True)
    (tmp_path / "redis" / "main" / "redis.pid").write_text(f"{os.getpid()}\n")
    (tmp_path / "redis" / "main" / "redis.conf").write_text("port 6379\n")

    assert leftovers.stop_servers(tmp_path) == ()


def test_folders_of_dead_runs_are_forgotten_with_their_redis(tmp_path):
    dead, alive = str(dead_process()), str(os.getpid())
    left = embedded.start_redis(tmp_path, dead)
    ours = embedded.start_redis(tmp_path, alive)

    leftovers.forget_dead_runs(tmp_path / "redis")

    assert [folder.name for folder in (tmp_path / "redis").iterdir()] == [alive]
    assert left.process is not None
    assert left.process.wait(5) is not None
    assert redis.Redis.from_url(ours.url).ping()
    ours.stop()
