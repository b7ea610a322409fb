"""Marks, absences and homework of both families, from their collèges; and what is asked of them."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

from commons.school_calendar import school_year_of
from tenants.people.models import Pupil
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    Justification,
    JustificationDocument,
    Kind,
)
from tenants.schoollife.records.operations import (
    RecordsFile,
    import_records,
    justify_absence,
    set_records_rules,
)
from tests.factories.canteen import Family
from tests.factories.rights import stored
from tests.factories.tariffs import ACTOR

_RULES = {"fewest_marks": 10, "days_to_justify": 10, "years_kept": 1}
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "take-records": (("school_file",), {}),
    "accept-justifications": (("justification",), {}),
    "ask-justification-again": (("justification",), {"answer": "Jusqu'à quand ?"}),
    "set-records-rules": ((), {name: str(value) for name, value in _RULES.items()}),
}
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "absence explained": ("portal:absence", "pupil", {"reason": "ILLNESS"}),
    "absence of a stranger's": ("portal:absence", "stranger", {"reason": "ILLNESS"}),
}
PARAMETERS = {
    "absence-document": "justification_document",
    "justification-document": "justification_document",
    "school-file": "school_file",
}
_READ = ("schoolMarks", "schoolAbsences", "schoolHomework")
ARGUMENTS = dict.fromkeys(_READ, "pupil")
GIVEN = dict.fromkeys(_READ, "childId: $id, first: 4")
MUTATIONS = {
    "justifyAbsence": ("absence", "absenceId: $id, reason: ILLNESS"),
    "tickHomework": ("homework", "homeworkId: $id, isDone: true"),
}
# The marks have no level, and the family's absence is not answered yet.
NOTHING_YET = ("nodes.level", "justifications.answeredAt")


def recorded(family: Family, other: Family, *, at: datetime.datetime) -> dict[str, Any]:
    """Each collège gave its files; the family's first parent explained one of two absences."""
    set_records_rules(**_RULES, actor=ACTOR, at=at)
    for one in (family, other):
        # The family's has an identifier, which a feed gives to somebody else too: it stays.
        unnamed = Pupil.objects.filter(pk=one.pupil.pk, jointure_id__isnull=True)
        unnamed.update(jointure_id=f"J{one.pupil.pk}")
        key = {"eleve": str(Pupil.objects.get(pk=one.pupil.pk).jointure_id)}
        for kind in Kind:
            _give(one, kind, [row | key for row in _rows(kind)], at=at)
    waiting, explained = Absence.objects.filter(pupil=family.pupil).order_by("record_id")
    parent = family.guardians[0].user
    assert parent is not None
    said = justify_absence(
        absence=explained,
        reason="OTHER",
        text="Un train supprimé",
        given_by=parent,
        documents=(stored("mot.pdf"),),
        actor=ACTOR,
        at=at,
    )
    compared = _give(family, Kind.MARKS, [], at=at, apply=False)
    return {
        "absence": waiting,
        "justification": Justification.objects.get(pk=said.pk),
        "justification_document": JustificationDocument.objects.get(justification=said),
        "homework": Homework.objects.get(pupil=family.pupil),
        "school_file": compared,
    }


def _rows(kind: Kind) -> list[dict[str, str]]:
    """Ten marks of one assessment, so that it has a median; two absences; a homework."""
    if kind is Kind.MARKS:
        same = {
            "evaluation_id": "E1", "matiere": "Mathématiques", "intitule": "Les fractions",
            "date": "2024-10-15", "groupe": "6e A", "appreciation": "Des progrès",
        }  # fmt: skip
        return [same | {"note_id": f"N{number}", "note": str(number)} for number in range(10)]
    if kind is Kind.ABSENCES:
        return [
            {
                "absence_id": f"A{day}",
                "type": "absence",
                "debut": f"2024-11-0{day} 08:00",
                "fin": f"2024-11-0{day} 12:00",
                "motif": "Inconnu",
            }
            for day in (6, 7)
        ]
    due = {"donne_le": "2024-11-08", "pour_le": "2024-11-12", "texte": "Exercice 4"}
    return [{"devoir_id": "D1", "matiere": "Mathématiques", **due}]


def _give(
    one: Family,
    kind: Kind,
    rows: list[dict[str, str]],
    *,
    at: datetime.datetime,
    apply: bool = True,
) -> Any:
    out = io.StringIO()
    writer = csv.DictWriter(out, CONTRACTS[kind].columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return import_records(
        kind=kind,
        college=one.college,
        school_year=school_year_of(at.date()),
        file=RecordsFile("notes.csv", out.getvalue().encode()),
        apply=apply,
        actor=ACTOR,
        at=at,
    )
