"""What `socle django check --deploy` refuses, beside Django's own warnings.

What the demo needs would be a hole elsewhere: the mailbox page shows every e-mail to anybody. The
embedded settings may have it; any other settings that do are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

EMBEDDED = ("socle.settings.embedded", "socle.settings.test")


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[Any] | None, **_: object) -> list[checks.CheckMessage]:
    """Refuse settings that are safe on one's own machine only."""
    if settings.SETTINGS_MODULE in EMBEDDED:
        return []
    return [*_errors(), *_warnings()]


def _errors() -> list[checks.CheckMessage]:
    refusals = (
        (
            settings.HAS_MAILBOX,
            "La page /boite/ montrerait à tous les courriels envoyés.",
            "Ôtez HAS_MAILBOX de ces réglages.",
            "socle.E001",
        ),
        (
            settings.EMAIL_BACKEND.startswith("commons.mail."),
            "Les courriels resteraient dans un dossier : les familles ne recevraient rien.",
            "Donnez à EMAIL_BACKEND l'envoi par SMTP.",
            "socle.E002",
        ),
        (
            settings.DEBUG,
            "DEBUG montre le code et les réglages à qui provoque une erreur.",
            "Mettez DEBUG à False.",
            "socle.E003",
        ),
        (
            not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE),
            "Les cookies partiraient aussi sans chiffrement.",
            "Mettez SESSION_COOKIE_SECURE et CSRF_COOKIE_SECURE à True.",
            "socle.E004",
        ),
        (
            bool(settings.SESSION_COOKIE_DOMAIN or settings.CSRF_COOKIE_DOMAIN),
            "Un cookie serait montré à l'hôte d'un autre département.",
            "Ôtez SESSION_COOKIE_DOMAIN et CSRF_COOKIE_DOMAIN.",
            "socle.E005",
        ),
        (
            settings.LOOPBACK_HOSTS,
            "Les appels à *.localhost iraient à cette machine.",
            "Mettez LOOPBACK_HOSTS à False.",
            "socle.E006",
        ),
        (
            bool(settings.DEMO_CODE_SECRET),
            "La page /boite/ montrerait le code des agents de la démonstration.",
            "Ôtez DEMO_CODE_SECRET de ces réglages.",
            "socle.E007",
        ),
    )
    return [
        checks.Error(problem, hint=hint, id=code)
        for is_wrong, problem, hint, code in refusals
        if is_wrong
    ]


def _warnings() -> list[checks.CheckMessage]:
    if settings.TENANT_LOGIN == "per-tenant":
        return []
    return [
        checks.Warning(
            "TENANT_LOGIN=switched n'arrête pas une instruction qui change de rôle.",
            hint="Donnez per-tenant à TENANT_LOGIN, ou lisez docs/security/isolation.md.",
            id="socle.W001",
        )
    ]
