"""Marks, absences and homework as the collège's software says them, and absences that a family justifies.

A fact is known by `record_id`, the software's own identifier, within a collège and a school year; it is
never deleted by an import: what a file no longer names is `withdrawn_at`, and comes back if it is named
again. What changed is kept in the lines of the imports that were applied (`ImportLine.diff`): they are
the history. A mark is `value` out of `out_of`, or a level of the socle (1 to 4), or a reason why there is
none. Nothing here is written by a teacher's hand: teachers have no account.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.kept_documents import KeptDocument
from commons.models import TenantModel
from tenants.people.models import College, Pupil, SchoolClass


class Kind(models.TextChoices):
    """What a file is about."""

    MARKS = "MARKS", _("Notes")
    ABSENCES = "ABSENCES", _("Absences et retards")
    HOMEWORK = "HOMEWORK", _("Devoirs")


class RecordsRules(TenantModel):
    """How a département treats these records. The latest row holds; none is rewritten."""

    # Below this many marks, a median would say what one child got.
    fewest_marks = models.PositiveSmallIntegerField("notes pour une médiane", default=10)
    days_to_justify = models.PositiveSmallIntegerField("jours pour justifier", default=10)
    # School years that are kept after the one they are of.
    years_kept = models.PositiveSmallIntegerField("années gardées", default=1)
    set_at = models.DateTimeField("fixées le")

    class Meta:
        verbose_name = "règles des notes et absences"
        verbose_name_plural = "règles des notes et absences"
        constraints = (
            models.CheckConstraint(
                condition=Q(fewest_marks__gte=5), name="school_records_median_of_five_at_least"
            ),
            models.CheckConstraint(
                condition=Q(days_to_justify__gte=1), name="school_records_a_day_to_justify"
            ),
        )

    def __str__(self) -> str:
        return f"{self.fewest_marks} notes, {self.days_to_justify} j, {self.years_kept} ans"


class RecordsImport(TenantModel):
    """One reading of a file of a collège: compared only, taken, or stopped.

    `counts` is {outcome: number}, with `read`, `present`, `leaving` and `holds_back` (whether nothing could
    be withdrawn, because a line bears no identifier).
    """

    class State(models.TextChoices):
        DRY_RUN = "DRY_RUN", _("Essai à blanc")
        APPLIED = "APPLIED", _("Appliqué")
        STOPPED = "STOPPED", _("Arrêté")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College, on_delete=models.PROTECT, related_name="+", verbose_name="collège"
    )
    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    school_year = models.SmallIntegerField("année scolaire (début)")
    file_name = models.CharField("fichier", max_length=100)
    digest = models.CharField("empreinte", max_length=64)
    state = models.CharField("état", max_length=10, choices=State.choices)
    counts = models.JSONField("décompte", default=dict)
    started_at = models.DateTimeField("commencé le")
    ended_at = models.DateTimeField("terminé le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "import de la vie scolaire"
        verbose_name_plural = "imports de la vie scolaire"

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M} {self.state}"


class ImportLine(TenantModel):
    """What becomes of a line of a file, or of a fact that the file no longer names (line 0).

    Lines that change nothing have no row. `diff` is {column of the file: [before, after]}; `column_name` and
    `value` are of what is refused.
    """

    class Outcome(models.TextChoices):
        ADDED = "ADDED", _("Ajouté")
        CHANGED = "CHANGED", _("Modifié")
        RESTORED = "RESTORED", _("Revenu")
        WITHDRAWN = "WITHDRAWN", _("Retiré")
        REJECTED = "REJECTED", _("Refusé")

    records_import = models.ForeignKey(
        RecordsImport,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,  # the one of outcomes starts with it
        db_constraint=False,  # written with their import, by the hundred thousand
    )
    line = models.IntegerField("ligne du fichier")
    outcome = models.CharField("devenir", max_length=10, choices=Outcome.choices)
    record_id = models.CharField("identifiant", max_length=60, blank=True)
    reason_code = models.CharField("motif", max_length=40, blank=True, default="", db_default="")
    column_name = models.CharField("colonne", max_length=20, blank=True, default="", db_default="")
    value = models.CharField("valeur", max_length=80, blank=True, default="", db_default="")
    diff = models.JSONField("différences", default=dict, db_default={})

    class Meta:
        verbose_name = "ligne d'un import"
        verbose_name_plural = "lignes d'un import"
        indexes = (
            models.Index(
                fields=("records_import", "outcome", "line"), name="school_records_line_outcome"
            ),
            models.Index(fields=("record_id",), name="school_records_line_record"),
        )

    def __str__(self) -> str:
        return f"{self.record_id} {self.outcome}"


class Subject(TenantModel):
    """What is taught, as a collège calls it."""

    college = models.ForeignKey(College, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField("matière", max_length=60)

    class Meta:
        verbose_name = "matière"
        verbose_name_plural = "matières"
        constraints = (
            models.UniqueConstraint(fields=("college", "name"), name="school_records_subject_once"),
        )

    def __str__(self) -> str:
        return self.name


class Fact(TenantModel):
    """What marks, absences and homework have in common: whose software said it, and under which name."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key starts with it
        verbose_name="collège",
    )
    school_year = models.SmallIntegerField("année scolaire (début)")
    record_id = models.CharField("identifiant", max_length=60)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.record_id


