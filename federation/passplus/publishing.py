"""Publish a campaign: its rules kept as they are, and the accounts its money will move through."""

from __future__ import annotations

import datetime
import hashlib
import json

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind, AccountRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus import signing
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.models import Campaign


class CampaignPublished(DomainError):
    """A campaign of this code was published, with other rules."""

    code = "PASSPLUS_CAMPAIGN_PUBLISHED"


@transaction.atomic(durable=True)
def publish_campaign(*, rules: Rules, actor: Actor, at: datetime.datetime) -> Campaign:
    """
    Publish a campaign; publishing the same again returns the first.

    :raises CampaignPublished: if its code was published with other rules
    """
    signing.ensure_key(at=at)
    definition = rules.as_dict()
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
    found = Campaign.objects.filter(code=rules.code).first()
    if found is not None:
        if found.digest != digest:
            raise CampaignPublished(campaign=rules.code)
        return found
    budget, captured = ledger.open_accounts(
        accounts=[
            AccountRequest(
                code=f"passplus:{rules.code}:budget", kind=AccountKind.FUNDING, name=rules.label
            ),
            AccountRequest(
                code=f"passplus:{rules.code}:captured",
                kind=AccountKind.CLEARING,
                name=rules.label,
                debits_must_not_exceed_credits=True,
            ),
        ]
    )
    campaign = Campaign.objects.create(
        code=rules.code,
        scheme=rules.scheme,
        label=rules.label,
        definition=definition,
        digest=digest,
        is_illustrative=rules.is_illustrative,
        budget_account=budget,
        captured_account=captured,
        published_at=at,
    )
    record_audit(
        actor=actor,
        action="passplus.campaign.published",
        subject_type="Campaign",
        subject_id=campaign.public_id,
        at=at,
        code=rules.code,
        digest=digest,
    )
    return campaign
