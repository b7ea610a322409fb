"""Cache keys carry the tenant: two tenants asking for the same key never share a value."""

from commons.tenancy import current_schema


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION."""
    return f"{key_prefix}:{current_schema()}:{version}:{key}"
