"""What is said of timetables: refusals, what is wrong with a file, what an import changes.

Codes are those of `tenants.schoollife.timetable`; a test fails when one has no words. The console, the
command and the API say the same.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.normalisation import search_key
from tenants.schoollife.timetable.ical.errors import Problem
from tenants.schoollife.timetable.models import LessonStatus
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.schoollife.timetable.queries import ReadLesson


class Spanned(Protocol):
    """What begins and ends, if it does."""

    @property
    def starts_at(self) -> datetime.datetime | None: ...

    @property
    def ends_at(self) -> datetime.datetime | None: ...


TIMETABLES: dict[str, tuple[str | Promise, str | Promise]] = {
    "TIMETABLE_UNREADABLE": (
        gettext_lazy("Ce fichier d'emploi du temps ne peut pas être lu."),
        gettext_lazy("Rien n'a été pris. Corrigez les lignes indiquées, ou exportez-le encore."),
    ),
    "TIMETABLE_IMPORT_TAKEN": (
        gettext_lazy("Cet emploi du temps est déjà appliqué."),
        gettext_lazy("Il n'y a rien d'autre à faire."),
    ),
    "TIMETABLE_IMPORT_OVERTAKEN": (
        gettext_lazy("Un autre fichier a été appliqué depuis."),
        gettext_lazy("Donnez ce fichier encore une fois pour voir ce qu'il change."),
    ),
    "TIMETABLE_ADDRESSES_TOO_MANY": (
        gettext_lazy("Vous avez déjà %(limit)s adresses d'agenda."),
        gettext_lazy("Retirez-en une, puis recommencez."),
    ),
}
PROBLEMS: dict[Problem, str | Promise] = {
    Problem.EMPTY: gettext_lazy("Le fichier est vide."),
    Problem.TOO_LARGE: gettext_lazy("Le fichier dépasse 20 Mo."),
    Problem.NOT_UTF8: gettext_lazy("Le texte n'est pas en UTF-8."),
    Problem.NOT_A_CALENDAR: gettext_lazy("Ce n'est pas un fichier iCalendar (.ics)."),
    Problem.NOT_A_LINE: gettext_lazy("La ligne n'a pas la forme « NOM:valeur »."),
    Problem.NOT_OPENED: gettext_lazy("%(name)s n'est dans aucun bloc ouvert."),
    Problem.NOT_CLOSED: gettext_lazy("Le bloc %(name)s n'est pas fermé : le fichier est coupé."),
    Problem.TOO_MANY_EVENTS: gettext_lazy("Le fichier a plus de 60 000 événements."),
    Problem.TOO_MANY_LESSONS: gettext_lazy("Le fichier donne plus de 60 000 cours."),
    Problem.NO_LESSON: gettext_lazy("Aucun cours n'est dans ces jours de l'année scolaire."),
    Problem.NO_UID: gettext_lazy("L'événement n'a pas d'identifiant (UID)."),
    Problem.NO_START: gettext_lazy("L'événement n'a pas de début (DTSTART)."),
    Problem.TWICE: gettext_lazy("%(name)s est écrit deux fois."),
    Problem.VALUE_UNREADABLE: gettext_lazy("La valeur ne peut pas être lue : %(name)s."),
    Problem.ZONE_UNKNOWN: gettext_lazy("Le fuseau horaire est inconnu : %(name)s."),
    Problem.ENDS_BEFORE_START: gettext_lazy("L'événement finit avant de commencer."),
    Problem.RULE_REFUSED: gettext_lazy("Cette règle de répétition n'est pas acceptée."),
    Problem.RULE_UNREADABLE: gettext_lazy("La règle de répétition ne peut pas être lue."),
}
NOTES: dict[str, str | Promise] = {
    "ALL_DAY": gettext_lazy("Une journée entière n'est pas un cours."),
    "NO_LENGTH": gettext_lazy("Cet événement ne dure pas : ce n'est pas un cours."),
    "NO_SUBJECT": gettext_lazy("Cet événement n'a ni matière ni titre."),
    "CLASS_UNKNOWN": gettext_lazy("Aucune classe du collège n'est nommée : %(said)s."),
}
FIELDS: dict[str, str | Promise] = {
    "status": gettext_lazy("état"),
    "starts_at": gettext_lazy("début"),
    "ends_at": gettext_lazy("fin"),
    "subject": gettext_lazy("matière"),
    "teacher": gettext_lazy("professeur"),
    "room": gettext_lazy("salle"),
    "group_name": gettext_lazy("groupe"),
    "reason": gettext_lazy("raison"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A field of a lesson, before and after; either may be empty."""

    name: str
    old: str
    new: str


def problem_sentences(details: Mapping[str, Any]) -> list[str]:
    """What is wrong with a file, each with its line: `Ligne 12 : …`."""
    return [
        _at_line(int(one["line"]), str(PROBLEMS[Problem(one["problem"])]) % {"name": one["name"]})
        for one in details.get("problems", ())
    ]


def note_sentences(notes: list[Mapping[str, Any]]) -> list[str]:
    """The events of a file that are no lesson of a class, each with its line."""
    return [
        _at_line(int(one["line"]), str(NOTES[str(one["why"])]) % {"said": one["said"]})
        for one in notes
    ]


def changes_of(diff: Mapping[str, Any]) -> Iterator[Change]:
    """What an import changes in a lesson, field by field."""
    for field, label in FIELDS.items():
        if field in diff:
            old, new = diff[field]
            yield Change(str(label), _value(field, old), _value(field, new))


def place_of(lesson: ReadLesson) -> str:
    """Who, where, and which part of the class: `Mme Roy · salle 12 · groupe 1`."""
    room = _("salle %(room)s") % {"room": lesson.room} if lesson.room else ""
    if search_key(lesson.room).startswith("salle"):
        room = lesson.room
    return " · ".join(part for part in (lesson.teacher, room, lesson.group_name) if part)


def before_sentence(lesson: ReadLesson) -> str:
    """What a lesson was before: `Avant : 9 h, salle 12.` Nothing when nothing changed."""
    said = []
    was = lesson.started_before
    if was is not None:
        is_same_day = wording.local_date(was) == wording.local_date(lesson.starts_at)
        said.append(wording.clock(was) if is_same_day else wording.day_and_hour(was))
    if room := lesson.before.get("room"):
        said.append(_("salle %(room)s") % {"room": room})
    said += [str(lesson.before[name]) for name in ("subject", "teacher") if lesson.before.get(name)]
    if not said:
        return ""
    return wording.typographic(_("Avant : %(what)s.") % {"what": ", ".join(said)})


def span_of(day: Spanned) -> str:
    """From when to when a child has lessons: `De 8 h 30 à 16 h 30`."""
    if day.starts_at is None or day.ends_at is None:
        return ""
    hours = {"start": wording.clock(day.starts_at), "end": wording.clock(day.ends_at)}
    return _("De %(start)s à %(end)s") % hours


def _at_line(line: int, said: str) -> str:
    return wording.typographic(_("Ligne %(line)d : %(said)s") % {"line": line, "said": said})


def _value(field: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if field in {"starts_at", "ends_at"}:
        return wording.day_and_hour(datetime.datetime.fromisoformat(value))
    if field == "status":
        return str(LessonStatus(value).label)
    return str(value)
