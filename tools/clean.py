"""`make clean`: erase what was made, once nothing runs on it any more.

The embedded servers of this checkout are stopped first: PostgreSQL would go on without its files,
and the next one would fight with it. A demo or a test run in progress is left alone, and said.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "platform"))

from socle import leftovers, places  # noqa: E402  found through the path above

MADE = (
    ".venv", "var", "build", "dist", "socle.egg-info", ".pytest_cache", ".mypy_cache", ".ruff_cache",
    ".import_linter_cache", ".hypothesis", ".coverage", "look",
)  # fmt: skip


def is_held(lock: Path) -> bool:
    """Whether somebody holds a lock file."""
    if not lock.exists():
        return False
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def in_use(folder: Path) -> str | None:
    """What goes on in a folder of data, in one sentence."""
    if any(is_held(lock) for lock in folder.glob("*.lock")):
        return "La démonstration tourne. Arrêtez-la par Ctrl-C dans son terminal, puis recommencez."
    for run in folder.glob("*/redis/*"):
        is_alive = run.name.isdecimal() and leftovers.command_line(int(run.name))
        if is_alive and leftovers.redis_process(run):
            return (
                f"Des essais tournent (processus {run.name}). Attendez leur fin, puis recommencez."
            )
    return None


def main() -> int:
    folders = {places.root_dir(), ROOT / "var"}  # never SOCLE_VAR, which somebody chose
    for folder in folders:
        if said := in_use(folder):
            print(f"Erreur : {said}", file=sys.stderr)
            return 1
    try:
        for folder in folders:
            for data_dir in folder.glob("*"):
                for name in leftovers.stop_servers(data_dir):
                    print(f"· {name} de {data_dir} : arrêté.", flush=True)
    except leftovers.StillRunning as problem:
        print(f"Erreur : {problem}", file=sys.stderr)
        return 1
    for path in (*folders, *(ROOT / name for name in MADE)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    for folder in ROOT.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    print("Tout ce qui avait été fabriqué est effacé.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
