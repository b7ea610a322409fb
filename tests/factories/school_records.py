"""Files of a collège's software for tests: rows written as its contract says, and imported."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable
from typing import Any

from commons.school_calendar import SchoolYear
from tenants.people.models import College, Pupil, SchoolClass, Schooling
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import Kind, RecordsImport
from tenants.schoollife.records.operations import RecordsFile, import_records
from tests.factories.canteen import SCHOOL_YEAR, Family, make_family
from tests.factories.tariffs import ACTOR

AT = datetime.datetime(2024, 11, 4, 9, 0, tzinfo=datetime.UTC)  # a Monday
YEAR = SchoolYear(SCHOOL_YEAR)


def make_schooled_family(*, class_name: str = "4B", **traits: Any) -> Family:
    """A family whose child the academic feed names, in a class."""
    family = make_family(**traits)
    pupil = family.pupil
    pupil.jointure_id = f"J{pupil.pk}"
    pupil.save(update_fields=["jointure_id"])
    school_class, _ = SchoolClass.objects.get_or_create(
        college=family.college, school_year=SCHOOL_YEAR, name=class_name
    )
    Schooling.objects.filter(pupil=pupil).update(school_class=school_class)
    return family


def mark_row(pupil: Pupil | str, number: int | str = 1, **traits: str) -> dict[str, str]:
    """A mark of 14 out of 20 in mathematics, unless said."""
    return {
        "note_id": f"N{number}",
        "eleve": pupil if isinstance(pupil, str) else str(pupil.jointure_id),
        "evaluation_id": "E1",
        "matiere": "Mathématiques",
        "intitule": "Contrôle sur les fractions",
        "date": "2024-10-15",
        "groupe": "4B",
        "note": "14",
        **traits,
    }


def absence_row(pupil: Pupil | str, number: int | str = 1, **traits: str) -> dict[str, str]:
    """A morning of absence, the day of `AT`, unless said."""
    return {
        "absence_id": f"A{number}",
        "eleve": pupil if isinstance(pupil, str) else str(pupil.jointure_id),
        "type": "absence",
        "debut": "2024-11-04 08:00",
        "fin": "2024-11-04 12:00",
        **traits,
    }


def homework_row(number: int | str = 1, **traits: str) -> dict[str, str]:
    """An exercise of the 4B for the day after `AT`, unless said."""
    return {
        "devoir_id": f"D{number}",
        "classe": "4B",
        "matiere": "Mathématiques",
        "donne_le": "2024-11-04",
        "pour_le": "2024-11-05",
        "texte": "Exercices 4 et 5, page 32",
        **traits,
    }


def csv_file(kind: Kind, rows: Iterable[dict[str, str]], *, delimiter: str = ";") -> bytes:
    """The file that says these rows."""
    columns = CONTRACTS[kind].columns
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def take(
    college: College, kind: Kind, rows: Iterable[dict[str, str]], **traits: Any
) -> RecordsImport:
    """Import rows of a kind."""
    content = traits.pop("content", None) or csv_file(kind, rows)
    return import_records(
        **{
            "kind": kind,
            "college": college,
            "school_year": YEAR,
            "file": RecordsFile("notes.csv", content),
            "apply": True,
            "actor": ACTOR,
            "at": AT,
            **traits,
        }
    )
