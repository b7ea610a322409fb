"""What the feed already says, and the cards that are renewed by it."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from billing.ledger import queries as ledger
from federation.passplus import operations
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector, read_facts
from federation.passplus.engine.spending import TicketsClosed
from federation.passplus.knowing import (
    departement_of_postal_code,
    departement_of_uai,
    facts_of,
)
from federation.passplus.models import Card
from federation.passplus.queries import purses_of, standing_of
from tenants.people.models import Guardian, Guardianship, Relation, SchoolClass, Schooling
from tests.factories.canteen import Family, make_family
from tests.factories.passplus import AUTUMN, STRICT, make_card, noon, publish
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
ON = datetime.date(2023, 10, 2)


def schooled(*, home: str = "92000", level: str = "5E", **schooling) -> Family:
    """A family whose child is in a class this year."""
    family = make_family(guardians=2, school_year=2023)
    its_class = SchoolClass.objects.create(
        college=family.college, school_year=2023, name="5e B", level=level
    )
    Schooling.objects.filter(pupil=family.pupil).update(school_class=its_class, **schooling)
    Guardian.objects.filter(pk__in=[g.pk for g in family.guardians]).update(postal_code=home)
    return family


def known(family: Family) -> Facts:
    return facts_of([family.pupil], on=ON)[family.pupil.pk]


def test_the_feed_proves_all_but_where_a_child_lives():
    family = schooled(is_boursier=True)

    assert known(family) == Facts(
        birth_date=family.pupil.birth_date,
        home="92",
        school="92",
        class_level=ClassLevel.FIFTH,
        sector=Sector.PUBLIC,
        bursary=True,
        awarded=frozenset(),
        proved=frozenset(Fact) - {Fact.HOME, Fact.CHILD_WELFARE},
    )
    assert judge(STRICT.eligibility, known(family)).eligibility is Eligibility.PROVED


def test_parents_in_two_departements_leave_the_home_unknown():
    family = schooled()
    Guardian.objects.filter(pk=family.guardians[1].pk).update(postal_code="78000")

    assert known(family).home is None


def test_no_bursary_in_the_feed_is_not_a_no():
    facts = known(schooled(is_boursier=False))

    assert facts.bursary is None
    assert Fact.BURSARY not in facts.proved


def test_a_child_whom_the_ase_answers_for_is_followed():
    family = schooled()
    Guardianship.objects.filter(guardian=family.guardians[1]).update(
        relation=Relation.ASE, legal_role=0
    )

    facts = known(family)

    assert facts.child_welfare is True
    assert Fact.CHILD_WELFARE in facts.proved


def test_who_is_in_no_school_is_known_by_birth_alone():
    family = schooled(valid_until=datetime.date(2023, 9, 4))

    found = known(family)

    assert found.birth_date == family.pupil.birth_date
    assert (found.school, found.class_level, found.sector) == (None, None, None)


@pytest.mark.parametrize(
    ("code", "departement"),
    [
        ("92000", "92"),
        ("20000", "2A"),
        ("20200", "2B"),
        ("97110", "971"),
        ("F-67", None),
        ("", None),
    ],
)
def test_a_postal_code_says_its_departement(code, departement):
    assert departement_of_postal_code(code) == departement


@pytest.mark.parametrize(
    ("uai", "departement"), [("0921234A", "92"), ("6200001B", "2A"), ("9710001C", "971")]
)
def test_an_uai_says_its_departement(uai, departement):
    assert departement_of_uai(uai) == departement


def test_cards_are_renewed_for_those_who_had_one_and_only_them(django_assert_max_num_queries):
    first = publish()
    campaign = operations.publish_campaign(rules=_next_year(), actor=ACTOR, at=noon("2023-05-15"))
    families = [schooled(is_boursier=rank == 0) for rank in range(4)]
    for family in families[:3]:
        make_card(first, pupil=family.pupil)

    with django_assert_max_num_queries(20):
        renewed = operations.renew_cards(campaign=campaign, actor=ACTOR, at=AUTUMN)
    again = operations.renew_cards(campaign=campaign, actor=ACTOR, at=AUTUMN)

    assert (renewed.pupils, renewed.cards, renewed.cents) == (4, 3, 260_00)
    assert (again.pupils, again.cards, again.cents) == (1, 0, 0)
    cards = {card.pupil_id: card for card in Card.objects.filter(campaign=campaign)}
    assert set(cards) == {family.pupil.pk for family in families[:3]}
    bursary = cards[families[0].pupil.pk]
    assert [one.available_cents for one in purses_of(bursary)] == [50_00, 50_00]
    assert read_facts(bursary.facts).awarded == {STRICT.scheme}
    assert standing_of(campaign).granted == 260_00
    assert ledger.reconcile() == []


def test_renewing_goes_on_from_where_it_was_cut():
    first, campaign = (
        publish(),
        operations.publish_campaign(rules=_next_year(), actor=ACTOR, at=noon("2023-05-15")),
    )
    for _ in range(3):
        make_card(first, pupil=schooled().pupil)

    begun = operations.renew_cards(campaign=campaign, actor=ACTOR, at=AUTUMN, limit=2)
    ended = operations.renew_cards(
        campaign=campaign, actor=ACTOR, at=AUTUMN, after=begun.last, limit=2
    )

    assert (begun.cards, ended.cards) == (2, 1)


def test_nothing_is_renewed_after_the_last_day():
    with pytest.raises(TicketsClosed):
        operations.renew_cards(campaign=publish(), actor=ACTOR, at=noon("2024-07-01"))


def _next_year():
    return dataclasses.replace(STRICT, code="92-pass-plus-essai")
