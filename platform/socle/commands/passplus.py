"""Pass+ from files alone: `socle passplus check|replay`, without settings or database.

They read and decide by the product's own engine. A refusal is French sentences on standard error, and
leaves with code 2; `replay` leaves with code 1 when an event gave something else than its `expect`.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from billing.rule_files import InvalidRule
    from commons.errors import DomainError
    from federation.passplus.engine.campaign import Campaign
    from federation.passplus.engine.life import Whereabouts
    from federation.passplus.scripts import Outcome, Played

REFUSED = 2
SURPRISED = 1
_JSON = click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
_DESTINATIONS = {"purse": "porte-monnaie", "departement": "Département"}
_PLACES = {
    "granted": "Donné",
    "purses": "Dans les porte-monnaie",
    "held": "Sur des tickets",
    "captured": "Dû aux partenaires",
    "reimbursed": "Payé aux partenaires",
    "returned": "Revenu au Département",
}


@click.command()
@click.argument("paths", metavar="FICHIER…", nargs=-1, required=True)
@_JSON
def check(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Dire si des campagnes peuvent être appliquées, ligne par ligne."""
    from billing.rule_files import InvalidRule  # noqa: PLC0415  a fast start
    from federation.passplus.campaign_files import load_campaign  # noqa: PLC0415

    campaigns = []
    for path in paths:
        try:
            campaigns.append(load_campaign(Path(path)))
        except InvalidRule as refusal:
            _refuse(refusal, as_json=as_json)
    if as_json:
        click.echo(json.dumps([_summary(campaign) for campaign in campaigns], ensure_ascii=False))
        return
    for path, campaign in zip(paths, campaigns, strict=True):
        example = " Une valeur est un exemple." if campaign.is_illustrative else ""
        click.echo(f"{path} : campagne correcte, « {campaign.label} ».{example}")


@click.command()
@click.argument("path", metavar="FICHIER")
@click.option("--campaign", metavar="FICHIER", help="Une autre campagne que celle du scénario.")
@_JSON
def replay(path: str, campaign: str | None, *, as_json: bool) -> None:
    """Jouer un scénario sur une campagne, et compter chaque euro."""
    from billing.rule_files import InvalidRule  # noqa: PLC0415  a fast start
    from federation.passplus.scripts import load_script, play  # noqa: PLC0415

    try:
        script = load_script(Path(path), campaign=Path(campaign) if campaign else None)
    except InvalidRule as refusal:
        _refuse(refusal, as_json=as_json)
    played = play(script)
    if as_json:
        click.echo(json.dumps(_told(script.campaign, played), ensure_ascii=False))
    else:
        for outcome in played.outcomes:
            click.echo(_line(outcome))
        for place, cents in _cents_by_place(played.whereabouts).items():
            click.echo(f"{_PLACES[place]} : {_euros(cents)}")
    if played.surprises:
        sys.exit(SURPRISED)


def _told(campaign: Campaign, played: Played) -> dict[str, Any]:
    """The whole of a replay: each event, then the balances."""
    return {
        "campaign": campaign.code,
        "is_illustrative": campaign.is_illustrative,
        "events": [
            {
                "at": outcome.event.at.isoformat(),
                "do": outcome.event.do,
                "outcome": outcome.said,
                "is_expected": outcome.is_expected,
                "cents": dict(outcome.cents),
                "details": {} if outcome.refusal is None else _details(outcome.refusal),
            }
            for outcome in played.outcomes
        ],
        "cards": {
            card: {
                purse: {"available_cents": available, "held_cents": held}
                for purse, available, held in played.life.purses_of(card)
            }
            for card in sorted(played.life.cards)
        },
        "tickets": {
            name: {"state": str(ticket.state), "captured_cents": ticket.captured_cents}
            for name, ticket in played.life.tickets.items()
        },
        "balances_cents": _cents_by_place(played.whereabouts),
    }


def _cents_by_place(found: Whereabouts) -> dict[str, int]:
    return {place: getattr(found, place) for place in _PLACES}


def _line(outcome: Outcome) -> str:
    event = outcome.event
    names = [
        str(event.values[key]) for key in ("card", "ticket", "partner") if event.values.get(key)
    ]
    what = " ".join((event.do, *names))
    said = "fait" if outcome.refusal is None else _sentence(outcome.refusal)
    if outcome.cents:
        said = ", ".join(
            f"{_DESTINATIONS.get(name, name)} {_euros(cents)}"
            for name, cents in outcome.cents.items()
        )
    surprise = "" if outcome.is_expected else f" — attendu : {event.expect}"
    return f"{event.at:%d/%m/%Y %H:%M}  {what} : {said}{surprise}"


def _sentence(error: DomainError) -> str:
    """Why, as the screens say it, with its figures written short."""
    from ui.passplus_texts import SENTENCES  # noqa: PLC0415  a fast start

    why, _ = SENTENCES[error.code]
    return why % {name: _short(name, value) for name, value in error.details.items()}


def _details(error: DomainError) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in error.details.items()
    }


def _short(name: str, value: Any) -> str:
    if name.endswith("_cents"):
        return _euros(value)
    return f"{value:%d/%m/%Y}" if isinstance(value, datetime.date) else str(value)


def _euros(cents: int) -> str:
    from commons.money import format_euros  # noqa: PLC0415  a fast start

    return format_euros(cents)


def _summary(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign.code,
        "departement": campaign.departement,
        "is_illustrative": campaign.is_illustrative,
        "amounts_cents": {
            str(status).lower(): dict(by_purse) for status, by_purse in campaign.amounts.items()
        },
    }


def _refuse(refusal: InvalidRule, *, as_json: bool) -> NoReturn:
    from ui.rule_problems import refusal_sentences  # noqa: PLC0415  a fast start

    message = " ".join(refusal_sentences(refusal))
    if as_json:
        error = {"error": {"code": refusal.code, "message": message}}
        click.echo(json.dumps(error, ensure_ascii=False))
    click.echo(f"Erreur : {message}", err=True)
    sys.exit(REFUSED)


COMMANDS = {"passplus check": check, "passplus replay": replay}