class Assessment(TenantModel):
    """A test, an exercise, an oral: what marks are of. `coefficient` is what the collège says of it."""

    college = models.ForeignKey(College, on_delete=models.PROTECT, related_name="+", db_index=False)
    school_year = models.SmallIntegerField("année scolaire (début)")
    record_id = models.CharField("identifiant", max_length=60)
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="matière"
    )
    title = models.CharField("intitulé", max_length=120)
    held_on = models.DateField("le")
    group_name = models.CharField("groupe", max_length=60, blank=True, default="")
    coefficient = models.DecimalField("coefficient", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = "évaluation"
        verbose_name_plural = "évaluations"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_year", "record_id"),
                name="school_records_assessment_once",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Mark(Fact):
    """What a pupil got in an assessment."""

    class Status(models.TextChoices):
        GRADED = "GRADED", _("Noté")
        LEVEL = "LEVEL", _("Niveau de maîtrise")
        ABSENT = "ABSENT", _("Absent")
        EXCUSED = "EXCUSED", _("Dispensé")
        NOT_MARKED = "NOT_MARKED", _("Non noté")

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="marks", verbose_name="évaluation"
    )
    pupil = models.ForeignKey(
        Pupil, on_delete=models.PROTECT, related_name="+", verbose_name="élève"
    )
    status = models.CharField("statut", max_length=10, choices=Status.choices)
    value = models.DecimalField("note", max_digits=6, decimal_places=2, null=True, blank=True)
    out_of = models.DecimalField("sur", max_digits=6, decimal_places=2, null=True, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    comment = models.CharField("appréciation", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "note"
        verbose_name_plural = "notes"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_year", "record_id"), name="school_records_mark_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    status="GRADED",
                    value__gte=0,
                    out_of__gt=0,
                    value__lte=models.F("out_of"),
                    level__isnull=True,
                )
                | Q(status="LEVEL", value__isnull=True, level__gte=1, level__lte=4)
                | Q(
                    status__in=("ABSENT", "EXCUSED", "NOT_MARKED"),
                    value__isnull=True,
                    level__isnull=True,
                ),
                name="school_records_mark_is_a_value_a_level_or_none",
            ),
        )


class Absence(Fact):
    """A time when a pupil was not there, or came late. `ends_at` of a lateness is when they came."""

    class Kind(models.TextChoices):
        ABSENCE = "ABSENCE", _("Absence")
        LATENESS = "LATENESS", _("Retard")

    pupil = models.ForeignKey(
        Pupil, on_delete=models.PROTECT, related_name="+", verbose_name="élève"
    )
    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")
    is_justified = models.BooleanField("justifiée selon le collège", default=False)
    reason = models.CharField("motif", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "absence"
        verbose_name_plural = "absences"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_year", "record_id"), name="school_records_absence_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")),
                name="school_records_absence_ends_after_it_starts",
            ),
        )


