"""The accounts of the demo's départements at the test bank: agreed on from one secret, by both sides."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.urls import reverse

from socle.seeding.cast import NewDepartement


@dataclasses.dataclass(frozen=True, slots=True)
class BankAccount:
    """What a département and the bank know of each other."""

    account: str
    key: str
    webhook_secret: str


def account_of(schema_name: str, *, secret: str) -> BankAccount:
    """The account of a département, the same for whoever knows the secret."""

    def derived(purpose: str) -> str:
        message = f"{purpose}|{schema_name}".encode()
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()[:32]

    return BankAccount(
        account=f"acct_{schema_name}",
        key=f"sk_test_{derived('key')}",
        webhook_secret=f"whsec_{derived('notices')}",
    )


def command(
    departements: Iterable[NewDepartement],
    *,
    address: str,
    state: str,
    origin: str,
    base_domain: str,
    secret: str,
) -> list[str]:
    """How the bank is started at its address. `origin` is a portal's, with a `{host}`."""
    options = ["--port", str(urlsplit(address).port), "--state", state]
    for departement in departements:
        account = account_of(departement.schema_name, secret=secret)
        portal = origin.format(host=f"{departement.slug}.{base_domain}")
        options += ["--key", f"{account.key}={account.account}"]
        options += [
            "--endpoint",
            account.account,
            portal + reverse("portal:stripe-notices"),
            account.webhook_secret,
        ]
    return [sys.executable, "-m", "tools.standins.bank", *options]
