"""Running our own commands as an operator does: in a process, with an environment given whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A whole environment for production; nothing answers at these addresses.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "socle.settings.production",
    "SECRET_KEY": "a-secret-key-that-is-long-enough-for-every-check-0123456789-abcdef",
    "TENANT_LOGIN_SECRET": "another-secret",
    "SEALING_SECRETS": "a-third-secret",
    "BASE_DOMAIN": "socle.exemple.fr",
    "ALLOWED_HOSTS": ".socle.exemple.fr",
    "DATABASE_URL": "postgresql://socle_web:s3cret@127.0.0.1:1/socle",
    "DATABASE_OWNER_URL": "postgresql://socle_owner:s3cret@127.0.0.1:1/socle",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_HOST": "127.0.0.1",
}


def bare_environment() -> dict[str, str]:
    """What any process needs, and nothing of ours."""
    folders = (ROOT, ROOT / "platform", ROOT / "graphql")
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def socle(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a `socle` command; the variables given are all it gets of ours."""
    return subprocess.run(
        [sys.executable, "-m", "socle.command", *arguments],
        env=bare_environment() | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
