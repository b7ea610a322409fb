"""Partners of a département: who may take tickets here, what families read of them, and until when."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as ShapeRefused
from django.core.validators import RegexValidator, URLValidator, validate_email
from django.db import transaction
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as sirets

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.normalisation import search_key, sort_key
from commons.outbox import record_event
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerKind

LONGEST_NAME = 200
LONGEST = {
    "kind": 12, "activities": 300, "description": 600, "street": 200, "postal_code": 5,
    "town": 100, "site": 200, "email": 254, "phone": 20,
}  # fmt: skip
_POSTAL_CODE = RegexValidator(r"^[0-9]{5}$")
_PHONE = RegexValidator(r"^\+?[0-9]{9,15}$")
_SITE = URLValidator(schemes=("https", "http"))
_DEGREE = Decimal("0.000001")


class PartnerInvalid(DomainError):
    """A field of a partner that cannot be; `field` names it."""

    code = "PASSPLUS_PARTNER_INVALID"


class PartnerAffiliated(DomainError):
    """A partner with this SIRET is affiliated already."""

    code = "PASSPLUS_PARTNER_AFFILIATED"


class PartnerOver(DomainError):
    """This partner is affiliated no more."""

    code = "PASSPLUS_PARTNER_OVER"


class ReasonMissing(DomainError):
    """What a partner is told needs words."""

    code = "PASSPLUS_REASON_MISSING"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDetails:
    """What families read of a partner in the directory. All may be empty."""

    kind: str = ""
    activities: str = ""
    description: str = ""
    street: str = ""
    postal_code: str = ""
    town: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    site: str = ""
    email: str = ""
    phone: str = ""

    def checked(self) -> PartnerDetails:
        """The same, tidied.

        :raises PartnerInvalid: if a field cannot be; `field` names it
        """
        texts = {
            field.name: " ".join(getattr(self, field.name).split())
            for field in dataclasses.fields(self)
            if field.name not in {"latitude", "longitude"}
        }
        texts["phone"] = plain_phone(texts["phone"])
        if texts["kind"] and texts["kind"] not in PartnerKind.values:
            raise PartnerInvalid(field="kind")
        checks: tuple[tuple[str, Callable[[str], None]], ...] = (
            ("postal_code", _POSTAL_CODE),
            ("site", _SITE),
            ("email", validate_email),
            ("phone", _PHONE),
        )
        for name, check in checks:
            _require(name, texts[name], check)
        for name, text in texts.items():
            if len(text) > LONGEST[name]:
                raise PartnerInvalid(field=name)
        latitude, longitude = _point(self.latitude, self.longitude)
        return PartnerDetails(**texts, latitude=latitude, longitude=longitude)


def plain_phone(typed: str) -> str:
    """A telephone number without what people write between its figures."""
    return "".join(sign for sign in typed if sign not in " .-()\u00a0\u202f")


def read_siret(typed: str) -> str:
    """
    A SIRET as it is kept: 14 figures.

    :raises PartnerInvalid: if it cannot be one
    """
    try:
        return str(sirets.validate(typed))
    except ValidationError as error:
        raise PartnerInvalid(field="siret") from error


@transaction.atomic(durable=True)
def affiliate_partner(
    *,
    name: str,
    siret: str,
    domains: Collection[Domain],
    actor: Actor,
    at: datetime.datetime,
    details: PartnerDetails | None = None,
) -> Partner:
    """
    Affiliate a partner, with the account of what it is owed. One that was ended comes back.

    :raises PartnerInvalid: if it has no name or domain, or a SIRET or a field that cannot be
    :raises PartnerAffiliated: if its SIRET is affiliated already
    """
    return affiliate_here(
        name=name, siret=siret, domains=domains, details=details, actor=actor, at=at
    )


def affiliate_here(
    *,
    name: str,
    siret: str,
    domains: Collection[Domain],
    details: PartnerDetails | None,
    actor: Actor,
    at: datetime.datetime,
) -> Partner:
    """The same, inside the caller's transaction. As `affiliate_partner`."""
    number = read_siret(siret)
    said = read_sheet(name, domains, details or PartnerDetails())
    account = ledger.open_account(
        code=f"partner:{number}",
        kind=AccountKind.PARTNER,
        name=said["name"],
        debits_must_not_exceed_credits=True,
    )
    ledger.lock_accounts(account_ids=[account.pk])  # of two at once, one comes after
    found = Partner.objects.filter(siret=number).first()
    if found is not None and found.ended_at is None:
        raise PartnerAffiliated(siret=number)
    partner = found or Partner(siret=number, account=account)
    partner.affiliated_at, partner.ended_at, partner.ended_because = at, None, ""
    for field, value in said.items():
        setattr(partner, field, value)
    if found is None:
        partner.save(force_insert=True)
    else:
        partner.save(update_fields=[*said, "affiliated_at", "ended_at", "ended_because"])
    record_audit(
        actor=actor,
        action="passplus.partner.affiliated",
        subject_type="Partner",
        subject_id=partner.public_id,
        at=at,
        siret=number,
    )
    return partner


