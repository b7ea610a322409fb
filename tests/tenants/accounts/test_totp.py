"""Codes of an application: the vectors of RFC 6238, and a generator that others wrote."""

from __future__ import annotations

import base64
import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import mintotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.accounts import totp

# RFC 6238, appendix B, SHA-1: eight digits there, of which applications show the last six.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds, code):
    at = moment(seconds)

    assert totp.code_of(SECRET, totp.step_at(at)) == code[-6:]
    assert totp.step_of(SECRET, code[-6:], at=at) == seconds // 30


@pytest.mark.parametrize(
    ("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_of_the_step_before_or_after_is_taken_and_no_other(steps, is_taken):
    at = moment(1_800_000_000)
    code = totp.code_of(SECRET, totp.step_at(at) + steps)

    assert (totp.step_of(SECRET, code, at=at) is not None) is is_taken


def test_a_step_that_served_is_not_found_again_nor_one_before():
    at = moment(1_800_000_000)
    now = totp.step_at(at)

    for step in (now - 1, now):
        assert totp.step_of(SECRET, totp.code_of(SECRET, step), at=at, after=now) is None
    assert totp.step_of(SECRET, totp.code_of(SECRET, now + 1), at=at, after=now) == now + 1


@pytest.mark.parametrize("written", ["28 7082", " 287082 ", "287 082\u00a0"])
def test_spaces_do_not_count(written):
    assert totp.step_of(SECRET, written, at=moment(59)) == 1
    assert totp.looks_like_code(written)


@pytest.mark.parametrize("written", ["", "28708", "2870822", "28708a", "²87082", "٢٨٧٠٨٢"])
def test_what_is_no_code_is_none(written):
    assert totp.step_of(SECRET, written, at=moment(59)) is None
    assert not totp.looks_like_code(written)


def test_a_secret_has_160_bits_and_is_drawn_each_time():
    drawn = {totp.new_secret() for _ in range(50)}

    assert len(drawn) == 50
    assert {len(base64.b32decode(secret)) for secret in drawn} == {20}


@settings(max_examples=200, deadline=None)
@given(
    secret=st.binary(min_size=20, max_size=20),
    seconds=st.integers(min_value=60, max_value=4_000_000_000),
)
def test_a_generator_that_others_wrote_gives_the_same_codes(secret, seconds):
    """mintotp (MIT) shares no line with pyotp: a code of one is taken by the other."""
    written = base64.b32encode(secret).decode()

    code = mintotp.hotp(written, seconds // 30)

    assert totp.code_of(written, totp.step_at(moment(seconds))) == code
    assert totp.step_of(written, code, at=moment(seconds)) is not None


def test_the_address_in_the_picture_holds_what_an_application_needs():
    address = urlsplit(totp.address(SECRET, account="claire@exemple.fr", issuer="Val-d'Oise"))

    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Val-d'Oise:claire@exemple.fr"
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["Val-d'Oise"]}
