"""What leaves a département: prepared, looked at, published or held back; corrected with what left before."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from django.db import connection

from commons.errors import NotFound
from commons.models import AuditEntry
from federation.metrics import catalogue
from federation.metrics.catalogue import Grain
from federation.publication import operations, queries, tasks
from federation.publication.models import Kept, Publication, State, Suppression, Why
from federation.releases import queries as releases
from federation.releases.models import Figure, Release
from federation.secrecy.tables import TOTAL
from tests.factories.publication import (
    OCTOBER,
    PREPARED_AT,
    PUBLISHED_AT,
    correct,
    count,
    make_colleges,
    prepare,
    publish,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
SMALL = {"college": "0920002B", "profile": "PARENT"}
SECRET_VALUE = 7_531_864
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def counted(tenant_db: None) -> None:
    make_colleges()
    count()


def test_a_cell_of_too_few_leaves_without_its_value_and_what_would_give_it_away_too():
    release = publish(prepare())

    told = releases.figures_of(release)
    assert told.cell("numerator", ("0920002B", "PARENT")).value is None
    assert told.cell("numerator", (TOTAL, "ELEVE")).value == 950
    whys = {row.why for row in Suppression.objects.all()}
    assert whys == {Why.TOO_FEW, Why.SECONDARY}
    # each line of the small cell hides another one: it is found by no subtraction
    hidden = [key for key, cell in told.tables["numerator"].cells.items() if cell.value is None]
    assert any(key[0] == "0920002B" and key[1] != "PARENT" for key in hidden)


def test_neither_the_shared_tables_nor_the_draft_hold_what_is_hidden():
    publish(prepare())

    with connection.cursor() as cursor:
        for table in (
            "public.releases_release",
            "public.releases_figure",
            "publication_publication",
            "publication_suppression",
            "commons_auditentry",
        ):
            cursor.execute(f"SELECT count(*), string_agg(t::text, ' ') FROM {table} AS t")
            rows, text = cursor.fetchone()
            assert rows > 0, table
            assert str(SECRET_VALUE) not in text, table
        cursor.execute("SELECT string_agg(t::text, ' ') FROM publication_kept AS t")
        assert str(SECRET_VALUE) in cursor.fetchone()[0]  # the next protection has to know
    assert not Figure.objects.filter(mark="SECRET", value__isnull=False).exists()


def test_why_a_cell_is_hidden_is_known_here_and_is_not_told_outside():
    found = prepare()
    publish(found)

    journal = Suppression.objects.get(why=Why.TOO_FEW)
    assert journal.codes == SMALL
    secondary = Suppression.objects.filter(why=Why.SECONDARY)
    assert all(row.protects for row in secondary)
    assert set(Figure.objects.values_list("mark", flat=True)) == {"TOLD", "SECRET"}
    looked = queries.looked_at(found)
    line = next(one for one in looked.lines if one.key == ("0920002B", "PARENT"))
    assert line.whys == [Why.TOO_FEW]
    assert line.cells[0].value is None
    assert looked.told + sum(looked.hidden.values()) == Figure.objects.count()


def test_nothing_leaves_before_somebody_or_the_delay_decides():
    prepare()
    assert not Release.objects.exists()
    waited = PREPARED_AT + operations.DELAY

    assert operations.publish_due(at=waited - datetime.timedelta(seconds=1)).done == 0
    assert operations.publish_due(at=waited).done == 1
    assert operations.publish_due(at=waited).done == 0
    (entry,) = AuditEntry.objects.filter(action="publication.published")
    assert (entry.actor_kind, entry.actor_id) == ("system", "publication")


def test_what_is_held_back_is_not_published_nor_prepared_again_by_itself():
    found = prepare()
    operations.veto(
        public_id=found.public_id, reason=" Un mois incomplet ", actor=ACTOR, at=PUBLISHED_AT
    )

    found.refresh_from_db()
    assert (found.state, found.reason) == (State.VETOED, "Un mois incomplet")
    with pytest.raises(operations.PublicationClosed):
        publish(found)
    assert operations.publish_due(at=PUBLISHED_AT + 60 * DAY).done == 0
    assert "visits" not in operations.missing(grain=Grain.MONTH, start=OCTOBER)
    assert not Release.objects.exists()
    again = prepare()  # somebody asks
    assert publish(again).revision == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_what_is_held_back_is_held_back_for_a_reason(reason):
    found = prepare()
    with pytest.raises(operations.ReasonMissing):
        operations.veto(public_id=found.public_id, reason=reason, actor=ACTOR, at=PUBLISHED_AT)
    found.refresh_from_db()
    assert found.state == State.PREPARED


def test_a_figure_is_published_once():
    found = prepare()
    publish(found)
    with pytest.raises(operations.PublicationClosed):
        publish(found)
    assert Release.objects.count() == 1


def test_what_is_prepared_again_replaces_what_was_not_decided():
    first = prepare()
    second = prepare()

    first.refresh_from_db()
    assert (first.state, second.state, second.revision) == (State.REPLACED, State.PREPARED, 1)
    with pytest.raises(operations.PublicationClosed):
        publish(first)


def test_the_same_figure_is_not_published_twice():
    publish(prepare())
    with pytest.raises(operations.NothingCorrected):
        prepare()
    assert Publication.objects.count() == 1


def test_a_late_correction_is_a_revision_and_the_difference_of_both_gives_nothing_away():
    first = publish(prepare())
    correct("0920002B", "PARENT", visits=SECRET_VALUE + 10)
    correct("0920003C", "ELEVE", visits=251)

    second = publish(prepare())

    assert (second.revision, list(releases.latest("visits"))) == (2, [second])
    for figures in (releases.figures_of(first), releases.figures_of(second)):
        assert figures.cell("numerator", ("0920002B", "PARENT")).value is None
        column = [
            figures.cell("numerator", (place, "PARENT")).value
            for place in ("COM-NANTERRE", "0920001A")
        ]
        assert None in column


def test_a_late_correction_is_protected_with_what_it_corrects(monkeypatch):
    publish(prepare())
    correct("0920003C", "ELEVE", visits=251)
    protect, asked = operations.protect, []

    def seen(tables, **named):
        asked.append(named["earlier"])
        return protect(tables, **named)

    monkeypatch.setattr(operations, "protect", seen)
    prepare()

    ((earlier,),) = asked
    small = ("0920002B", "PARENT")
    assert earlier.told.cells[small].value is None
    assert (earlier.table.cells[small].value, earlier.table.cells[small].units) == (SECRET_VALUE, 3)
    assert earlier.told.period == "2024-10"


def test_a_measure_of_two_indicators_hides_the_same_cells_in_both():
    publish(prepare("visits"))
    publish(prepare("visits-per-visitor"))

    counts, ratio = (
        releases.figures_of(releases.latest(code).get())
        for code in ("visits", "visits-per-visitor")
    )
    told_there = {
        key for key, cell in ratio.tables["numerator"].cells.items() if cell.value is not None
    }
    told_here = {
        key for key, cell in counts.tables["numerator"].cells.items() if cell.value is not None
    }
    assert told_there <= told_here


def test_what_waits_counts_as_if_it_left():
    prepare("visits")
    prepare("visits-per-visitor")
    for found in Publication.objects.order_by("-pk"):
        publish(found)

    hidden = [
        {
            key
            for key, cell in releases.figures_of(row).tables["numerator"].cells.items()
            if cell.value is None
        }
        for row in releases.latest()
        if row.indicator in ("visits", "visits-per-visitor")
    ]
    assert hidden[0] <= hidden[1] or hidden[1] <= hidden[0]


def test_a_period_that_is_not_over_and_one_where_nothing_is_counted_are_refused():
    with pytest.raises(operations.PeriodNotOver):
        prepare(at=datetime.datetime(2024, 10, 31, 22, 30, tzinfo=datetime.UTC))
    with pytest.raises(operations.NothingCounted):
        prepare(start=datetime.date(2024, 9, 1))
    with pytest.raises(NotFound):
        prepare("nothing-of-the-kind")
    assert not Publication.objects.exists()
    assert prepare(
        at=datetime.datetime(2024, 10, 31, 23, 30, tzinfo=datetime.UTC)
    )  # 00:30 in Paris


def test_a_definition_that_changed_has_to_be_prepared_again(monkeypatch):
    found = prepare()
    known = catalogue.indicator("visits")
    changed = dataclasses.replace(known, version=known.version + 1)
    monkeypatch.setattr(catalogue, "indicator", lambda _code: changed)

    with pytest.raises(operations.DefinitionChanged):
        publish(found)
    assert not Release.objects.exists()


def test_a_whole_month_is_prepared_then_published_and_twice_is_once():
    first = operations.prepare_period(grain=Grain.MONTH, start=OCTOBER, actor=ACTOR, at=PREPARED_AT)
    again = operations.prepare_period(grain=Grain.MONTH, start=OCTOBER, actor=ACTOR, at=PREPARED_AT)
    done = operations.publish_period(grain=Grain.MONTH, start=OCTOBER, actor=ACTOR, at=PUBLISHED_AT)

    assert first.done >= 3  # visits, visitors, visits by visitor: what this month counts
    assert set(first.refused.values()) == {"PUBLICATION_NOTHING_COUNTED"}
    assert again.done == 0
    assert done == operations.Outcome(first.done, {})
    assert Release.objects.count() == first.done == Kept.objects.count()
    standing = {one.indicator.code: one for one in queries.standing(Grain.MONTH, OCTOBER)}
    assert standing["visits"].publication.state == State.PUBLISHED
    assert standing["visits"].hidden > 0


def test_by_itself_a_month_is_prepared_on_the_fifth_and_published_a_week_later():
    def keep(day: int) -> dict[str, int]:
        return tasks.keep_publications(at=datetime.datetime(2024, 11, day, 9, tzinfo=datetime.UTC))

    assert keep(4) == {"published": 0, "prepared": 0}
    prepared = keep(5)["prepared"]
    assert prepared >= 3
    assert keep(6) == {"published": 0, "prepared": 0}
    assert keep(12) == {"published": prepared, "prepared": 0}
