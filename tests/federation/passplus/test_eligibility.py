"""Who is eligible: three answers, and never a refusal for what is not known yet."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, load_campaign
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.conditions import Condition, read_condition
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector
from federation.passplus.engine.registering import documents_for, grant, is_automatic, top_up

EVERYTHING = frozenset(Fact)
DAY = datetime.date(2023, 10, 2)
YVELINES = load_campaign(CAMPAIGNS_FOLDER / "78-pass-plus-2023.yaml")
HAUTS_DE_SEINE = load_campaign(CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml")
PASS_SPORT = load_campaign(CAMPAIGNS_FOLDER / "93-pass-sport-5e-2024.yaml")

PUPIL = Facts(
    birth_date=datetime.date(2011, 4, 1),
    home="92",
    school="92",
    class_level=ClassLevel.FIFTH,
    sector=Sector.PUBLIC,
    child_welfare=False,
    bursary=False,
    awarded=frozenset(),
    proved=EVERYTHING,
)


def person(**traits: object) -> Facts:
    return dataclasses.replace(PUPIL, **traits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (person(), Eligibility.PROVED),
        (person(home="75"), Eligibility.PROVED),
        (person(home="75", school="75"), Eligibility.REFUSED),
        (person(home=None, school="75"), Eligibility.UNKNOWN),
        (person(home=None), Eligibility.PROVED),
        (person(proved=EVERYTHING - {Fact.HOME, Fact.SCHOOL}), Eligibility.TO_PROVE),
        (person(birth_date=datetime.date(2013, 8, 1)), Eligibility.PROVED),
        (person(birth_date=datetime.date(2013, 8, 1), class_level=None), Eligibility.UNKNOWN),
        (person(birth_date=datetime.date(2004, 12, 31)), Eligibility.REFUSED),
    ],
)
def test_the_hauts_de_seine_judge_what_they_know(facts: Facts, found: Eligibility) -> None:
    assert judge(HAUTS_DE_SEINE.eligibility, facts).eligibility is found


@pytest.mark.parametrize(
    ("is_followed", "found"),
    [(True, Eligibility.PROVED), (False, Eligibility.REFUSED), (None, Eligibility.UNKNOWN)],
)
def test_a_young_adult_of_the_yvelines_must_be_followed(
    is_followed: bool | None, found: Eligibility
) -> None:
    adult = person(
        home="78", birth_date=datetime.date(2003, 6, 1), class_level=ClassLevel.LAST,
        child_welfare=is_followed,
    )  # fmt: skip

    assert judge(YVELINES.eligibility, adult).eligibility is found


@pytest.mark.parametrize(
    "traits",
    [
        {"class_level": ClassLevel.SIXTH},
        {"sector": Sector.PRIVATE},
        {"home": "75"},
        {"school": "75"},
        {"awarded": frozenset({"93-pass-sport-5e"})},
    ],
)
def test_pass_sport_asks_for_each_of_its_conditions(traits: dict[str, object]) -> None:
    fifth = {"home": "93", "school": "93"}
    assert judge(PASS_SPORT.eligibility, person(**fifth)).eligibility is Eligibility.PROVED

    assert (
        judge(PASS_SPORT.eligibility, person(**(fifth | traits))).eligibility is Eligibility.REFUSED
    )


def test_who_had_the_cheque_reussite_is_credited_without_asking() -> None:
    had = frozenset({"93-cheque-reussite"})

    assert is_automatic(PASS_SPORT, person(home="93", school="93", awarded=had))
    assert not is_automatic(PASS_SPORT, person(home="93", school="93"))
    assert not is_automatic(PASS_SPORT, person(home="75", school="93", awarded=had))


def test_a_bursary_counts_once_proved_and_adds_the_difference_once() -> None:
    declared = person(bursary=True, proved=EVERYTHING - {Fact.BURSARY})

    assert grant(HAUTS_DE_SEINE, declared).total_cents == 80_00
    assert grant(HAUTS_DE_SEINE, person(bursary=True)).total_cents == 100_00
    gained = top_up(HAUTS_DE_SEINE, held=Status.BASE, proved=Status.BURSARY, on=DAY)
    assert gained == {"sport": 10_00, "culture": 10_00}
    assert top_up(HAUTS_DE_SEINE, held=Status.BURSARY, proved=Status.BURSARY, on=DAY) == {}
    assert top_up(HAUTS_DE_SEINE, held=Status.BURSARY, proved=Status.BASE, on=DAY) == {}


def test_only_the_documents_that_prove_something_are_asked_for() -> None:
    known_by_the_feed = frozenset({Fact.BIRTH_DATE, Fact.SCHOOL, Fact.CLASS_LEVEL})
    living_elsewhere = person(school="75", proved=known_by_the_feed)

    waits_for = grant(HAUTS_DE_SEINE, living_elsewhere).waits_for

    asked = documents_for(HAUTS_DE_SEINE, waits_for)
    assert [rule.any_of for rule in asked] == [("PROOF_OF_ADDRESS",)]


_LEAVES: list[dict[str, object]] = [
    {"home_in": ["92"]},
    {"school_in": ["92", "78"]},
    {"class_in": ["6E", "5E"]},
    {"born": {"from": "2008-01-01", "to": "2012-12-31"}},
    {"sector": "PUBLIC"},
    {"child_welfare": True},
    {"never_awarded": ["a"]},
    {"awarded_any": ["a"]},
]
_conditions = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.builds(
        lambda kind, parts: {kind: parts},
        st.sampled_from(["all", "any"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)
_facts = st.builds(
    Facts,
    birth_date=st.none() | st.dates(datetime.date(2006, 1, 1), datetime.date(2014, 1, 1)),
    home=st.none() | st.sampled_from(["92", "75"]),
    school=st.none() | st.sampled_from(["92", "75"]),
    class_level=st.none() | st.sampled_from(ClassLevel),
    sector=st.none() | st.sampled_from(Sector),
    child_welfare=st.none() | st.booleans(),
    awarded=st.none() | st.just(frozenset({"a"})) | st.just(frozenset()),
    proved=st.frozensets(st.sampled_from(Fact)),
)


def _read(data: object) -> Condition:
    problems: list[object] = []
    condition = read_condition(data, "", problems, depth=-10)  # type: ignore[arg-type]
    assert problems == []
    return condition


@given(data=_conditions, facts=_facts, more=_facts)
def test_an_answer_stands_whatever_is_learnt_later(data: object, facts: Facts, more: Facts) -> None:
    condition = _read(data)
    learnt = dataclasses.replace(
        facts,
        **{fact.value: more.value(fact) for fact in Fact if facts.value(fact) is None},  # type: ignore[arg-type]
    )

    before = condition.holds(facts)

    if before is not None:
        assert condition.holds(learnt) is before


@given(data=_conditions, facts=_facts)
def test_a_condition_is_written_as_it_was_read_and_says_what_is_in_its_way(
    data: object, facts: Facts
) -> None:
    condition = _read(data)

    assert condition.as_dict() == data
    assert _read(condition.as_dict()) == condition
    is_free = not list(condition.in_the_way(facts))
    assert is_free is (condition.holds(facts) is True)
