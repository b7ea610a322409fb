"""Nobody is recognised in what is told: no small number, and none to be found by subtracting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from federation.usage.protecting import FEWEST, Figure, told

UAIS, PROFILES = ("A", "B", "C", "D"), ("ELEVE", "PARENT")
visitors = st.one_of(st.integers(0, 7), st.integers(0, 60))
tables = st.dictionaries(
    st.tuples(st.sampled_from(UAIS), st.sampled_from(PROFILES)), visitors, min_size=1
)


def cells(counts):
    return {
        cell: Figure(visitors=count, visits=3 * count, people=100) for cell, count in counts.items()
    }


@given(counts=tables)
def test_no_small_number_is_told_nor_left_by_subtracting(counts):
    found = told(cells(counts))

    for profile in PROFILES:
        total = found.of(profiles=(profile,))
        alone = [found.of(uais=frozenset({uai}), profiles=(profile,)) for uai in UAIS]
        shown = sum(one.visitors for one in alone if one is not None)
        if total is not None:
            left = total.visitors - shown  # what the total says of those that are not shown
            assert left == 0 or left >= FEWEST
        for one in alone:
            assert one is None or one.visitors == 0 or one.visitors >= FEWEST
    for uai in UAIS:
        whole = found.of(uais=frozenset({uai}))
        parts = [found.of(uais=frozenset({uai}), profiles=(profile,)) for profile in PROFILES]
        if whole is not None:
            assert whole.visitors == sum(part.visitors for part in parts if part is not None)


@given(counts=tables)
def test_what_is_told_is_what_was_counted(counts):
    found = told(cells(counts))
    whole = found.of()

    if not found.hides():
        assert whole == sum(cells(counts).values(), Figure())
    elif whole is not None:
        assert whole.visitors < sum(counts.values())


def test_a_small_college_is_told_with_another():
    found = told(cells({("A", "ELEVE"): 40, ("B", "ELEVE"): 9, ("C", "ELEVE"): 3}))

    assert found.of(uais=frozenset({"A"})).visitors == 40
    assert found.of(uais=frozenset({"C"})) is None
    assert found.of(uais=frozenset({"B"})) is None  # or C would be the total less A and B
    assert found.of().visitors == 52
    assert found.of().visits == 156
    assert found.hides(uais=frozenset({"B"}))
    assert not found.hides()


def test_a_profile_of_too_few_is_in_no_total():
    found = told(cells({("A", "ELEVE"): 40, ("A", "ADMIN_VIE_SCOL_TECH"): 2}))

    assert found.of(profiles=("ADMIN_VIE_SCOL_TECH",)) is None
    assert found.of(uais=frozenset({"A"})).visitors == 40
    assert found.of().visitors == 40
    assert found.hides()


def test_nobody_is_told():
    found = told(cells({("A", "ELEVE"): 0}))

    assert found.of() == Figure(visitors=0, visits=0, people=100)
    assert told({}).of() == Figure()


def test_rates_are_rounded_once_and_half_up():
    figure = Figure(visitors=163_000, visits=1_600_000, people=443_000)

    # ENTmip 2012-13: 36.8 % of accounts in a month, 9.8 visits a visitor.
    assert (figure.adoption_per_mille, figure.per_visitor_tenths) == (368, 98)
    assert Figure(visitors=1, people=2_000).adoption_per_mille == 1
    assert Figure(visitors=12, people=10).adoption_per_mille == 1_000
    assert Figure().adoption_per_mille is None
    assert Figure().per_visitor_tenths is None