class Homework(Fact):
    """What is to be done for a day: by a class, or by one pupil."""

    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="classe",
    )
    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="élève",
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="matière"
    )
    given_on = models.DateField("donné le")
    due_on = models.DateField("pour le")
    text = models.CharField("travail", max_length=1000)

    class Meta:
        verbose_name = "devoir"
        verbose_name_plural = "devoirs"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_year", "record_id"), name="school_records_homework_once"
            ),
            models.CheckConstraint(
                condition=Q(school_class__isnull=False, pupil__isnull=True)
                | Q(school_class__isnull=True, pupil__isnull=False),
                name="school_records_homework_of_a_class_or_a_pupil",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=models.F("given_on")),
                name="school_records_homework_due_after_it_is_given",
            ),
        )


class HomeworkDone(TenantModel):
    """A pupil says that a homework is done. Untick it, and there is no row."""

    homework = models.ForeignKey(Homework, on_delete=models.PROTECT, related_name="done")
    pupil = models.ForeignKey(
        Pupil, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="élève"
    )
    done_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "devoir fait"
        verbose_name_plural = "devoirs faits"
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "homework"), name="school_records_homework_done_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.homework_id}"


class AbsenceReason(models.TextChoices):
    """Why a pupil was not there: Code de l'éducation, art. L. 131-8, then what else is said."""

    ILLNESS = "ILLNESS", _("Maladie de l'enfant")
    FAMILY_ILLNESS = "FAMILY_ILLNESS", _("Maladie contagieuse dans la famille")
    FAMILY_GATHERING = "FAMILY_GATHERING", _("Réunion solennelle de famille")
    TRANSPORT = "TRANSPORT", _("Transports empêchés")
    PARENTS_AWAY = "PARENTS_AWAY", _("Parents absents, que l'enfant suit")
    APPOINTMENT = "APPOINTMENT", _("Rendez-vous médical ou administratif")
    OTHER = "OTHER", _("Autre raison")


class Justification(TenantModel):
    """Why a pupil was absent, as a guardian says it; and what the collège answers."""

    class State(models.TextChoices):
        GIVEN = "GIVEN", _("À lire par le collège")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        ASKED_AGAIN = "ASKED_AGAIN", _("À compléter")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="justifications")
    reason = models.CharField("raison", max_length=20, choices=AbsenceReason.choices)
    text = models.CharField("explication", max_length=1000, blank=True, default="")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    given_at = models.DateTimeField("donnée le")
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.GIVEN)
    answer = models.CharField("réponse du collège", max_length=500, blank=True, default="")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "justification"
        verbose_name_plural = "justifications"
        constraints = (
            models.UniqueConstraint(
                fields=("absence",),
                condition=Q(state__in=("GIVEN", "ACCEPTED")),
                name="school_records_one_justification_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="GIVEN", answered_at__isnull=True)
                | Q(state__in=("ACCEPTED", "ASKED_AGAIN"), answered_at__isnull=False),
                name="school_records_justification_answered_when_decided",
            ),
        )
        indexes = (
            models.Index(
                fields=("given_at",),
                condition=Q(state="GIVEN"),
                name="school_records_to_answer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.absence_id} {self.state}"


class JustificationDocument(KeptDocument):
    """A document given with a justification. Its bytes are in the tenant's files."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    justification = models.ForeignKey(
        Justification, on_delete=models.PROTECT, related_name="documents"
    )

    class Meta:
        verbose_name = "pièce d'une justification"
        verbose_name_plural = "pièces de justifications"
        constraints = (
            models.CheckConstraint(
                condition=Q(size_bytes__gt=0), name="school_records_document_is_not_empty"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
