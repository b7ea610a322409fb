"""Addresses that somebody gave: what is called is what was checked, outside, in little time."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from commons import public_calls
from commons.public_calls import NotCallable, call, is_public, may_be_called
from tests.listening_here import listening

LATER = datetime.timedelta(minutes=5)


@contextlib.contextmanager
def tls_listening(folder: Path, asked: list[str | None]) -> Iterator[int]:
    """A server with a certificate of its own making, which notes the names it is asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - LATER)
        .not_valid_after(now + LATER)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda _socket, host, _context: asked.append(host)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection, contextlib.suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "127.0.0.1", "127.9.9.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.192",
        "192.0.2.1", "198.18.0.1", "100.100.100.200", "168.63.129.16",
        "::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1",
        "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a00:1::", "2001::1",
        "2001:db8::1", "100::1", "3fff::1",
    ],
)  # fmt: skip
def test_no_address_inside_is_public(settings, address):
    settings.LOOPBACK_HOSTS = False

    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808"],
)
def test_an_address_of_the_internet_is_public(settings, address):
    settings.LOOPBACK_HOSTS = False

    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/", "https://absent.invalid/",
     "http://93.184.215.14/", "ftp://93.184.215.14/", "https://2130706433/", "https://0x7f.1/",
     "https://[::ffff:127.0.0.1]/", "https://a@93.184.215.14/", "http://127.0.0.1:8000/"],
)  # fmt: skip
def test_what_leads_inside_or_nowhere_is_not_called(settings, address):
    settings.LOOPBACK_HOSTS = False

    with pytest.raises(NotCallable):
        call("GET", address)


def test_a_name_that_leads_inside_by_one_of_its_addresses_is_not_called(settings, monkeypatch):
    settings.LOOPBACK_HOSTS = False
    names(monkeypatch, [["93.184.215.14", "10.0.0.1"]])

    with pytest.raises(NotCallable):
        call("GET", "https://both.example/")


def names(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """A server of names that gives these addresses, one answer after the other; who was asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_options: object) -> list[object]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answers[len(asked) - 1]
        ]

    monkeypatch.setattr(public_calls.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_is_asked_for_once_and_the_address_it_gave_is_connected_to(settings, monkeypatch):
    """A second answer would lead inside: rebinding."""
    settings.LOOPBACK_HOSTS = False
    asked = names(monkeypatch, [["93.184.215.14"], ["127.0.0.1"]])
    target = public_calls._target("https://turning.example:443/in?a=b")

    assert asked == ["turning.example"]
    assert target.url == "https://93.184.215.14:443/in?a=b"
    assert (target.host_header, target.server_name) == ("turning.example:443", "turning.example")


def test_a_service_is_called_by_its_name_at_the_address_that_was_checked(tmp_path):
    """TLS asks for the name, and a certificate that nobody vouches for is refused."""
    asked: list[str | None] = []
    with (
        tls_listening(tmp_path, asked) as port,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE"),
    ):
        call("GET", f"https://localhost:{port}/sante")

    assert asked == ["localhost"]


def test_ports_that_are_not_named_are_refused_but_on_this_machine(settings):
    settings.LOOPBACK_HOSTS = True

    assert may_be_called("https://outside.example/", ports={443})
    assert may_be_called("https://outside.example:8443/")
    assert not may_be_called("https://outside.example:8443/", ports={443})
    assert may_be_called("http://127.0.0.1:8000/", ports={443})
    settings.LOOPBACK_HOSTS = False
    assert not may_be_called("http://127.0.0.1:8000/", ports={443})
    assert not may_be_called("https://localhost:8000/", ports={443})


class Answering(http.server.BaseHTTPRequestHandler):
    """Says what it was asked, redirects, or writes its headers one by one for ever."""

    asked: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        if self.path == "/slow":
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for rank in range(200):
                    self.wfile.write(f"X-{rank}: a\r\n".encode())
                    time.sleep(0.05)
            return
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


def test_a_redirect_is_an_answer_and_the_name_is_kept(settings):
    settings.LOOPBACK_HOSTS = True
    Answering.asked = []
    with listening(Answering) as address:
        named = address.replace("127.0.0.1", "receiver.localhost")
        status = call("POST", named, content=b"{}")

    assert status == 302
    assert Answering.asked == [("/fin", named.split("/")[2])]


def test_the_time_is_that_of_the_whole_call(settings):
    """Each header comes soon enough for a time-out that counts reads one by one."""
    settings.LOOPBACK_HOSTS = True
    began = time.monotonic()
    with listening(Answering) as address, pytest.raises(httpx.TimeoutException):
        call("POST", address.replace("/fin", "/slow"), seconds=0.5, content=b"{}")

    assert time.monotonic() - began < 8
