"""`socle moves …`: pupils who change département. What may pass, what waits, and who lives elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
OTHER = click.option("--other", required=True, help="Le code de l'autre département : 78, 94…")
SIGNATORY = click.option("--signatory", required=True, help="Le nom et la fonction de qui signe.")
DAY = click.DateTime(formats=["%Y-%m-%d"])


def _do(tenant: str, act: Callable[[Any], object]) -> None:
    """Do something in a département; a refusal is said in French."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            act({"actor": Actor.command("socle moves"), "at": timezone.now()})
        except DomainError as error:
            raise Refused(sentence(error)) from error


def _with(other: str) -> Any:
    """The agreement, or the proposal, with another département."""
    from federation.agreements.reading import code_of, is_open, other_party  # noqa: PLC0415
    from federation.exchange import queries  # noqa: PLC0415

    today = datetime.datetime.now(datetime.UTC).date()
    for one in queries.agreements():
        if code_of(other_party(one)) == other and is_open(one, on=today):
            return one
    raise Refused("Il n'y a pas de convention avec ce département.")


@click.command("propose")
@TENANT
@OTHER
@click.option("--item", "items", multiple=True, required=True, help="RIGHTS, PASS_PLUS…")
@click.option("--most", type=int, default=200, show_default=True, help="Demandes par année.")
@click.option("--euros", type=int, help="Participation par élève et par an (L. 213-8).")
@click.option("--from", "valid_from", type=DAY, required=True, help="Premier jour.")
@click.option("--legal-basis", required=True, help="Les délibérations, des deux côtés.")
@SIGNATORY
def propose(
    *,
    tenant: str,
    other: str,
    items: tuple[str, ...],
    most: int,
    euros: int | None,
    valid_from: datetime.datetime,
    legal_basis: str,
    signatory: str,
) -> None:
    """Proposer une convention d'échange à un autre département, et la signer."""

    def propose(asked: dict[str, Any]) -> None:
        from federation.exchange import operations  # noqa: PLC0415

        cents = None if euros is None else euros * 100
        operations.propose_agreement(
            departement_code=other,
            terms=operations.Terms(items=items, most_a_year=most, pupil_cents=cents),
            valid_from=valid_from.date(),
            legal_basis=legal_basis,
            signatory=signatory,
            **asked,
        )

    _do(tenant, propose)
    click.echo("La convention est proposée. L'autre département doit la signer.")


@click.command("sign")
@TENANT
@OTHER
@SIGNATORY
def sign(*, tenant: str, other: str, signatory: str) -> None:
    """Signer la convention qu'un autre département propose."""

    def sign(asked: dict[str, Any]) -> None:
        from federation.exchange import operations  # noqa: PLC0415

        operations.sign_agreement(agreement=_with(other), signatory=signatory, **asked)

    _do(tenant, sign)
    click.echo("La convention est signée.")


@click.command("end")
@TENANT
@OTHER
@click.option("--on", "ends_on", type=DAY, required=True, help="Premier jour sans convention.")
@click.option("--reason", required=True, help="Pourquoi : l'autre département le lit.")
def end(*, tenant: str, other: str, ends_on: datetime.datetime, reason: str) -> None:
    """Mettre fin à une convention d'échange."""

    def end(asked: dict[str, Any]) -> None:
        from federation.exchange import operations  # noqa: PLC0415

        agreement = _with(other)
        operations.end_agreement(
            agreement=agreement, ends_on=ends_on.date(), reason=reason, **asked
        )

    _do(tenant, end)
    click.echo("La fin de la convention est dite.")


@click.command("list")
@TENANT
def list_(*, tenant: str) -> None:
    """Les conventions, les arrivées et les départs, sans aucun nom."""

    def show(_asked: dict[str, Any]) -> None:
        from federation.agreements.reading import code_of, is_in_force, other_party  # noqa: PLC0415
        from federation.exchange import queries  # noqa: PLC0415

        today = datetime.datetime.now(datetime.UTC).date()
        for one in queries.agreements():
            state = "en vigueur" if is_in_force(one, on=today) else "pas en vigueur"
            click.echo(f"{code_of(other_party(one))}\t{state}\t{', '.join(one.items)}")
        for way, rows in (("arrivée", queries.arrivals()), ("départ", queries.departures())):
            for move in rows:
                said = move.ended or move.strength or "attend"
                click.echo(f"{way}\t{code_of(move.other)}\t{move.public_id}\t{said}")

    _do(tenant, show)


@click.command("read")
@TENANT
def read(*, tenant: str) -> None:
    """Lire ce que les autres départements ont écrit, et finir ce qui a trop attendu."""
    done: list[int] = []

    def read(asked: dict[str, Any]) -> None:
        from federation.exchange import operations  # noqa: PLC0415

        done.append(operations.read_envelopes(at=asked["at"]))
        done.append(operations.keep_deadlines(**asked))

    _do(tenant, read)
    click.echo(f"{done[0]} plis lus, {done[1]} demandes finies.")


@click.command("residents")
@TENANT
@click.option("--on", "day", type=DAY, required=True, help="Le jour du compte.")
def residents(*, tenant: str, day: datetime.datetime) -> None:
    """Les élèves qui habitent ailleurs, par collège, et ce que cela ferait (L. 213-8)."""

    def residents(_asked: dict[str, Any]) -> None:
        from commons.money import format_euros  # noqa: PLC0415
        from federation.exchange import residence  # noqa: PLC0415

        for one in residence.residents_elsewhere(on=day.date()):
            tenth = "10 % ou plus" if one.reaches_tenth else "moins de 10 %"
            click.echo(f"{one.uai}\t{one.residence}\t{one.pupils}/{one.of_college}\t{tenth}")
        for owed in residence.owed_to_us(on=day.date()):
            click.echo(f"{owed.departement}\t{owed.pupils} élèves\t{format_euros(owed.cents)}")

    _do(tenant, residents)


COMMANDS = {
    "moves propose": propose,
    "moves sign": sign,
    "moves end": end,
    "moves list": list_,
    "moves read": read,
    "moves residents": residents,
}
