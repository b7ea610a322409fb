"""Tariffs from a file alone: `socle tariffs check|quote|diff|index`, without settings or database.

They price and check by the product's own engine. A refusal is French sentences on standard error,
and leaves with code 2; with `--json` the same refusal is also `{"error": {"code", "message"}}` on
standard output.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    import datetime

    from billing.tariffs.schedule_files import ScheduleFile
    from commons.errors import DomainError

REFUSED = 2
SERVICES = ("half_board", "boarder", "occasional", "passager", "pai", "commensal", "guest")
_OPTIONS = {
    "quotient_familial": "--quotient",
    "reference_tax_income_cents": "--rfr",
    "tax_parts": "--parts",
    "children": "--children",
}
# No settings here, so that the texts of `ui.errors` are out of reach.
_REASONS = {
    "RESOURCES_INVALID": "%(option)s : ce chiffre ne convient pas.",
    "RESOURCES_INVALID.MISSING": "Il manque %(option)s.",
    "RESOURCES_INVALID.NEGATIVE": "%(option)s ne peut pas être négatif.",
    "RESOURCES_INVALID.TOO_HIGH": "%(option)s est trop grand pour être juste.",
    "RESOURCES_INVALID.TOO_LOW": "%(option)s est trop petit pour être juste.",
    "RESOURCES_INVALID.NOT_A_NUMBER": "%(option)s n'est pas un nombre.",
    "RESOURCES_INVALID.NOT_A_QUARTER": "%(option)s va de quart en quart : 2.5 ou 2.25.",
    "TARIFF_MAXIMUM_NOT_OFFERED": "Cette grille ne permet pas de choisir le prix le plus haut.",
    "TARIFF_INDEXATION_REFUSED.NO_INDEX": "Cette grille ne suit aucun indice.",
    "TARIFF_INDEXATION_REFUSED.OTHER_DAY": "Cette grille suit son indice le %(day)s (mois-jour).",
    "TARIFF_INDEXATION_REFUSED.SUSPENDED": "L'indexation est suspendue pour %(year)s.",
    "TARIFF_INDEXATION_REFUSED.FACTOR": "Le facteur %(factor)s n'est pas entre 0,5 et 2.",
}
_JSON = click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")


@click.command()
@click.argument("paths", metavar="FICHIER…", nargs=-1, required=True)
@_JSON
def check(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Dire si des grilles tarifaires peuvent être appliquées, ligne par ligne."""
    door = _Door(as_json=as_json)
    schedules = [door.load(path) for path in paths]
    from billing.tariffs.schedule_files import overlapping  # noqa: PLC0415

    for one, other, service in overlapping(schedules):
        door.refuse(
            "TARIFF_VERSIONS_OVERLAP",
            f"« {one.label} » et « {other.label} » valent les mêmes jours"
            f" pour le service {service.lower()}. Donnez une fin à la plus ancienne (valid_until).",
        )
    if as_json:
        click.echo(json.dumps([_summary(schedule) for schedule in schedules], ensure_ascii=False))
        return
    for path, schedule in zip(paths, schedules, strict=True):
        services = ", ".join(service.lower() for service in schedule.services)
        example = " Une valeur est un exemple." if schedule.is_illustrative else ""
        click.echo(f"{path} : grille correcte, {services}.{example}")


