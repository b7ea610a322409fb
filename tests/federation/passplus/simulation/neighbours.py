"""What départements ask of one another: agreements that begin and end, months that are stated and paid."""

from __future__ import annotations

import datetime

from federation.passplus import operations
from federation.passplus.engine.spending import day_of
from federation.reciprocity import operations as reciprocity
from federation.reciprocity import queries
from federation.reciprocity.models import Agreement, Statement
from tenants.registry import contexts
from tests.factories.reciprocity import BOTH
from tests.federation.passplus.simulation.acts import Act, said
from tests.federation.passplus.simulation.world import ACTOR, Agreed, Side, World

FROM = datetime.date(2023, 9, 1)


def settle_month(world: World, side: Side) -> Act | None:
    """The month before is stated, signed by both and, sometimes, paid; asked again at will."""
    other = world.another(side)
    month = (world.clock(side).date().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    if month < FROM:
        return None
    at, is_paid = world.clock(side), world.draw.random() < 0.5
    return Act(
        side,
        f"settle {month:%Y-%m} with {other.code}{' and pay' if is_paid else ''}",
        lambda _again: said(lambda: _settle(side, other, month, at, is_paid=is_paid)),
        lambda: "done",
    )


def _settle(
    side: Side, other: Side, month: datetime.date, at: datetime.datetime, *, is_paid: bool
) -> None:
    try:
        statement = reciprocity.prepare_statement(
            departement_code=other.code, month=month, actor=ACTOR, at=at
        )
    except reciprocity.NothingToState:
        return
    for one in (side, other):
        with contexts.tenant(one.schema):
            found = Statement.objects.get(pk=statement.pk)
            operations.sign_statement(
                statement=found, signatory="La présidente", actor=ACTOR, at=at
            )
    receives = side if statement.owes_cents(side.schema) < 0 else other
    if is_paid and statement.owes_cents(receives.schema) < 0:
        with contexts.tenant(receives.schema):
            operations.record_settlement(
                statement=Statement.objects.get(pk=statement.pk), reference="VIR",
                received_on=at.date(), actor=ACTOR, at=at,
            )  # fmt: skip


def propose(world: World, side: Side) -> Act:
    """A département proposes an agreement to another, from a day that comes."""
    other, at = world.another(side), world.clock(side)
    days = world.draw.choice((0, 0, 1, 5))
    valid_from = max(FROM, day_of(at) + datetime.timedelta(days=days))
    name = f"a{world.done.total()}"

    def product(again: bool) -> str:
        if again and Agreement.objects.filter(legal_basis=name).exists():
            return "done"
        return said(
            lambda: reciprocity.propose_agreement(
                departement_code=other.code, directions=BOTH, valid_from=valid_from,
                legal_basis=name, signatory="La présidente", actor=ACTOR, at=at,
            )
        )  # fmt: skip

    def engine() -> str:
        if any(agreed.is_open(day_of(at)) for agreed in world.between(side, other)):
            return reciprocity.AgreementOpen.code
        parties = frozenset((side.code, other.code))
        world.agreements.append(Agreed(name, parties, valid_from, {side.code}))
        return "done"

    return Act(side, f"propose {name} to {other.code} from {valid_from}", product, engine)


def sign(world: World, side: Side) -> Act | None:
    """A département signs what another proposed, or what it signed before."""
    mine = [agreed for agreed in world.agreements if side.code in agreed.parties]
    if not mine:
        return None
    agreed, at = world.draw.choice(mine[-3:]), world.clock(side)

    def product(_again: bool) -> str:
        found = queries.agreements().get(legal_basis=agreed.name)
        return said(
            lambda: reciprocity.sign_agreement(
                agreement=found, signatory="Le vice-président", actor=ACTOR, at=at
            )
        )

    def engine() -> str:
        if side.code in agreed.signed:
            return "done"
        if agreed.ends_on:
            return reciprocity.AgreementOver.code
        agreed.signed.add(side.code)
        return "done"

    return Act(side, f"sign {agreed.name}", product, engine)


def end(world: World, side: Side) -> Act | None:
    """A département ends an agreement or a proposal, from a day that comes."""
    mine = [agreed for agreed in world.agreements if side.code in agreed.parties]
    if not mine:
        return None
    agreed, at = world.draw.choice(mine[-3:]), world.clock(side)
    ends_on = day_of(at) + datetime.timedelta(days=world.draw.randint(0, 4))

    def product(_again: bool) -> str:
        found = queries.agreements().get(legal_basis=agreed.name)
        return said(
            lambda: reciprocity.end_agreement(
                agreement=found, ends_on=ends_on, reason="Essai", actor=ACTOR, at=at
            )
        )

    def engine() -> str:
        if side.code in agreed.ended_by:
            return "done"
        if any(day <= day_of(at) for day in agreed.ends_on):
            return reciprocity.AgreementOver.code
        if len(agreed.signed) == 2 and ends_on <= day_of(at):
            return reciprocity.AgreementInvalid.code
        agreed.ended_by.add(side.code)
        agreed.ends_on.append(ends_on)
        return "done"

    return Act(side, f"end {agreed.name} on {ends_on}", product, engine)


def agree_all(world: World) -> None:
    """Before the first day, each two sign; one of the agreements opens a little later."""
    for one in world.sides:
        for other in world.sides:
            if one.code < other.code:
                _agree(world, one, other)


def _agree(world: World, one: Side, other: Side) -> None:
    name = f"a{one.code}{other.code}"
    parties = frozenset((one.code, other.code))
    with contexts.tenant(one.schema):
        reciprocity.propose_agreement(
            departement_code=other.code, directions=BOTH, valid_from=FROM, legal_basis=name,
            signatory="La présidente", actor=ACTOR, at=world.at - datetime.timedelta(days=4),
        )  # fmt: skip
    with contexts.tenant(other.schema):
        reciprocity.sign_agreement(
            agreement=queries.agreements().get(legal_basis=name), signatory="Le vice-président",
            actor=ACTOR, at=world.at - datetime.timedelta(days=3),
        )  # fmt: skip
    world.agreements.append(Agreed(name, parties, FROM, set(parties)))
