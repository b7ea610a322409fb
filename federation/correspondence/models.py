"""What two départements share about pupils who move: shared tables, under row-level security.

An agreement says what may pass. An envelope bears the schema that wrote it, which PostgreSQL compares with
the role that writes: nobody writes in another's name, and none enters without an agreement that both signed
and that holds today (`migrations/0002`). The two parties read it and nobody else. Its content is sealed for
its recipient, and padded: no row says anything of a child. Rows are written once; no role may change one.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from commons.models import TenantModel
from federation.agreements.models import (
    AgreementBase,
    EndingBase,
    SignatureBase,
    schema_field,
)


class Item(models.TextChoices):
    """What may pass of a pupil who moves. A later room adds its own; agreements name them one by one."""

    RIGHTS = "RIGHTS", "Décision de droits"
    PASS_PLUS = "PASS_PLUS", "Solde du Pass+"


class Agreement(AgreementBase):
    """What may pass between two départements, of pupils who move from either to the other.

    `most_a_year` bounds what each side opens in a school year. `pupil_cents` is what the département of
    residence gives for a pupil and a year (code de l'éducation, L. 213-8), when they agreed on it.
    """

    items = models.JSONField("ce qui peut passer")
    most_a_year = models.PositiveIntegerField("demandes par année scolaire")
    pupil_cents = models.BigIntegerField(
        "participation par élève (centimes)", null=True, blank=True
    )

    class Meta(AgreementBase.Meta):
        verbose_name = "convention d'échange"
        verbose_name_plural = "conventions d'échange"
        constraints = (
            *AgreementBase.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(pupil_cents__isnull=True) | models.Q(pupil_cents__gt=0),
                name="correspondence_agreement_gives_something",
            ),
        )


class Signature(SignatureBase):
    """A party's signature, with the key that what is written to it is sealed with."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="signatures", verbose_name="convention"
    )
    public_key = models.CharField("clé publique", max_length=64)

    class Meta(SignatureBase.Meta):
        verbose_name = "signature d'une convention d'échange"
        verbose_name_plural = "signatures des conventions d'échange"


class Ending(EndingBase):
    """What one party ended: nothing more passes from that day on, and what waits is dropped."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="endings", verbose_name="convention"
    )

    class Meta(EndingBase.Meta):
        verbose_name = "fin d'une convention d'échange"
        verbose_name_plural = "fins des conventions d'échange"


class Envelope(TenantModel):
    """One message to the other party. `public_id` is made of what it tells: told twice is told once."""

    class Kind(models.TextChoices):
        LEAVING = "LEAVING", "Un départ est ouvert"
        RAISED = "RAISED", "Jetons complétés"
        ARRIVING = "ARRIVING", "Une arrivée est ouverte"
        MATCHED = "MATCHED", "Correspondance probable"
        ITEMS = "ITEMS", "Éléments du dossier"
        RECEIVED = "RECEIVED", "Éléments reçus"
        CLOSED = "CLOSED", "Terminé"

    public_id = models.UUIDField("identifiant")
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="envelopes", verbose_name="convention"
    )
    sent_by = schema_field("écrit par")
    sent_to = schema_field("écrit à")
    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    content = models.BinaryField("contenu scellé")
    sent_at = models.DateTimeField("écrit le", db_default=Now())

    class Meta:
        verbose_name = "pli entre départements"
        verbose_name_plural = "plis entre départements"
        constraints = (
            models.UniqueConstraint(
                fields=("sent_by", "public_id"), name="correspondence_envelope_told_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(sent_by=models.F("sent_to")),
                name="correspondence_envelope_of_two",
            ),
        )
        indexes = (models.Index(fields=("sent_to", "id"), name="correspondence_inbox"),)

    def __str__(self) -> str:
        return f"{self.sent_by} → {self.sent_to} {self.kind}"
