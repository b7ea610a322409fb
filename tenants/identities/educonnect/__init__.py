"""EduConnect: SAML 2 Web Browser SSO (saml-profiles-2.0, §4.1), we being the service provider.

Requests are signed, RSA-SHA256; the answer and its assertion must both be. Signatures and decryption
are python3-saml's on xmlsec; what it leaves open is checked by `verifying`.
"""

from tenants.identities.educonnect.asking import authorize_url, metadata
from tenants.identities.educonnect.settings import Settings, settings_of
from tenants.identities.educonnect.verifying import Answer, asked_by, verify

__all__ = (
    "Answer",
    "Settings",
    "asked_by",
    "authorize_url",
    "metadata",
    "settings_of",
    "verify",
)
