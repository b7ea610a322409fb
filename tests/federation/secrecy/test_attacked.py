"""Seven départements publish a year, and somebody who reads all of it and solves finds nothing.

The attacker (`tests/attacker`) imports nothing of ours. It is shown to succeed on the same years when one of
the protections is left out.
"""

import os

import pytest

from federation.secrecy.tables import Mark
from tests.federation.secrecy import releasing

DEPARTEMENTS = ("d75", "d77", "d78", "d91", "d92", "d94", "d95")
YEARS = int(os.environ.get("SOCLE_SECRET_YEARS", "1"))  # `make soak` draws more of them


@pytest.fixture(scope="module", params=[(by, seed) for by in DEPARTEMENTS for seed in range(YEARS)])
def year(request):
    by, seed = request.param
    return by, releasing.a_year(by, 100 * seed + DEPARTEMENTS.index(by))


def test_a_year_with_its_late_corrections_is_not_broken(year):
    done = releasing.published(*year, releasing.as_the_product)

    assert any(revision > 1 for _table, revision in done.counted)
    assert releasing.broken(done) == []
    told = [cell.mark for one in done.left for cell in one.told.cells.values()]
    assert told.count(Mark.TOLD) > len(told) / 4


def test_thresholds_alone_are_broken(year):
    """The first control: the same year without secondary suppression."""
    done = releasing.published(*year, releasing.without_secondary)

    assert len(releasing.broken(done)) > 10
    assert len(releasing.broken(done, guessing=True)) > 10


def test_releases_protected_one_by_one_are_broken(year):
    """The second control: each release is safe alone, and they are not together."""
    done = releasing.published(*year, releasing.each_release_alone)

    assert releasing.broken(done)
    assert releasing.broken(done, guessing=True)


def _with_answers(protects):
    """A month of each département, with what another's rules would do there."""
    found = []
    for rank, by in enumerate(DEPARTEMENTS):
        ((table,), _revision), *_rest = releasing.a_year(by, rank, months=releasing.MONTHS[:1])
        answer = releasing.policy_answer(table, rank)
        found.append(releasing.published(by, [([table, answer], 1)], protects))
    return found


def test_answers_about_policies_are_not_broken():
    for done in _with_answers(releasing.as_the_product):
        assert releasing.broken(done) == []


def test_answers_left_out_of_the_protection_are_broken():
    """The third control: an answer is protected as if it had no cell in common with what is published."""
    found = [releasing.broken(done) for done in _with_answers(releasing.each_table_alone)]

    assert sum(bool(names) for names in found) >= 3
