"""`make lint`: every check of the sources, all run even when one fails.

    .venv/bin/python tools/lint.py [NAME…]      (format, ruff, types, imports, templates, migrations)

Settings are loaded by the type checker and by Django, never used to connect: they get stand-ins.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
FOLDERS = ("platform", "graphql", "tenants", "billing", "federation", "tests", "tools", "bench")
STAND_INS = {
    "SECRET_KEY": "lint",
    "TENANT_LOGIN_SECRET": "lint",
    "BASE_DOMAIN": "socle.test",
    "DATABASE_URL": "postgresql://lint@127.0.0.1:1/lint",
    "DATABASE_OWNER_URL": "postgresql://lint@127.0.0.1:1/lint",
    "REDIS_URL": "redis://127.0.0.1",
}


def checks() -> dict[str, list[str]]:
    """The command of each check."""
    present = [folder for folder in FOLDERS if (ROOT / folder).exists()]
    return {
        "format": [str(BIN / "ruff"), "format", "--check", "--quiet", *present],
        "ruff": [str(BIN / "ruff"), "check", "--output-format", "concise", *present],
        "types": [str(BIN / "mypy")],
        "imports": [str(BIN / "lint-imports"), "--no-logo"],
        "templates": [str(BIN / "djlint"), "--lint", "--quiet", "platform"],
        "migrations": [str(BIN / "socle"), "makemigrations", "--check", "--dry-run"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(checks()))
    names = parser.parse_args().names
    if unknown := set(names) - set(checks()):
        parser.error(f"pas de contrôle nommé {', '.join(sorted(unknown))}")
    failed = []
    for name, command in checks().items():
        if names and name not in names:
            continue
        start = time.monotonic()
        settings = "socle.settings.test" if name == "types" else "socle.settings.embedded"
        environment = os.environ | STAND_INS | {"DJANGO_SETTINGS_MODULE": settings}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        mark = "✓" if done.returncode == 0 else "✗"
        print(f"{mark} {name} ({time.monotonic() - start:.0f} s)", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(f"{done.stdout}{done.stderr}".rstrip(), flush=True)
    if failed:
        print(f"À corriger : {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
