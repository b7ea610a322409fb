"""The keys that sign the tickets of a département: one in service, and the former ones."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.models import TenantModel


class TicketKey(TenantModel):
    """A key that signs tickets. A former one is still published: what it signed is on paper somewhere."""

    class State(models.TextChoices):
        CURRENT = "CURRENT", _("En service")
        FORMER = "FORMER", _("Remplacée")
        WITHDRAWN = "WITHDRAWN", _("Retirée")

    kid = models.CharField("nom", max_length=60, unique=True)
    state = models.CharField("état", max_length=9, choices=State.choices)
    public_jwk = models.JSONField("clé publique")
    sealed_private = models.BinaryField("clé privée scellée")
    made_at = models.DateTimeField("faite le")
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "clé des tickets Pass+"
        verbose_name_plural = "clés des tickets Pass+"
        constraints = (
            models.UniqueConstraint(
                fields=("state",),
                condition=models.Q(state="CURRENT"),
                name="passplus_one_ticket_key_in_service",
            ),
            models.CheckConstraint(
                condition=models.Q(state="CURRENT", replaced_at__isnull=True)
                | (~models.Q(state="CURRENT") & models.Q(replaced_at__isnull=False)),
                name="passplus_ticket_key_is_replaced_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kid} {self.state}"
