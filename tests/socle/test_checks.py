"""`socle django check --deploy`: what only the embedded settings may have is refused elsewhere."""

from __future__ import annotations

import pytest
from django.core import checks

from tests.socle.processes import PRODUCTION, ROOT, socle


def codes() -> set[str]:
    """Our own refusals of the settings in force."""
    found = checks.run_checks(include_deployment_checks=True)
    return {message.id for message in found if str(message.id).startswith("socle.")}


@pytest.fixture
def elsewhere(settings):
    """Settings that are neither embedded nor the tests' (overridden ones have no name), and right."""
    settings.HAS_MAILBOX = False
    settings.DEMO_CODE_SECRET = ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.LOOPBACK_HOSTS = False
    settings.TENANT_LOGIN = "per-tenant"
    return settings


def test_right_settings_pass(elsewhere):
    assert codes() == set()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("HAS_MAILBOX", True, "socle.E001"),
        ("EMAIL_BACKEND", "commons.mail.TenantFolderBackend", "socle.E002"),
        ("DEBUG", True, "socle.E003"),
        ("SESSION_COOKIE_SECURE", False, "socle.E004"),
        ("CSRF_COOKIE_SECURE", False, "socle.E004"),
        ("SESSION_COOKIE_DOMAIN", ".socle.exemple.fr", "socle.E005"),
        ("LOOPBACK_HOSTS", True, "socle.E006"),
        ("DEMO_CODE_SECRET", "ABCD", "socle.E007"),
        ("TENANT_LOGIN", "switched", "socle.W001"),
    ],
)
def test_what_is_unsafe_is_refused(elsewhere, name, value, code):
    setattr(elsewhere, name, value)

    assert codes() == {code}


def test_embedded_settings_may_have_the_mailbox(elsewhere):
    elsewhere.HAS_MAILBOX = True
    elsewhere.SETTINGS_MODULE = "socle.settings.embedded"

    assert codes() == set()


def test_production_passes_the_command():
    done = socle("django", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr


def test_the_command_refuses_a_mailbox_in_production(tmp_path):
    (tmp_path / "leaking.py").write_text(
        "from socle.settings.production import *\nHAS_MAILBOX = True\n"
    )
    folders = ":".join(map(str, (tmp_path, ROOT, ROOT / "platform", ROOT / "graphql")))
    given = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "leaking", "PYTHONPATH": folders}

    done = socle("django", "check", "--deploy", **given)

    assert done.returncode == 1
    assert "(socle.E001) La page /boite/ montrerait à tous les courriels envoyés." in done.stderr


def test_the_mailbox_itself_is_absent_in_production(settings, rf):
    """The page asks the setting too: the check is the second lock, not the only one."""
    from django.http import Http404

    from portal.views import pages

    settings.HAS_MAILBOX = False

    with pytest.raises(Http404):
        pages.mailbox(rf.get("/boite/"))
