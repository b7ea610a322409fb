"""The registration of a pupil in a campaign: what a family said and gave, and what became of it.

Each parent has a file of their own: what one says and gives is not the other's to read. A pupil has one
that is sent at a time, and one card in any case. What is kept is erased when the file is over.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.kept_documents import KeptDocument
from commons.models import TenantModel
from federation.passplus.engine.campaign import DocumentKind


class Registration(TenantModel):
    """A family asks for the card of a pupil. `card` is there once it is granted."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("À finir")
        SUBMITTED = "SUBMITTED", _("Envoyée")
        UNDER_REVIEW = "UNDER_REVIEW", _("À l'étude")
        INCOMPLETE = "INCOMPLETE", _("Pièce à ajouter")
        GRANTED = "GRANTED", _("Accordée")
        REFUSED = "REFUSED", _("Refusée")
        CLOSED = "CLOSED", _("Close")

    class Reason(models.TextChoices):
        """Why it waits for the family, or is closed."""

        NONE = "", _("–")
        DOCUMENTS_MISSING = "DOCUMENTS_MISSING", _("Une pièce n'est pas encore là")
        DOCUMENT_ASKED = "DOCUMENT_ASKED", _("Un agent demande une autre pièce")
        WITHDRAWN = "WITHDRAWN", _("La famille y renonce")
        TOO_LATE = "TOO_LATE", _("Les inscriptions sont finies")
        OTHER_PARENT = "OTHER_PARENT", _("L'autre responsable l'a faite")
        RENEWED = "RENEWED", _("Le Pass+ a été accordé sans demande")
        CAMPAIGN_OVER = "CAMPAIGN_OVER", _("La campagne est finie")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    campaign = models.ForeignKey(
        "passplus.Campaign",
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name="campagne",
    )
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="pass_registrations",
        verbose_name="élève",
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="pass_registrations",
        verbose_name="demandée par",
    )
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    # What the family says: `registrations.declaring.Declared`, as data.
    declared = models.JSONField("déclaré", default=dict)
    reason = models.CharField("raison", max_length=20, choices=Reason, blank=True, default="")
    answer = models.CharField("mots de l'agent", max_length=500, blank=True, default="")
    # The documents that an agent asks for, whatever the rules need: `RegistrationDocument.Kind`.
    asked = models.JSONField("pièces demandées", default=list)
    card = models.ForeignKey(
        "passplus.Card",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="Pass+",
    )
    is_automatic = models.BooleanField("accordée sans agent", default=False)
    taken_by = models.CharField("agent", max_length=100, blank=True, default="")
    taken_at = models.DateTimeField("prise le", null=True, blank=True)
    created_at = models.DateTimeField("commencée le")
    submitted_at = models.DateTimeField("envoyée le", null=True, blank=True)
    waiting_since = models.DateTimeField("attend un agent depuis", null=True, blank=True)
    due_at = models.DateTimeField("réponse attendue le", null=True, blank=True)
    closed_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "inscription au Pass+"
        verbose_name_plural = "inscriptions au Pass+"
        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "pupil", "guardian"),
                condition=~models.Q(state__in=("REFUSED", "CLOSED")),
                name="passplus_one_registration_per_guardian",
            ),
            models.UniqueConstraint(
                fields=("campaign", "pupil"),
                condition=models.Q(state__in=("SUBMITTED", "UNDER_REVIEW", "INCOMPLETE")),
                name="passplus_one_registration_sent_per_pupil",
            ),
            models.CheckConstraint(
                condition=models.Q(state="GRANTED", card__isnull=False)
                | models.Q(state="CLOSED")
                | (~models.Q(state__in=("GRANTED", "CLOSED")) & models.Q(card__isnull=True)),
                name="passplus_registration_granted_has_its_card",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=("DRAFT", "SUBMITTED", "UNDER_REVIEW", "INCOMPLETE"),
                    closed_at__isnull=True,
                )
                | models.Q(state__in=("GRANTED", "REFUSED", "CLOSED"), closed_at__isnull=False),
                name="passplus_registration_closed_when_over",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("SUBMITTED", "UNDER_REVIEW"))
                | models.Q(
                    submitted_at__isnull=False, waiting_since__isnull=False, due_at__isnull=False
                ),
                name="passplus_registration_waiting_has_a_day",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(state__in=("SUBMITTED", "UNDER_REVIEW")),
                name="passplus_registration_queue",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class RegistrationDocument(KeptDocument):
    """A document, or the photograph, of a registration. A photograph stays as long as the card serves."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", _("Photo")
        PROOF_OF_ADDRESS = DocumentKind.PROOF_OF_ADDRESS, _("Justificatif de domicile")
        SCHOOL_CERTIFICATE = DocumentKind.SCHOOL_CERTIFICATE, _("Certificat de scolarité")
        PROOF_OF_AGE = DocumentKind.PROOF_OF_AGE, _("Pièce d'identité de l'enfant")
        BURSARY_NOTICE = DocumentKind.BURSARY_NOTICE, _("Notification de bourse")
        CHILD_WELFARE_CERTIFICATE = (
            DocumentKind.CHILD_WELFARE_CERTIFICATE,
            _("Attestation de l'aide sociale à l'enfance"),
        )

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("Reçue")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        REFUSED = "REFUSED", _("À refaire")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    registration = models.ForeignKey(
        Registration,
        on_delete=models.PROTECT,
        related_name="documents",
        verbose_name="inscription",
    )
    kind = models.CharField("pièce", max_length=30, choices=Kind)
    state = models.CharField("état", max_length=10, choices=State, default=State.RECEIVED)

    class Meta:
        verbose_name = "pièce d'inscription"
        verbose_name_plural = "pièces d'inscription"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(size_bytes__gt=0), name="passplus_document_is_not_empty"
            ),
        )
        indexes = (
            models.Index(
                fields=("kind", "registration"),
                condition=models.Q(state="RECEIVED", deleted_at__isnull=True),
                name="passplus_documents_to_look_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
