"""What stops a feed, what an agent may overrule, and what the command says of it."""

from __future__ import annotations

import datetime

import pytest
from click.testing import CliRunner

from commons.audit import AuditEntry
from tenants.people import operations
from tenants.people.models import College, FeedImport, Guardian, Guardianship, Pupil
from tests.factories.feeds import (
    FAMILY,
    LATER,
    MOTHER,
    became,
    delta,
    guardian,
    pupil,
    removal,
    school,
    take,
    write,
)

HUNDRED = range(1, 101)
DAY = datetime.date(2024, 9, 2)


def of(numbers, links=(MOTHER,)):
    return [pupil(str(number), list(links)) for number in numbers]


def take_hundred(folder):
    return take(write(folder, *FAMILY, *of(HUNDRED)))


@pytest.mark.parametrize(
    ("leaving", "limit_bp", "state"),
    [(5, 500, "APPLIED"), (6, 500, "STOPPED"), (6, 600, "APPLIED"), (1, 0, "STOPPED"), (0, 0, "APPLIED")],
)  # fmt: skip
def test_the_limit_is_exact(tenant_db, tmp_path, leaving, limit_bp, state):
    take_hundred(tmp_path / "a")
    short = write(tmp_path / "b", *FAMILY, *of(HUNDRED[leaving:]), day=LATER)

    imported = take(short, forced=(), disappearing_limit_bp=limit_bp)

    assert imported.state == state
    assert imported.counts["leaving"] == {"PUPIL": leaving, "GUARDIAN": 0, "LINK": 0}
    assert imported.counts["present"] == {"PUPIL": 100, "GUARDIAN": 2, "LINK": 100}
    gone = leaving if state == "APPLIED" else 0
    assert Pupil.objects.filter(missing_since__isnull=False).count() == gone


def test_a_stopped_feed_leaves_its_report_and_nothing_else(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER])))
    changed = pupil("1", [MOTHER], givenName="Mariam")
    short = write(tmp_path / "b", *FAMILY, changed, day=LATER)

    stopped = take(short, forced=())

    assert (stopped.state, became(stopped)) == ("STOPPED", {"CHANGED": 1, "DISAPPEARING": 1})
    assert Pupil.objects.get(jointure_id="1").first_name == "Enfant1"
    assert take(short).state == "APPLIED"


def test_removals_of_a_delta_count(tenant_db, tmp_path):
    take_hundred(tmp_path / "a")
    removed = delta(tmp_path / "b", *(removal(str(number)) for number in HUNDRED[:6]))

    stopped = take(removed, forced=())

    assert (stopped.state, stopped.counts["leaving"]["PUPIL"]) == ("STOPPED", 6)
    assert not Pupil.objects.filter(missing_since__isnull=False).exists()


def test_removals_of_a_full_feed_count(tenant_db, tmp_path):
    take_hundred(tmp_path / "a")
    gone = [removal(str(number)) for number in HUNDRED[:6]]

    stopped = take(write(tmp_path / "b", *FAMILY, *gone, *of(HUNDRED[6:]), day=LATER), forced=())

    assert (stopped.state, became(stopped)["DISAPPEARING"]) == ("STOPPED", 6)


def test_guardians_who_disappear_count(tenant_db, tmp_path):
    everybody = [guardian(str(number)) for number in range(1000, 1100)]
    take(write(tmp_path / "a", school(), *everybody))

    stopped = take(write(tmp_path / "b", school(), *everybody[6:], day=LATER), forced=())

    assert (stopped.state, stopped.counts["leaving"]["GUARDIAN"]) == ("STOPPED", 6)
    assert not Guardian.objects.filter(missing_since__isnull=False).exists()


def test_links_that_end_count(tenant_db, tmp_path):
    take_hundred(tmp_path / "a")
    without = write(tmp_path / "b", *FAMILY, *of(HUNDRED[:6], ()), *of(HUNDRED[6:]), day=LATER)

    stopped = take(without, forced=())

    assert (stopped.state, stopped.counts["leaving"]["LINK"]) == ("STOPPED", 6)
    assert Guardianship.objects.filter(valid_until=None).count() == 100


