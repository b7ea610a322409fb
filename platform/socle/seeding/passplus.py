"""Pass+ of the demo, in the two départements that share it: a campaign, cards, partners and tickets.

The campaign is the published one of 2023 with the days of this school year, marked as an example: what
a département decides for a year is its own. Everything goes through the operations, with the date it
would have had. The names of partners are made up.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from stdnum import luhn

from commons.actors import Actor
from commons.school_calendar import SchoolYear
from federation.passplus import operations as passplus
from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, load_campaign, parse_campaign
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card, Partner, PartnerKind, Ticket
from federation.passplus.towns import find_town
from socle.seeding.partners import capture, let_people_in
from socle.seeding.pass_partners import deal_with_partners
from socle.seeding.pass_registrations import register_some
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Pupil

ACTOR = Actor.command("socle seed")
PUBLISHED = {"92": "92-pass-plus-2023", "78": "78-pass-plus-2023"}
PUBLISHED_YEAR = 2023
WARNING_DAYS = (60, 14, 3)
NOON = datetime.time(10, tzinfo=datetime.UTC)  # noon in summer, 11 in winter
# How likely a pupil has a card; those of the cast do, but for one child who is left for the visitor.
LIKELY = 0.75
LEFT = ("Ibrahima", "Diallo")
APPLICANTS = (901, 902)  # the ranks of bodies that ask to be partners
_YEARS = re.compile(r"\d{4}(?=-\d\d-\d\d$)")


@dataclasses.dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner of the demo, before it is affiliated."""

    name: str
    domains: tuple[Domain, ...]
    activities: str
    town: str


_SPORT, _CULTURE, _LEISURE = (Domain.SPORT,), (Domain.CULTURE,), (Domain.LEISURE,)
PARTNERS = {
    "92": (
        NewPartner("Judo club des Lilas", _SPORT, "Judo, jiu-jitsu", "Nanterre"),
        NewPartner("Piscine des Trois Bassins", _SPORT, "Natation, water-polo", "Colombes"),
        NewPartner("Cinéma Le Rivage", _CULTURE, "Cinéma d'art et d'essai", "Courbevoie"),
        NewPartner(
            "Librairie Les Pages du Fleuve", _CULTURE, "Livres, bandes dessinées", "Nanterre"
        ),
        NewPartner("École de musique Arpège", _CULTURE, "Piano, guitare, chant", "Antony"),
        NewPartner("Tennis club des Bruyères", _SPORT, "Tennis", "Sceaux"),
        NewPartner("Théâtre de la Boucle", _CULTURE, "Théâtre, ateliers", "Gennevilliers"),
        NewPartner("Escalade Grand Angle", _SPORT, "Escalade en salle", "Boulogne-Billancourt"),
        NewPartner(
            "Maison des arts et du mouvement",
            (Domain.SPORT, Domain.CULTURE),
            "Danse, cirque, arts plastiques",
            "Suresnes",
        ),
        NewPartner(
            "Base nautique de l'Île aux Saules",
            (Domain.SPORT, Domain.LEISURE),
            "Voile, canoë, sorties",
            "Asnières-sur-Seine",
        ),
    ),
    "78": (
        NewPartner("Poney club de la Futaie", _SPORT, "Équitation", "Rambouillet"),
        NewPartner("Cinéma Le Grand Canal", _CULTURE, "Cinéma", "Versailles"),
        NewPartner("Librairie du Vieux Marché", _CULTURE, "Livres, bandes dessinées", "Poissy"),
        NewPartner("Gymnastique de la Plaine", _SPORT, "Gymnastique", "Sartrouville"),
        NewPartner("Conservatoire des Deux Rives", _CULTURE, "Musique, danse", "Mantes-la-Jolie"),
    ),
}


def seed_passplus(
    code: str, *, year: SchoolYear, today: datetime.date, draw: random.Random
) -> None:
    """A campaign of this year with what became of it until today, where there is Pass+."""
    if code not in PUBLISHED:
        return
    rules = this_year(code, year)
    campaign = passplus.publish_campaign(
        rules=rules, actor=ACTOR, at=_at(rules.tickets.issued_from)
    )
    first = year.period.start
    partners = list(_affiliate(code, at=_at(first)))
    let_people_in(partners[0], at=_at(first))
    cards = list(_grant(campaign, on=first, draw=draw))
    for card in cards:
        _spend(card, partners, first=first, today=today, draw=draw)
    passplus.keep_deadlines(actor=ACTOR, at=_at(today))
    agent = _agent()
    if agent is not None:
        register_some(campaign, agent=agent, at=_at(today))
        deal_with_partners(
            code,
            partners,
            agent=agent,
            sirets=[siret_of(code, rank) for rank in APPLICANTS],
            since=_at(first),
            at=_at(today),
        )


def _agent() -> User | None:
    """Who answers families and partners in this département: an instructor, else who administers it."""
    roles = StaffRole.objects.filter(role__in=(Role.INSTRUCTOR, Role.ADMINISTRATOR))
    found = {row.role: row.user for row in roles.select_related("user").order_by("-pk")}
    return found.get(Role.INSTRUCTOR) or found.get(Role.ADMINISTRATOR)


