"""Three départements that agree on Pass+, as the engine imagines them and as the database has them."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import random
import uuid
from decimal import Decimal
from typing import TypeVar

from commons.actors import Actor
from federation.passplus import operations
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain, LateCancellation
from federation.passplus.engine.pricing import Line
from federation.passplus.models import Campaign, Card, Partner, PartnerMember, Till
from tenants.people.models import College, Pupil, SchoolClass, Schooling
from tenants.registry import contexts
from tests.factories.passplus import FACTS, STRICT, make_partner, noon
from tests.factories.reimbursing import paying, priced, with_account
from tests.factories.tills import make_member
from tests.federation.passplus.simulation.told import Taken, TakenBack, Told

ValueT = TypeVar("ValueT")
ACTOR = Actor.system("passplus")
BEGINS, ENDS = noon("2023-08-25"), noon("2025-08-01")
CODES = ("92", "94", "78")
PARTNERS = {
    "judo": (Domain.SPORT,),
    "rex": (Domain.CULTURE,),
    "mjc": (Domain.CULTURE, Domain.SPORT),
}
FORMER = 300  # pupils who had a card the year before
EVENTS_A_PUPIL = 40
LATEST = 30


class Named(dict[str, ValueT]):
    """Rows by their names, in the order they came: one is drawn at once, however many they are."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __setitem__(self, name: str, value: ValueT) -> None:
        if name not in self:
            self.names.append(name)
        super().__setitem__(name, value)


@dataclasses.dataclass(slots=True)
class Counter:
    """A partner and who works there, at two tills."""

    partner: Partner
    member: PartnerMember
    tills: tuple[Till, Till]


@dataclasses.dataclass(slots=True)
class Asked:
    """A correction as it should be: who asked, what of, and how it ended."""

    name: str
    asked_by: str
    lines: list[TakenBack]
    undoes: Asked | None = None
    undone_by: Asked | None = None
    state: str = "ASKED"


