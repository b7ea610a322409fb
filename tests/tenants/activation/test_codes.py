"""The codes themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.activation import codes, identifiers

SIGNS = st.text(alphabet=codes.ALPHABET, min_size=codes.LENGTH, max_size=codes.LENGTH)
CONFUSED = ("0OQ", "1IL", "2Z", "5S", "8B", "UV")


def test_a_code_holds_fifty_bits():
    assert codes.LENGTH * math.log2(len(codes.ALPHABET)) > 50


@pytest.mark.parametrize("alike", CONFUSED)
def test_no_two_signs_are_read_one_for_the_other(alike):
    assert not set(alike) & set(codes.ALPHABET)


def test_no_code_spells_a_word():
    assert not set("AEIOU") & set(codes.ALPHABET)


def test_a_thousand_draws_are_a_thousand_codes():
    assert len({codes.draw() for _draw in range(1_000)}) == 1_000


@given(SIGNS, st.sampled_from(["", "-", " ", " - ", "."]))
def test_a_code_is_read_however_it_is_typed(signs, between):
    typed = between.join(codes.written(signs).split("-")).lower()

    assert codes.read(f" {typed} ") == signs
    assert codes.read(codes.written(signs)) == signs


@given(SIGNS, SIGNS)
def test_two_codes_have_one_fingerprint_only_if_they_are_one(tenant_name, first, second):
    same = codes.fingerprint(first) == codes.fingerprint(second)

    assert same == (first == second)
    assert first not in codes.fingerprint(first).upper()


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_nothing(typed):
    found = codes.read(typed)

    assert found == "" or (len(found) == codes.LENGTH and set(found) <= set(codes.ALPHABET))


@pytest.fixture(scope="module")
def tenant_name():
    """Fingerprints are a tenant's; the name of the schema is enough here."""


@given(st.text(max_size=100), st.text(max_size=100))
def test_an_identifier_can_be_written_by_anybody(first_name, last_name):
    login = identifiers.draw(first_name, last_name)

    assert len(login) <= 60
    assert set(login) <= set("abcdefghijklmnopqrstuvwxyz-.0123456789")
    assert login == login.lower()


def test_an_identifier_is_the_name_and_three_figures():
    name, figures = identifiers.draw("Zoé-Lou", "N'Guyễn d'Ávila").rsplit(".", 1)

    assert name == "zoe-lou.n-guyen-d-avila"
    assert len(figures) == 3
