"""A whole campaign renewed, batch after batch: what it would give, and the long work that does it."""

from __future__ import annotations

import datetime

from commons import jobs
from commons.actors import Actor
from commons.models import Job
from commons.progress import reached
from federation.passplus.engine import registering, spending
from federation.passplus.granting import BATCH, Renewed, renew_cards
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign
from tenants.people.models import Pupil

WORK = "passplus.campaign.renew"
MOST_AT_ONCE = BATCH


def is_long_work(campaign: Campaign) -> bool:
    """Whether a worker should do it: more pupils than are looked at in one transaction."""
    without = Pupil.objects.exclude(pass_cards__campaign=campaign)
    return len(without.order_by("pk").values_list("pk")[: MOST_AT_ONCE + 1]) > MOST_AT_ONCE


def ask(campaign: Campaign, *, actor: Actor, at: datetime.datetime) -> Job:
    """Have a worker renew a campaign; the work that is asked for already is the one given."""
    name = str(campaign.public_id)
    return jobs.ask(
        WORK, subject=f"campaign:{name}", arguments={"campaign": name}, actor=actor, at=at
    )


def foresee(campaign: Campaign, *, at: datetime.datetime) -> Renewed:
    """
    What a renewal would give now; nothing of it is kept.

    :raises TicketsClosed: after the last day of new tickets
    """
    rules, day = campaign.rules, spending.day_of(at)
    if day >= rules.tickets.issued_before:
        raise spending.TicketsClosed(closed_on=rules.tickets.issued_before)
    pupils = cards = cents = last = 0
    while found := _without(campaign, after=last):
        last = found[-1].pk
        pupils += len(found)
        for facts in facts_of(found, on=day).values():
            if registering.is_automatic(rules, facts):
                cards += 1
                cents += registering.grant(rules, facts).total_cents
    return Renewed(pupils, cards, cents, last)


def renew_campaign(*, campaign: Campaign, actor: Actor, at: datetime.datetime) -> Renewed:
    """
    Renew the cards of a campaign, saying how far it is. Cut off and begun again, it goes on.

    :raises TicketsClosed: after the last day of new tickets
    """
    batches = max(1, -(-Pupil.objects.exclude(pass_cards__campaign=campaign).count() // BATCH))
    pupils = cards = cents = last = 0
    place = 0
    while True:
        place += 1
        reached("cards", min(place, batches), of=batches)
        done = renew_cards(campaign=campaign, actor=actor, at=at, after=last)
        if not done.pupils:
            return Renewed(pupils, cards, cents, last)
        last = done.last
        pupils, cards, cents = pupils + done.pupils, cards + done.cards, cents + done.cents


def _without(campaign: Campaign, *, after: int) -> list[Pupil]:
    rows = Pupil.objects.filter(pk__gt=after).exclude(pass_cards__campaign=campaign)
    return list(rows.order_by("pk")[:BATCH])