def test_everybody_may_disappear_when_forced(tenant_db, tmp_path):
    take_hundred(tmp_path / "a")

    imported = take(write(tmp_path / "b", school(), day=LATER))

    assert became(imported) == {"DISAPPEARING": 100}
    assert imported.rows.filter(record_kind="PUPIL", outcome="DISAPPEARING").count() == 100
    assert Pupil.objects.filter(missing_since=LATER).count() == 100


def test_the_order_of_feeds_is_kept_unless_forced(tenant_db, tmp_path):
    with pytest.raises(operations.DeltaBeforeFull):
        take(write(tmp_path / "d", pupil("1"), variant="Delta"), forced=set(operations.Force))
    take(write(tmp_path / "b", school(), pupil("1"), day=LATER))
    older = write(tmp_path / "a", school(), pupil("1", givenName="Mariam"))
    with pytest.raises(operations.FeedOlderThanLatest):
        take(older)
    assert FeedImport.objects.count() == 1

    take(older, forced={operations.Force.ORDER})

    assert Pupil.objects.get().first_name == "Mariam"
    entry = AuditEntry.objects.filter(action="people.feed.applied").latest("pk")
    assert entry.details["forced"] == ["ORDER"]
    # The next is compared with the one that was taken last.
    between = write(tmp_path / "c", school(), pupil("1"), day=datetime.date(2024, 10, 1))
    assert take(between).state == "APPLIED"


@pytest.mark.parametrize(("ahead", "is_taken"), [(1, True), (2, False), (20_000, False)])
def test_a_feed_of_a_day_to_come_is_refused(tenant_db, tmp_path, ahead, is_taken):
    at = datetime.datetime(2024, 9, 2, 21, 59, tzinfo=datetime.UTC)  # 23:59 in Paris
    folder = write(tmp_path, school(), pupil("1"), day=DAY + datetime.timedelta(ahead))

    if is_taken:
        assert take(folder, at=at, school_year=2024).state == "APPLIED"
        return
    with pytest.raises(operations.FeedUnreadable) as caught:
        take(folder, at=at)
    assert caught.value.details["reason"] == "FUTURE_FEED"
    assert (College.objects.count(), FeedImport.objects.count()) == (0, 0)


