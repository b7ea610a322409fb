"""Marks, absences and homework in words: results, refusals of files and of their lines, acts.

A mark is said with what the group got when that may be said, and never as a rank. Codes are those of
`tenants.schoollife.records`; a test fails when one has no words.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.schoollife.records.models import Absence, ImportLine, Mark, RecordsImport
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.schoollife.records.queries import Context, MarkInContext

LEVELS: dict[int, str | Promise] = {
    1: gettext_lazy("Maîtrise insuffisante"),
    2: gettext_lazy("Maîtrise fragile"),
    3: gettext_lazy("Maîtrise satisfaisante"),
    4: gettext_lazy("Très bonne maîtrise"),
}
ACTIONS: dict[str, str | Promise] = {
    "schoollife.records.dry_run": gettext_lazy("Fichier d'un collège comparé"),
    "schoollife.records.applied": gettext_lazy("Fichier d'un collège pris"),
    "schoollife.records.stopped": gettext_lazy("Fichier d'un collège arrêté"),
    "schoollife.records_rules.set": gettext_lazy("Règles des notes et absences fixées"),
    "schoollife.justification.given": gettext_lazy("Absence expliquée par la famille"),
    "schoollife.justification.accepted": gettext_lazy("Justification acceptée"),
    "schoollife.justification.asked_again": gettext_lazy("Justification à compléter"),
    "schoollife.absence.recorded": gettext_lazy("Absence à annoncer"),
}
SUBJECTS: dict[str, str | Promise] = {
    "records_import": gettext_lazy("Fichier d'un collège"),
    "records_rules": gettext_lazy("Règles des notes et absences"),
    "justification": gettext_lazy("Justification d'une absence"),
}
REASONS: dict[str, str | Promise] = {
    "MISSING": gettext_lazy("Rien n'est écrit. Remplissez cette colonne."),
    "TOO_LONG": gettext_lazy("C'est trop long. Raccourcissez."),
    "NOT_A_DATE": gettext_lazy("Ce n'est pas une date. Écrivez 2026-11-03 ou 03/11/2026."),
    "NOT_A_MOMENT": gettext_lazy("Il faut un jour et une heure. Écrivez 2026-11-03 08:00."),
    "NOT_A_NUMBER": gettext_lazy("Ce n'est pas un nombre. Écrivez par exemple 12,5."),
    "OUT_OF_RANGE": gettext_lazy("Ce nombre est trop grand ou trop petit."),
    "NOT_A_WORD": gettext_lazy("Ce mot n'est pas de ceux de cette colonne."),
    "OTHER_YEAR": gettext_lazy("Ce jour n'est pas de cette année scolaire."),
    "ENDS_TOO_EARLY": gettext_lazy("La fin vient avant le début."),
    "TWO_ANSWERS": gettext_lazy("Deux colonnes sont remplies. Gardez-en une."),
    "FIELDS": gettext_lazy("La ligne n'a pas autant de colonnes que la première."),
    "DUPLICATE": gettext_lazy("Cet identifiant est écrit deux fois. Gardez une ligne."),
    "PUPIL_UNKNOWN": gettext_lazy(
        "Aucun élève du collège n'a cet identifiant. Attendez l'annuaire, ou corrigez."
    ),
    "CLASS_UNKNOWN": gettext_lazy("Le collège n'a pas de classe de ce nom."),
    "ASSESSMENT_DIFFERS": gettext_lazy(
        "Une ligne d'avant dit autre chose de cette évaluation. Dites la même chose."
    ),
}
RECORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "RECORDS_FILE_UNREADABLE": (
        gettext_lazy("Ce fichier ne peut pas être lu."),
        gettext_lazy("Corrigez-le, puis donnez-le à nouveau. Rien n'a changé."),
    ),
    "RECORDS_FILE_UNREADABLE.EMPTY": (
        gettext_lazy("Le fichier est vide."),
        gettext_lazy("Vérifiez l'export de votre logiciel."),
    ),
    "RECORDS_FILE_UNREADABLE.ENCODING": (
        gettext_lazy("Le fichier n'est pas en UTF-8, à la ligne %(line)s."),
        gettext_lazy("Enregistrez-le en « CSV UTF-8 », puis donnez-le à nouveau."),
    ),
    "RECORDS_FILE_UNREADABLE.TOO_LARGE": (
        gettext_lazy("Le fichier est trop grand : %(limit_mb)s Mo au plus."),
        gettext_lazy("Vérifiez qu'il est bien d'un seul collège et d'une année."),
    ),
    "RECORDS_FILE_UNREADABLE.HEADER_MISSING": (
        gettext_lazy("La colonne « %(column)s » manque à la première ligne."),
        gettext_lazy("Ajoutez-la, puis donnez le fichier à nouveau."),
    ),
    "RECORDS_FILE_UNREADABLE.HEADER_TWICE": (
        gettext_lazy("La colonne « %(column)s » est nommée deux fois."),
        gettext_lazy("Gardez-en une, puis donnez le fichier à nouveau."),
    ),
    "RECORDS_FILE_UNREADABLE.HEADER_UNKNOWN": (
        gettext_lazy("La colonne « %(column)s » n'est pas de ce fichier."),
        gettext_lazy("Retirez-la, ou choisissez une autre sorte de fichier."),
    ),
    "RECORDS_FILE_UNREADABLE.NOT_CSV": (
        gettext_lazy("Un guillemet n'est pas fermé, avant la ligne %(line)s."),
        gettext_lazy("Corrigez-le, puis donnez le fichier à nouveau."),
    ),
    "RECORDS_IMPORT_RUNNING": (
        gettext_lazy("Un autre fichier de ce collège est en train d'être pris."),
        gettext_lazy("Attendez une minute, puis essayez à nouveau."),
    ),
    "RECORDS_IMPORT_OVER": (
        gettext_lazy("Ce fichier est déjà pris, ou lu depuis plus d'un jour."),
        gettext_lazy("Donnez-le à nouveau."),
    ),
    "RECORDS_RULES_INVALID": (
        gettext_lazy("Une de ces règles ne peut pas valoir cela."),
        gettext_lazy("Choisissez un nombre dans les limites écrites."),
    ),
    "ABSENCE_JUSTIFIED": (
        gettext_lazy("Cette absence est déjà expliquée."),
        gettext_lazy("Ouvrez-la : vous y verrez la réponse du collège."),
    ),
    "JUSTIFICATION_TOO_LATE": (
        gettext_lazy("Il est trop tard pour l'expliquer ici."),
        gettext_lazy("Appelez la vie scolaire du collège."),
    ),
    "JUSTIFICATION_INVALID": (
        gettext_lazy("Il manque une raison, ou quelques mots."),
        gettext_lazy("Choisissez une raison. Pour une autre raison, dites laquelle."),
    ),
    "JUSTIFICATION_ANSWERED": (
        gettext_lazy("Le collège a déjà répondu."),
        gettext_lazy("Ouvrez à nouveau la page : elle dit la réponse."),
    ),
}


def number(value: Decimal) -> str:
    """`14`, `12,5`"""
    return f"{value.normalize():f}".replace(".", ",")


def result(mark: Mark) -> str:
    """`14 sur 20`, `Niveau 3 sur 4 : maîtrise satisfaisante`, `Absent`"""
    if mark.value is not None and mark.out_of is not None:
        said = {"value": number(mark.value), "out_of": number(mark.out_of)}
        return _("%(value)s sur %(out_of)s") % said
    if mark.level is not None:
        words = str(LEVELS[mark.level])
        return wording.typographic(
            _("Niveau %(level)s sur 4 : %(words)s")
            % {"level": mark.level, "words": words[0].lower() + words[1:]}
        )
    return mark.get_status_display()


def in_words(found: MarkInContext) -> str:
    """What the group got, next to the child's: never a rank. Empty where it may not be said."""
    value, context = found.mark.value, found.context
    if context is None or value is None:
        return ""
    return _("%(beside)s La moitié de la classe a %(median)s ou plus.") % {
        "beside": _beside(value, context),
        "median": number(context.median),
    }


