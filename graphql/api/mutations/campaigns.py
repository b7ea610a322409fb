"""What agents do with campaigns and the rules of reimbursement: publish a text, renew cards."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.making import identifier, mutation, rehearsal, words
from api.scalars import public_id
from api.types.campaigns import (
    PassCampaign,
    PassRenewal,
    PricingForeseen,
    ReimbursementRules,
    campaign_node,
)
from commons.rehearsing import PREVIEW, rehearse
from federation.passplus import operations, renewing
from federation.passplus.campaign_files import load_campaign_text
from federation.passplus.registrations.access import access_open_campaign
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.pricing_rules import foresee_pricing
from federation.passplus.reimbursing.rule_files import load_pricing_text
from tenants.accounts.capabilities import Capability

_MANAGES = rules.needs(Capability.MANAGE_PASSPLUS)
_TEXT = {
    "text": words("Le texte du fichier, en YAML ou en JSON."),
    "dry_run": rehearsal(),
}
_ABOUT_TEXT = {
    "PASSPLUS_CAMPAIGN_INVALID": "text",
    "PASSPLUS_CAMPAIGN_PUBLISHED": "text",
    "PASSPLUS_PRICING_INVALID": "text",
    "PASSPLUS_PRICING_PUBLISHED": "text",
    "PASSPLUS_PRICING_TOO_EARLY": "text",
}


def _publish_campaign(context: Context, *, text: str, dry_run: bool) -> dict[str, Any]:
    """The same text again gives the first campaign."""
    read = load_campaign_text(text)
    if dry_run:
        rehearse(operations.publish_campaign, rules=read, actor=PREVIEW, at=context.at)
        return {}
    published = operations.publish_campaign(rules=read, actor=context.actor, at=context.at)
    return {"campaign": campaign_node(published, at=context.at)}


PublishPassCampaign = mutation(
    _publish_campaign,
    name="PublishPassCampaign",
    rule=_MANAGES,
    asked="Le fichier d'une campagne.",
    takes=_TEXT,
    gives={
        "campaign": graphene.Field(
            PassCampaign, description="La campagne publiée ; rien si rien n'est à garder."
        )
    },
    about=_ABOUT_TEXT,
)


def _renew(context: Context, *, campaign_id: str, dry_run: bool) -> dict[str, Any]:
    """Who has a card already is passed over: again gives nothing twice."""
    campaign = access_open_campaign(public_id(campaign_id))
    if dry_run:
        return {"renewal": renewing.foresee(campaign, at=context.at)}
    if renewing.is_long_work(campaign):
        job = renewing.ask(campaign, actor=context.actor, at=context.at)
        return {"job_id": job.public_id}
    done = renewing.renew_campaign(campaign=campaign, actor=context.actor, at=context.at)
    return {"renewal": done}


RenewPassCampaign = mutation(
    _renew,
    name="RenewPassCampaign",
    rule=_MANAGES,
    asked="La campagne dont les Pass+ se renouvellent.",
    takes={"campaign_id": identifier("La campagne"), "dry_run": rehearsal()},
    gives={
        "renewal": graphene.Field(PassRenewal, description="Ce qui est donné, ou le serait."),
        "job_id": graphene.ID(description="Le travail, à suivre par « job », quand il est long."),
    },
    about={"NOT_FOUND": "campaign_id"},
)


def _publish_rules(context: Context, *, text: str, dry_run: bool) -> dict[str, Any]:
    """The same text again gives the first rules."""
    read = load_pricing_text(text)
    foreseen = foresee_pricing(read, at=context.at)
    if dry_run:
        rehearse(reimbursing.publish_pricing, rules=read, actor=PREVIEW, at=context.at)
        return {"foreseen": foreseen}
    published = reimbursing.publish_pricing(rules=read, actor=context.actor, at=context.at)
    return {"rules": published, "foreseen": foreseen}


PublishReimbursementRules = mutation(
    _publish_rules,
    name="PublishReimbursementRules",
    rule=_MANAGES,
    asked="Le fichier de règles de remboursement.",
    takes=_TEXT,
    gives={
        "rules": graphene.Field(
            ReimbursementRules, description="Les règles publiées ; rien si rien n'est à garder."
        ),
        "foreseen": graphene.Field(
            PricingForeseen, description="Ce qu'elles changent à ce qui est déjà validé."
        ),
    },
    about=_ABOUT_TEXT,
)
