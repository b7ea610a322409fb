"""Where a visitor comes from, behind no proxy of ours, one, or two."""

import pytest

from ui.visitors import client_address, place_of

PROXY, OUTER = "10.0.0.1", "10.0.0.9"
VISITOR = "192.0.2.7"


def request(rf, near, forwarded=None):
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return rf.get("/connexion/", REMOTE_ADDR=near, **more)


def test_without_a_proxy_the_header_is_not_read(rf, settings):
    settings.TRUSTED_PROXIES = 0

    assert client_address(request(rf, VISITOR, "203.0.113.1")) == VISITOR


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (1, VISITOR),
        (1, f"203.0.113.1, {VISITOR}"),
        (1, f"203.0.113.1,203.0.113.2 , {VISITOR}"),
        (2, f"{VISITOR}, {OUTER}"),
        (2, f"203.0.113.1, {VISITOR}, {OUTER}"),
        (1, f"{VISITOR}:51234"),
        (1, f"::ffff:{VISITOR}"),
    ],
)
def test_entries_are_counted_from_the_right(rf, settings, proxies, forwarded):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(request(rf, PROXY, forwarded)) == VISITOR


def test_request_that_came_past_the_outer_proxy_keeps_its_own_address(rf, settings):
    settings.TRUSTED_PROXIES = 2

    assert client_address(request(rf, PROXY, VISITOR)) == VISITOR
    assert client_address(request(rf, PROXY)) == PROXY


@pytest.mark.parametrize("forwarded", ["unknown", "", ",", "<script>", "1.2.3"])
def test_entry_that_is_no_address_counts_for_the_proxy(rf, settings, forwarded):
    settings.TRUSTED_PROXIES = 1

    assert client_address(request(rf, PROXY, forwarded)) == PROXY


@pytest.mark.parametrize("near", ["", "unix:/run/socle.sock"])
def test_server_that_knows_no_address_gives_one_place(rf, settings, near):
    settings.TRUSTED_PROXIES = 0

    assert place_of(request(rf, near)) == ""


@pytest.mark.parametrize("written", ["2001:db8:1:2::3", "[2001:db8:1:2:ffff::1]:443"])
def test_home_is_one_place_whatever_its_ipv6_addresses(rf, settings, written):
    settings.TRUSTED_PROXIES = 1

    assert place_of(request(rf, PROXY, written)) == "2001:db8:1:2::/64"
    assert place_of(request(rf, PROXY, VISITOR)) == VISITOR