@click.command()
@click.argument("path", metavar="FICHIER")
@click.option("--on", "day", help="Jour du repas, AAAA-MM-JJ.")
@click.option("--service", help=f"Service : {', '.join(SERVICES)}.")
@click.option("--quotient", help="Quotient familial en euros par mois : 1025.00.")
@click.option("--rfr", help="Revenu fiscal de référence de l'année, en euros.")
@click.option("--parts", help="Parts fiscales : 2.5.")
@click.option("--status", "statuses", multiple=True, help="Droit prouvé, ou grade : RSA.")
@click.option("--children", help="Enfants du foyer.")
@click.option("--full-price", help="Prix avant aide, en euros, si la grille ne le dit pas.")
@click.option("--maximum", is_flag=True, help="La famille choisit le prix le plus haut.")
@_JSON
def quote(path: str, *, as_json: bool, **given: Any) -> None:
    """Calculer un prix d'après une grille seule, et dire comment."""
    from billing.tariffs.engine import InvalidResources, decide  # noqa: PLC0415  a fast start
    from billing.tariffs.schedule_files import ServiceName  # noqa: PLC0415

    door = _Door(as_json=as_json)
    schedule = door.load(path)
    day = door.day(given["day"], option="--on")
    name = given["service"] or door.refuse("FIELD_MISSING", "Donnez le service avec --service.")
    if name not in SERVICES:
        door.refuse(
            "SERVICE_UNKNOWN", f"Service inconnu : « {name} ». Services : {', '.join(SERVICES)}."
        )
    if day < schedule.valid_from or (schedule.valid_until and day >= schedule.valid_until):
        end = f" jusqu'au {schedule.valid_until:%d/%m/%Y} exclu" if schedule.valid_until else ""
        door.refuse(
            "TARIFF_NOT_IN_FORCE",
            f"Cette grille ne vaut pas le {day:%d/%m/%Y} : elle vaut à partir du"
            f" {schedule.valid_from:%d/%m/%Y}{end}.",
        )
    definition = schedule.services.get(ServiceName(name.upper()))
    if definition is None:
        known = ", ".join(service.lower() for service in schedule.services)
        door.refuse(
            "TARIFF_SERVICE_NOT_PRICED",
            f"Cette grille ne donne pas de prix pour {name}. Services : {known}.",
        )
    try:
        decision = decide(definition, _situation(door, definition, given), day=day)
    except InvalidResources as refusal:
        door.refuse_error(refusal)
    quotient = decision.quotient
    answer = {
        "amount_cents": decision.unit_price_cents,
        "nature": str(decision.nature),
        "unit": str(decision.unit),
        "service": name,
        "schedule": schedule.code,
        "version_from": schedule.valid_from.isoformat(),
        "is_illustrative": schedule.is_illustrative,
        "quotient_cents": None if quotient is None else int(quotient.scaleb(2)),
        "steps": [step.as_dict() for step in decision.steps],
    }
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _sentence(answer))


def _situation(door: _Door, definition: Any, given: dict[str, Any]) -> Any:
    """What the options say of a household, refused when the figures do not go together."""
    from billing.tariffs.engine import Basis, Situation  # noqa: PLC0415  a fast start

    quotient = door.decimal(given["quotient"], option="--quotient")
    income = door.decimal(given["rfr"], option="--rfr")
    parts = door.decimal(given["parts"], option="--parts")
    children = door.decimal(given["children"], option="--children")
    full_price = door.decimal(given["full_price"], option="--full-price")
    if quotient is not None and income is not None:
        door.refuse("RESOURCES_INVALID", "Donnez --quotient, ou --rfr et --parts, pas les deux.")
    if parts is not None and income is None:
        door.refuse("RESOURCES_INVALID", "Donnez aussi le revenu avec --rfr.")
    if children is not None and children != int(children):
        door.refuse("RESOURCES_INVALID", "--children est un nombre entier d'enfants.")
    bases = (definition.basis, *definition.accepts)
    basis = definition.basis
    if income is not None:
        basis = Basis.FISCAL_QF
        if not {Basis.FISCAL_QF, Basis.RFR} & set(bases):
            door.refuse(
                "RESOURCES_INVALID",
                "Cette grille lit le quotient de la CAF ou de la MSA : donnez --quotient.",
            )
    elif quotient is not None and Basis.RFR in bases:
        door.refuse("RESOURCES_INVALID", "Cette grille lit le revenu : donnez --rfr.")
    if definition.rule.reads_children and children is None and income is not None:
        door.refuse("RESOURCES_INVALID", "Donnez le nombre d'enfants avec --children.")
    has_figure = quotient is not None or income is not None
    return Situation(
        basis=basis if has_figure else None,
        stated_quotient=quotient,
        reference_tax_income_cents=door.cents(income, option="--rfr"),
        parts=parts,
        children=None if children is None else int(children),
        full_price_cents=door.cents(full_price, option="--full-price"),
        statuses=frozenset(given["statuses"]),
        chooses_maximum=given["maximum"],
        source="COMMAND_LINE" if has_figure or given["statuses"] else "NONE",
    )


@click.command()
@click.argument("before", metavar="AVANT")
@click.argument("after", metavar="APRÈS")
@_JSON
def diff(before: str, after: str, *, as_json: bool) -> None:
    """Dire ce qui change d'une grille à une autre."""
    from billing.tariffs.schedule_texts import differences  # noqa: PLC0415  a fast start

    door = _Door(as_json=as_json)
    changes = differences(door.load(before), door.load(after))
    if as_json:
        rows = [{"place": row.place, "before": row.before, "after": row.after} for row in changes]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for change in changes:
        click.echo(f"{change.place} : {change.before or '(rien)'} → {change.after or '(rien)'}")
    if not changes:
        click.echo("Les deux grilles disent la même chose.")


