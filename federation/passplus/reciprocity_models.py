"""What one département keeps of captures between two: those of its tickets elsewhere, those of guests here.

The two sides never read each other: an `AwayCapture` and a `GuestCapture` bear the `public_id` of the
shared row (`federation.reciprocity`) that both may read, and their transfers bear it as reference.
"""

from __future__ import annotations

from django.db import models

from commons.models import TenantModel


class AwayCapture(TenantModel):
    """Where one of our tickets was validated, when that was elsewhere.

    `returned_at` when its money came back by a correction of the other département: `is_to_purse` says
    to whom. It may be taken again, under another name, when that correction is undone.
    """

    public_id = models.UUIDField("identifiant", unique=True)
    departement_code = models.CharField("département", max_length=3)
    partner_public_id = models.UUIDField("partenaire")
    partner_name = models.CharField("nom du partenaire", max_length=200)
    captured_at = models.DateTimeField("validé le")
    returned_at = models.DateTimeField("repris le", null=True, blank=True)
    is_to_purse = models.BooleanField("rendu au jeune", null=True, blank=True)

    class Meta:
        verbose_name = "validation ailleurs"
        verbose_name_plural = "validations ailleurs"

    def __str__(self) -> str:
        return f"{self.partner_name} ({self.departement_code})"


class GuestCapture(TenantModel):
    """A ticket of another département that one of our partners took. Nothing says whose it was."""

    public_id = models.UUIDField("identifiant", unique=True)
    departement_code = models.CharField("département", max_length=3)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="guest_captures",
        verbose_name="partenaire",
    )
    domain = models.CharField("domaine", max_length=20)
    cents = models.BigIntegerField("montant (centimes)")
    captured_at = models.DateTimeField("validé le")
    booked_at = models.DateTimeField("passé le")
    reversed_at = models.DateTimeField("repris le", null=True, blank=True)

    class Meta:
        verbose_name = "validation d'un Pass+ d'ailleurs"
        verbose_name_plural = "validations de Pass+ d'ailleurs"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cents__gt=0), name="passplus_guest_capture_of_something"
            ),
        )
        indexes = (models.Index(fields=("partner", "captured_at"), name="passplus_guests_of"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.cents}"


class AwayTry(TenantModel):
    """A code of elsewhere that a partner typed in vain: enough of them, and it waits."""

    partner = models.ForeignKey(
        "passplus.Partner", on_delete=models.CASCADE, related_name="+", verbose_name="partenaire"
    )
    tried_at = models.DateTimeField("essayé le")

    class Meta:
        verbose_name = "code d'ailleurs refusé"
        verbose_name_plural = "codes d'ailleurs refusés"
        indexes = (models.Index(fields=("partner", "tried_at"), name="passplus_away_tries"),)

    def __str__(self) -> str:
        return f"{self.partner_id} {self.tried_at}"
