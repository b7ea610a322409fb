"""Two départements that agreed on Pass+, as the engine imagines them and as the database has them."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import random

from commons.actors import Actor
from federation.passplus import operations
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain, LateCancellation
from federation.passplus.engine.facts import Facts
from federation.passplus.engine.life import Life
from federation.passplus.models import Campaign, Card, Partner
from tenants.people.models import College, Pupil, SchoolClass, Schooling
from tenants.registry import contexts
from tests.factories.passplus import FACTS, STRICT, make_partner, noon
from tests.factories.reciprocity import agree
from tests.factories.reimbursing import paying, priced, with_account

ACTOR = Actor.system("passplus")
BEGINS, ENDS = noon("2023-08-25"), noon("2025-08-01")
PARTNERS = {
    "judo": (Domain.SPORT,),
    "rex": (Domain.CULTURE,),
    "mjc": (Domain.CULTURE, Domain.SPORT),
}


@dataclasses.dataclass(slots=True)
class Side:
    """A département: its rows by the names that the engine knows them by, and its own clock."""

    schema: str
    code: str
    campaign: Campaign
    life: Life
    partners: dict[str, Partner]
    pupils: dict[str, Pupil]
    slow_by: datetime.timedelta
    facts: dict[str, Facts] = dataclasses.field(default_factory=dict)
    cards: dict[str, Card] = dataclasses.field(default_factory=dict)
    codes: dict[str, str] = dataclasses.field(default_factory=dict)  # of tickets

    def owed_by_holders_of(self, other: Side) -> int:
        """What our partners took from holders of another, in cents, whether it was paid or not."""
        names = (f"captured:{self.code}:{name}" for name in self.partners)
        return sum(other.life.books.balance(name) for name in names)


@dataclasses.dataclass(slots=True)
class World:
    """Both sides, the time, and what has been done so far."""

    draw: random.Random
    sides: tuple[Side, Side]
    pace: datetime.timedelta
    at: datetime.datetime = BEGINS
    done: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    deaths: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    latest: collections.deque[str] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=30)
    )

    def other(self, side: Side) -> Side:
        """The other side."""
        return self.sides[1 - self.sides.index(side)]

    def clock(self, side: Side) -> datetime.datetime:
        """What time a side believes it is."""
        return self.at - side.slow_by

    def goes_on(self) -> None:
        """Time passes: seconds in a rush, else as much as makes the campaign last as long as the events."""
        is_rush = self.draw.random() < 0.3
        mean = 20.0 if is_rush else self.pace.total_seconds()
        self.at += datetime.timedelta(seconds=self.draw.expovariate(1 / mean))


def build(seed: int, events: int) -> World:
    """A world drawn from a seed, in which so many events will fill the two years of a campaign."""
    draw = random.Random(seed)
    kinds = {"92": LateCancellation.LOST, "94": draw.choice(list(LateCancellation))}
    sides = []
    for code, kind in kinds.items():
        rules = _rules(code, kind)
        with contexts.tenant(f"d{code}"):
            sides.append(_build_side(draw, code, rules, pupils=max(6, events // 25)))
    with contexts.tenant("d92"):
        agree()
    return World(draw, (sides[0], sides[1]), pace=(ENDS - BEGINS) / (events * 0.7))


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
    names = [f"p{rank}" for rank in range(pupils)]
    made = dict(zip(names, _make_pupils(pupils), strict=True))
    for name in names[: pupils // 3]:  # they had a card before: theirs is renewed
        operations.grant_card(
            campaign=campaigns[0], pupil=made[name], facts=FACTS, actor=ACTOR, at=noon("2023-07-01")
        )
    priced(code=f"remboursement-{code}", valid_from="2023-06-01")
    paying()
    partners = {name: make_partner(*domains) for name, domains in PARTNERS.items()}
    for partner in partners.values():
        with_account(partner)
    return Side(
        schema=f"d{code}",
        code=code,
        campaign=campaigns[1],
        life=Life(rules),
        partners=partners,
        pupils=made,
        slow_by=datetime.timedelta(seconds=draw.randint(0, 90)),
    )


def _make_pupils(count: int) -> list[Pupil]:
    """Pupils of one class, as the feed of the academy tells them."""
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
