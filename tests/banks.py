"""The test bank, as a process of its own: what a provider is, over HTTP. Star-imported by `tests.plugin`."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
KEY, OTHER_KEY, PLATFORM_KEY = "sk_test_own", "sk_test_other", "sk_test_platform"


@contextlib.contextmanager
def bank_running(*more: str) -> Iterator[str]:
    """The address of a bank that three keys open: two accounts', and a platform's."""
    keys = (f"{KEY}=acct_own", f"{OTHER_KEY}=acct_other", f"{PLATFORM_KEY}=*")
    options = [option for key in keys for option in ("--key", key)]
    with subprocess.Popen(
        [sys.executable, "-m", "tools.standins.bank", "--port", "0", *options, *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = re.search(r"http://\S+", process.stdout.readline())
            assert said is not None
            yield said[0]
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def bank_address() -> Iterator[str]:
    """One bank for a session of tests."""
    with bank_running() as address:
        yield address


@pytest.fixture
def bank(bank_address: str, settings: Any) -> str:
    """The bank's address, given to the product as it is in the demo."""
    settings.STRIPE_API_BASE = settings.CHECKOUT_ORIGIN = bank_address
    return bank_address
