"""The story of a price: three short French sentences that say the true figures."""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.engine import Basis, Decision, Definition, Situation, decide, parse_definition
from billing.tariffs.queries import ExplainedPrice, without_resources
from billing.tariffs.schedule_files import ServiceName, published_schedule
from ui.price_story import PriceStory, price_story

LONGEST_SENTENCE = 15
NBSP = "\u00a0"


def explained(
    definition: Definition, decision: Decision, *, illustrative: bool = False
) -> ExplainedPrice:
    return ExplainedPrice(
        public_id=uuid.UUID(int=1),
        service="HALF_BOARD",
        unit_price_cents=decision.unit_price_cents,
        valid_from=datetime.date(2026, 9, 1),
        valid_until=None,
        decided_at=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC),
        source=decision.source,
        household_id=None,
        quotient=decision.quotient,
        borne_cents=decision.borne_cents,
        steps=decision.steps,
        definition=definition,
        version_from=datetime.date(2025, 1, 1),
        legal_basis="Code de l'éducation, article R.531-52",
        source_note="",
        is_illustrative=illustrative,
    )


def story(departement: str, situation: Situation) -> PriceStory:
    schedule = published_schedule(departement)
    definition = schedule.services[ServiceName.HALF_BOARD]
    decision = decide(definition, situation)
    return price_story(explained(definition, decision, illustrative=schedule.is_illustrative))


def shown(told: PriceStory) -> str:
    return " ".join(told.sentences).replace(NBSP, " ").replace("\u202f", " ")


def test_a_linear_price_tells_the_quotient_the_rate_and_the_price() -> None:
    told = story(
        "92",
        Situation(
            basis=Basis.FISCAL_QF,
            reference_tax_income_cents=18_000_00,
            parts=Decimal("2.5"),
            source="TAX_NOTICE",
        ),
    )

    assert shown(told) == (
        "Votre quotient familial est de 600,00 € par mois, d'après votre avis d'impôt."
        " Le prix du repas est 0,5 % de ce quotient."
        " Vous payez 3,00 € par repas."
    )
    assert told.note == "Ce prix est un exemple : une valeur reste à confirmer."
    assert told.advice == ""


@pytest.mark.parametrize(
    ("income_cents", "sentence"),
    [
        (1_200_00, "Le calcul donne 0,17 €. Le prix ne descend pas sous 0,64 €."),
        (60_000_00, "Le calcul donne 12,50 €. Le prix ne dépasse pas 7,00 €."),
    ],
)
def test_a_bounded_price_tells_the_bound(income_cents: int, sentence: str) -> None:
    told = story(
        "92",
        Situation(
            basis=Basis.FISCAL_QF,
            reference_tax_income_cents=income_cents,
            parts=Decimal(3 if income_cents < 5_000_00 else 2),
            source="TAX_NOTICE",
        ),
    )

    assert told.sentences[1].replace(NBSP, " ") == sentence


def test_a_bracket_price_tells_its_bracket_and_what_the_departement_pays() -> None:
    told = story(
        "94",
        Situation(basis=Basis.CAF_QF, stated_quotient=Decimal(1100), source="CAF_CERTIFICATE"),
    )

    assert shown(told) == (
        "Votre quotient familial est de 1 100,00 € par mois, d'après votre attestation CAF ou MSA."
        " De 1 025,01 € à 1 200,00 €, c'est la tranche 4 sur 10."
        " Vous payez 2,80 € par repas, le Département paie 9,20 €."
    )
    assert told.note == ""


def test_a_status_price_names_the_right_and_no_income() -> None:
    told = story("94", Situation(statuses=frozenset({"RSA"}), source="STATUS_CERTIFICATE"))

    assert shown(told) == (
        "Votre foyer reçoit cette aide : RSA."
        " Un prix réduit existe pour cette situation."
        " Vous payez 0,40 € par repas, le Département paie 11,60 €."
    )
    assert told.picture.mark.across == ""
    assert [line.who for line in told.picture.lines if line.is_here] == ["Avec cette aide : RSA"]


def test_without_proof_the_family_is_told_how_to_pay_less() -> None:
    told = story("92", Situation())

    assert shown(told) == (
        "Nous ne connaissons pas encore votre situation."
        " Sans pièce, vous payez le prix le plus haut."
        " Vous payez 7,00 € par repas."
    )
    assert told.advice == "Donnez votre situation : le prix peut baisser."
    assert told.picture.mark.across == "100.00%"


def test_a_chosen_maximum_asks_for_nothing() -> None:
    told = story("94", Situation(chooses_maximum=True))

    assert told.sentences[0] == "Vous avez choisi le prix le plus haut."
    assert told.advice == ""


def test_the_other_household_reads_the_price_and_nothing_of_the_resources() -> None:
    definition = published_schedule("94").services[ServiceName.HALF_BOARD]
    situation = Situation(
        basis=Basis.CAF_QF, stated_quotient=Decimal("1234.56"), source="CAF_CERTIFICATE"
    )

    hidden = without_resources(explained(definition, decide(definition, situation)))
    told = price_story(hidden)

    assert hidden.quotient is None
    assert told.sentences[2].startswith("Vous payez 3,50")
    drawn = told.picture
    assert drawn.mark.across == ""
    assert drawn.mark.quotient is None
    assert not any(line.is_here for line in drawn.lines)
    everything = " ".join([*told.sentences, drawn.description, told.advice, told.note])
    assert "234" not in everything
    assert "tranche" not in everything
    assert "CAF" not in everything


def test_a_strict_bound_says_less_than() -> None:
    definition = parse_definition(
        {
            "basis": "FISCAL_QF",
            "without_proof": "MAXIMUM",
            "may_choose_maximum": False,
            "rule": {
                "kind": "BRACKETS",
                "upper_inclusive": False,
                "brackets": [
                    {"from": "0", "to": "790", "price": "2.50"},
                    {"from": "790", "to": None, "price": "4.28"},
                ],
            },
        }
    )

    def second(quotient: str) -> str:
        situation = Situation(
            basis=Basis.FISCAL_QF, stated_quotient=Decimal(quotient), source="TAX_NOTICE"
        )
        told = price_story(explained(definition, decide(definition, situation)))
        return told.sentences[1].replace(NBSP, " ")

    assert second("789.99") == "De 0,00 € à moins de 790,00 €, c'est la tranche 1 sur 2."
    assert second("790") == "À partir de 790,00 €, vous êtes en tranche 2 sur 2."


@given(
    departement=st.sampled_from(["92", "94"]),
    quotient=st.one_of(st.none(), st.integers(0, 400_000)),
)
def test_every_story_is_three_short_sentences_and_ends_on_the_price(
    departement: str, quotient: int | None
) -> None:
    basis = Basis.FISCAL_QF if departement == "92" else Basis.CAF_QF
    situation = (
        Situation()
        if quotient is None
        else Situation(
            basis=basis, stated_quotient=Decimal(quotient).scaleb(-2), source="API_PARTICULIER"
        )
    )

    told = story(departement, situation)

    assert len(told.sentences) == 3
    assert told.price_text in told.sentences[2]
    assert told.price_text in told.picture.description
    for sentence in re.split(r"(?<=[.!?]) ", " ".join((*told.sentences, told.picture.description))):
        assert len(sentence.split(" ")) <= LONGEST_SENTENCE, sentence
