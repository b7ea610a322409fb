"""Schedules and households drawn by Hypothesis: every kind of rule, and all that goes around one."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hypothesis import strategies as st

from billing.tariffs.engine import (
    Aid,
    AidKind,
    Basis,
    Bracket,
    Brackets,
    BracketsByChildren,
    Definition,
    Effect,
    FamilyGrid,
    Flat,
    Linear,
    Modifier,
    Multiple,
    Policy,
    Rule,
    SharedCustody,
    Situation,
    StatusPrice,
    Unit,
    WithoutProof,
)
from billing.tariffs.engine.kinds import CENT
from billing.tariffs.engine.policies import Indexation

DAY = datetime.date(2024, 10, 10)
QFS = (Basis.FISCAL_QF, Basis.CAF_QF)
COST = 50_000_00
cents_of_quotient = st.integers(min_value=0, max_value=500_000)
quotients = cents_of_quotient.map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def linear_rules(draw: st.DrawFn) -> Linear:
    minimum = draw(st.integers(0, 300))
    maximum = draw(st.integers(minimum + 1, 1500))
    coefficient = draw(st.decimals("0.002", "0.02", places=6))
    return Linear(coefficient=coefficient, minimum_cents=minimum, maximum_cents=maximum)


@st.composite
def grids(
    draw: st.DrawFn, *, inclusive: bool | None = None, falling: bool = False, highest: int = 300_000
) -> Brackets:
    uppers = sorted(draw(st.sets(st.integers(1, highest), min_size=1, max_size=12)))
    count = len(uppers) + 1
    drawn = st.lists(st.integers(0, 1200), min_size=count, max_size=count)
    prices = sorted(draw(drawn), reverse=falling)
    if inclusive is None:
        inclusive = draw(st.booleans())
    lines, lower = [], Decimal("0.00")
    for upper_cents, price in zip(uppers, prices, strict=False):
        upper = Decimal(upper_cents).scaleb(-2)
        lines.append(Bracket(lower=lower, upper=upper, price_cents=price))
        lower = upper + CENT if inclusive else upper
    lines.append(Bracket(lower=lower, upper=None, price_cents=prices[-1]))
    return Brackets(upper_inclusive=inclusive, lines=tuple(lines))


def rising_grids() -> st.SearchStrategy[Brackets]:
    return grids()


@st.composite
def grids_by_children(draw: st.DrawFn, *, falling: bool = False) -> BracketsByChildren:
    inclusive = draw(st.booleans())
    lasts = sorted(draw(st.sets(st.integers(1, 8), min_size=1, max_size=4)))
    families, first = [], 1
    for last in lasts:
        brackets = draw(grids(inclusive=inclusive, falling=falling, highest=3_000_000))
        families.append(FamilyGrid(first=first, last=last, brackets=brackets))
        first = last + 1
    return BracketsByChildren(upper_inclusive=inclusive, grids=tuple(families))


@st.composite
def aids(draw: st.DrawFn, kind: AidKind) -> Aid:
    grid = draw(st.one_of(grids(falling=True), grids_by_children(falling=True)))
    full = draw(st.one_of(st.none(), st.integers(0, 1500)))
    cap = draw(st.one_of(st.none(), st.integers(full or 0, 2000)))
    return Aid(kind=kind, grid=grid, full_price_cents=full, cap_cents=cap)


@st.composite
def modifiers(draw: st.DrawFn) -> tuple[Modifier, ...]:
    """None, or one that holds on `DAY`, or one that does not."""
    change = draw(st.integers(-300, 300).filter(bool))
    start = draw(st.sampled_from([DAY, DAY + datetime.timedelta(days=1)]))
    held = Modifier("Essai", start, start + datetime.timedelta(days=20), change)
    return draw(st.sampled_from([(), (held,)]))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    effect = draw(st.sampled_from(Effect))
    index = Indexation(index="INSEE", on="01-01", rounding_cents=draw(st.sampled_from([1, 5, 10])))
    return Policy(
        effect=effect,
        terms=("09-01", "01-01") if effect is Effect.NEXT_TERM else (),
        shared_custody=draw(st.sampled_from(SharedCustody)),
        proof_months=draw(st.sampled_from([{}, {"CAF_CERTIFICATE": 3}])),
        indexation=draw(st.sampled_from([None, index])),
    )


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A plain definition: a rate or a rising grid, over a quotient."""
    return Definition(
        unit=Unit.MEAL,
        basis=draw(st.sampled_from(QFS)),
        rule=draw(st.one_of(linear_rules(), rising_grids())),
        statuses=draw(st.sampled_from([(), (StatusPrice("RSA", 40),)])),
        cost_cents=draw(st.sampled_from([None, 1500])),
    )


