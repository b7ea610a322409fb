"""Browsers that are told, and the service they are reached by, as a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from tenants.accounts.models import User
from tenants.schoollife.announcements import operations, pushing
from tenants.schoollife.announcements.models import PushSubscription
from tenants.schoollife.announcements.pushing import Reached
from tests.factories.announcements import AT
from tests.factories.tariffs import ACTOR
from tools.standins.push.browser import Browser

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Known:
    """A browser whose keys the test holds, and what it gives."""

    browser: Browser
    reached: Reached


def browser(endpoint: str) -> Known:
    """A browser that is said to be reached there."""
    made = Browser()
    return Known(made, Reached(endpoint=endpoint, **made.keys))


@dataclasses.dataclass(frozen=True)
class Service:
    """The service that runs."""

    address: str

    def subscribe(self, user: User) -> PushSubscription:
        """A browser of a person, that subscribed and was added by them."""
        key = pushing.public_key(at=AT)
        said = httpx.post(f"{self.address}/subscribe", json={"key": key}).json()
        return self.add(user, said["endpoint"], said["keys"])

    def add(self, user: User, endpoint: str, keys: dict[str, str]) -> PushSubscription:
        return operations.add_device(
            user=user,
            reached=Reached(endpoint=endpoint, **keys),
            device="Firefox sur Linux",
            actor=ACTOR,
            at=AT,
        )

    def shown(self, device: PushSubscription) -> list[str]:
        """What the browser of a device was shown."""
        name = pushing.reached_of(device).endpoint.rpartition("/")[2]
        found: list[str] = httpx.get(f"{self.address}/shown/{name}").json()
        return found

    def lose(self, device: PushSubscription) -> None:
        """The browser is gone."""
        name = pushing.reached_of(device).endpoint.rpartition("/")[2]
        httpx.post(f"{self.address}/gone/{name}").raise_for_status()


@contextlib.contextmanager
def push_service() -> Iterator[Service]:
    """The service, as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "tools.standins.push", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = re.search(r"http://\S+", process.stdout.readline())
            assert said is not None
            yield Service(said[0])
        finally:
            process.terminate()
