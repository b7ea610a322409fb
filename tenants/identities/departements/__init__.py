"""In by another département of the platform: OpenID Connect between tenants (docs/adr/0047).

Each département is an issuer already (`federation.ent`); here is the other side, which takes its word.
What crosses is a pseudonym made for us alone, and when the person proved who they are: no name, no
address, no child. The issuer's address is the directory's, never an agent's; where it answers is
discovered, and must be on that very host. We prove who we are with a key of our own
(`private_key_jwt`): no secret is shared. `linking` joins a pseudonym to an account, once its holder has
proved both sides.
"""

from tenants.identities.departements.asking import authorize_url, leave_url
from tenants.identities.departements.client_keys import published_keys
from tenants.identities.departements.leaving import SESSION_ENTRY, end_told_sessions
from tenants.identities.departements.linking import arrive, link, unlink
from tenants.identities.departements.names import (
    WAY,
    code_of_way,
    departement_of,
    way_of,
)
from tenants.identities.departements.trusting import may_link, renew_client_key, trust
from tenants.identities.departements.verifying import Vouched, check_answerer, exchange

__all__ = (
    "SESSION_ENTRY",
    "WAY",
    "Vouched",
    "arrive",
    "authorize_url",
    "check_answerer",
    "code_of_way",
    "departement_of",
    "end_told_sessions",
    "exchange",
    "leave_url",
    "link",
    "may_link",
    "published_keys",
    "renew_client_key",
    "trust",
    "unlink",
    "way_of",
)