class TestCommand:
    """`socle import aaf`, as an operator sees it."""

    def ask(self, *words):
        from socle.command import main

        return CliRunner().invoke(main, ["import", *map(str, words)])

    def run(self, folder, *words):
        return self.ask("aaf", "--tenant", "hauts-de-seine", *words, folder)

    def test_a_dry_run_shows_what_would_change(self, committed_tenant_db, tmp_path):
        first = pupil("1", [MOTHER])
        assert self.run(write(tmp_path / "a", *FAMILY, first), "--apply").exit_code == 0
        changed = pupil("1", [MOTHER], givenName="Mariam", ENTEleveINE="092000002AB")
        lost = pupil("2", [MOTHER], ENTPersonStructRattach="9", ENTEleveClasses="9$6E1")
        folder = write(tmp_path / "b", *FAMILY, changed, lost, pupil("3"), day=LATER)

        result = self.run(folder)

        assert result.exit_code == 0, result.output
        assert "Essai à blanc · Complet du 4\u00a0novembre\u00a02024" in result.output
        assert "  Élève          Modifié 1, Créé 1, Refusé 1" in result.output
        place = "FULL_ENTTEST_Complet_20241104_Eleve_0000.xml"
        assert (
            "Refusé : Élève 2 · L'établissement de l'élève nous est inconnu. · nom Diallo, "
            f"prénom Enfant2, naissance 4\u00a0mai\u00a02013, classe 6E1 · {place}:7"
            in result.output
        )
        assert (
            f"Modifié : Élève 1 · INE (modifié), prénom Enfant1 → Mariam · {place}:6"
            in result.output
        )
        assert "092000002AB" not in result.output
        assert "Créé : Élève 3 · L'élève n'a pas de responsable. · nom Diallo" in result.output
        assert list(Pupil.objects.values_list("first_name", flat=True)) == ["Enfant1"]

    def test_a_dry_run_says_that_it_would_be_stopped(self, committed_tenant_db, tmp_path):
        take(write(tmp_path / "a", *FAMILY, *of(range(1, 11))))
        short = write(tmp_path / "b", *FAMILY, *of(range(1, 10)), day=LATER)

        result = self.run(short)
        allowed = self.run(short, "--max-disappearing", "10")

        assert result.exit_code == allowed.exit_code == 0
        sentence = "Élèves qui disparaîtraient\u00a0: 1 sur 10. Le seuil est de 5\u00a0%."
        assert f"Sans --force, cet import serait arrêté. {sentence}" in result.output
        assert "arrêté" not in allowed.output

    def test_an_import_is_stopped_then_forced(self, committed_tenant_db, tmp_path):
        take(write(tmp_path / "a", *FAMILY, *of(range(1, 11))))
        short = write(tmp_path / "b", *FAMILY, *of(range(1, 10)), day=LATER)

        stopped = self.run(short, "--apply")

        assert stopped.exit_code == 1
        assert (
            "Erreur : Import arrêté. Élèves qui disparaîtraient\u00a0: 1 sur 10." in stopped.output
        )
        assert "Arrêté · Complet du 4\u00a0novembre\u00a02024" in stopped.output
        assert not Pupil.objects.filter(missing_since__isnull=False).exists()

        forced = self.run(short, "--apply", "--force")

        assert forced.exit_code == 0, forced.output
        assert Pupil.objects.get(missing_since=LATER).jointure_id == "10"
        states = FeedImport.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["APPLIED", "STOPPED", "APPLIED"]

    def test_what_is_read_and_not_kept_is_in_the_table(self, committed_tenant_db, tmp_path):
        from tests.factories.feeds import record

        result = self.run(write(tmp_path, school(), record("PersEducNat", "5"), "<fiche/>"))

        assert "  Établissement  Créé 1" in result.output
        assert "  Personnel      Lu, non repris 1" in result.output
        assert "  Fiche d'un type inconnu Refusé 1" in result.output

    def test_a_refusal_is_one_clear_sentence(self, committed_tenant_db, tmp_path):
        folder = write(tmp_path, school(), day=datetime.date(2999, 1, 1))

        result = self.run(folder)

        assert result.exit_code == 1
        assert result.output.strip() == (
            "Erreur : L'annuaire est daté du 1er\u00a0janvier\u00a02999, un jour à venir. "
            "Vérifiez le nom des fichiers."
        )

    def test_the_order_is_forced_by_an_option(self, committed_tenant_db, tmp_path):
        take(write(tmp_path / "a", school(), pupil("1"), day=LATER))
        older = write(tmp_path / "b", school(), pupil("1"))

        assert self.run(older).exit_code == 1
        assert self.run(older, "--force-order").exit_code == 0

    def test_an_agent_decides_on_a_record(self, committed_tenant_db, tmp_path):
        take(write(tmp_path / "a", school(), pupil("1")))
        ali = pupil("1", sn="Koné", givenName="Ali", ENTPersonDateNaissance="01/01/2012")
        take(write(tmp_path / "b", school(), ali, day=LATER))
        asked = ["decide", "--tenant", "hauts-de-seine", "eleve", "1"]

        result = self.ask(*asked, "autre")

        assert result.exit_code == 0, result.output
        assert "nom Diallo → Koné, prénom Enfant1 → Ali" in result.output
        assert "C'en est une autre." in result.output
        known = Pupil.objects.get()
        assert known.jointure_id == f"#{known.pk}"
        again = self.ask(*asked, "meme")
        assert (again.exit_code, again.output.strip()) == (
            1, "Erreur : Il n'y a rien à trancher pour eleve 1."
        )  # fmt: skip
        assert self.ask(*asked).exit_code == 2  # no answer
