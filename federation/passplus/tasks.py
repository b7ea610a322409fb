"""The long work of Pass+: what a worker does of its jobs. Doing one twice is doing it once."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commons.jobs import work
from commons.models import Job
from federation.passplus.models import Campaign
from federation.passplus.renewing import WORK, renew_campaign


@work(WORK)
def renew(job: Job) -> dict[str, Any]:
    """Who has a card already is passed over: a worker that died may have granted some."""
    campaign = Campaign.objects.get(public_id=job.arguments["campaign"])
    done = renew_campaign(campaign=campaign, actor=job.actor, at=timezone.now())
    return {"campaign": str(campaign.public_id), "cards": done.cards, "cents": done.cents}
