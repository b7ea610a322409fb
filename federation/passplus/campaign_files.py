"""Campaign files: the rules of a Pass+ year as readable data, one file per campaign.

Files of the départements live in `campaigns/<departement>-<name>-<year>.yaml`;
`campaigns/campaign.schema.json` is their published JSON Schema. `is_illustrative` marks a file one of
whose figures was not found: every screen that shows it says so.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem, RuleText, read_rule_file, read_rule_text
from federation.passplus.engine.campaign import (
    Campaign,
    CardKind,
    CardRules,
    DocumentKind,
    DocumentRule,
    Domain,
    LateCancellation,
    LateWindow,
    Purse,
    Registration,
    Status,
    TicketRules,
)
from federation.passplus.engine.conditions import Condition, read_born, read_condition
from federation.passplus.engine.facts import Fact

CAMPAIGNS_FOLDER = Path(__file__).parent / "campaigns"
SCHEMA_PATH = CAMPAIGNS_FOLDER / "campaign.schema.json"
MODEL_PATH = CAMPAIGNS_FOLDER / "modele.yaml"  # what a new département begins with
FORMAT = 1
HIGHEST_CENTS = 1_000_00
LONGEST_KEPT_DAYS = 366
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEPARTEMENT = re.compile(r"[0-9]{2,3}|2[AB]")
_DAY = datetime.date(2000, 1, 1)  # stands in for a day that a problem already tells of


class InvalidCampaign(InvalidRule):
    """A campaign that cannot be applied as it is written."""

    code = "PASSPLUS_CAMPAIGN_INVALID"


def load_campaign(path: Path) -> Campaign:
    """Read and check a campaign file.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_file(path))


