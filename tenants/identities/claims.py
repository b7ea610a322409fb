"""What a provider said of somebody, once it is verified. Nothing unverified takes this form."""

from __future__ import annotations

import dataclasses
import datetime
import json

from commons import sealing

_PURPOSE = "identities.claims"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """
    Who a provider vouches for.

    :param kind: a `ProviderKind`
    :param subject: the provider's opaque name of the person
    :param profile: a `Profile`
    :param last_names: birth name and name in use, in no order of trust
    :param first_names: as given; one name may be composed
    :param birth_date: the pupil's; empty when the provider does not give it
    :param join_keys: the academic feed's own identifiers, of the tenant's academy alone
    :param uai: the pupil's collège
    :param leaving: what the provider needs to be told of a sign-out
    """

    kind: str
    subject: str
    profile: str
    last_names: tuple[str, ...]
    first_names: tuple[str, ...]
    birth_date: datetime.date | None = None
    join_keys: tuple[str, ...] = ()
    uai: str = ""
    leaving: str = ""

    def __repr__(self) -> str:
        return f"Claims({self.kind}, …)"

    @property
    def full_name(self) -> str:
        """As an agent reads it."""
        return f"{' '.join(self.first_names)} {' / '.join(self.last_names)}".strip()


def sealed(claims: Claims) -> bytes:
    """As a row may hold them."""
    said = dataclasses.asdict(claims)
    born = claims.birth_date
    return sealing.seal(
        json.dumps(said | {"birth_date": born.isoformat() if born else None}), purpose=_PURPOSE
    )


def unsealed(held: bytes) -> Claims:
    """Back from a row.

    :raises CannotUnseal: if they were sealed for another tenant, or by a forgotten secret
    """
    said = json.loads(sealing.unseal(bytes(held), purpose=_PURPOSE))
    born = said["birth_date"]
    lists = {name: tuple(said[name]) for name in ("last_names", "first_names", "join_keys")}
    return Claims(
        **said | lists | {"birth_date": datetime.date.fromisoformat(born) if born else None}
    )
