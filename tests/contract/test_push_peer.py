"""Messages to browsers against what others wrote: npm `web-push` and `http_ece`.

They open what we encrypt; our stand-in takes what they send, and shows it. So the stand-in that the other
tests believe is itself held to an implementation that is not ours. RFC 8291's own example is opened too.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tenants.schoollife.announcements import pushing
from tenants.schoollife.announcements.pushing import Reached
from tests.factories.push import browser, push_service
from tests.peers.starting import Absent
from tests.peers.told_here import Told
from tests.peers.web_push_here import web_push
from tools.standins.push.browser import Browser, Unreadable, decoded, encoded

SAID = "Un message du collège vous attend"


@pytest.fixture(scope="module")
def peer() -> Iterator[Told]:
    try:
        with web_push() as process:
            yield process
    except Absent as absent:
        pytest.skip(f"web-push : {absent}")


def test_theirs_opens_what_we_encrypt(peer):
    made, auth = peer.ask(act="browser"), encoded(b"0123456789abcdef")
    reached = Reached(endpoint="https://push.example/1", p256dh=made["p256dh"], auth=auth)

    sent = pushing.encrypted(reached, SAID.encode())

    answer = peer.ask(act="open", body=encoded(sent), private=made["private"], auth=auth)
    assert answer == {"said": SAID}


def test_theirs_opens_nothing_that_is_for_another(peer):
    made, other = peer.ask(act="browser"), peer.ask(act="browser")
    auth = encoded(b"0123456789abcdef")
    reached = Reached(endpoint="https://push.example/1", p256dh=made["p256dh"], auth=auth)

    sent = encoded(pushing.encrypted(reached, SAID.encode()))

    assert "error" in peer.ask(act="open", body=sent, private=other["private"], auth=auth)


def test_our_stand_in_takes_what_theirs_sends(peer):
    signer, stranger = peer.ask(act="keys"), peer.ask(act="keys")
    with push_service() as service:
        made = httpx.post(f"{service.address}/subscribe", json={"key": signer["publicKey"]}).json()

        def send(by):
            sent = peer.ask(act="send", said=SAID, signer=by, **made)
            return httpx.post(
                made["endpoint"],
                headers={name: str(value) for name, value in sent["headers"].items()},
                content=decoded(sent["body"]),
            ).status_code

        assert [send(signer), send(stranger)] == [201, 403]
        name = made["endpoint"].rpartition("/")[2]
        assert httpx.get(f"{service.address}/shown/{name}").json() == [SAID]


def test_the_example_of_the_standard_is_opened():
    """RFC 8291, section 5 and appendix A."""
    private = ec.derive_private_key(
        int.from_bytes(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"),
        ec.SECP256R1(),
    )
    receiver = Browser(private, decoded("BTBZMqHH6r4Tts7J_aSIgg"))
    body = decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg"
        "Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB"
        "St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert receiver.opened(body) == b"When I grow up, I want to be a watermelon"


def test_the_stand_in_opens_nothing_that_was_touched():
    known = browser("https://push.example/1")
    sent = bytearray(pushing.encrypted(known.reached, SAID.encode()))
    assert known.browser.opened(bytes(sent)) == SAID.encode()
    sent[-1] ^= 1
    with pytest.raises(Unreadable):
        known.browser.opened(bytes(sent))
