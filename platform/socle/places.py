"""Where the embedded services keep their data. The standard library alone: `make clean` asks too."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from commons import environment

CHECKOUT = Path(__file__).resolve().parents[2]


def runs_as_root() -> bool:
    """Whether PostgreSQL must run as somebody else."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_closed_to_others(path: Path) -> bool:
    """Whether a parent of this folder keeps other users out."""
    return any(
        not parent.stat().st_mode & stat.S_IXOTH
        for parent in (path, *path.parents)
        if parent.exists()
    )


def root_dir() -> Path:
    """The folder of /var/tmp that stands for `var/` where root's home would be opened."""
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"socle-{name}"  # noqa: S108  survives a restart, as data must


def base_dir() -> Path:
    """SOCLE_VAR, else `var/` of the checkout, or its stand-in for root."""
    given = environment.text("SOCLE_VAR", "")
    if given:
        return Path(given)
    if runs_as_root() and is_closed_to_others(CHECKOUT):
        return root_dir()
    return CHECKOUT / "var"


def default_data_dir(name: str = "demo") -> Path:
    """Where the data of the demo, or of another use, are kept."""
    return base_dir() / name