def this_year(code: str, year: SchoolYear) -> Rules:
    """The published campaign of a département, with the days of a school year."""
    published = load_campaign(CAMPAIGNS_FOLDER / f"{PUBLISHED[code]}.yaml")
    later = year.start_year - PUBLISHED_YEAR
    data: Any = _moved(published.as_dict(), later)
    data["code"] = published.code.replace(str(PUBLISHED_YEAR), str(year.start_year))
    former = f"{PUBLISHED_YEAR}-{PUBLISHED_YEAR + 1}"
    data["label"] = published.label.replace(former, year.label)
    data["legal_basis"] = f"Exemple : les règles de {former}, aux jours de {year.label}."
    data["is_illustrative"] = True
    data["tickets"]["warning_days"] = list(WARNING_DAYS)
    return parse_campaign(data)


def _moved(value: object, years: int) -> object:
    """The same data, each day so many years later."""
    if isinstance(value, dict):
        return {key: _moved(one, years) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, years) for one in value]
    if isinstance(value, str):
        return _YEARS.sub(lambda year: str(int(year[0]) + years), value)
    return value


def _affiliate(code: str, *, at: datetime.datetime) -> Iterator[Partner]:
    for rank, new in enumerate(PARTNERS[code], start=1):
        yield passplus.affiliate_partner(
            name=new.name,
            siret=siret_of(code, rank),
            domains=new.domains,
            details=_details(new, rank),
            actor=ACTOR,
            at=at,
        )


def _details(new: NewPartner, rank: int) -> passplus.PartnerDetails:
    """What families read of it; a number of telephone that is given to nobody."""
    town = find_town(new.town)
    assert town is not None, new.town
    return passplus.PartnerDetails(
        kind=PartnerKind.ASSOCIATION,
        activities=new.activities,
        street=f"{2 * rank + 1} rue des Essais",
        postal_code=town.postal_codes[0],
        town=town.name,
        latitude=town.latitude,
        longitude=town.longitude,
        phone=f"019900{rank:04d}",
    )


def siret_of(code: str, rank: int) -> str:
    """A number that can be, and that nobody bears: 000 is not given."""
    siren = f"000{code}{rank:03d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")


def _grant(campaign: Campaign, *, on: datetime.date, draw: random.Random) -> Iterator[Card]:
    """Cards for most of those whom the directory alone proves eligible, in an order that stays."""
    pupils = list(Pupil.objects.filter(missing_since=None).order_by("sort_key", "birth_date", "pk"))
    known = facts_of(pupils, on=on)
    for pupil in pupils:
        chance = draw.random()
        is_proved = judge(campaign.rules.eligibility, known[pupil.pk]).eligibility
        if is_proved is not Eligibility.PROVED or (pupil.first_name, pupil.last_name) == LEFT:
            continue
        if chance < LIKELY or _answers_here(pupil):
            yield passplus.grant_card(
                campaign=campaign, pupil=pupil, facts=known[pupil.pk], actor=ACTOR, at=_at(on)
            )


def _answers_here(pupil: Pupil) -> bool:
    """Whether somebody signs in for this child: a visitor should find something."""
    return pupil.guardianships.filter(guardian__user__isnull=False).exists()


def _spend(
    card: Card,
    partners: Sequence[Partner],
    *,
    first: datetime.date,
    today: datetime.date,
    draw: random.Random,
) -> None:
    """Up to three tickets, of which most were used; whom a visitor signs in as has one to show."""
    is_shown = _answers_here(card.pupil)
    last = min(today, card.campaign.rules.tickets.issued_before - datetime.timedelta(days=1))
    days = max(1, (last - first).days)
    for number in range(3 if is_shown else draw.randrange(4)):
        day = first + datetime.timedelta(days=draw.randrange(days))
        purse = draw.choice(("sport", "culture"))
        fitting = _fitting(partners, card.campaign.rules, purse)
        cents = draw.choice((5_00, 6_50, 8_00, 10_00, 12_00, 13_00))
        named = draw.random() < 0.5
        partner = draw.choice(fitting)
        ticket = passplus.make_ticket(
            card=card,
            purse=purse,
            cents=cents,
            key=f"seed-{number}",
            partner=partner if named else None,
            actor=ACTOR,
            at=_at(day),
        )
        if number < 2 or not is_shown:
            _end(ticket, partner, on=min(day + datetime.timedelta(days=2), last), draw=draw)


def _end(ticket: Ticket, partner: Partner, *, on: datetime.date, draw: random.Random) -> None:
    chance = draw.random()
    if chance < 0.1:
        passplus.cancel_ticket(ticket=ticket, actor=ACTOR, at=_at(on))
    elif chance < 0.8:
        part = ticket.cents - 1_50 if chance < 0.2 else None
        capture(ticket, partner, part, at=_at(on))


def _fitting(partners: Sequence[Partner], rules: Rules, purse: str) -> Sequence[Partner]:
    described = rules.purse(purse)
    wanted: Collection[str] = () if described is None else set(map(str, described.domains))
    return [one for one in partners if set(one.domains) & set(wanted)]


def _at(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, NOON)
