"""X.509 certificates, as SAML hands keys over: an envelope around a key, signed by the key itself.

Nobody looks at who issued one, only at the key in it (saml-metadata-2.0, §2.4.1.1; SAML V2.0 Metadata
Interoperability Profile). Some partners look at its dates all the same: ours last ten years.
"""

from __future__ import annotations

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

LASTS = datetime.timedelta(days=3653)
BEFORE = datetime.timedelta(hours=1)  # clocks differ
SHORTEST_KEY_BITS = 2048
_HEAD, _FOOT = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def make(private_key: bytes, *, name: str, at: datetime.datetime) -> str:
    """A certificate of a key given in PEM, that it signs itself; in PEM."""
    key = serialization.load_pem_private_key(private_key, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BEFORE)
        .not_valid_after(at + LASTS)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def bare(certificate: str) -> str:
    """A certificate as `ds:X509Certificate` holds it: base64 alone, on one line."""
    written = certificate.replace(_HEAD, "").replace(_FOOT, "")
    return "".join(written.split())


def pem(certificate: str) -> str:
    """A certificate in PEM, however it was given."""
    written = bare(certificate)
    lines = [written[start : start + 64] for start in range(0, len(written), 64)]
    return "\n".join([_HEAD, *lines, _FOOT, ""])


def read(certificate: str) -> x509.Certificate | None:
    """A certificate of an RSA key that is long enough; None if it is anything else."""
    try:
        found = x509.load_pem_x509_certificate(pem(certificate).encode())
        key = found.public_key()
    except (ValueError, TypeError):
        return None
    is_long = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_KEY_BITS
    return found if is_long else None


def fingerprint(certificate: str) -> str:
    """What two people compare on the telephone: the SHA-256 of a certificate, by pairs."""
    found = x509.load_pem_x509_certificate(pem(certificate).encode())
    digest = hashlib.sha256(found.public_bytes(serialization.Encoding.DER)).hexdigest().upper()
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))


def ends_at(certificate: str) -> datetime.datetime:
    """When a certificate is over."""
    return x509.load_pem_x509_certificate(pem(certificate).encode()).not_valid_after_utc
