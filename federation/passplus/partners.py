"""Partners of a département: who may take tickets here."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import transaction
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as sirets

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner


class PartnerInvalid(DomainError):
    """A field of a partner that cannot be; `field` names it."""

    code = "PASSPLUS_PARTNER_INVALID"


class PartnerAffiliated(DomainError):
    """A partner with this SIRET is affiliated already."""

    code = "PASSPLUS_PARTNER_AFFILIATED"


@transaction.atomic(durable=True)
def affiliate_partner(
    *, name: str, siret: str, domains: Collection[Domain], actor: Actor, at: datetime.datetime
) -> Partner:
    """
    Affiliate a partner, with the account of what it is owed.

    :raises PartnerInvalid: if it has no name or domain, or a SIRET that cannot be
    :raises PartnerAffiliated: if its SIRET is affiliated already
    """
    if not name.strip():
        raise PartnerInvalid(field="name")
    if not domains:
        raise PartnerInvalid(field="domains")
    try:
        number = sirets.validate(siret)
    except ValidationError as error:
        raise PartnerInvalid(field="siret") from error
    if Partner.objects.filter(siret=number).exists():
        raise PartnerAffiliated(siret=number)
    account = ledger.open_account(
        code=f"partner:{number}",
        kind=AccountKind.PARTNER,
        name=name.strip(),
        debits_must_not_exceed_credits=True,
    )
    partner = Partner.objects.create(
        name=name.strip(),
        siret=number,
        domains=sorted(map(str, domains)),
        account=account,
        affiliated_at=at,
    )
    record_audit(
        actor=actor,
        action="passplus.partner.affiliated",
        subject_type="Partner",
        subject_id=partner.public_id,
        at=at,
        siret=number,
    )
    return partner
