"""What the words of an event mean: the subject, who, where, for which class, and what changes.

Software of schools writes `Matière : …`, `Professeur : …` in the description; others give a summary and
a place alone. docs/timetable.md says what is looked at, in which order. A word that is not known here
changes nothing.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterable, Mapping

from commons.normalisation import search_key
from tenants.schoollife.timetable import models
from tenants.schoollife.timetable.ical.events import Event
from tenants.schoollife.timetable.models import LessonStatus

# The labels of the description, by what they name, as `search_key` writes them.
_LABELS = {
    "matiere": "subject", "matieres": "subject",
    "professeur": "teacher", "professeurs": "teacher", "professeur s": "teacher",
    "enseignant": "teacher", "enseignants": "teacher", "enseignant s": "teacher",
    "salle": "room", "salles": "room", "salle s": "room",
    "classe": "classes", "classes": "classes", "division": "classes", "divisions": "classes",
    "groupe": "group", "groupes": "group", "groupe s": "group",
    "partie de classe": "part", "parties de classe": "part",
    "motif": "reason",
}  # fmt: skip
# What a category, or the beginning of the summary, says of a lesson.
_SAYINGS = {
    "cours annule": LessonStatus.CANCELLED,
    "annule": LessonStatus.CANCELLED,
    "prof absent": LessonStatus.CANCELLED,
    "professeur absent": LessonStatus.CANCELLED,
    "enseignant absent": LessonStatus.CANCELLED,
    "classe absente": LessonStatus.CANCELLED,
    "cours deplace": LessonStatus.MOVED,
    "cours modifie": LessonStatus.MOVED,
    "changement de salle": LessonStatus.MOVED,
    "remplacement": LessonStatus.REPLACED,
    "cours remplace": LessonStatus.REPLACED,
}
# Those that say no more than the status does give no reason.
_PLAIN = frozenset({"cours annule", "annule", "cours deplace", "cours modifie", "cours remplace"})
_IN_WORDS = {"prof absent": "Professeur absent"}
_PART_OF_CLASS = re.compile(r"<([^<>]+)>")
_AROUND = re.compile(r"^\[(.*)\]$")
_ORDINAL = re.compile(r"(?<=\d)\s*(?:i?eme|e)(?=\s*\S)")


@dataclasses.dataclass(frozen=True, slots=True)
class Meaning:
    """A lesson as its file says it; `classes` are the names of classes that it may be of."""

    subject: str
    teacher: str
    room: str
    group_name: str
    classes: tuple[str, ...]
    status: LessonStatus
    reason: str


def meaning_of(event: Event) -> Meaning:
    """What the words of an event mean."""
    labelled = _labelled(event.description)
    saying, rest = _saying_of(event)
    parts = [part.strip() for part in rest.split(" - ") if part.strip()]
    subject = labelled.get("subject") or (parts[0] if parts else "") or event.location
    return Meaning(
        subject=_short(subject, models.LONGEST_SUBJECT),
        teacher=_short(labelled.get("teacher", ""), models.LONGEST_TEACHER),
        room=_short(_plain(event.location) or labelled.get("room", ""), models.LONGEST_ROOM),
        group_name=_short(_group(labelled), models.LONGEST_GROUP),
        classes=tuple(_classes(event, labelled, parts)),
        status=_status(event, saying),
        reason=_short(labelled.get("reason") or _reason(event, saying), models.LONGEST_REASON),
    )


def class_key(name: str) -> str:
    """A class by its name, however it is written: `3ème A`, `3e a`, `3A`."""
    plain = search_key(name)
    return _ORDINAL.sub("", plain).replace(" ", "") or plain


def _plain(text: str) -> str:
    """Some software escapes its texts for HTML."""
    return html.unescape(text).strip()


def _labelled(description: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _plain(description).splitlines():
        label, sign, value = line.partition(":")
        name = _LABELS.get(search_key(label)) if sign else None
        if name and value.strip():
            found.setdefault(name, value.strip())
    return found


def _saying_of(event: Event) -> tuple[str, str]:
    """What a category says of the lesson, or how its summary begins; and the rest of the summary."""
    summary = _plain(event.summary)
    head, sign, tail = summary.partition(" : ")
    begins = search_key(head) if sign else ""
    rest = tail if begins in _SAYINGS else summary
    for category in event.categories:
        for piece in (category, category.rpartition(" - ")[2]):
            if search_key(piece) in _SAYINGS:
                return search_key(piece), rest
    return (begins if begins in _SAYINGS else ""), rest


def _status(event: Event, saying: str) -> LessonStatus:
    if event.is_cancelled:
        return LessonStatus.CANCELLED
    return _SAYINGS.get(saying, LessonStatus.PLANNED)


def _reason(event: Event, saying: str) -> str:
    if saying and saying not in _PLAIN:
        return _IN_WORDS.get(saying, saying.capitalize())
    return _plain(event.comment)


def _group(labelled: Mapping[str, str]) -> str:
    return _AROUND.sub(r"\1", labelled.get("group", ""))


def _classes(event: Event, labelled: Mapping[str, str], parts: list[str]) -> Iterable[str]:
    """The names that may be those of classes, the surest first."""
    if "classes" in labelled:
        yield from (one.strip() for one in labelled["classes"].split(","))
    yield from _PART_OF_CLASS.findall(labelled.get("part", ""))
    yield from event.categories
    for part in parts[1:]:
        yield from _PART_OF_CLASS.findall(part) or [part]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
