"""Schedule files: a département's prices as readable data, one file per version.

A file holds the prices of several services over one period `[valid_from, valid_until)`, with the
texts they rest on. Files of the seven départements live in `schedules/<departement>-<year>.yaml`;
`schedules/schedule.schema.json` is their published JSON Schema. `is_illustrative` marks a file one
of whose figures was not found: every screen that shows its prices says so.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import itertools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem, RuleText, read_rule_file, read_rule_text
from billing.tariffs.engine.definition import Definition, InvalidDefinition, read_definition
from billing.tariffs.engine.indexing import indexed
from commons.errors import NotFound

SCHEDULES_FOLDER = Path(__file__).parent / "schedules"
SCHEMA_PATH = SCHEDULES_FOLDER / "schedule.schema.json"
FORMAT = 1
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEPARTEMENT = re.compile(r"[0-9]{2,3}|2[AB]")


class ServiceName(enum.StrEnum):
    """What can be priced; in files and on the command line the name is in lower case."""

    HALF_BOARD = "HALF_BOARD"
    BOARDER = "BOARDER"
    OCCASIONAL = "OCCASIONAL"
    PASSAGER = "PASSAGER"
    PAI = "PAI"
    COMMENSAL = "COMMENSAL"
    GUEST = "GUEST"


@dataclasses.dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A schedule as read: one definition per service, and the texts that found it."""

    code: str
    departement: str
    label: str
    valid_from: datetime.date
    valid_until: datetime.date | None
    legal_basis: str
    source_note: str
    is_illustrative: bool
    services: Mapping[ServiceName, Definition]

    def as_dict(self) -> dict[str, Any]:
        """The file again, in canonical form."""
        return {
            "format": FORMAT,
            "code": self.code,
            "departement": self.departement,
            "label": self.label,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": None if self.valid_until is None else self.valid_until.isoformat(),
            "is_illustrative": self.is_illustrative,
            "legal_basis": self.legal_basis,
            "source_note": self.source_note,
            "services": {
                service.lower(): self._service_as_dict(definition)
                for service, definition in self.services.items()
            },
        }

    def _service_as_dict(self, definition: Definition) -> dict[str, Any]:
        """A service; a multiple says only that, where what it multiplies is in this very file."""
        if definition.multiple is None:
            return definition.as_dict()
        short = {"multiple": definition.multiple.as_dict(), "cost": definition.as_dict()["cost"]}
        of = self.services.get(ServiceName(definition.multiple.of.upper()))
        whole = None if of is None else {**of.as_dict(), **short}
        return short if whole == definition.as_dict() else definition.as_dict()


def load_schedule(path: Path) -> ScheduleFile:
    """Read and check a schedule file.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_file(path))


def load_schedule_text(text: str) -> ScheduleFile:
    """Read and check the text of a schedule.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_text(text))


def published_schedule_paths(departement: str) -> list[Path]:
    """The files of a département that ship with Socle, oldest first."""
    return sorted(SCHEDULES_FOLDER.glob(f"{departement}-*.yaml"))


def published_schedule(departement: str) -> ScheduleFile:
    """The latest schedule that ships with Socle for a département ("92", "94").

    :raises NotFound: if there is none
    """
    paths = published_schedule_paths(departement)
    if not paths:
        raise NotFound(departement=departement)
    return load_schedule(paths[-1])


def overlapping(
    schedules: Sequence[ScheduleFile],
) -> list[tuple[ScheduleFile, ScheduleFile, ServiceName]]:
    """The pairs of schedules of one code that price a same service on a same day."""
    return [
        (one, other, service)
        for one, other in itertools.combinations(schedules, 2)
        if one.code == other.code
        and (other.valid_until is None or one.valid_from < other.valid_until)
        and (one.valid_until is None or other.valid_from < one.valid_until)
        for service in one.services
        if service in other.services
    ]


def indexed_schedule(schedule: ScheduleFile, *, factor: Decimal, on: datetime.date) -> ScheduleFile:
    """The schedule that follows on a day, its prices times the factor of the index.

    :raises IndexationRefused: if the schedule does not allow it
    :raises InvalidDefinition: if a price would pass the cost of a meal
    """
    following = dataclasses.replace(
        schedule,
        valid_from=on,
        valid_until=None,
        services={
            service: dataclasses.replace(indexed(definition, factor=factor, on=on), modifiers=())
            for service, definition in schedule.services.items()
        },
    )
    return parse_schedule(following.as_dict())


