"""What stands in for EduConnect and FranceConnect, as a process."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def identities_running(key: Path, told: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """The address of both."""
    options = [part for name, said in told for part in (f"--{name}", json.dumps(said))]
    with subprocess.Popen(
        [sys.executable, "-m", "tools.standins.identity", "--port", "0", "--key", key, *options],
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
