"""Lessons of classes, the files they come from, and the secret addresses that give them out.

A lesson is of one class: what two classes have together is two rows. `key` is what its source calls it
(`ical.naming`), the same at each import. Teachers are names: they have no account here. Instants are
aware; `window_from` and `window_until` are local days, the second one excluded.

Nothing is deleted by an import. A lesson that a complete file of its days no longer names is withdrawn:
its status says that it is cancelled, and `withdrawn_at` why. `before` is what was known first of what
changed ({field: value}): families are told it, and it is forgotten when the plan itself moves.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from tenants.people.models import College, Pupil, SchoolClass

LONGEST_SUBJECT, LONGEST_TEACHER, LONGEST_ROOM = 120, 200, 120
FEED = "timetable.feed"  # what the fingerprints of secret addresses are for
LONGEST_GROUP, LONGEST_REASON, LONGEST_NAME = 80, 200, 200


class LessonStatus(models.TextChoices):
    """What became of a lesson."""

    PLANNED = "PLANNED", _("Prévu")
    CANCELLED = "CANCELLED", _("Annulé")
    MOVED = "MOVED", _("Déplacé")
    REPLACED = "REPLACED", _("Remplacé")


class TimetableSource(TenantModel):
    """Where lessons of a collège come from: one file for all its classes, or one for each."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="collège",
        db_index=False,  # the unique key starts with it
    )
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="classe",
    )
    producer = models.CharField("logiciel", max_length=LONGEST_NAME, blank=True, default="")
    created_at = models.DateTimeField("connue le")

    class Meta:
        verbose_name = "source d'emploi du temps"
        verbose_name_plural = "sources d'emploi du temps"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_class"),
                nulls_distinct=False,
                name="timetable_source_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.college_id} {self.school_class_id or '*'}"


class Lesson(TenantModel):
    """A lesson of a class: as it is known now, and what it was before."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    source = models.ForeignKey(
        TimetableSource,
        on_delete=models.PROTECT,
        related_name="lessons",
        db_index=False,  # two indexes start with it
    )
    key = models.UUIDField("clé dans la source")
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="classe",
        db_index=False,  # the one of its days starts with it
    )
    group_name = models.CharField("groupe", max_length=LONGEST_GROUP, blank=True, default="")
    subject = models.CharField("matière", max_length=LONGEST_SUBJECT)
    teacher = models.CharField("professeur", max_length=LONGEST_TEACHER, blank=True, default="")
    room = models.CharField("salle", max_length=LONGEST_ROOM, blank=True, default="")
    starts_at = models.DateTimeField("commence le")
    ends_at = models.DateTimeField("finit le")
    status = models.CharField(
        "état", max_length=10, choices=LessonStatus.choices, default=LessonStatus.PLANNED
    )
    reason = models.CharField("raison", max_length=LONGEST_REASON, blank=True, default="")
    before = models.JSONField("avant", default=dict)
    noticed_at = models.DateTimeField("changement connu le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    updated_at = models.DateTimeField("mis à jour le")
    revision = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "cours"
        verbose_name_plural = "cours"
        constraints = (
            models.UniqueConstraint(
                fields=("source", "key", "school_class"), name="timetable_lesson_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="timetable_lesson_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(status="CANCELLED"),
                name="timetable_withdrawn_is_cancelled",
            ),
        )
        indexes = (
            models.Index(fields=("school_class", "starts_at"), name="timetable_lesson_of_class"),
            models.Index(fields=("source", "starts_at"), name="timetable_lesson_of_source"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.starts_at:%Y-%m-%d %H:%M}"


class TimetableImport(TenantModel):
    """One reading of a file: what it would change, then what it changed.

    `counts` is {outcome: number}, with what was read. `notes` are the events that are no lesson of a
    class we know, each with its line. What is applied is what the lines say.
    """

    class State(models.TextChoices):
        PREPARED = "PREPARED", _("À confirmer")
        APPLIED = "APPLIED", _("Appliqué")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    source = models.ForeignKey(TimetableSource, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField("fichier", max_length=LONGEST_NAME)
    digest = models.CharField("empreinte", max_length=64)
    state = models.CharField("état", max_length=10, choices=State.choices)
    is_complete = models.BooleanField("complet")
    window_from = models.DateField("du")
    window_until = models.DateField("jusqu'au (exclu)")
    counts = models.JSONField("décompte", default=dict)
    notes = models.JSONField("à savoir", default=list)
    prepared_at = models.DateTimeField("lu le")
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "import d'emploi du temps"
        verbose_name_plural = "imports d'emploi du temps"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(window_until__gt=models.F("window_from")),
                name="timetable_import_has_days",
            ),
            models.CheckConstraint(
                condition=models.Q(state="PREPARED", applied_at__isnull=True)
                | models.Q(state="APPLIED", applied_at__isnull=False),
                name="timetable_import_is_applied_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_name} {self.prepared_at:%Y-%m-%d %H:%M} {self.state}"


class Outcome(models.TextChoices):
    """What becomes of a lesson that an import is about."""

    ADDED = "ADDED", _("Ajouté")
    CHANGED = "CHANGED", _("Modifié")
    WITHDRAWN = "WITHDRAWN", _("Retiré")


class TimetableImportLine(TenantModel):
    """A lesson that an import adds, changes or withdraws; those that stay as they are have no line.

    `after` is all that the file says of it ({field: value}); `diff` is {field: [old, new]}.
    """

    timetable_import = models.ForeignKey(
        TimetableImport,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,  # the one of outcomes starts with it
    )
    outcome = models.CharField("devenir", max_length=10, choices=Outcome.choices)
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    key = models.UUIDField("clé dans la source")
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField("commence le")
    line = models.PositiveIntegerField("ligne du fichier", default=0)
    after = models.JSONField("ensuite", default=dict)
    diff = models.JSONField("différences", default=dict)

    class Meta:
        verbose_name = "ligne d'import d'emploi du temps"
        verbose_name_plural = "lignes d'import d'emploi du temps"
        indexes = (
            models.Index(
                fields=("timetable_import", "outcome", "starts_at"), name="timetable_import_outcome"
            ),
            models.Index(
                fields=("lesson",),
                condition=models.Q(lesson__isnull=False),
                name="timetable_import_of_lesson",
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.key}"


class FeedAddress(TenantModel):
    """A secret address that gives a person's lessons to their calendar; its fingerprint alone is kept.

    Of one child, or of all those the person may see on the day it is read.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="timetable_feeds"
    )
    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="élève",
    )
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)
    made_at = models.DateTimeField("faite le")
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse d'agenda"
        verbose_name_plural = "adresses d'agenda"

    def __str__(self) -> str:
        return str(self.public_id)
