"""Registrations for the Pass+ of the demo, one in each state, of families who have no account here.

A visitor finds their own family as it is; an agent finds a queue, with something to decide in it.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator, Sequence

from commons.actors import Actor
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import operations
from federation.passplus.registrations.queries import PARENTS
from socle.seeding.pictures import drawn
from tenants.accounts.models import User
from tenants.people.models import Guardian, Guardianship, Pupil

FAMILY = Actor.command("socle seed")
Kind = RegistrationDocument.Kind
DAY = datetime.timedelta(days=1)
ASKED = "Votre adresse a changé. Envoyez une preuve de la nouvelle."
REFUSED = "La photo montre une autre personne. Recommencez avec une photo de votre enfant."


def register_some(campaign: Campaign, *, agent: User, at: datetime.datetime) -> int:
    """One in each state, for as many children as there are without a card; how many."""
    actor = Actor.user(agent)
    children = _children_without_card(campaign, on=at.date())
    played = 0
    for play, (pupil, guardian) in zip(_PLAYS, children, strict=False):
        begun = operations.begin_registration(
            campaign=campaign, pupil=pupil, guardian=guardian, actor=FAMILY, at=at - 9 * DAY
        )
        play(begun, actor, at)
        played += 1
    return played


def _children_without_card(
    campaign: Campaign, *, on: datetime.date
) -> Iterator[tuple[Pupil, Guardian]]:
    """Children to whom the campaign is open, and a parent of each who has no account."""
    carded = Card.objects.filter(campaign=campaign).values("pupil")
    found = Guardianship.objects.filter(
        legal_role__in=PARENTS,
        guardian__user__isnull=True,
        pupil__missing_since__isnull=True,
        valid_until__isnull=True,
    ).exclude(pupil__in=carded)
    links = list(
        found.exclude(pupil__guardianships__guardian__user__isnull=False)
        .select_related("pupil", "guardian")
        .order_by("pupil__sort_key", "pupil_id", "pk")
        .distinct("pupil__sort_key", "pupil_id")
    )
    known = facts_of([link.pupil for link in links], on=on)
    for link in links:
        verdict = judge(campaign.rules.eligibility, known[link.pupil_id]).eligibility
        if verdict is Eligibility.PROVED:
            yield link.pupil, link.guardian


def _draft(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    """The photograph is there, nothing is sent."""
    del agent
    _give(begun, Kind.PHOTO, at=at - DAY)


def _incomplete(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    """Sent without its photograph."""
    del agent
    operations.submit_registration(registration=begun, actor=FAMILY, at=at - 4 * DAY)


def _submitted(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    """An agent doubted the address, and the family proved it yesterday."""
    operations.submit_registration(registration=begun, actor=FAMILY, at=at - 6 * DAY)
    operations.ask_documents(
        registration=begun,
        kinds=(Kind.PHOTO, Kind.PROOF_OF_ADDRESS),
        words=ASKED,
        actor=agent,
        at=at - 5 * DAY,
    )
    for kind in (Kind.PHOTO, Kind.PROOF_OF_ADDRESS):
        _give(begun, kind, at=at - DAY)


def _under_review(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    _submitted(begun, agent, at)
    operations.take_registration(registration=begun, actor=agent, at=at)


def _granted(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    """Granted by the agent; the proof of a bursary came since, and is to be looked at."""
    _submitted(begun, agent, at)
    operations.grant_registration(registration=begun, actor=agent, at=at)
    _give(begun, Kind.BURSARY_NOTICE, at=at)


def _refused(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    operations.submit_registration(registration=begun, actor=FAMILY, at=at - 3 * DAY)
    operations.refuse_registration(registration=begun, words=REFUSED, actor=agent, at=at - DAY)


def _withdrawn(begun: Registration, agent: Actor, at: datetime.datetime) -> None:
    del agent
    operations.withdraw_registration(registration=begun, actor=FAMILY, at=at - 2 * DAY)


_Play = Callable[[Registration, Actor, datetime.datetime], None]
# The most useful to see first: a small département has few children without a card.
_PLAYS: Sequence[_Play] = (
    _submitted, _incomplete, _under_review, _draft, _granted, _refused, _withdrawn, _submitted,
)  # fmt: skip


def _give(begun: Registration, kind: str, *, at: datetime.datetime) -> None:
    words = f"{Kind(kind).label}\n{begun.pupil.first_name}"
    operations.give_document(
        registration=begun,
        kind=kind,
        stream=io.BytesIO(drawn(words)),
        declared_name="exemple.png",
        actor=FAMILY,
        at=at,
    )
