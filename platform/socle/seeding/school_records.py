"""Marks, absences and homework of the demo: the files a collège's software would write, imported.

Each collège gave its marks a week ago, and again today with one corrected. Small classes have no median;
what the whole collège sat has one. In each collège a child of the cast has an absence that waits for the
collège's answer, and another that nobody explained yet.
"""

from __future__ import annotations

import csv
import datetime
import io
import random
from collections.abc import Iterator
from decimal import Decimal

from commons.actors import Actor
from commons.periods import Period
from commons.school_calendar import SchoolYear, teaching_days
from tenants.people import queries as people
from tenants.people.models import College, Guardianship, Schooling
from tenants.schoollife.records import operations, queries
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import AbsenceReason, Kind
from tenants.schoollife.records.operations import RecordsFile

ACTOR = Actor.command("socle seed")
NOON = datetime.time(10, tzinfo=datetime.UTC)
ONE_DAY = datetime.timedelta(days=1)
TESTS = (
    ("Mathématiques", "Contrôle sur les fractions", "2"),
    ("Français", "Rédaction : un souvenir", "2"),
    ("Histoire-géographie", "La carte de l'Europe", "1"),
    ("Anglais", "Oral : se présenter", "1"),
)
OF_ALL = (("Mathématiques", "Calcul mental de tout le collège"), ("EPS", "Cross du collège"))
HOMEWORK = (
    ("Mathématiques", "Exercices 4 et 5, page 32."),
    ("Français", "Lire le chapitre 3, et noter trois mots nouveaux."),
    ("Anglais", "Apprendre les verbes irréguliers de la liste 2."),
)
Row = dict[str, str]


def seed_school_records(*, year: SchoolYear, today: datetime.date, draw: random.Random) -> None:
    """What each collège of the current département said since the start of the school year."""
    days = (
        list(teaching_days(Period(year.period.start, today))) if today > year.period.start else []
    )
    if len(days) < len(TESTS) + len(OF_ALL):  # the year has only just begun: nothing was given yet
        return
    operations.set_records_rules(
        fewest_marks=10,
        days_to_justify=10,
        years_kept=1,
        actor=ACTOR,
        at=datetime.datetime.combine(days[0], NOON),
    )
    for college in people.colleges():
        schoolings = [
            one
            for one in Schooling.objects.filter(college=college, school_year=year.start_year)
            .select_related("pupil", "school_class")
            .order_by("pupil__sort_key", "pk")
            if one.school_class is not None and one.pupil.jointure_id is not None
        ]
        marks = list(_marks(schoolings, days, draw))
        if not marks:
            continue
        _give(college, year, Kind.MARKS, marks, on=max(days[0], today - 7 * ONE_DAY))
        _give(college, year, Kind.MARKS, _one_corrected(marks), on=today)
        _give(college, year, Kind.ABSENCES, _absences(schoolings, days, draw), on=today)
        _give(college, year, Kind.HOMEWORK, _homework(schoolings, today), on=today)
        _explain_one(college, year, today=today)