def load_campaign_text(text: str) -> Campaign:
    """Read and check the text of a campaign.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_text(text))


def published_campaign_paths(departement: str = "*") -> list[Path]:
    """The files that ship with Socle, of a département or of all, by name."""
    return sorted(CAMPAIGNS_FOLDER.glob(f"{departement}-*.yaml"))


def _parse(text: RuleText) -> Campaign:
    try:
        return parse_campaign(text.data)
    except InvalidRule as refusal:
        raise refusal.on_lines(text.lines) from None


def parse_campaign(data: object) -> Campaign:
    """Check the data of a campaign.

    :raises InvalidCampaign: with every problem found
    """
    problems: list[Problem] = []
    fields = FieldReader(data, "", problems)
    fields.raw("$schema", required=False)
    fields.integer("format", lowest=FORMAT, highest=FORMAT)
    purses = _read_purses(fields)
    campaign = Campaign(
        code=_code(fields, "code", _CODE),
        scheme=_code(fields, "scheme", _CODE),
        departement=_code(fields, "departement", _DEPARTEMENT),
        label=fields.text("label", longest=200),
        is_illustrative=fields.boolean("is_illustrative"),
        legal_basis=fields.text("legal_basis"),
        source_note=fields.text("source_note"),
        purses=purses,
        amounts=_read_amounts(fields, purses),
        eligibility=read_condition(fields.raw("eligibility"), "eligibility", problems),
        automatic=_read_automatic(fields),
        registration=_read_registration(fields),
        tickets=_read_tickets(fields),
        documents=_read_documents(fields),
        card=_read_card(fields),
        photo_megabytes=_read_photo(fields),
    )
    fields.close()
    if problems:
        raise InvalidCampaign(problems)
    return campaign


def _section(fields: FieldReader, name: str) -> FieldReader:
    return FieldReader(fields.raw(name), fields.at(name), fields.problems)


def _code(fields: FieldReader, name: str, pattern: re.Pattern[str]) -> str:
    code = fields.text(name, longest=60)
    if code and not pattern.fullmatch(code):
        fields.report("CODE_MISSPELT", name, value=code)
    return code


def _read_purses(fields: FieldReader) -> tuple[Purse, ...]:
    purses: list[Purse] = []
    for rank, item in enumerate(fields.items("purses", longest=10)):
        line = FieldReader(item, f"purses[{rank}]", fields.problems)
        purse = Purse(
            code=_code(line, "code", _CODE),
            label=line.text("label", longest=60),
            domains=line.choices("domains", Domain),
        )
        line.close()
        if purse.code in {other.code for other in purses}:
            line.report("PURSE_TWICE", "code", value=purse.code)
        purses.append(purse)
    return tuple(purses)


def _read_amounts(
    fields: FieldReader, purses: tuple[Purse, ...]
) -> Mapping[Status, Mapping[str, int]]:
    """Cents by status and purse. A bursary never takes a purse under the base: only more is added."""
    section = _section(fields, "amounts")
    amounts: dict[Status, Mapping[str, int]] = {}
    for status in Status:
        name = str(status).lower()
        if status is not Status.BASE and name not in section.data:
            section.raw(name, required=False)
            continue
        by_purse = _section(section, name)
        amounts[status] = {purse.code: by_purse.cents(purse.code) or 0 for purse in purses}
        by_purse.close()
        for code, cents in amounts[status].items():
            if cents > HIGHEST_CENTS:
                highest = HIGHEST_CENTS // 100
                by_purse.report("OUT_OF_RANGE", code, field=code, lowest=0, highest=highest)
            if cents < amounts[Status.BASE].get(code, 0):
                by_purse.report("AMOUNT_UNDER_BASE", code, value=code)
        if by_purse.data and not sum(amounts[status].values()):
            by_purse.report("AMOUNT_NOTHING")
    section.close()
    return amounts


def _read_automatic(fields: FieldReader) -> Condition | None:
    data = fields.raw("automatic", required=False)
    return None if data is None else read_condition(data, "automatic", fields.problems)


def _read_registration(fields: FieldReader) -> Registration:
    section = _section(fields, "registration")
    opens_on = section.date("opens_on") or _DAY
    before = section.date("registered_before") or datetime.date.max
    if before <= opens_on:
        section.report("PERIOD_EMPTY", "registered_before", value=before.isoformat())
    windows = []
    for rank, item in enumerate(section.items("windows", required=False, longest=20)):
        line = FieldReader(item, f"registration.windows[{rank}]", fields.problems)
        born, day = read_born(line, "born"), line.date("registered_before")
        line.close()
        if day is not None and day <= opens_on:
            line.report("PERIOD_EMPTY", "registered_before", value=day.isoformat())
        windows.append(LateWindow(born, day or _DAY))
    section.close()
    return Registration(opens_on, before, tuple(windows))


def _read_tickets(fields: FieldReader) -> TicketRules:
    section = _section(fields, "tickets")
    issued_from, issued_before = section.date("issued_from"), section.date("issued_before")
    captured_before = section.date("captured_before")
    if issued_from and issued_before and issued_before <= issued_from:
        section.report("PERIOD_EMPTY", "issued_before", value=issued_before.isoformat())
    if issued_before and captured_before and captured_before < issued_before:
        section.report("CAPTURED_TOO_EARLY", "captured_before", value=captured_before.isoformat())
    late = section.choice("late_cancellation", LateCancellation)
    days = section.integer("restored_days", lowest=0, highest=LONGEST_KEPT_DAYS)
    if (late is LateCancellation.RESTORED) != (days > 0):
        section.report("RESTORED_DAYS_IDLE", "restored_days", value=days)
    lowest, step = section.cents("lowest") or 1, section.cents("step") or 1
    rules = TicketRules(
        issued_from=issued_from or _DAY,
        issued_before=issued_before or _DAY,
        captured_before=captured_before or _DAY,
        late_cancellation=late,
        restored_days=days,
        warning_days=_read_warnings(section),
        lowest_cents=lowest,
        step_cents=step,
    )
    section.close()
    return rules


def _read_warnings(section: FieldReader) -> tuple[int, ...]:
    days = section.items("warning_days", required=False, longest=10)
    for rank, item in enumerate(days):
        if isinstance(item, bool) or not isinstance(item, int) or not 0 < item < LONGEST_KEPT_DAYS:
            place = f"warning_days[{rank}]"
            section.report(
                "OUT_OF_RANGE", place, field=place, lowest=1, highest=LONGEST_KEPT_DAYS - 1
            )
            return ()
    return tuple(sorted(days, reverse=True))


def _read_documents(fields: FieldReader) -> tuple[DocumentRule, ...]:
    rules = []
    for rank, item in enumerate(fields.items("documents", required=False, longest=30)):
        line = FieldReader(item, f"documents[{rank}]", fields.problems)
        any_of, proves = line.choices("any_of", DocumentKind), line.choices("proves", Fact)
        rules.append(DocumentRule(any_of, proves))
        line.close()
    return tuple(rules)


def _read_card(fields: FieldReader) -> CardRules:
    section = _section(fields, "card")
    card = CardRules(
        kinds=section.choices("kinds", CardKind),
        physical_before=section.date("physical_before", required=False),
        reissue_cents=section.cents("reissue", required=False),
    )
    if card.physical_before is not None and CardKind.PHYSICAL not in card.kinds:
        section.report("CARD_NOT_PHYSICAL", "physical_before")
    section.close()
    return card


def _read_photo(fields: FieldReader) -> int | None:
    if fields.data.get("photo_megabytes") is None:
        fields.raw("photo_megabytes", required=False)
        return None
    return fields.integer("photo_megabytes", lowest=1, highest=50)
