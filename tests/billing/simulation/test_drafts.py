"""Drafts of schedules: what is typed is kept, two agents do not overwrite each other, one publishes."""

from __future__ import annotations

import datetime
import uuid

import pytest

from billing.rule_files import InvalidRule
from billing.simulation import operations, queries
from billing.simulation.models import ScheduleDraft
from billing.tariffs.models import TariffVersion
from billing.tariffs.operations import TariffVersionInUse, TariffVersionsOverlap
from billing.tariffs.queries import version_on
from billing.tariffs.schedule_files import published_schedule
from billing.tariffs.schedule_texts import Change, schedule_text
from commons.actors import Actor
from commons.errors import NotFound
from commons.models import AuditEntry
from tests.factories.tariffs import ACTOR, AT, RENTREE, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = AT + datetime.timedelta(hours=1)
OTHER = Actor(kind="user", id="a-colleague")
NEXT_YEAR = datetime.date(2025, 9, 1)


def start(text: str | None = None) -> ScheduleDraft:
    text = schedule_text(published_schedule("92")) if text is None else text
    return operations.start_draft(name="Rentrée 2025", text=text, actor=ACTOR, at=AT)


def save(draft: ScheduleDraft, text: str, *, revision: int | None = None) -> ScheduleDraft:
    return operations.save_draft(
        public_id=draft.public_id,
        revision=draft.revision if revision is None else revision,
        name=draft.name,
        text=text,
        actor=OTHER,
        at=LATER,
    )


def publish(draft: ScheduleDraft, day: datetime.date = NEXT_YEAR) -> list[TariffVersion]:
    return operations.publish_draft(
        public_id=draft.public_id, revision=draft.revision, valid_from=day, actor=ACTOR, at=LATER
    )


def test_a_draft_starts_from_a_text_and_says_who_began_it() -> None:
    draft = start()

    page = queries.draft_page(draft.public_id)
    assert page.schedule == published_schedule("92")
    assert page.refusal is None
    assert (draft.revision, draft.author_id, draft.state) == (1, ACTOR.id, "OPEN")
    (entry,) = AuditEntry.objects.filter(action="tariffs.draft.started")
    assert entry.subject_id == str(draft.public_id)


def test_what_cannot_be_applied_is_saved_and_its_lines_are_told() -> None:
    draft = start()
    broken = draft.text.replace("max: 7.00", "max: 0.10")

    saved = save(draft, broken.replace("\n", "\r\n"))

    page = queries.draft_page(draft.public_id)
    assert saved.text == broken
    assert page.schedule is None
    assert page.refusal is not None
    (problem,) = page.refusal.problems
    line = broken.splitlines()[(problem.line or 0) - 1]
    assert problem.code == "BOUNDS_CROSSED"
    assert "max: 0.10" in line


def test_two_agents_do_not_overwrite_each_other() -> None:
    draft = start()
    first = save(draft, draft.text.replace("7.00", "7.20"))

    with pytest.raises(operations.DraftChanged) as refusal:
        save(draft, draft.text.replace("7.00", "6.00"), revision=1)

    assert refusal.value.details["revision"] == 2
    kept = queries.draft_of(draft.public_id)
    assert (kept.text, kept.revision, kept.author_id) == (first.text, 2, OTHER.id)


def test_saving_the_same_again_changes_nothing() -> None:
    draft = start()

    assert save(draft, draft.text).revision == 1
    assert not AuditEntry.objects.filter(action="tariffs.draft.saved").exists()


def test_a_draft_is_published_from_a_day_and_changes_no_more() -> None:
    standing = make_version()
    draft = save(start(), schedule_text(published_schedule("92")).replace("max: 7.00", "max: 7.50"))

    (version,) = publish(draft)

    assert version.valid_from == NEXT_YEAR
    assert version_on("HALF_BOARD", NEXT_YEAR) == version
    assert version_on("HALF_BOARD", NEXT_YEAR - datetime.timedelta(days=1)) == standing
    closed = queries.draft_of(draft.public_id)
    assert closed.state == "PUBLISHED"
    with pytest.raises(operations.DraftClosed):
        save(closed, "autre")
    with pytest.raises(operations.DraftClosed):
        publish(closed, datetime.date(2026, 9, 1))


@pytest.mark.parametrize(
    ("text", "day", "refusal"),
    [
        (None, RENTREE - datetime.timedelta(days=365), TariffVersionsOverlap),
        ("format: 1\n", NEXT_YEAR, InvalidRule),
    ],
)
def test_a_draft_that_is_refused_stays_open(
    text: str | None, day: datetime.date, refusal: type[Exception]
) -> None:
    make_version()
    draft = start(text)

    with pytest.raises(refusal):
        publish(draft, day)

    assert queries.draft_of(draft.public_id).state == "OPEN"
    assert TariffVersion.objects.count() == 1


def test_a_draft_does_not_change_days_that_are_invoiced(issue_until) -> None:
    make_version()
    draft = start(schedule_text(published_schedule("92")).replace("max: 7.00", "max: 7.50"))
    issue_until(datetime.date(2025, 1, 1))

    with pytest.raises(TariffVersionInUse):
        publish(draft, datetime.date(2024, 12, 1))

    assert queries.draft_of(draft.public_id).state == "OPEN"


def test_a_dropped_draft_is_seen_no_more() -> None:
    draft = start()

    operations.drop_draft(public_id=draft.public_id, revision=draft.revision, actor=ACTOR, at=LATER)

    assert list(queries.drafts()) == []
    with pytest.raises(NotFound):
        queries.draft_page(draft.public_id)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [("", "a", "NAME"), ("a" * 121, "a", "NAME"), ("a", " ", "TEXT"), ("a", "a" * 200_001, "TEXT")],
)
def test_a_draft_without_name_or_too_long_is_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(operations.DraftUnfit) as refusal:
        operations.start_draft(name=name, text=text, actor=ACTOR, at=AT)

    assert refusal.value.details["reason"] == reason
    assert not ScheduleDraft.objects.exists()


def test_an_absent_draft_is_not_found() -> None:
    with pytest.raises(NotFound):
        operations.drop_draft(public_id=uuid.uuid4(), revision=1, actor=ACTOR, at=AT)


def test_a_version_is_copied_as_a_file_and_compared_with_a_draft() -> None:
    version = make_version()

    copied = queries.schedule_of_version(version.public_id)

    text = schedule_text(copied).replace("max: 7.00", "max: 7.50")
    schedule, refusal = queries.read_text(text)
    assert refusal is None
    assert schedule is not None
    assert queries.changes_from(version, copied) == ()
    assert queries.changes_from(version, schedule) == (
        Change("services.half_board.rule.max", "7.00", "7.50"),
    )
    with pytest.raises(NotFound):
        queries.schedule_of_version(uuid.uuid4())


def test_shipped_schedules_start_with_those_of_the_departement() -> None:
    names = [one.name for one in queries.shipped_schedules()]

    own = [name for name in names if name.startswith("92-")]
    assert own
    assert names[: len(own)] == own
    assert "94-2025" in names
    assert queries.shipped_schedule("94-2025").departement == "94"
    with pytest.raises(NotFound):
        queries.shipped_schedule("../94-2025")
