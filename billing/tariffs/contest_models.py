"""What families say is wrong in a price, and the answers.

A contest is a guardian's own: the other parent of a child neither reads it nor is told. It blocks
neither the price nor the invoices. Nothing of what the family wrote is ever changed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class PriceContest(TenantModel):
    """What a guardian says of a decided price; one at a time waits for each guardian and decision.

    An accepted one led to another decision (`new_decision`), which says another price.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("En attente")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        REFUSED = "REFUSED", _("Refusée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    decision = models.ForeignKey(
        "tariffs.PriceDecision",
        on_delete=models.PROTECT,
        related_name="contests",
        verbose_name="prix contesté",
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="price_contests",
        verbose_name="responsable",
    )
    text = models.TextField("message de la famille")
    state = models.CharField("état", max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField("reçue le")
    answer = models.TextField("réponse", blank=True, default="", db_default="")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.CharField(
        "répondue par", max_length=100, blank=True, default="", db_default=""
    )
    new_decision = models.ForeignKey(
        "tariffs.PriceDecision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contests_accepted",
        verbose_name="nouveau prix",
    )

    class Meta:
        verbose_name = "contestation de prix"
        verbose_name_plural = "contestations de prix"
        constraints = (
            models.UniqueConstraint(
                fields=("decision", "guardian"),
                condition=models.Q(state="OPEN"),
                name="tariffs_one_open_contest_per_price_and_guardian",
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", answered_at__isnull=True, answer="")
                | (
                    ~models.Q(state="OPEN")
                    & models.Q(answered_at__isnull=False)
                    & ~models.Q(answer="")
                ),
                name="tariffs_contest_answered_when_over",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ACCEPTED", new_decision__isnull=False)
                | (~models.Q(state="ACCEPTED") & models.Q(new_decision__isnull=True)),
                name="tariffs_accepted_contest_has_its_decision",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="tariffs_contest_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == self.State.OPEN
