"""The key of a département at EduConnect, and certificates as SAML writes them."""

from __future__ import annotations

import dataclasses
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

BITS = 3072
LASTS = datetime.timedelta(days=3653)


@dataclasses.dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key and its certificate, in PEM."""

    private_key: str
    certificate: str

    def __repr__(self) -> str:
        return "OwnKey(…)"


def make(entity_id: str, *, at: datetime.datetime, bits: int = BITS) -> OwnKey:
    """A new RSA key, and a certificate that it signs itself: SAML only reads the key in it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, entity_id[-64:])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + LASTS)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return OwnKey(private.decode(), certificate.public_bytes(pem).decode())


def bare(certificate: str) -> str:
    """A certificate as `ds:X509Certificate` holds it: base64 alone."""
    lines = certificate.strip().splitlines()
    return "".join(line.strip() for line in lines if "CERTIFICATE-----" not in line)


def is_certificate(written: str) -> bool:
    """Whether it is the certificate of an RSA key of 2048 bits or more."""
    pem = f"-----BEGIN CERTIFICATE-----\n{written}\n-----END CERTIFICATE-----\n"
    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    except ValueError:
        return False
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048
