"""Devices in plain words, and no finer place than a person needs."""

import pytest

from tenants.accounts import devices


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1",
            "Safari, iPhone",
        ),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_words_of_ours_alone(user_agent, words):
    assert devices.in_words(user_agent) == words


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0"), ("2001:db8:1:2::3", "2001:db8:1::"), ("", ""), ("x", "")],
)
def test_a_place_is_a_network(address, network):
    assert devices.network_of(address) == network
