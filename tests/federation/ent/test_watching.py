"""Whether services work: two failures make a breakdown, an answer ends it, and nothing inside is asked."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from federation.ent import calling, operations
from federation.ent.models import EnabledService
from tests.factories.shared_services import enable
from tests.factories.tariffs import AT
from tests.listening_here import listening

pytestmark = pytest.mark.usefixtures("tenant_db")
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


class Answering(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


def test_a_service_is_down_at_the_second_failure_and_up_at_the_first_answer():
    with listening(Answering) as address:
        enable("presse", health_url=address)
        states = []
        for rank, status in enumerate((200, 503, 302, 404, 500, 204)):
            Answering.status = status
            count = operations.watch_services(at=AT + rank * LATER)
            states.append((count, EnabledService.objects.get().down_since))

    # A redirect is an answer, which is not followed.
    assert states == [
        (0, None),
        (0, None),
        (0, None),
        (0, None),
        (1, AT + 4 * LATER),
        (0, None),
    ]


def test_a_service_that_nobody_answers_for_is_down():
    enable("presse", health_url="http://127.0.0.1:9/")

    for rank in range(3):
        operations.watch_services(at=AT + rank * LATER)

    found = EnabledService.objects.get()
    assert (found.down_since, found.failures) == (AT + LATER, 3)


def test_a_service_without_an_address_is_not_asked():
    enable("cantine")

    operations.watch_services(at=AT)

    assert EnabledService.objects.get().checked_at is None


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "127.0.0.1",
    ],
)  # fmt: skip
def test_no_address_inside_is_public(settings, address):
    settings.LOOPBACK_HOSTS = False

    assert not calling.is_public(address)


def test_an_address_of_the_internet_is_public():
    assert calling.is_public("93.184.215.14")
    assert calling.is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_a_service_is_called_by_its_name_at_the_address_that_was_checked(tmp_path):
    """TLS asks for the name, and a certificate that nobody vouches for is refused."""
    asked: list[str | None] = []
    with (
        tls_listening(tmp_path, asked) as port,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE"),
    ):
        calling.call("GET", f"https://localhost:{port}/sante")

    assert asked == ["localhost"]


@pytest.mark.parametrize(
    "address",
    ["https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/", "https://absent.invalid/",
     "http://93.184.215.14/", "ftp://93.184.215.14/"],
)  # fmt: skip
def test_what_leads_inside_or_nowhere_is_not_called(settings, address):
    settings.LOOPBACK_HOSTS = False

    with pytest.raises(calling.NotCallable):
        calling.call("GET", address)
