"""`socle merchant …`: where a régie is paid online. Keys are read from the environment, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from billing.invoicing.models import Regie
    from billing.payments.credentials import Credentials
    from billing.payments.models import Merchant

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
REGIE = click.option("--regie", "code", required=True, help="Le code de la régie.")
_LIVE = ("sk_live_", "rk_live_")


@click.command("open")
@TENANT
@REGIE
@click.option("--account", default="", help="Le compte pour lequel la clé agit (Stripe Connect).")
@click.option("--live", is_flag=True, help="De vrais paiements. Sans cela : le mode d'essai.")
def open_(*, tenant: str, code: str, account: str, live: bool) -> None:
    """Faire payer une régie chez Stripe, avec STRIPE_API_KEY et STRIPE_WEBHOOK_SECRET."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.payments import operations  # noqa: PLC0415
    from billing.payments.models import Merchant  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    keys = _keys(is_live=live)
    with enter(tenant):
        try:
            operations.open_merchant(
                regie=_regie(code),
                provider=Merchant.Provider.STRIPE,
                credentials=keys,
                account_ref=account,
                is_live=live,
                actor=Actor.command("socle merchant open"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo(f"La régie {code} est payée en ligne. Ses clés sont scellées.")


@click.command("rekey")
@TENANT
@REGIE
def rekey(*, tenant: str, code: str) -> None:
    """Changer les clés d'une régie ; l'ancien secret des avis reste accepté."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.payments import operations  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        merchant = _open_merchant(code)
        operations.replace_keys(
            merchant=merchant,
            credentials=_keys(is_live=merchant.is_live),
            actor=Actor.command("socle merchant rekey"),
            at=timezone.now(),
        )
    click.echo(f"Les clés de la régie {code} sont changées.")


@click.command("close")
@TENANT
@REGIE
def close(*, tenant: str, code: str) -> None:
    """Ne plus faire payer une régie en ligne ; les paiements commencés finissent."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.payments import operations  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        operations.close_merchant(
            merchant=_open_merchant(code),
            actor=Actor.command("socle merchant close"),
            at=timezone.now(),
        )
    click.echo(f"La régie {code} n'est plus payée en ligne.")


def _keys(*, is_live: bool) -> Credentials:
    """The keys of the environment.

    :raises Refused: if the key is not of the mode asked for
    """
    from billing.payments.credentials import Credentials  # noqa: PLC0415
    from commons import environment  # noqa: PLC0415

    key = environment.text("STRIPE_API_KEY", give="la clé secrète du compte")
    if key.startswith(_LIVE) is not is_live:
        mode = "de vrais paiements" if key.startswith(_LIVE) else "d'essai"
        raise Refused(f"Cette clé est celle {mode}. Changez de clé, ou changez --live.")
    secret = environment.text("STRIPE_WEBHOOK_SECRET", give="le secret qui signe les avis")
    return Credentials(api_key=key, webhook_secrets=(secret,))


def _regie(code: str) -> Regie:
    from billing.invoicing import queries  # noqa: PLC0415

    found = queries.regie_named(code)
    if found is None:
        raise Refused(f"Aucune régie n'a le code {code}.")
    return found


def _open_merchant(code: str) -> Merchant:
    from billing.payments import queries  # noqa: PLC0415

    found = queries.open_merchant(_regie(code).pk)
    if found is None:
        raise Refused(f"La régie {code} n'est pas payée en ligne.")
    return found


COMMANDS = {"merchant open": open_, "merchant rekey": rekey, "merchant close": close}