@click.command()
@click.argument("path", metavar="FICHIER")
@click.option("--factor", required=True, help="Indice nouveau ÷ ancien : 1.021.")
@click.option("--on", "day", required=True, help="Premier jour des nouveaux prix, AAAA-MM-JJ.")
def index(path: str, factor: str, day: str) -> None:
    """Écrire la grille suivante, dont les prix suivent l'indice."""
    from billing.tariffs.engine.indexing import IndexationRefused  # noqa: PLC0415  a fast start
    from billing.tariffs.schedule_files import indexed_schedule  # noqa: PLC0415
    from billing.tariffs.schedule_texts import schedule_text  # noqa: PLC0415

    door = _Door(as_json=False)
    schedule = door.load(path)
    by = door.decimal(factor, option="--factor")
    try:
        following = indexed_schedule(
            schedule, factor=by or Decimal(0), on=door.day(day, option="--on")
        )
    except IndexationRefused as refusal:
        door.refuse_error(refusal)
    click.echo(schedule_text(following), nl=False)


def _summary(schedule: ScheduleFile) -> dict[str, Any]:
    return {
        "schedule": schedule.code,
        "departement": schedule.departement,
        "valid_from": schedule.valid_from.isoformat(),
        "valid_until": None if schedule.valid_until is None else schedule.valid_until.isoformat(),
        "is_illustrative": schedule.is_illustrative,
        "services": {
            service.lower(): {
                "kind": definition.rule.kind,
                "lowest_cents": definition.lowest_cents,
                "highest_cents": definition.highest_cents,
            }
            for service, definition in schedule.services.items()
        },
    }


def _sentence(answer: dict[str, Any]) -> str:
    from commons.money import format_euros  # noqa: PLC0415  a fast start

    units = {"meal": "par repas", "term": "par trimestre", "year": "par an"}
    what = "Aide" if answer["nature"] == "aid" else "Prix"
    example = " (exemple)" if answer["is_illustrative"] else ""
    amount = format_euros(answer["amount_cents"])
    steps = " → ".join(step["rule"] for step in answer["steps"])
    return f"{what} : {amount}{example} {units[answer['unit']]}. Étapes : {steps}."


class _Door:
    """What reads the options, and refuses in French."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def load(self, path: str) -> ScheduleFile:
        from billing.rule_files import InvalidRule  # noqa: PLC0415  a fast start
        from billing.tariffs.schedule_files import load_schedule  # noqa: PLC0415
        from ui.rule_problems import refusal_sentences  # noqa: PLC0415

        try:
            return load_schedule(Path(path))
        except InvalidRule as refusal:
            self.refuse(refusal.code, " ".join(refusal_sentences(refusal)))

    def day(self, text: str | None, *, option: str) -> datetime.date:
        import datetime  # noqa: PLC0415

        if not text:
            self.refuse("FIELD_MISSING", f"Donnez le jour avec {option}.")
        try:
            return datetime.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a local day
        except ValueError:
            self.refuse("NOT_A_DATE", f"« {text} » n'est pas une date AAAA-MM-JJ.")

    def decimal(self, text: str | None, *, option: str) -> Decimal | None:
        if text is None:
            return None
        try:
            number = Decimal(text.replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.refuse("NOT_A_NUMBER", f"{option} : « {text[:40]} » n'est pas un nombre.")
        return number

    def cents(self, euros: Decimal | None, *, option: str) -> int | None:
        if euros is None:
            return None
        cents = euros.scaleb(2)
        if cents != cents.to_integral_value():
            self.refuse("TOO_MANY_DECIMALS", f"{option} : un montant a deux décimales au plus.")
        return int(cents)

    def refuse_error(self, error: DomainError) -> NoReturn:
        reason = str(error.details.get("reason", ""))
        option = _OPTIONS.get(str(error.details.get("field", "")), "")
        sentence = _REASONS.get(f"{error.code}.{reason}", _REASONS.get(error.code, error.code))
        self.refuse(error.code, sentence % {"option": option, **error.details})

    def refuse(self, code: str, message: str) -> NoReturn:
        if self._as_json:
            error = {"error": {"code": code, "message": message}}
            click.echo(json.dumps(error, ensure_ascii=False))
        click.echo(f"Erreur : {message}", err=True)
        sys.exit(REFUSED)


COMMANDS = {
    "tariffs check": check,
    "tariffs quote": quote,
    "tariffs diff": diff,
    "tariffs index": index,
}
