"""What families were told of a card, each thing once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.models import TenantModel


class Notice(TenantModel):
    """That a family was told something of a card, about a day: the same is not told twice."""

    class Kind(models.TextChoices):
        CREDIT_ENDS = "CREDIT_ENDS", _("Crédit bientôt rendu")
        TICKETS_END = "TICKETS_END", _("Tickets bientôt trop anciens")
        USED = "USED", _("Tickets utilisés")

    card = models.ForeignKey(
        "passplus.Card", on_delete=models.PROTECT, related_name="notices", verbose_name="Pass+"
    )
    kind = models.CharField("sujet", max_length=12, choices=Kind.choices)
    day = models.DateField("jour")
    told_at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "message Pass+"
        verbose_name_plural = "messages Pass+"
        constraints = (
            models.UniqueConstraint(fields=("card", "kind", "day"), name="passplus_told_once"),
        )

    def __str__(self) -> str:
        return f"{self.card_id} {self.kind} {self.day}"
