"""Files of the rules of reimbursement: one per département and first day, read as campaigns are.

`federation/passplus/reimbursements/<departement>-<year>.yaml`; `reimbursement.schema.json` is their
published JSON Schema. A département without a file pays all that was validated.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import yaml

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem, RuleText, read_rule_file, read_rule_text
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import WHOLE, Line, Pricing

FOLDER = Path(__file__).parent.parent / "reimbursements"
SCHEMA_PATH = FOLDER / "reimbursement.schema.json"
MODEL_PATH = FOLDER / "modele.yaml"  # what a new département begins with
FORMAT = 1
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEPARTEMENT = re.compile(r"[0-9]{2,3}|2[AB]")
_DAY = datetime.date(2000, 1, 1)  # stands in for a day that a problem already tells of


class InvalidPricing(InvalidRule):
    """Rules of reimbursement that cannot be applied as they are written."""

    code = "PASSPLUS_PRICING_INVALID"


def shipped_pricing_paths() -> list[Path]:
    """The files that ship with Socle, the model apart, by name."""
    return sorted(path for path in FOLDER.glob("*.yaml") if path != MODEL_PATH)


def load_pricing(path: Path) -> Pricing:
    """Read and check a file.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_file(path))


def load_pricing_text(text: str) -> Pricing:
    """Read and check a text.

    :raises InvalidRule: if it cannot be read, or applied; each problem names its line
    """
    return _parse(read_rule_text(text))


def pricing_text(rules: Pricing) -> str:
    """The rules as a file, in canonical form: reading it gives these very rules."""
    body: str = yaml.safe_dump(rules.as_dict(), allow_unicode=True, sort_keys=False, width=100)
    return f"# yaml-language-server: $schema=reimbursement.schema.json\n{body}"


def _parse(text: RuleText) -> Pricing:
    try:
        return parse_pricing(text.data)
    except InvalidRule as refusal:
        raise refusal.on_lines(text.lines) from None


def parse_pricing(data: object) -> Pricing:
    """Check the data of rules.

    :raises InvalidPricing: with every problem found
    """
    problems: list[Problem] = []
    fields = FieldReader(data, "", problems)
    fields.raw("$schema", required=False)
    fields.integer("format", lowest=FORMAT, highest=FORMAT)
    pricing = Pricing(
        code=_code(fields, "code", _CODE),
        departement=_code(fields, "departement", _DEPARTEMENT),
        label=fields.text("label", longest=200),
        valid_from=fields.date("valid_from") or _DAY,
        is_illustrative=fields.boolean("is_illustrative"),
        legal_basis=fields.text("legal_basis"),
        source_note=fields.text("source_note"),
        lines=_lines(fields),
    )
    fields.close()
    if problems:
        raise InvalidPricing(problems)
    return pricing


def _code(fields: FieldReader, name: str, pattern: re.Pattern[str]) -> str:
    code = fields.text(name, longest=60)
    if code and not pattern.fullmatch(code):
        fields.report("CODE_MISSPELT", name, value=code)
    return code


def _lines(fields: FieldReader) -> tuple[Line, ...]:
    """Each domain once; the line of all the others, if any, comes last: nothing after it is read."""
    found: list[Line] = []
    for rank, item in enumerate(fields.items("lines", longest=len(Domain) + 1)):
        line = FieldReader(item, f"lines[{rank}]", fields.problems)
        domain = line.choice("domain", Domain) if line.data.get("domain") is not None else None
        line.raw("domain", required=False)
        rate = line.decimal("rate", places=2)
        if rate is not None and rate > WHOLE:
            line.report("OUT_OF_RANGE", "rate", field="rate", lowest=0, highest=int(WHOLE))
        if domain in {other.domain for other in found}:
            line.report("LINE_TWICE", "domain", value=str(domain or ""))
        if any(other.domain is None for other in found):
            line.report("LINE_NEVER_READ", "domain")
        cap = line.cents("cap", required=False)
        line.close()
        found.append(Line(rate=rate or Decimal(0), domain=domain, cap_cents=cap))
    return tuple(found)