def starting_on(schedule: ScheduleFile, day: datetime.date) -> ScheduleFile:
    """The same schedule from another day on.

    :raises InvalidDefinition: if it ends before that day, or has a modifier before it
    """
    return parse_schedule(dataclasses.replace(schedule, valid_from=day).as_dict())


def _parse(text: RuleText) -> ScheduleFile:
    try:
        return parse_schedule(text.data)
    except InvalidRule as refusal:
        raise refusal.on_lines(text.lines) from None


def parse_schedule(data: object) -> ScheduleFile:
    """Check the data of a schedule file.

    :raises InvalidDefinition: with every problem found
    """
    problems: list[Problem] = []
    fields = FieldReader(data, "", problems)
    fields.raw("$schema", required=False)
    fields.integer("format", lowest=FORMAT, highest=FORMAT)
    code = fields.text("code", longest=60)
    if code and not _CODE.fullmatch(code):
        fields.report("CODE_MISSPELT", "code", value=code)
    departement = fields.text("departement", longest=3)
    if departement and not _DEPARTEMENT.fullmatch(departement):
        fields.report("CODE_MISSPELT", "departement", value=departement)
    label = fields.text("label", longest=200)
    valid_from = fields.date("valid_from")
    valid_until = fields.date("valid_until", required=False)
    if valid_from and valid_until and valid_until <= valid_from:
        fields.report("PERIOD_EMPTY", "valid_until", value=valid_until.isoformat())
    is_illustrative = fields.boolean("is_illustrative")
    legal_basis = fields.text("legal_basis")
    source_note = fields.text("source_note")
    services = _read_services(fields, valid_from=valid_from, valid_until=valid_until)
    fields.close()
    if problems or valid_from is None:
        raise InvalidDefinition(problems)
    return ScheduleFile(
        code=code,
        departement=departement,
        label=label,
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis,
        source_note=source_note,
        is_illustrative=is_illustrative,
        services=services,
    )


def _read_services(
    fields: FieldReader, *, valid_from: datetime.date | None, valid_until: datetime.date | None
) -> dict[ServiceName, Definition]:
    services: dict[ServiceName, Definition] = {}
    policy = fields.raw("policy", required=False)
    items = fields.raw("services")
    if items is None:
        return services
    if not isinstance(items, Mapping) or not items:
        fields.report("NOT_A_MAPPING", "services")
        return services
    allowed = {service.lower(): service for service in ServiceName}
    for name, data in items.items():
        service = allowed.get(str(name))
        if service is None:
            fields.report(
                "SERVICE_UNKNOWN",
                f"services.{name}",
                value=str(name)[:40],
                allowed=", ".join(allowed),
            )
            continue
        problems: list[Problem] = []
        whole = _whole(data, items, problems)
        if policy is not None and isinstance(whole, Mapping):
            whole = {"policy": policy, **whole}
        definition = None if problems else read_definition(whole, problems)
        if definition is not None:
            _check_modifiers(definition, problems, valid_from=valid_from, valid_until=valid_until)
        fields.problems.extend(
            dataclasses.replace(problem, place=f"services.{name}.{problem.place}".rstrip("."))
            for problem in problems
        )
        if definition is not None:
            services[service] = definition
    return services


def _whole(data: object, items: Mapping[str, Any], problems: list[Problem]) -> object:
    """What a service says, with all that it takes from the service it is a multiple of."""
    if not isinstance(data, Mapping) or "multiple" not in data or "rule" in data:
        return data
    multiple = data["multiple"]
    of = multiple.get("of") if isinstance(multiple, Mapping) else None
    base = items.get(of) if isinstance(of, str) else None
    if not isinstance(base, Mapping) or "multiple" in base:
        problems.append(Problem("MULTIPLE_OF_NOTHING", place="multiple", values={"of": str(of)}))
        return data
    return {**{name: value for name, value in base.items() if name != "cost"}, **data}


def _check_modifiers(
    definition: Definition,
    problems: list[Problem],
    *,
    valid_from: datetime.date | None,
    valid_until: datetime.date | None,
) -> None:
    """A modifier outside the days of its version would never count."""
    for rank, modifier in enumerate(definition.modifiers):
        starts_early = valid_from is not None and modifier.starts_on < valid_from
        ends_late = valid_until is not None and modifier.ends_on > valid_until
        if starts_early or ends_late:
            place = f"modifiers[{rank}].from" if starts_early else f"modifiers[{rank}].until"
            problems.append(Problem("MODIFIER_OUTSIDE", place=place))
