"""Announcements: what is said, to whom, who has read it, and the letters for those who have not.

The recipients of an announcement are fixed when it is published, and completed while it runs: a pupil
who arrives, or a guardian who begins to answer for one, is told too. A `Recipient` is one pupil for one
person: a guardian who answers for them, or the pupil (no guardian). It is never taken back; what a judge
decides later is asked of the guardianships each time somebody reads.

What was published is never rewritten in silence: a correction keeps the former text (`PastVersion`).
`shown_until` is excluded. Numbers of versions begin at 1.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.kept_documents import KeptDocument
from commons.models import TenantModel
from tenants.people.models import College, Guardian, Pupil, SchoolClass
from tenants.schoollife.announcements.notice_models import (
    Digest,
    Notice,
    NotificationDefaults,
    Preference,
    PushKey,
    PushSubscription,
)

__all__ = [
    "Announcement",
    "AnnouncementState",
    "Attachment",
    "Digest",
    "LetterBatch",
    "Notice",
    "NotificationDefaults",
    "PastVersion",
    "Preference",
    "PrintedLetter",
    "PushKey",
    "PushSubscription",
    "Receipt",
    "Recipient",
    "TargetClass",
]


class AnnouncementState(models.TextChoices):
    """How an announcement stands; one that is withdrawn stays, and says so."""

    DRAFT = "DRAFT", _("Brouillon")
    SCHEDULED = "SCHEDULED", _("Programmée")
    PUBLISHED = "PUBLISHED", _("Publiée")
    WITHDRAWN = "WITHDRAWN", _("Retirée")


class Announcement(TenantModel):
    """A text for the people of a collège, or of all of them when it has none (the département's).

    Without levels nor classes, it is for the whole collège. An acknowledgement counts from
    `asked_version` on: a correction may ask for it again.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name="collège",
    )
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    is_for_guardians = models.BooleanField("pour les responsables", default=True)
    is_for_pupils = models.BooleanField("pour les élèves", default=False)
    levels = models.JSONField("niveaux", default=list)
    asks_acknowledgement = models.BooleanField("demande « J'ai lu »", default=False)
    is_urgent = models.BooleanField("urgente", default=False)
    urgent_reason = models.CharField("raison de l'urgence", max_length=200, blank=True, default="")
    state = models.CharField(
        "état",
        max_length=10,
        choices=AnnouncementState.choices,
        default=AnnouncementState.DRAFT,
    )
    written_at = models.DateTimeField("écrite le")
    publish_at = models.DateTimeField("à publier le", null=True, blank=True)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    shown_until = models.DateField("affichée jusqu'au (exclu)", null=True, blank=True)
    version = models.PositiveSmallIntegerField("version", default=1)
    asked_version = models.PositiveSmallIntegerField("« J'ai lu » demandé depuis", default=1)
    corrected_at = models.DateTimeField("corrigée le", null=True, blank=True)
    correction = models.CharField("ce qui est corrigé", max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_reason = models.CharField("raison du retrait", max_length=200, blank=True, default="")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "annonce"
        verbose_name_plural = "annonces"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_for_guardians=True) | models.Q(is_for_pupils=True),
                name="announcements_announcement_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT", published_at__isnull=True)
                | models.Q(state="SCHEDULED", publish_at__isnull=False, published_at__isnull=True)
                | models.Q(state="PUBLISHED", published_at__isnull=False)
                | models.Q(state="WITHDRAWN", withdrawn_at__isnull=False),
                name="announcements_announcement_is_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(is_urgent=False) | ~models.Q(urgent_reason=""),
                name="announcements_urgent_has_a_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=("publish_at",),
                condition=models.Q(state="SCHEDULED"),
                name="announcements_scheduled",
            ),
            models.Index(fields=("-published_at",), name="announcements_published"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """Whether its recipients may read it."""
        return self.state == AnnouncementState.PUBLISHED


class TargetClass(TenantModel):
    """A class that an announcement is for."""

    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.PROTECT,
        related_name="target_classes",
        db_index=False,  # the unique key starts with it
    )
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, related_name="+", verbose_name="classe"
    )

    class Meta:
        verbose_name = "classe destinataire"
        verbose_name_plural = "classes destinataires"
        constraints = (
            models.UniqueConstraint(
                fields=("announcement", "school_class"), name="announcements_class_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.school_class_id}"


class Attachment(KeptDocument):
    """A document that goes with an announcement."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="attachments"
    )
    name = models.CharField("nom", max_length=100)

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"

    def __str__(self) -> str:
        return self.name


class PastVersion(TenantModel):
    """What an announcement said before a correction."""

    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.PROTECT,
        related_name="past_versions",
        db_index=False,  # the unique key starts with it
    )
    number = models.PositiveSmallIntegerField("version")
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    replaced_at = models.DateTimeField("remplacée le")

    class Meta:
        verbose_name = "ancienne version"
        verbose_name_plural = "anciennes versions"
        constraints = (
            models.UniqueConstraint(
                fields=("announcement", "number"), name="announcements_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.announcement_id} v{self.number}"


class Recipient(TenantModel):
    """One pupil of the audience for one person: a guardian, or the pupil when there is none."""

    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.PROTECT,
        related_name="recipients",
        db_index=False,  # the unique key starts with it
    )
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # only of those who are one
    )
    college = models.ForeignKey(College, on_delete=models.PROTECT, related_name="+", db_index=False)
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    added_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "destinataire"
        verbose_name_plural = "destinataires"
        constraints = (
            models.UniqueConstraint(
                fields=("announcement", "pupil", "guardian"),
                nulls_distinct=False,
                name="announcements_recipient_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("guardian", "announcement"),
                condition=models.Q(guardian__isnull=False),
                name="announcements_of_guardian",
            ),
        )

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.pupil_id} {self.guardian_id}"


class Receipt(TenantModel):
    """That a person read an announcement, and when they said so; once for all their children."""

    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.PROTECT,
        related_name="receipts",
        db_index=False,  # the unique key starts with it
    )
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, null=True, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField("lue le")
    acknowledged_at = models.DateTimeField("« J'ai lu » le", null=True)
    acknowledged_version = models.PositiveSmallIntegerField("version lue", default=0)

    class Meta:
        verbose_name = "lecture"
        verbose_name_plural = "lectures"
        constraints = (
            models.UniqueConstraint(
                fields=("announcement", "guardian", "pupil"),
                nulls_distinct=False,
                name="announcements_read_once",
            ),
            models.CheckConstraint(
                condition=models.Q(guardian__isnull=False, pupil__isnull=True)
                | models.Q(guardian__isnull=True, pupil__isnull=False),
                name="announcements_receipt_is_of_one_person",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_version=0)
                | models.Q(acknowledged_at__isnull=False, acknowledged_version__gt=0),
                name="announcements_acknowledgement_is_dated",
            ),
        )

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.guardian_id or self.pupil_id}"


class LetterBatch(TenantModel):
    """Letters printed at once, as one file for who had it made; emptied once it is kept no longer."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="letter_batches"
    )
    job_id = models.UUIDField(null=True, unique=True)
    pages = models.PositiveIntegerField("lettres")
    made_at = models.DateTimeField("faites le")
    kept_until = models.DateTimeField("gardées jusqu'au")
    sealed = models.BinaryField(null=True)
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "lettres d'une annonce"
        verbose_name_plural = "lettres d'annonces"

    def __str__(self) -> str:
        return str(self.public_id)


class PrintedLetter(TenantModel):
    """That an announcement was printed for a guardian: once for each of its versions."""

    batch = models.ForeignKey(LetterBatch, on_delete=models.PROTECT, related_name="letters")
    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.PROTECT,
        related_name="printed_letters",
        db_index=False,  # the unique key starts with it
    )
    version = models.PositiveSmallIntegerField("version")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    page = models.PositiveIntegerField("page")

    class Meta:
        verbose_name = "lettre imprimée"
        verbose_name_plural = "lettres imprimées"
        constraints = (
            models.UniqueConstraint(
                fields=("announcement", "version", "guardian"),
                name="announcements_printed_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.guardian_id}"
