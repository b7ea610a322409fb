"""What a ticket says to a phone without a network: a short text that only its département can write.

    SP1.<base64url of {"d","t","c","p","x"}>.<base64url of the 64 bytes of its signature>

`d` the code of the département, `t` that of the ticket, `c` its cents, `p` the public identifier of the
partner it is made out to, or null, `x` the last day on which it can be validated. Nothing of the child.
Signed by ECDSA on P-256 with SHA-256 (ES256, r then s, as RFC 7518 writes them and WebCrypto reads them);
deterministic (RFC 6979): a ticket shown twice is the same picture.

A signature says who wrote the text, not that the ticket is still good: only the books know that. Each
département has its own key, sealed (`commons.sealing`). A former key stays published, for what was
printed; one that leaked is withdrawn, and what it signed is then typed, not scanned.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import transaction
from joserfc.jwk import ECKey

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.tenancy import require_tenant
from federation.passplus.models import Ticket, TicketKey

VERSION = "SP1"
_PURPOSE = "passplus.tickets"
_HALF = 32  # bytes of r, and of s
_SIGNING = ec.ECDSA(SHA256(), deterministic_signing=True)
_VERIFYING = ec.ECDSA(SHA256())
_TEXT = re.compile(rf"{VERSION}\.([A-Za-z0-9_-]{{1,400}})\.([A-Za-z0-9_-]{{86}})")
_DAY = datetime.timedelta(days=1)
State = TicketKey.State


class TicketTextInvalid(DomainError):
    """What was scanned is no ticket of this département."""

    code = "PASSPLUS_TICKET_TEXT_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class SignedTicket:
    """What the text of a ticket says."""

    departement: str
    code: str
    cents: int
    partner: uuid.UUID | None
    last_day: datetime.date


def ticket_text(ticket: Ticket) -> str:
    """
    The signed text of a ticket, as its picture holds it.

    :raises TicketKey.DoesNotExist: before any campaign was published
    """
    rules = ticket.purse.card.campaign.rules
    partner = ticket.made_out_to
    said = SignedTicket(
        departement=require_tenant().code,
        code=ticket.code,
        cents=ticket.cents,
        partner=None if partner is None else partner.public_id,
        last_day=rules.tickets.captured_before - _DAY,
    )
    row = TicketKey.objects.get(state=State.CURRENT)
    whole = sealing.unseal(bytes(row.sealed_private), purpose=_PURPOSE)
    return write_text(said, ECKey.import_key(json.loads(whole)))


def write_text(said: SignedTicket, key: ECKey) -> str:
    """What is said, signed by a key."""
    payload = {
        "d": said.departement,
        "t": said.code,
        "c": said.cents,
        "p": None if said.partner is None else str(said.partner),
        "x": said.last_day.isoformat(),
    }
    head = f"{VERSION}.{_encoded(json.dumps(payload, separators=(',', ':')).encode())}"
    private = key.private_key
    assert private is not None
    r, s = decode_dss_signature(private.sign(head.encode(), _SIGNING))
    return f"{head}.{_encoded(r.to_bytes(_HALF, 'big') + s.to_bytes(_HALF, 'big'))}"


def read_text(text: str, keys: Iterable[Mapping[str, Any]]) -> SignedTicket:
    """
    What a text says, if one of these public keys signed it; the day is for the caller to look at.

    :raises TicketTextInvalid: if it is none, or was signed by nobody of these
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise TicketTextInvalid
    head = f"{VERSION}.{found[1]}".encode()
    signature = _decoded(found[2])
    if not any(_is_signed(head, signature, key) for key in keys):
        raise TicketTextInvalid
    said = json.loads(_decoded(found[1]))
    return SignedTicket(
        departement=said["d"],
        code=said["t"],
        cents=said["c"],
        partner=None if said["p"] is None else uuid.UUID(said["p"]),
        last_day=datetime.date.fromisoformat(said["x"]),
    )


def published_keys() -> dict[str, list[dict[str, Any]]]:
    """The public set (RFC 7517), the one in service first: no private part of any key."""
    rows = TicketKey.objects.exclude(state=State.WITHDRAWN).order_by("-pk")
    return {"keys": list(rows.values_list("public_jwk", flat=True))}


def ensure_key(*, at: datetime.datetime) -> None:
    """Have the key of the département, made at first need. In the caller's transaction."""
    if not TicketKey.objects.filter(state=State.CURRENT).exists():
        _put_key(at=at)


@transaction.atomic(durable=True)
def replace_key(*, withdraw: bool, actor: Actor, at: datetime.datetime) -> TicketKey:
    """
    Have another key sign from now on; `withdraw` when the former is known to somebody.

    Tickets that the former signed still scan, unless it is withdrawn; typed, they always work.
    """
    ensure_key(at=at)
    in_service = TicketKey.objects.select_for_update(of=("self",)).filter(state=State.CURRENT)
    while (former := in_service.first()) is None:
        continue  # somebody replaced it while we waited: look again
    former.state, former.replaced_at = State.WITHDRAWN if withdraw else State.FORMER, at
    former.save(update_fields=["state", "replaced_at"])
    _put_key(at=at)
    coming = TicketKey.objects.get(state=State.CURRENT)
    record_audit(
        actor=actor,
        action="passplus.key.replaced",
        subject_type="TicketKey",
        subject_id=coming.kid,
        at=at,
        withdrawn=withdraw,
    )
    return coming


def _put_key(*, at: datetime.datetime) -> None:
    """Draw a key, named by its own digest (RFC 7638); nothing if somebody put one meanwhile."""
    use = {"use": "sig", "alg": "ES256"}
    key = ECKey.generate_key("P-256", use, private=True, auto_kid=True)  # type: ignore[arg-type]
    sealed = sealing.seal(json.dumps(key.as_dict(private=True)), purpose=_PURPOSE)
    made = TicketKey(
        kid=str(key.kid),
        state=State.CURRENT,
        public_jwk=key.as_dict(private=False),
        sealed_private=sealed,
        made_at=at,
    )
    TicketKey.objects.bulk_create([made], ignore_conflicts=True)


def _is_signed(head: bytes, signature: bytes, key: Mapping[str, Any]) -> bool:
    public = ECKey.import_key(dict(key)).public_key
    r, s = signature[:_HALF], signature[_HALF:]
    encoded = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    try:
        public.verify(encoded, head, _VERIFYING)
    except InvalidSignature:
        return False
    return True


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise TicketTextInvalid from error
