"""What is compared of a child, and what two shares make of it: laws, whatever the names."""

from __future__ import annotations

import datetime
import uuid

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commons.normalisation import search_key
from federation.exchange import blinding, enveloping
from federation.exchange.identity import Identity, score_between, strength_of

NAMES = st.text("abcdefgé- '", min_size=1, max_size=10).filter(search_key)
DAYS = st.dates(datetime.date(2008, 1, 1), datetime.date(2014, 12, 31))
AGREEMENT = uuid.UUID(int=7)
law = settings(derandomize=True, max_examples=60, deadline=None)


def compact(name: str) -> str:
    return search_key(name).replace(" ", "")


@law
@given(NAMES, NAMES, NAMES, DAYS)
def test_siblings_and_twins_share_no_form(last, first, other, born):
    assume(compact(first) != compact(other))
    one, two = Identity(last, first, born).forms(), Identity(last, other, born).forms()

    assert not {text for text in one.values() if text} & {text for text in two.values() if text}


@law
@given(NAMES, NAMES, DAYS, DAYS)
def test_another_day_of_birth_is_another_child(last, first, born, other):
    assume(born != other)
    one, two = (
        Identity(last, first, born, "0123456789A"),
        Identity(last, first, other, "0123456789A"),
    )

    assert strength_of(score_between(one, two)) is None


@law
@given(NAMES, NAMES, DAYS)
def test_a_score_is_the_same_both_ways_and_full_with_oneself(last, first, born):
    one, swapped = Identity(last, first, born), Identity(first, last, born)

    assert score_between(one, swapped) == score_between(swapped, one) >= 60
    assert score_between(one, one) == 80


@law
@given(st.text(max_size=30), st.text(max_size=30))
def test_the_order_of_shares_does_not_matter_and_a_veil_comes_off(text, other):
    ours, theirs, veil = (blinding.draw_share() for _ in range(3))
    there = blinding.raise_token(
        blinding.blind(text, share=ours, agreement=AGREEMENT), share=theirs
    )
    veiled = blinding.raise_token(
        blinding.blind(text, share=theirs, agreement=AGREEMENT), share=veil
    )
    back = blinding.unveil(blinding.raise_token(veiled, share=ours), veil=veil)

    assert there == back
    assert (
        blinding.blind(other, share=ours, agreement=AGREEMENT)
        == blinding.blind(text, share=ours, agreement=AGREEMENT)
    ) == (text == other)
    elsewhere = blinding.blind(text, share=ours, agreement=uuid.UUID(int=8))
    assert elsewhere != blinding.blind(text, share=ours, agreement=AGREEMENT)


@pytest.mark.parametrize("token", [b"", bytes(32), b"\xff" * 32, bytes(31)], ids=str)
def test_what_is_no_token_is_refused(token):
    with pytest.raises(blinding.BadToken):
        blinding.raise_token(token, share=blinding.draw_share())


def test_an_envelope_opens_under_its_own_name_alone():
    key = enveloping.draw_key()
    public, private = key.public_key().public_bytes_raw().hex(), key.private_bytes_raw()
    said = {"agreement": AGREEMENT, "sent_by": "d92", "sent_to": "d94", "kind": "ITEMS"}
    outside = enveloping.header(**said, name=AGREEMENT)
    sealed = enveloping.seal({"a": 1}, public_key=public, outside=outside)

    assert enveloping.unseal(sealed, private_key=private, outside=outside) == {"a": 1}
    for other in ({"sent_by": "d78"}, {"kind": "MATCHED"}, {"agreement": uuid.UUID(int=8)}):
        renamed = enveloping.header(**said | other, name=AGREEMENT)
        with pytest.raises(enveloping.CannotOpen):
            enveloping.unseal(sealed, private_key=private, outside=renamed)
    with pytest.raises(enveloping.CannotOpen):
        enveloping.unseal(sealed[:-1], private_key=private, outside=outside)
