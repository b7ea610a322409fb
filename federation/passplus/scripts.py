"""Scripts of events, played on a campaign without a database: what a rule does, before it is published.

A script is YAML or JSON: the people and partners it speaks of, then events in the order of time
(`grant`, `renew`, `prove`, `ticket`, `capture`, `cancel`, `reimburse`, `clock`). Each event is done or
refused; with `expect`, what came is compared with what was expected ("done", or a code), so that a
script is a test that an agent can write.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem, read_rule_file
from commons.errors import DomainError
from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, load_campaign
from federation.passplus.engine.campaign import Campaign, Domain
from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector
from federation.passplus.engine.life import Life, Whereabouts
from federation.passplus.engine.spending import PARIS

MOST_EVENTS = 20_000
DONE = "done"
_NOON = datetime.time(12)


class InvalidScript(InvalidRule):
    """A script that cannot be played as it is written."""

    code = "PASSPLUS_SCRIPT_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens, and what is expected of it."""

    at: datetime.datetime
    do: str
    values: Mapping[str, Any]
    expect: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """The campaign, those it speaks of, and what happens to them."""

    campaign: Campaign
    people: Mapping[str, Facts]
    partners: Mapping[str, tuple[Domain, ...]]
    events: tuple[Event, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What an event gave: cents, or the refusal."""

    event: Event
    cents: Mapping[str, int]
    refusal: DomainError | None

    @property
    def said(self) -> str:
        """ "done", or the code of the refusal."""
        return DONE if self.refusal is None else self.refusal.code

    @property
    def is_expected(self) -> bool:
        """Whether it is what the script says, if it says anything."""
        return self.event.expect in (None, self.said)


@dataclasses.dataclass(frozen=True, slots=True)
class Played:
    """A script played to its end."""

    outcomes: tuple[Outcome, ...]
    life: Life
    whereabouts: Whereabouts

    @property
    def surprises(self) -> list[Outcome]:
        """The outcomes that are not what the script expects."""
        return [outcome for outcome in self.outcomes if not outcome.is_expected]


def load_script(path: Path, *, campaign: Path | None = None) -> Script:
    """Read a script; the campaign it names is a published one, or a file beside it.

    :raises InvalidRule: if it cannot be read, or its campaign; each problem names its line
    """
    text = read_rule_file(path)
    try:
        return _read(text.data, folder=path.parent, campaign=campaign)
    except InvalidScript as refusal:
        raise refusal.on_lines(text.lines) from None


def play(script: Script) -> Played:
    """Play a script by the rules of its campaign. The euros are counted after each event."""
    life = Life(script.campaign)
    outcomes = []
    for event in script.events:
        life.reach(event.at)
        try:
            cents, refusal = _DO[event.do](life, script, event), None
        except DomainError as error:
            cents, refusal = {}, error
        outcomes.append(Outcome(event, cents, refusal))
        found = life.whereabouts()
        if not found.is_whole:
            raise AssertionError(f"euros are lost or made: {found}")
    return Played(tuple(outcomes), life, life.whereabouts())


def _grant(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    card = event.values["card"]
    return life.grant(card, script.people[card], at=event.at)


def _renew(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    card = event.values["card"]
    return life.grant(card, script.people[card], at=event.at, asked=False)


def _prove(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    card, proved = event.values["card"], event.values["facts"]
    facts = script.people[card]
    return life.prove(card, dataclasses.replace(facts, proved=facts.proved | proved), at=event.at)


def _ticket(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    values = event.values
    ticket = life.make_ticket(
        values["ticket"],
        card=values["card"],
        purse=values["purse"],
        cents=values["amount"],
        at=event.at,
        partner=values["partner"],
        partner_domains=script.partners.get(values["partner"]),
    )
    return {ticket.purse: ticket.cents}


def _capture(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    partner = event.values["partner"]
    taken = life.capture(
        event.values["ticket"],
        partner=partner,
        at=event.at,
        cents=event.values["amount"],
        partner_domains=script.partners[partner],
    )
    return {partner: taken}


def _cancel(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    ticket = event.values["ticket"]
    to = life.cancel(ticket, at=event.at)
    return {str(to).lower(): life.tickets[ticket].cents}


def _reimburse(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    partner = event.values["partner"]
    return {partner: life.reimburse(partner)}


def _clock(life: Life, script: Script, event: Event) -> Mapping[str, int]:
    """Nothing but time: deadlines are kept before each event."""
    return {}


_DO: Mapping[str, Callable[[Life, Script, Event], Mapping[str, int]]] = {
    "grant": _grant,
    "renew": _renew,
    "prove": _prove,
    "ticket": _ticket,
    "capture": _capture,
    "cancel": _cancel,
    "reimburse": _reimburse,
    "clock": _clock,
}


def _read(data: object, *, folder: Path, campaign: Path | None) -> Script:
    problems: list[Problem] = []
    fields = FieldReader(data, "", problems)
    name = fields.text("campaign", required=campaign is None, longest=200)
    rules = load_campaign(campaign or _campaign_path(name, folder))
    people = {
        key: _facts(FieldReader(item, f"people.{key}", problems))
        for key, item in _mapping(fields, "people")
    }
    partners = {
        key: _partner(item, f"partners.{key}", problems)
        for key, item in _mapping(fields, "partners")
    }
    events: list[Event] = []
    for rank, item in enumerate(fields.items("events", longest=MOST_EVENTS)):
        line = FieldReader(item, f"events[{rank}]", problems)
        event = _event(line, people=people, partners=partners)
        line.close()
        if event is not None and events and event.at < events[-1].at:
            line.report("EVENTS_NOT_IN_ORDER", "at")
        if event is not None:
            events.append(event)
    fields.close()
    if problems:
        raise InvalidScript(problems)
    return Script(rules, people, partners, tuple(events))


def _campaign_path(name: str, folder: Path) -> Path:
    published = CAMPAIGNS_FOLDER / f"{name}.yaml"
    return published if published.is_file() else folder / name


def _mapping(fields: FieldReader, name: str) -> list[tuple[str, Any]]:
    data = fields.raw(name, required=False)
    if data is None:
        return []
    return list(FieldReader(data, name, fields.problems).data.items())


def _facts(line: FieldReader) -> Facts:
    """Somebody; without `proved`, everything said of them is."""
    awarded = line.raw("awarded", required=False)
    proved = line.raw("proved", required=False)
    facts = Facts(
        birth_date=line.date("born", required=False),
        home=line.text("home", required=False, longest=3) or None,
        school=line.text("school", required=False, longest=3) or None,
        class_level=_optional(line, "class", ClassLevel),
        sector=_optional(line, "sector", Sector),
        child_welfare=_yes_or_no(line, "child_welfare"),
        bursary=_yes_or_no(line, "bursary"),
        awarded=frozenset(map(str, awarded)) if isinstance(awarded, list) else frozenset(),
        proved=frozenset(Fact)
        if proved is None
        else frozenset(line.choices("proved", Fact, required=False)),
    )
    line.close()
    return facts


def _optional(line: FieldReader, name: str, choices: type[Any]) -> Any:
    return None if line.data.get(name) is None else line.choice(name, choices)


def _yes_or_no(line: FieldReader, name: str) -> bool | None:
    return None if line.data.get(name) is None else line.boolean(name)


def _partner(data: object, place: str, problems: list[Problem]) -> tuple[Domain, ...]:
    line = FieldReader(data, place, problems)
    domains = line.choices("domains", Domain)
    line.close()
    return domains


def _event(
    line: FieldReader,
    *,
    people: Mapping[str, Facts],
    partners: Mapping[str, tuple[Domain, ...]],
) -> Event | None:
    do = line.text("do", longest=20)
    at = _moment(line, "at")
    expect = line.text("expect", required=False, longest=60) or None
    if do not in _DO:
        line.report("KIND_UNKNOWN", "do", value=do, allowed=", ".join(_DO))
        return None
    values: dict[str, Any] = {}
    if do in ("grant", "renew", "prove", "ticket"):
        values["card"] = _named(line, "card", people)
    if do in ("ticket", "capture", "cancel"):
        values["ticket"] = line.text("ticket", longest=60)
    if do in ("ticket", "capture", "reimburse"):
        values["partner"] = _named(line, "partner", partners, required=do != "ticket")
    if do == "ticket":
        values["purse"] = line.text("purse", longest=60)
    if do in ("ticket", "capture"):
        values["amount"] = line.cents("amount", required=do == "ticket")
    if do == "prove":
        values["facts"] = frozenset(line.choices("facts", Fact))
    return None if at is None else Event(at, do, values, expect)


def _named(
    line: FieldReader, name: str, known: Mapping[str, Any], *, required: bool = True
) -> str | None:
    value = line.text(name, required=required, longest=60)
    if value and value not in known:
        line.report("NAME_UNKNOWN", name, value=value)
    return value or None


def _moment(line: FieldReader, name: str) -> datetime.datetime | None:
    """A day (noon is meant) or a moment, in Paris unless it says otherwise."""
    value = line.raw(name)
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, _NOON, PARIS)
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        if value is not None:
            line.report("NOT_A_DATE", name, field=name, value=str(value)[:40])
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
