"""Until when a meal can be cancelled without being billed. Pure: no database, no tenant, no clock.

The deadline stands at the end ("24:00"), noon ("12:00") or another time of the n-th working day
before the meal. Working days are Monday to Friday without French public holidays; they are counted
backwards from the day before the meal. With `clear_days` the n days must be whole: one more is
counted. The answer is an aware instant in Europe/Paris and is *exclusive*: at that very instant it
is too late. The wall clock rules, so a day of 23 or 25 hours changes nothing for the family.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem
from commons.school_calendar import working_day_before

PARIS = ZoneInfo("Europe/Paris")
MOST_WORKING_DAYS = 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


class InvalidDeadlineRule(InvalidRule):
    """A cancellation rule that cannot be applied as it is written."""

    code = "CANCELLATION_RULE_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class CancellationRule:
    """`working_days` before the meal, at `cutoff` ("HH:MM", up to "24:00")."""

    working_days: int
    cutoff: str = "24:00"
    clear_days: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "working_days": self.working_days,
            "cutoff": self.cutoff,
            "clear_days": self.clear_days,
        }


def parse_cancellation_rule(data: object) -> CancellationRule:
    """Read and check a rule, alone or under the key `cancellation`.

    :raises InvalidDeadlineRule: with every problem found
    """
    problems: list[Problem] = []
    place = ""
    if isinstance(data, dict) and isinstance(data.get("cancellation"), dict):
        data, place = data["cancellation"], "cancellation"
    rule = read_cancellation_rule(FieldReader(data, place, problems))
    if problems:
        raise InvalidDeadlineRule(problems)
    return rule


def read_cancellation_rule(fields: FieldReader) -> CancellationRule:
    """Read a rule from its fields; what is wrong is reported to them."""
    working_days = fields.integer("working_days", lowest=0, highest=MOST_WORKING_DAYS)
    cutoff = fields.text("cutoff", longest=5)
    if cutoff and not _CLOCK.fullmatch(cutoff):
        fields.report("NOT_A_CLOCK_TIME", "cutoff", field="cutoff", value=cutoff)
    clear_days = fields.boolean("clear_days", default=False)
    fields.close()
    return CancellationRule(working_days=working_days, cutoff=cutoff, clear_days=clear_days)


def cancel_before(rule: CancellationRule, meal_day: datetime.date) -> datetime.datetime:
    """The instant before which a meal must be cancelled."""
    count = rule.working_days + (1 if rule.clear_days else 0)
    day = working_day_before(meal_day, count)
    hour, minute = (int(part) for part in rule.cutoff.split(":"))
    if hour == 24:
        day, hour = day + datetime.timedelta(days=1), 0
    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=PARIS)


def is_too_late(rule: CancellationRule, meal_day: datetime.date, at: datetime.datetime) -> bool:
    """Whether a request made at that instant comes too late for that meal.

    :raises ValueError: if the instant is naive
    """
    if at.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return at >= cancel_before(rule, meal_day)


def first_free_day(rule: CancellationRule, at: datetime.datetime) -> datetime.date:
    """The first day whose deadline has not passed: what a family can still change freely."""
    day = at.astimezone(PARIS).date()
    while is_too_late(rule, day, at):
        day += datetime.timedelta(days=1)
    return day
