"""FranceConnect v2, "low": OpenID Connect, code flow (RFC 6749, OpenID Connect Core 1.0).

What differs from what libraries suppose: tokens live 60 s, the answer of userinfo is a signed JWT,
`acr_values` and a nonce of 22 characters or more are mandatory. Signatures are joserfc's.
"""

from tenants.identities.franceconnect.asking import authorize_url, leave_url
from tenants.identities.franceconnect.settings import (
    Settings,
    discover,
    is_address,
    settings_of,
)
from tenants.identities.franceconnect.verifying import exchange

__all__ = (
    "Settings",
    "authorize_url",
    "discover",
    "exchange",
    "is_address",
    "leave_url",
    "settings_of",
)