def _beside(value: Decimal, context: Context) -> str:
    if value > context.median:
        return _("C'est plus que la note du milieu.")
    if value < context.median:
        return _("C'est moins que la note du milieu.")
    return _("C'est la note du milieu.")


def spread(context: Context) -> str:
    """`Les notes vont de 4 à 19.`"""
    said = {"lowest": number(context.lowest), "highest": number(context.highest)}
    return _("Les notes vont de %(lowest)s à %(highest)s.") % said


def when(absence: Absence) -> str:
    """`lundi 4 novembre, de 8 h à 12 h`; over several days, both."""
    first, last = (timezone.localdate(one) for one in (absence.starts_at, absence.ends_at))
    if first == last:
        return _("%(day)s, de %(start)s à %(end)s") % {
            "day": wording.long_date(first),
            "start": wording.clock(absence.starts_at),
            "end": wording.clock(absence.ends_at),
        }
    return _("du %(start)s au %(end)s") % {
        "start": wording.day_and_hour(absence.starts_at),
        "end": wording.day_and_hour(absence.ends_at),
    }


def lateness(absence: Absence) -> str:
    """`25 minutes`"""
    minutes = int((absence.ends_at - absence.starts_at) / datetime.timedelta(minutes=1))
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def refusal(line: ImportLine) -> str:
    """`Ligne 12, colonne « note » : Ce n'est pas un nombre. […] (« vingt »)`"""
    place = _("Ligne %(line)s") % {"line": line.line}
    if line.column_name:
        place = _("%(place)s, colonne « %(column)s »") % {
            "place": place,
            "column": line.column_name,
        }
    said = f"{place} : {REASONS[line.reason_code]}"
    if line.value:
        said = f"{said} (« {line.value} »)"
    return wording.typographic(said)


def summary(records_import: RecordsImport) -> list[str]:
    """What a file changes, line by line: `Ajouté : 12`."""
    counts = records_import.counts
    said = [
        f"{label} : {counts[name]}"
        for name, label in ImportLine.Outcome.choices
        if counts.get(name)
    ]
    if not said:
        said = [_("Rien ne change.")]
    if counts.get("holds_back"):
        said.append(_("Une ligne n'a pas d'identifiant : rien n'est retiré."))
    if counts.get("would_stop"):
        said.append(_("Beaucoup de lignes manquent : vérifiez que le fichier est entier."))
    return [wording.typographic(one) for one in said]


def told(line: ImportLine) -> str:
    """What happens to a line: why it is refused, what it changes, or the outcome alone."""
    if line.outcome == ImportLine.Outcome.REJECTED:
        return refusal(line)
    changes = [
        f"{name} : {_written(before)} → {_written(after)}"
        for name, (before, after) in sorted(line.diff.items())
        if name not in _KEYS
    ]
    changes += [str(_KEYS[name]) for name in sorted(line.diff) if name in _KEYS]
    return wording.typographic(" ; ".join(changes) or line.get_outcome_display())


# What a diff holds the number of: said to have changed, and no more.
_KEYS: dict[str, str | Promise] = {
    "eleve": gettext_lazy("un autre élève"),
    "classe": gettext_lazy("une autre classe"),
}


def _written(value: object) -> str:
    return "–" if value in (None, "") else str(value)
