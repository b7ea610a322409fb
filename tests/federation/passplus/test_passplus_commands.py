"""`socle passplus`: campaigns checked and played from files alone, without settings or database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from commons.errors import DomainError
from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, published_campaign_paths
from federation.passplus.engine import refusals, registering, spending
from socle.command import main
from ui.passplus_texts import SENTENCES

YEAR = Path(__file__).parent / "scripts" / "year-2022-2023.yaml"
CAMPAIGN = CAMPAIGNS_FOLDER / "92-pass-plus-2022.yaml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["passplus", *map(str, arguments)])


def test_a_year_is_replayed_without_settings() -> None:
    """In a process of its own, with no variable of ours: no database could be found."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, "-m", "socle.command", "passplus", "replay", str(YEAR), "--json"]

    done = subprocess.run(command, env=clean, capture_output=True, text=True, check=True)

    told = json.loads(done.stdout)
    assert told["campaign"] == "92-pass-plus-2022"
    assert told["balances_cents"] == {
        "granted": 180_00,
        "purses": 0,
        "held": 0,
        "captured": 0,
        "reimbursed": 124_00,
        "returned": 56_00,
    }
    assert all(event["is_expected"] for event in told["events"])
    late = next(event for event in told["events"] if event["outcome"] == "PASSPLUS_TICKETS_CLOSED")
    assert late["details"] == {"closed_on": "2023-06-30"}


def test_a_replay_reads_as_sentences() -> None:
    said = run("replay", YEAR).output

    assert "22/10/2022 12:00  ticket malik m3 : Ce porte-monnaie n'a plus que 10,00\u00a0€." in said
    assert "Payé aux partenaires : 124,00\u00a0€" in said


def test_what_was_not_expected_is_said_and_leaves_with_one(tmp_path: Path) -> None:
    script = tmp_path / "essai.yaml"
    script.write_text(
        """
campaign: 92-pass-plus-2022
people:
  lea: {born: 2010-05-04, home: "92", school: "92", class: 6E}
events:
  - {at: 2022-09-01, do: grant, card: lea, expect: PASSPLUS_REGISTRATION_CLOSED}
""",
        encoding="utf-8",
    )

    done = run("replay", script)

    assert done.exit_code == 1
    assert "attendu : PASSPLUS_REGISTRATION_CLOSED" in done.output


def test_a_script_that_cannot_be_played_is_refused_by_the_line(tmp_path: Path) -> None:
    script = tmp_path / "essai.yaml"
    script.write_text(
        """campaign: 92-pass-plus-2022
people:
  lea: {born: 2010-05-04}
events:
  - {at: 2022-09-02, do: grant, card: noa}
  - {at: 2022-09-01, do: fly}
""",
        encoding="utf-8",
    )

    done = run("replay", script)

    assert done.exit_code == 2
    assert "Ligne 5 : « noa » n'est pas écrit plus haut dans ce fichier." in done.output
    assert "Ligne 6 : Règle inconnue : « fly »." in done.output


def test_another_campaign_can_be_tried_on_the_same_script(tmp_path: Path) -> None:
    kind = tmp_path / "kind.yaml"
    text = CAMPAIGN.read_text(encoding="utf-8")
    kind.write_text(
        text.replace("LOST", "RESTORED").replace("restored_days: 0", "restored_days: 60"),
        encoding="utf-8",
    )

    told = json.loads(run("replay", YEAR, "--campaign", kind, "--json").stdout)

    cancelled = {name: ticket["state"] for name, ticket in told["tickets"].items()}
    assert cancelled["l5"] == "CANCELLED"  # lost under the rule of 2022
    assert told["balances_cents"]["returned"] == 56_00  # nobody used it in its 60 days


def test_check_says_which_campaigns_are_right(tmp_path: Path) -> None:
    good = run("check", *published_campaign_paths())
    assert good.exit_code == 0
    assert good.output.count("campagne correcte") == len(published_campaign_paths())

    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text(
        CAMPAIGN.read_text(encoding="utf-8").replace("LOST", "GONE"), encoding="utf-8"
    )
    bad = run("check", spoilt, "--json")
    assert bad.exit_code == 2
    assert json.loads(bad.stdout)["error"]["code"] == "PASSPLUS_CAMPAIGN_INVALID"


def test_every_refusal_of_the_engine_can_be_said_without_settings() -> None:
    codes = {
        kind.code
        for module in (refusals, registering, spending)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError
    }

    assert codes
    assert codes <= set(SENTENCES)
