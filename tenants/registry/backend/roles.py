"""Which role a schema is entered with, and its password.

A tenant's role bears the name of its schema. In production each has a password derived from one
secret, so that nothing has to be stored per tenant; rotating the secret rotates them all
(`socle tenant roles`).
"""

import hashlib
import hmac

PUBLIC_ROLE = "socle_public"
TENANTS_ROLE = "socle_tenant"
WEB_ROLE = "socle_web"
OWNER_ROLE = "socle_owner"


def role_of(schema_name: str) -> str:
    """The role that code in this schema runs as."""
    return PUBLIC_ROLE if schema_name == "public" else schema_name


def password_of(role: str, secret: str) -> str:
    """The password of a tenant's role: HMAC-SHA256 of its name."""
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()
