"""What partners ask to change of their own sheet: only what differs, with what it was. Agents decide."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class SheetProposal(TenantModel):
    """Fields of a partner's sheet, as they were and as it wants them; one waits at a time."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("À lire")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        REFUSED = "REFUSED", _("Refusée")
        WITHDRAWN = "WITHDRAWN", _("Retirée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="proposals",
        verbose_name="partenaire",
    )
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    before = models.JSONField("avant")
    after = models.JSONField("voulu")
    proposed_by = models.CharField("demandée par", max_length=100)
    proposed_at = models.DateTimeField("demandée le")
    answer = models.CharField("mots de l'agent", max_length=500, blank=True, default="")
    decided_by = models.CharField("décidée par", max_length=100, blank=True, default="")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)

    class Meta:
        verbose_name = "changement de fiche demandé"
        verbose_name_plural = "changements de fiche demandés"
        constraints = (
            models.UniqueConstraint(
                fields=("partner",),
                condition=models.Q(state="WAITING"),
                name="passplus_one_sheet_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(state="WAITING", decided_at__isnull=True)
                | (~models.Q(state="WAITING") & models.Q(decided_at__isnull=False)),
                name="passplus_sheet_decided_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="WAITING")
                | models.Q(state="WITHDRAWN")
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="passplus_sheet_decided_by_another",
            ),
        )

    def __str__(self) -> str:
        return str(self.get_state_display())
