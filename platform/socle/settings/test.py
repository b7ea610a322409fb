"""Tests: the embedded settings, made strict. The plugin `tests.plugin` starts the services first."""

from socle.settings.base import PROCESS, TEMPLATES, database
from socle.settings.embedded import *  # noqa: F403
from socle.settings.embedded import DATABASES

# Tests provision tenants and read the catalogue; no other settings hold both credentials.
DATABASES = DATABASES | {
    "owner": database("DATABASE_OWNER_URL", process="owner")
    | {"TEST": {"MIRROR": None, "MIGRATE": False}}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
TRACE_SAMPLE_PERCENT = 100
LOG_LEVEL = "WARNING"
assert PROCESS == "web"  # the tests see what a web process sees
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "⚠ UNDEFINED %s ⚠"
# A test is one transaction, and a loaded machine may take a minute between two of its statements.
DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=10min"
