"""The numbers that a holder may show instead of a telephone: of a card, of the badge of the canteen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.passplus.engine.campaign import CardKind


class CardNumber(TenantModel):
    """A number that is a pupil's for a while. Lost, it is ended, and leads to nobody."""

    class Kind(models.TextChoices):
        PHYSICAL = CardKind.PHYSICAL, _("Carte Pass+")
        BADGE = CardKind.BADGE, _("Badge de la cantine")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    pupil = models.ForeignKey(
        "people.Pupil", on_delete=models.PROTECT, related_name="card_numbers", verbose_name="élève"
    )
    kind = models.CharField("support", max_length=10, choices=Kind.choices)
    number = models.CharField("numéro", max_length=20)
    linked_at = models.DateTimeField("relié le")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "numéro de carte"
        verbose_name_plural = "numéros de cartes"
        constraints = (
            models.UniqueConstraint(
                fields=("number",),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_number_is_one_pupils",
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[0-9A-Z]{6,20}$"),
                name="passplus_number_is_letters_and_figures",
            ),
        )

    def __str__(self) -> str:
        return self.number
