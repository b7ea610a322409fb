"""The canteen rules of a département, as data: what `CanteenRules.definition` holds.

cancellation: {working_days: 3, cutoff: "24:00", clear_days: false}
wednesday: BOARDERS_ONLY          # or ALLOWED, or CLOSED
enrolment_opens_on: 2026-06-01    # optional: families cannot enrol before
weekdays_change_until: 2026-09-27 # optional: afterwards only an agent changes the days
is_illustrative: true             # optional: the real rules were not found, every screen says so
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from pathlib import Path
from typing import Any

from billing.canteen.deadlines import CancellationRule, read_cancellation_rule
from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem, read_rule_file
from commons.errors import NotFound


class WednesdayPolicy(enum.StrEnum):
    """Who may eat on Wednesdays."""

    BOARDERS_ONLY = "BOARDERS_ONLY"
    ALLOWED = "ALLOWED"
    CLOSED = "CLOSED"


class InvalidCanteenRules(InvalidRule):
    """Canteen rules that cannot be applied as they are written."""

    code = "CANTEEN_RULES_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class RulesDefinition:
    """The rules, parsed."""

    cancellation: CancellationRule
    wednesday: WednesdayPolicy = WednesdayPolicy.BOARDERS_ONLY
    enrolment_opens_on: datetime.date | None = None
    weekdays_change_until: datetime.date | None = None
    is_illustrative: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "cancellation": self.cancellation.as_dict(),
            "wednesday": str(self.wednesday),
            "enrolment_opens_on": _iso(self.enrolment_opens_on),
            "weekdays_change_until": _iso(self.weekdays_change_until),
            "is_illustrative": self.is_illustrative,
        }


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def parse_rules(data: object) -> RulesDefinition:
    """Read and check canteen rules.

    :raises InvalidCanteenRules: with every problem found
    """
    problems: list[Problem] = []
    fields = FieldReader(data, "", problems)
    cancellation = read_cancellation_rule(
        FieldReader(fields.raw("cancellation"), "cancellation", problems)
    )
    rules = RulesDefinition(
        cancellation=cancellation,
        wednesday=fields.choice("wednesday", WednesdayPolicy),
        enrolment_opens_on=fields.date("enrolment_opens_on", required=False),
        weekdays_change_until=fields.date("weekdays_change_until", required=False),
        is_illustrative=fields.boolean("is_illustrative", default=False),
    )
    fields.close()
    if problems:
        raise InvalidCanteenRules(problems)
    return rules


PUBLISHED_FOLDER = Path(__file__).parent / "published_rules"


def published_rules(departement: str) -> RulesDefinition:
    """The latest rules that ship with Socle for a département ("92", "94").

    :raises NotFound: if there are none
    """
    paths = sorted(PUBLISHED_FOLDER.glob(f"{departement}-*.yaml"))
    if not paths:
        raise NotFound(departement=departement)
    return parse_rules(read_rule_file(paths[-1]).data)