@transaction.atomic(durable=True)
def change_partner(
    *,
    partner: Partner,
    name: str,
    domains: Collection[Domain],
    details: PartnerDetails,
    actor: Actor,
    at: datetime.datetime,
) -> Partner:
    """
    Change what families read of a partner, and what its tickets may pay for.

    :raises PartnerInvalid: if a field cannot be; `field` names it
    :raises PartnerOver: if it is affiliated no more
    """
    return change_here(
        partner=partner, name=name, domains=domains, details=details, actor=actor, at=at
    )


def change_here(
    *,
    partner: Partner,
    name: str,
    domains: Collection[Domain],
    details: PartnerDetails,
    actor: Actor,
    at: datetime.datetime,
) -> Partner:
    """The same, inside the caller's transaction. As `change_partner`."""
    said = read_sheet(name, domains, details)
    locked = _lock_partner(partner.public_id)
    changed = [field for field, value in said.items() if getattr(locked, field) != value]
    if not changed:
        return locked
    for field in changed:
        setattr(locked, field, said[field])
    locked.save(update_fields=changed)
    record_audit(
        actor=actor,
        action="passplus.partner.changed",
        subject_type="Partner",
        subject_id=locked.public_id,
        at=at,
        fields=sorted(set(changed) - {"search_key", "sort_key"}),
    )
    return locked


@transaction.atomic(durable=True)
def end_affiliation(
    *, partner: Partner, reason: str, actor: Actor, at: datetime.datetime
) -> Partner:
    """
    End an affiliation: the partner takes no more tickets, and is paid those it took.

    :raises ReasonMissing: if nothing says why
    :raises PartnerOver: if it is affiliated no more
    """
    words = " ".join(reason.split())[:500]
    if not words:
        raise ReasonMissing(field="reason")
    locked = _lock_partner(partner.public_id)
    locked.ended_at, locked.ended_because = at, words
    locked.save(update_fields=["ended_at", "ended_because"])
    record_audit(
        actor=actor,
        action="passplus.partner.ended",
        subject_type="Partner",
        subject_id=locked.public_id,
        at=at,
    )
    record_event(
        "passplus.partner.ended",
        aggregate=f"partner:{locked.public_id}",
        occurred_at=at,
        partner_id=locked.pk,
    )
    return locked


def _lock_partner(public_id: uuid.UUID) -> Partner:
    locked = Partner.objects.select_for_update(of=("self",), no_key=True).get(public_id=public_id)
    if locked.ended_at is not None:
        raise PartnerOver(partner=str(public_id))
    return locked


def read_sheet(name: str, domains: Collection[Domain], details: PartnerDetails) -> dict[str, Any]:
    """
    The columns of a partner that say who it is, tidied, with its keys.

    :raises PartnerInvalid: if one cannot be; `field` names it
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME:
        raise PartnerInvalid(field="name")
    if not domains or not set(map(str, domains)) <= set(Domain):
        raise PartnerInvalid(field="domains")
    checked = details.checked()
    return {
        "name": tidy,
        "domains": sorted(map(str, domains)),
        **dataclasses.asdict(checked),
        "search_key": search_key(f"{tidy} {checked.activities} {checked.town}")[:640],
        "sort_key": sort_key(tidy)[:220],
    }


def _require(name: str, text: str, check: Callable[[str], None]) -> None:
    if not text:
        return
    try:
        check(text)
    except ShapeRefused as error:
        raise PartnerInvalid(field=name) from error


def _point(
    latitude: Decimal | None, longitude: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or not -90 <= latitude <= 90:
        raise PartnerInvalid(field="latitude")
    if longitude is None or not -180 <= longitude <= 180:
        raise PartnerInvalid(field="longitude")
    return latitude.quantize(_DEGREE), longitude.quantize(_DEGREE)
