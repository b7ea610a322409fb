"""Production settings start whole or not at all, and say in one French sentence what to give."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.socle.processes import PRODUCTION, ROOT, bare_environment


def load(**changes: str) -> subprocess.CompletedProcess[str]:
    """Load the production settings as a serving process does."""
    given = PRODUCTION | changes
    return subprocess.run(
        [sys.executable, "-c", "import socle.settings.production as s; print(s.ALLOWED_HOSTS)"],
        env=bare_environment() | {name: value for name, value in given.items() if value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_environment_is_accepted():
    done = load()

    assert (done.returncode, done.stdout) == (0, "['.socle.exemple.fr']\n"), done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "TENANT_LOGIN_SECRET",
        "SEALING_SECRETS",
        "BASE_DOMAIN",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_HOST",
    ],
)
def test_a_missing_variable_is_named_with_what_to_give(name):
    done = load(**{name: ""})

    assert done.returncode == 1
    assert done.stderr.startswith(f"Configuration : la variable {name} est obligatoire : donnez ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "garbage", "postgresql://rôle:mot-de-passe@hôte:5432/base"),
        ("DATABASE_URL", "mysql://a@b/c", "postgresql://"),
        ("DATABASE_URL", "postgresql://a@[::1/c", "postgresql://"),
        ("DATABASE_URL", "postgresql://a@b:many/c", "postgresql://"),
        ("DATABASE_URL", "postgresql://a@b/c?unknown=1", "postgresql://"),
        ("DATABASE_URL", "postgresql://a@b", "postgresql://"),
        ("REDIS_URL", "garbage", "redis://hôte:6379/0"),
        ("TRACE_SAMPLE_PERCENT", "900", "un entier entre 0 et 100"),
        ("EMAIL_PORT", "0", "un entier entre 1 et 65535"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "https://"),
        ("PORTAL_ORIGIN", "socle.exemple.fr", "https://{host}"),
        ("ALLOWED_HOSTS", " , ", "les noms d'hôte acceptés"),
    ],
)
def test_an_odd_value_is_named_with_what_to_give(name, value, said):
    done = load(**{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"Configuration : la variable {name} "), done.stderr
    assert f"donnez {said}" in done.stderr
    assert done.stderr.count("\n") == 1