def _give(
    college: College, year: SchoolYear, kind: Kind, rows: list[Row], *, on: datetime.date
) -> None:
    """Import a file on a day."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CONTRACTS[kind].columns, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows(rows)
    operations.import_records(
        kind=kind,
        college=college,
        school_year=year,
        file=RecordsFile(f"{kind.lower()}.csv", out.getvalue().encode()),
        apply=True,
        actor=ACTOR,
        at=datetime.datetime.combine(on, NOON),
    )


def _marks(
    schoolings: list[Schooling], days: list[datetime.date], draw: random.Random
) -> Iterator[Row]:
    """A test of each subject in each class, then those that everybody sat."""
    step = len(days) // (len(TESTS) + len(OF_ALL))
    for place, (subject, title, coefficient) in enumerate(TESTS):
        for one in schoolings:
            row = _mark(one, f"{place}-{one.school_class}", days[place * step], draw)
            yield row | {
                "matiere": subject,
                "intitule": title,
                "coefficient": coefficient,
                "groupe": str(one.school_class),
            }
    for place, (subject, title) in enumerate(OF_ALL):
        for one in schoolings:
            row = _mark(one, f"tous-{place}", days[(place + len(TESTS)) * step], draw)
            yield row | {"matiere": subject, "intitule": title, "groupe": "Tout le collège"}


def _mark(one: Schooling, assessment: str, day: datetime.date, draw: random.Random) -> Row:
    row = {
        "note_id": f"N-{assessment}-{one.pupil.jointure_id}",
        "eleve": str(one.pupil.jointure_id),
        "evaluation_id": f"E-{assessment}",
        "date": day.isoformat(),
    }
    chance = draw.random()
    if chance < 0.06:
        return row | {"statut": draw.choice(("absent", "dispensé"))}
    if assessment.startswith("3-"):  # the oral has levels, not marks
        return row | {"niveau": str(draw.choice((2, 3, 3, 4)))}
    comment = draw.choice(("", "", "Bon travail.", "Des progrès.", "Relisez la leçon."))
    return row | {
        "note": str(Decimal(draw.randrange(12, 39)) / 2).replace(".", ","),
        "appreciation": comment,
    }


def _one_corrected(marks: list[Row]) -> list[Row]:
    """The same, but for one mark: half a point more."""
    corrected = next(row for row in marks if row.get("note"))
    note = Decimal(corrected["note"].replace(",", ".")) + Decimal("0.5")
    changed = corrected | {"note": str(note)}
    return [changed if row is corrected else row for row in marks]


def _absences(
    schoolings: list[Schooling], days: list[datetime.date], draw: random.Random
) -> list[Row]:
    """Some justified already; for the children of the cast, two that are not, and a lateness."""
    followed = set(
        Guardianship.objects.filter(guardian__user__isnull=False).values_list("pupil_id", flat=True)
    )
    rows = []
    for one in schoolings:
        if one.pupil_id in followed:
            rows += [
                _absence(one, days[-4], "08:00", "12:00"),
                _absence(one, days[-1], "13:30", "16:30"),
                _absence(one, days[-2], "08:00", "08:15") | {"type": "retard"},
            ]
        elif draw.random() < 0.3:
            rows.append(
                _absence(one, draw.choice(days), "08:00", "17:00")
                | {"justifiee": "oui", "motif": "Maladie"}
            )
    return rows


def _absence(one: Schooling, day: datetime.date, start: str, end: str) -> Row:
    return {
        "absence_id": f"A-{day.isoformat()}-{one.pupil.jointure_id}",
        "eleve": str(one.pupil.jointure_id),
        "type": "absence",
        "debut": f"{day.isoformat()} {start}",
        "fin": f"{day.isoformat()} {end}",
    }


def _homework(schoolings: list[Schooling], today: datetime.date) -> list[Row]:
    """What each class has to do on the next days of school."""
    classes = sorted({str(one.school_class) for one in schoolings})
    coming = list(teaching_days(Period(today + ONE_DAY, today + 30 * ONE_DAY)))[: len(HOMEWORK)]
    return [
        {
            "devoir_id": f"D-{name}-{due.isoformat()}",
            "classe": name,
            "matiere": subject,
            "donne_le": today.isoformat(),
            "pour_le": due.isoformat(),
            "texte": text,
        }
        for name in classes
        for due, (subject, text) in zip(coming, HOMEWORK, strict=False)
    ]


def _explain_one(college: College, year: SchoolYear, *, today: datetime.date) -> None:
    """A parent of the cast explains the earliest absence of a child; the collège has yet to answer."""
    absent = queries.absences_in(college, school_year=year.start_year).filter(is_justified=False)
    link = (
        Guardianship.objects.filter(
            people.in_force(today),
            guardian__user__isnull=False,
            pupil__in=absent.order_by().values("pupil"),
        )
        .select_related("guardian__user", "pupil")
        .order_by("pk")
        .first()
    )
    if link is None or link.guardian.user is None:
        return
    earliest = absent.filter(pupil=link.pupil).order_by("starts_at").first()
    assert earliest is not None
    try:
        operations.justify_absence(
            absence=earliest,
            reason=AbsenceReason.APPOINTMENT,
            text="Rendez-vous chez l'orthodontiste, toute la matinée.",
            given_by=link.guardian.user,
            actor=Actor.user(link.guardian.user),
            at=datetime.datetime.combine(today, NOON),
        )
    except operations.JustificationTooLate:  # after holidays, the days to explain are over
        return
