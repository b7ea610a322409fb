"""What stands in for the sources of rights, as a process, and families that ask it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from billing.rights.credentials import ImpotCredentials, ParticulierCredentials
from billing.rights.identity import CivilIdentity
from billing.rights.sources.api_impot import ApiImpot
from billing.rights.sources.api_particulier import ApiParticulier
from billing.rights.sources.throttle import Throttle
from commons.identifiers import new_public_id

ROOT = Path(__file__).resolve().parents[1]
SPECS = ROOT.parent / "shared" / "specs"
if not SPECS.is_dir():
    SPECS = Path("/work/shared/specs")
CASES = SPECS / "api-particulier"
SIRET = "19990000200015"
TOKEN, EDITOR_TOKEN, CLIENT, SECRET = "token-own", "token-editor", "client-1", "secret-1"
VERSIONS = {"quotient_familial": "v3", "scolarites": "v4"}
TAX_NUMBER = f"1300000001{1300000001 % 511:03d}"
DIALLO = {
    "birth_name": "Diallo", "first_name": "Aminata", "sex": "F", "birth_date": "1980-04-15",
    "tax_number": TAX_NUMBER, "quotient": 560, "income": 21_000, "parts": 3.5,
    "children": [
        {"name": "Diallo", "first_name": "Ibrahima", "birth_date": "2012-05-04", "bursary": 2},
    ],
}  # fmt: skip
STRANGER = DIALLO | {
    "first_name": "Fatou", "tax_number": "", "quotient": 300,
    "children": [{"name": "Sow", "first_name": "Awa", "birth_date": "2011-01-01"}],
}  # fmt: skip
AMINATA = CivilIdentity(
    birth_name="Diallo", first_names=("Aminata",), sex="F", birth_year=1980, birth_month=4,
    birth_day=15, birth_commune="92050",
)  # fmt: skip


@contextlib.contextmanager
def sources_running(*more: str) -> Iterator[str]:
    """The address of what stands in for both sources."""
    options = [
        "--token", f"{TOKEN}={SIRET}", "--token", f"{EDITOR_TOKEN}=*",
        "--client", f"{CLIENT}:{SECRET}",
        "--person", json.dumps(DIALLO), "--person", json.dumps(STRANGER),
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "tools.standins.rights", "--port", "0", *options, *more],
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


def particulier(address: str, *, token: str = TOKEN, **more: Any) -> ApiParticulier:
    """Our client, with a throttle of its own."""
    return ApiParticulier(
        ParticulierCredentials(token=token, delegation_id=more.pop("delegation_id", "")),
        base_url=address,
        **{
            "recipient_siret": SIRET,
            "versions": VERSIONS,
            "throttle": Throttle(str(new_public_id())),
            **more,
        },
    )


def impot(address: str, *, client_id: str = CLIENT, secret: str = SECRET, **more: Any) -> ApiImpot:
    """Our client, with a throttle of its own."""
    return ApiImpot(
        ImpotCredentials(client_id=client_id, client_secret=secret, teleservice_id="T1"),
        base_url=address,
        versions={"situation_ir": "1.0"},
        throttle=more.get("throttle") or Throttle(str(new_public_id())),
    )


def born_in(commune: str) -> CivilIdentity:
    """Somebody whose birth commune makes the stand-in answer an error."""
    return dataclasses.replace(AMINATA, birth_commune=commune)


def tax_number_for(status: int) -> str:
    """A tax number that makes the stand-in answer an error."""
    body = int(f"{status}000000")
    return f"0{body:09d}{body % 511:03d}"
