"""`socle tariffs export|publish|refresh`: what stands as a file, and a file as what stands."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from billing.tariffs import operations, queries
from billing.tariffs.models import TariffVersion
from billing.tariffs.schedule_files import load_schedule_text, published_schedule
from billing.tariffs.schedule_texts import schedule_text
from socle.command import main
from socle.commands import refresh as refreshing
from socle.commands import standing_tariffs
from tests.factories.canteen import make_family
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
OF_92 = ("--tenant", "92")
OCTOBER = "2024-10-01"


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is here already."""
    for module in (standing_tariffs, refreshing):
        monkeypatch.setattr(module, "django_ready", lambda _process: None)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tariffs", *arguments])


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "schedule.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_what_stands_is_exported_and_published_again_without_a_change(tmp_path: Path) -> None:
    version = make_version("92")

    exported = run("export", *OF_92, "--on", OCTOBER)

    schedule = load_schedule_text(exported.stdout)
    assert schedule.services == published_schedule("92").services
    assert schedule.valid_from == version.valid_from
    again = run("publish", written(tmp_path, exported.stdout), *OF_92, "--apply")
    assert again.exit_code == 0, again.output
    assert "half_board : rien ne change" in again.stdout
    assert TariffVersion.objects.count() == 1


def test_a_file_is_shown_then_published_from_its_day(tmp_path: Path) -> None:
    make_version("92")
    family = make_family()
    operations.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=datetime.date(2024, 9, 2),
        actor=ACTOR, at=AT,
    )  # fmt: skip
    january = datetime.date(2025, 1, 1)
    text = schedule_text(dataclasses.replace(published_schedule("92"), valid_from=january))
    path = written(tmp_path, text.replace("max: 7.00", "max: 7.50"))

    shown = run("publish", path, *OF_92)
    assert "services.half_board.rule.max : 7.00 → 7.50" in shown.stdout
    assert TariffVersion.objects.count() == 1

    assert run("publish", path, *OF_92, "--apply").exit_code == 0
    prices = queries.prices_since([family.pupil.pk], "HALF_BOARD", january)[family.pupil.pk]
    assert [row.unit_price_cents for row in prices] == [750]


def test_a_file_of_another_departement_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, schedule_text(published_schedule("94")))

    result = run("publish", path, *OF_92, "--apply")

    assert result.exit_code == 1
    assert "Cette grille est celle du 94, pas du 92." in result.output
    assert not TariffVersion.objects.exists()


def test_several_schedules_on_a_day_are_told_apart_by_their_service() -> None:
    make_version("92")
    boarders = dataclasses.replace(
        published_schedule("77"),
        legal_basis="Autre délibération",
        services={"BOARDER": published_schedule("77").services["BOARDER"]},  # type: ignore[index,dict-item]
    )
    operations.publish_schedule(schedule=boarders, actor=ACTOR, at=AT)

    assert "--service" in run("export", *OF_92, "--on", OCTOBER).output
    chosen = run("export", *OF_92, "--on", OCTOBER, "--service", "boarder")
    assert list(load_schedule_text(chosen.stdout).services) == ["BOARDER"]
    assert "Aucune grille" in run("export", *OF_92, "--on", "2020-01-01").output


def test_the_quotients_of_a_file_are_read_then_recorded(tmp_path: Path) -> None:
    schedule = dataclasses.replace(published_schedule("94"), valid_from=datetime.date(2024, 9, 1))
    operations.publish_schedule(schedule=schedule, actor=ACTOR, at=AT)
    family = make_family()
    make_resources(family.household, basis="CAF_QF", quotient_familial=Decimal(1100))
    path = tmp_path / "quotients.csv"
    line = f"{family.household.public_id},600.00,2024-09-20"
    path.write_text(f"household,quotient,dated_on\n{line}\n", encoding="utf-8")
    asked = ("refresh", str(path), *OF_92, "--from", OCTOBER)

    assert "1 quotients lus, aucun enregistré" in run(*asked).stdout
    done = run(*asked, "--apply")
    assert "1 quotients enregistrés" in done.stdout, done.output
    known = queries.resources_on(family.household.pk, datetime.date(2024, 10, 1))
    assert known is not None
    assert known.quotient_familial == Decimal(600)
    assert "1 déjà connus" in run(*asked, "--apply").stdout
