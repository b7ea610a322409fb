"""Reads on registrations: what is open to whom, what is still missing, the queue."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from federation.passplus.engine import registering
from federation.passplus.engine.campaign import DocumentRule, Status
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.facts import Fact, Facts
from federation.passplus.engine.spending import day_of
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import declaring
from federation.passplus.registrations.declaring import Questions, read_declared
from tenants.people import queries as people
from tenants.people.models import Guardianship

if TYPE_CHECKING:
    from tenants.people.models import Guardian, Pupil

PARENTS = (1, 2)  # `legal_role` of who holds parental authority
State = Registration.State
Kind = RegistrationDocument.Kind
SENT = frozenset({State.SUBMITTED, State.UNDER_REVIEW, State.INCOMPLETE})
WAITING = frozenset({State.SUBMITTED, State.UNDER_REVIEW})
OPEN = frozenset({State.DRAFT, *SENT})
# What may still be given for a card that is granted: it changes nothing of what was proved.
AFTERWARDS = frozenset({Kind.PHOTO, Kind.BURSARY_NOTICE})


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where a registration is: what is asked, what is known with the answers, what is missing.

    `ways` are the fewest documents that would complete it, each way to do it. `asked` are the kinds that
    an agent asks for, and that are not there yet.
    """

    questions: Questions
    is_told: bool
    facts: Facts
    needs_photo: bool
    has_photo: bool
    ways: tuple[tuple[DocumentRule, ...], ...]
    asked: tuple[str, ...]
    awaits_bursary: bool

    @property
    def needs_documents(self) -> bool:
        """Whether a document is still to be given before the card is granted."""
        return bool(self.ways or self.asked)

    @property
    def is_complete(self) -> bool:
        """Whether the family has nothing more to give."""
        return (
            self.is_told and not self.needs_documents and (self.has_photo or not self.needs_photo)
        )


def registrations() -> QuerySet[Registration]:
    """Every registration with what names it, latest first."""
    return Registration.objects.select_related("campaign", "pupil", "guardian", "card").order_by(
        "-created_at", "-pk"
    )


def registration_by_id(registration_id: int) -> Registration:
    """A registration by its number in the database, for messages.

    :raises Registration.DoesNotExist: if there is none
    """
    return registrations().select_related("guardian__user").get(pk=registration_id)


def queue() -> QuerySet[Registration]:
    """What waits for an agent: the one whose day comes first is first."""
    return registrations().filter(state__in=WAITING).order_by("due_at", "pk")


def documents_to_look_at() -> QuerySet[RegistrationDocument]:
    """What was given for a card that is granted already: a photograph, a proof of a bursary."""
    return RegistrationDocument.objects.filter(
        state=RegistrationDocument.State.RECEIVED,
        deleted_at__isnull=True,
        kind__in=(Kind.PHOTO, Kind.BURSARY_NOTICE),
        registration__state=State.GRANTED,
    )


