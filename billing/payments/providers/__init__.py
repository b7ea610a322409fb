"""Providers of payments: one Protocol, and who speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing.payments.models import Merchant
from billing.payments.providers.stripe import StripeProvider

if TYPE_CHECKING:
    from billing.payments.providers.protocol import Provider

_PROVIDERS = {Merchant.Provider.STRIPE.value: StripeProvider}


def provider_of(merchant: Merchant) -> Provider:
    """What speaks to the provider in the name of this merchant."""
    return _PROVIDERS[merchant.provider].of(merchant)