@st.composite
def any_definitions(draw: st.DrawFn) -> Definition:
    """A definition of any kind, with anything around it that goes with it."""
    kind = draw(st.sampled_from([None, *AidKind]))
    rule: Rule
    if kind is None:
        flat = st.integers(0, 1200).map(lambda cents: Flat(price_cents=cents))
        rule = draw(st.one_of(linear_rules(), grids(), grids_by_children(), flat))
        unit = draw(st.sampled_from(Unit))
    else:
        rule = draw(aids(kind))
        unit = Unit.YEAR if kind is AidKind.SUBSIDY_PER_YEAR else Unit.MEAL
    on_income = isinstance(rule, BracketsByChildren) and draw(st.booleans())
    basis = Basis.RFR if on_income else draw(st.sampled_from(QFS))
    others = [other for other in QFS if other is not basis and not on_income]
    is_aid = isinstance(rule, Aid) and rule.full_price_cents is None
    fixed = None if is_aid else draw(st.one_of(st.none(), st.integers(0, 1500)))
    statuses = [(), (StatusPrice("RSA", 40),)]
    if isinstance(rule, Brackets):
        statuses.append((StatusPrice("ASE", rule.lines[0].price_cents, bracket=1),))
    multiple = Multiple(of="half_board", factor=Decimal("2.5"))
    return Definition(
        unit=unit,
        basis=basis,
        rule=rule,
        accepts=draw(st.sampled_from([(), tuple(others)])),
        statuses=draw(st.sampled_from(statuses)),
        without_proof=WithoutProof.MAXIMUM if fixed is None else WithoutProof.FIXED,
        without_proof_cents=fixed,
        may_choose_maximum=not is_aid and draw(st.booleans()),
        cost_cents=draw(st.sampled_from([None, COST])),
        multiple=draw(st.sampled_from([None, multiple])),
        modifiers=draw(modifiers()),
        policy=draw(policies()),
    )


@st.composite
def situations(draw: st.DrawFn, definition: Definition) -> Situation:
    """A household that proves something, the wrong thing or nothing; never an impossible one."""
    proof = draw(st.sampled_from(["nothing", "stated", "tax", "monthly", "maximum"]))
    if proof == "maximum" and definition.may_choose_maximum:
        return Situation(chooses_maximum=True)
    children = draw(st.one_of(st.none(), st.integers(1, 12)))
    statuses = draw(st.sampled_from([frozenset[str](), frozenset({"RSA"}), frozenset({"ASE"})]))
    full_price = draw(st.one_of(st.none(), st.integers(0, 3000)))
    source = "NONE" if proof in ("nothing", "maximum") and not statuses else "CAF_CERTIFICATE"
    known = Situation(
        children=children, full_price_cents=full_price, statuses=statuses, source=source
    )
    return _with_figures(draw, known, proof)


def _with_figures(draw: st.DrawFn, known: Situation, proof: str) -> Situation:
    given = {name: getattr(known, name) for name in known.__slots__}
    parts = Decimal(draw(st.integers(4, 40))) / 4
    if proof == "stated":
        basis = draw(st.sampled_from(QFS))
        return Situation(**{**given, "basis": basis, "stated_quotient": draw(quotients)})
    if proof == "tax":
        income = draw(st.integers(0, 12_000_000))
        figures = {"basis": Basis.FISCAL_QF, "reference_tax_income_cents": income, "parts": parts}
        return Situation(**{**given, **figures})
    if proof == "monthly":
        income, benefits = draw(st.integers(0, 1_000_000)), draw(st.integers(0, 100_000))
        figures = {
            "basis": Basis.CAF_QF,
            "monthly_income_cents": income,
            "monthly_benefits_cents": benefits,
            "parts": parts,
        }
        return Situation(**{**given, **figures})
    return known