def with_documents_to_look_at(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Those among registrations that are granted, and of which something is still to be looked at."""
    found = documents_to_look_at().filter(registration=OuterRef("pk"))
    return rows.filter(Exists(found))


def documents_of(registration: Registration) -> QuerySet[RegistrationDocument]:
    """The documents of a registration that are still there, latest first."""
    return registration.documents.filter(deleted_at__isnull=True).order_by("-received_at", "-pk")


def kept_documents(rows: Sequence[Registration]) -> dict[int, list[RegistrationDocument]]:
    """What is still there of each, by its number in the database, latest first."""
    found: dict[int, list[RegistrationDocument]] = {}
    kept = RegistrationDocument.objects.filter(registration__in=rows, deleted_at__isnull=True)
    for document in kept.order_by("-received_at", "-pk"):
        found.setdefault(document.registration_id, []).append(document)
    return found


def photo_of(registration: Registration) -> RegistrationDocument | None:
    """The photograph of a registration that is not refused."""
    photos = documents_of(registration).filter(kind=Kind.PHOTO)
    return photos.exclude(state=RegistrationDocument.State.REFUSED).first()


def campaigns_open(*, on: datetime.date) -> list[Campaign]:
    """The campaigns in which one may register on a day, the latest published first."""
    return [
        campaign
        for campaign in Campaign.objects.order_by("-pk")
        if campaign.rules.registration.opens_on
        <= on
        < campaign.rules.registration.registered_before
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Closed:
    """Between two times of registration: since when nobody registers, and when one may again."""

    since: datetime.date | None
    opens_on: datetime.date | None


def closed_windows(*, on: datetime.date) -> Closed:
    """The latest end of registrations that has come, and the first beginning to come."""
    rules = [campaign.rules.registration for campaign in Campaign.objects.all()]
    ended = [one.registered_before for one in rules if one.registered_before <= on]
    return Closed(
        since=max(ended, default=None),
        opens_on=min((one.opens_on for one in rules if one.opens_on > on), default=None),
    )


def kinds_given(registration: Registration) -> frozenset[str]:
    """The kinds of documents that were given and not sent back."""
    given = registration.documents.exclude(state=RegistrationDocument.State.REFUSED)
    # What is erased was looked at: it still proves what it proved.
    return frozenset(given.values_list("kind", flat=True))


def standing_of(registration: Registration, *, at: datetime.datetime) -> Standing:
    """Where a registration is."""
    known = facts_of([registration.pupil], on=day_of(at))[registration.pupil_id]
    return standing_with(registration, known, kinds=kinds_given(registration))


def standing_with(registration: Registration, known: Facts, *, kinds: Collection[str]) -> Standing:
    """The same, with what is known of the pupil and what was given already read."""
    rules = registration.campaign.rules
    declared = read_declared(registration.declared)
    questions = declaring.questions_for(rules, known)
    facts = declaring.facts_told(rules, known, declared, kinds=kinds)
    unasked = judge(rules.eligibility, facts).eligibility
    return Standing(
        questions=questions,
        is_told=not questions.facts or unasked in (Eligibility.PROVED, Eligibility.TO_PROVE),
        facts=facts,
        needs_photo=rules.photo_megabytes is not None,
        has_photo=Kind.PHOTO in kinds,
        ways=declaring.ways_to_prove(rules, facts),
        asked=tuple(kind for kind in registration.asked if kind not in kinds),
        awaits_bursary=declared.bursary
        and registering.status_of(facts) == Status.BASE
        and declaring.bursary_rule(rules) is not None,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """What a guardian may do for a child in a campaign: begin, take up again, follow, or read why not.

    `own` is their own file. `is_under_way` says that another parent's is being studied, and no more.
    `verdict` is what is known today: a child who is refused by what data prove is not offered it.
    """

    campaign: Campaign
    pupil: Pupil
    own: Registration | None
    card: Card | None
    is_under_way: bool
    verdict: Eligibility
    in_the_way: tuple[Fact, ...] = ()
    is_too_late: bool = False

    @property
    def may_begin(self) -> bool:
        """Whether it can be begun."""
        return (
            self.own is None
            and self.card is None
            and not self.is_under_way
            and self.verdict is not Eligibility.REFUSED
        )

    @property
    def may_prove_bursary(self) -> bool:
        """Whether a card that was given without a file may have more."""
        return (
            self.own is None
            and self.card is not None
            and self.card.status == Status.BASE
            and declaring.bursary_rule(self.campaign.rules) is not None
        )


def offers_to(guardian: Guardian, pupils: Sequence[Pupil], *, at: datetime.datetime) -> list[Offer]:
    """What a guardian may do for children whom they may register, child by child."""
    day = day_of(at)
    campaigns = campaigns_open(on=day)
    if not campaigns or not pupils:
        return []
    own = {
        (row.campaign_id, row.pupil_id): row
        for row in registrations().filter(guardian=guardian, pupil__in=pupils).order_by("pk")
    }
    others = set(
        Registration.objects.filter(
            pupil__in=pupils, campaign__in=campaigns, state__in=WAITING
        ).exclude(guardian=guardian).values_list("campaign_id", "pupil_id")
    )  # fmt: skip
    cards = {
        (card.campaign_id, card.pupil_id): card
        for card in Card.objects.filter(pupil__in=pupils, campaign__in=campaigns)
    }
    known = facts_of(pupils, on=day)
    found = []
    for pupil in pupils:
        for campaign in campaigns:
            key = (campaign.pk, pupil.pk)
            verdict, facts = _verdict(campaign, known[pupil.pk])
            offer = Offer(
                campaign=campaign,
                pupil=pupil,
                own=own.get(key),
                card=cards.get(key),
                is_under_way=key in others,
                verdict=verdict,
                in_the_way=facts,
            )
            if day >= registering.registered_before(campaign.rules, pupil.birth_date):
                offer = dataclasses.replace(
                    offer, verdict=Eligibility.REFUSED, in_the_way=(), is_too_late=True
                )
            found.append(offer)
    return found


def _verdict(campaign: Campaign, known: Facts) -> tuple[Eligibility, tuple[Fact, ...]]:
    """What data say today, and the facts in the way: an answer may still change what they do not prove."""
    facts = declaring.refused_by_data(campaign.rules, known)
    if facts:
        return Eligibility.REFUSED, facts
    judged = judge(campaign.rules.eligibility, known).eligibility
    return (Eligibility.UNKNOWN if judged is Eligibility.REFUSED else judged), ()


def of_guardian(guardian: Guardian) -> QuerySet[Registration]:
    """The registrations that a person made, latest first."""
    return registrations().filter(guardian=guardian)


def parents_of(card: Card) -> list[Guardian]:
    """Who holds parental authority over the pupil of a card today, and has an account."""
    links = Guardianship.objects.filter(
        people.in_force(timezone.localdate()), pupil=card.pupil, legal_role__in=PARENTS
    ).filter(guardian__user__isnull=False)
    return [link.guardian for link in links.select_related("guardian__user").order_by("pk")]


def card_by_id(card_id: int) -> Card:
    """A card by its number in the database, for messages.

    :raises Card.DoesNotExist: if there is none
    """
    return Card.objects.select_related("campaign", "pupil").get(pk=card_id)