@dataclasses.dataclass(slots=True)
class Agreed:
    """An agreement of two: from when, who signed, and the day it ends, if it was said."""

    name: str
    parties: frozenset[str]
    valid_from: datetime.date
    signed: set[str]
    ends_on: list[datetime.date] = dataclasses.field(default_factory=list)
    ended_by: set[str] = dataclasses.field(default_factory=set)

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether it opens something on a day."""
        is_over = any(end <= day for end in self.ends_on)
        return len(self.signed) == 2 and self.valid_from <= day and not is_over

    def is_open(self, day: datetime.date) -> bool:
        """Whether no other may be proposed."""
        was_withdrawn = len(self.signed) < 2 and bool(self.ends_on)
        return not was_withdrawn and not any(end <= day for end in self.ends_on)


@dataclasses.dataclass(slots=True)
class Side:
    """A département: its rows by the names that the engine knows them by, and its own clock."""

    schema: str
    code: str
    campaign: Campaign
    life: Told
    counters: dict[str, Counter]
    pupils: Named[Pupil]
    slow_by: datetime.timedelta
    cards: Named[Card] = dataclasses.field(default_factory=Named)
    codes: Named[str] = dataclasses.field(default_factory=Named)  # of tickets
    made_out: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # of partners
    taken: Named[Taken] = dataclasses.field(default_factory=Named)  # by the till's key
    corrections: Named[Asked] = dataclasses.field(default_factory=Named)
    paid_more: dict[str, int] = dataclasses.field(default_factory=dict)
    paid_less: dict[str, int] = dataclasses.field(default_factory=dict)
    disputed: set[int] = dataclasses.field(default_factory=set)
    told: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    read_until: int = 0  # of the journal

    def owed_by_holders_of(self, other: Side) -> int:
        """What our partners took from holders of another, in cents, whether it was paid or not."""
        names = (f"captured:{self.code}:{name}" for name in self.counters)
        return sum(other.life.books.balance(name) for name in names)


@dataclasses.dataclass(slots=True)
class World:
    """The sides, the time, and what has been done so far."""

    draw: random.Random
    sides: tuple[Side, ...]
    events: int
    pace: datetime.timedelta
    at: datetime.datetime = BEGINS
    agreements: list[Agreed] = dataclasses.field(default_factory=list)
    soon: collections.deque[tuple[str, Side]] = dataclasses.field(default_factory=collections.deque)
    done: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    answers: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    deaths: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    latest: collections.deque[str] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=LATEST)
    )

    def another(self, side: Side) -> Side:
        """Another side, drawn."""
        return self.draw.choice([one for one in self.sides if one is not side])

    def clock(self, side: Side) -> datetime.datetime:
        """What time a side believes it is."""
        return self.at - side.slow_by

    def key(self) -> uuid.UUID:
        """A key such as a phone draws."""
        return uuid.UUID(int=self.draw.getrandbits(128), version=4)

    def goes_on(self) -> None:
        """Time passes: seconds in a rush, else as much as makes the campaign last as long as the events."""
        is_rush = self.draw.random() < 0.3
        mean = 20.0 if is_rush or self.soon else self.pace.total_seconds()
        self.at += datetime.timedelta(seconds=self.draw.expovariate(1 / mean))

    def between(self, one: Side, other: Side) -> list[Agreed]:
        """The agreements and proposals of two, the oldest first."""
        parties = {one.code, other.code}
        return [agreed for agreed in self.agreements if agreed.parties == parties]

    def is_opened(self, one: Side, other: Side, day: datetime.date) -> bool:
        """Whether the cards of one are taken by partners of the other on a day, by what both signed."""
        return any(agreed.is_in_force(day) for agreed in self.between(one, other))

    def are_listed(self, one: Side, other: Side) -> bool:
        """Whether one sees the partners of the other.

        That follows PostgreSQL's clock, for which every day of a campaign is past (docs/adr/0057): an
        agreement whose end was said shows nobody, whatever that day is.
        """
        return any(len(a.signed) == 2 and not a.ends_on for a in self.between(one, other))


def build(seed: int, events: int) -> World:
    """A world drawn from a seed, in which so many events will fill the two years of a campaign."""
    draw = random.Random(seed)
    sides = []
    for code in CODES:
        kind = LateCancellation.LOST if code == "92" else draw.choice(list(LateCancellation))
        with contexts.tenant(f"d{code}"):
            pupils = max(6, events // EVENTS_A_PUPIL)
            sides.append(_build_side(draw, code, _rules(code, kind), pupils=pupils))
    return World(draw, tuple(sides), events, pace=(ENDS - BEGINS) / (events * 0.7))


def _rules(code: str, kind: LateCancellation) -> Rules:
    days = 45 if kind is LateCancellation.RESTORED else 0
    tickets = dataclasses.replace(STRICT.tickets, late_cancellation=kind, restored_days=days)
    return dataclasses.replace(STRICT, code=f"{code}-essai-2023", tickets=tickets)


def _build_side(draw: random.Random, code: str, rules: Rules, *, pupils: int) -> Side:
    before = dataclasses.replace(rules, code=f"{code}-essai-2022")
    campaigns = [
        operations.publish_campaign(rules=one, actor=ACTOR, at=noon("2023-05-15"))
        for one in (before, rules)
    ]
    made: Named[Pupil] = Named()
    for rank, pupil in enumerate(_make_pupils(pupils)):
        made[f"p{rank}"] = pupil
    for name in made.names[: min(FORMER, pupils // 3)]:  # theirs is renewed
        operations.grant_card(
            campaign=campaigns[0], pupil=made[name], facts=FACTS, actor=ACTOR, at=noon("2023-07-01")
        )
    priced(code=f"remboursement-{code}", valid_from="2023-06-01", lines=_prices(draw))
    paying()
    return Side(
        schema=f"d{code}",
        code=code,
        campaign=campaigns[1],
        life=Told(rules),
        counters={name: _counter(*domains) for name, domains in PARTNERS.items()},
        pupils=made,
        slow_by=datetime.timedelta(seconds=draw.randint(0, 90)),
    )


def _prices(draw: random.Random) -> list[Line]:
    """Paid whole, or a part of it up to so much."""
    if draw.random() < 0.5:
        return [Line(rate=Decimal(100))]
    return [Line(rate=Decimal(draw.choice((80, 90))), cap_cents=20_00)]


def _counter(*domains: Domain) -> Counter:
    partner = with_account(make_partner(*domains))
    member = make_member(partner)
    first = Till.objects.get(partner=partner)
    second = operations.open_till(name="Buvette", by=member, actor=ACTOR, at=BEGINS)
    return Counter(partner, member, (first, second))


def _make_pupils(count: int) -> list[Pupil]:
    """Pupils of one class, as the feed of the academy tells them; in the order of their rows."""
    college = College.objects.create(uai="0920001A", name="Collège", city="Ville")
    its_class = SchoolClass.objects.create(
        college=college, school_year=2023, name="5e B", level="5E"
    )
    pupils = Pupil.objects.bulk_create(
        Pupil(
            last_name="Nom", first_name=f"Enfant {rank}", sort_key=f"nom {rank}",
            search_key=f"nom {rank}", birth_date=datetime.date(2011, 1, 1),
        )
        for rank in range(count)
    )  # fmt: skip
    Schooling.objects.bulk_create(
        Schooling(
            pupil=pupil, college=college, school_class=its_class, school_year=2023,
            regime="DAY", valid_from=datetime.date(2023, 8, 1), is_boursier=rank % 7 == 0,
        )
        for rank, pupil in enumerate(pupils)
    )  # fmt: skip
    return pupils
