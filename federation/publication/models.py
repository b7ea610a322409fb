"""What a département prepares to publish, and the journal of what it left out. In its own schema.

A publication holds its tables as they may leave: told or secret. What was counted in the cells left out is
kept apart (`Kept`), for one reader: the protection of the next release of the same figure, which must know
what earlier ones hid. No page reads it.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.releases.models import PeriodKind


class State(models.TextChoices):
    """Where a publication is. It leaves once, or never."""

    PREPARED = "PREPARED", _("À publier")
    PUBLISHED = "PUBLISHED", _("Publié")
    VETOED = "VETOED", _("Retenu")
    REPLACED = "REPLACED", _("Préparé à nouveau")


class Why(models.TextChoices):
    """Why a cell is left out: `secrecy.Mark`, as the département's own agents may know it."""

    TOO_FEW = "TOO_FEW", _("Trop peu de monde")
    DOMINATED = "DOMINATED", _("Un seul fait presque tout")
    SECONDARY = "SECONDARY", _("Permettrait d'en calculer un autre")


class Publication(TenantModel):
    """The figures of an indicator for a period, protected: to be published on a day unless held back."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    indicator = models.CharField("indicateur", max_length=60)
    indicator_version = models.PositiveSmallIntegerField("version de la définition")
    period_kind = models.CharField("durée", max_length=5, choices=PeriodKind.choices)
    period_start = models.DateField("à partir du")
    revision = models.PositiveSmallIntegerField("révision")
    state = models.CharField("état", max_length=9, choices=State.choices, default=State.PREPARED)
    tables = models.JSONField("tableaux protégés")
    prepared_at = models.DateTimeField("préparé le")
    due_at = models.DateTimeField("publié seul le")
    decided_at = models.DateTimeField("décidé le", null=True)
    reason = models.CharField("pourquoi", max_length=300, blank=True, default="")
    release = models.UUIDField("publication partagée", null=True)

    class Meta:
        verbose_name = "chiffre à publier"
        verbose_name_plural = "chiffres à publier"
        constraints = (
            models.UniqueConstraint(
                fields=("indicator", "period_kind", "period_start"),
                condition=models.Q(state="PREPARED"),
                name="publication_one_prepared_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("indicator", "period_kind", "period_start", "revision"),
                condition=models.Q(state="PUBLISHED"),
                name="publication_revision_published_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="PUBLISHED", release__isnull=False)
                | (~models.Q(state="PUBLISHED") & models.Q(release__isnull=True)),
                name="publication_released_when_published",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="VETOED") | ~models.Q(reason=""),
                name="publication_held_back_for_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=("period_kind", "period_start"), name="publication_of_a_period"),
            models.Index(
                fields=("due_at",), condition=models.Q(state="PREPARED"), name="publication_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {self.period_start} r{self.revision}"


class Suppression(TenantModel):
    """A line of the journal: a cell left out, why, and for a secondary one what it protects. No value."""

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="journal", verbose_name="publication"
    )
    measure = models.CharField("mesure", max_length=40)
    codes = models.JSONField("codes")
    why = models.CharField("pourquoi", max_length=9, choices=Why.choices)
    protects = models.JSONField("protège", default=list)

    class Meta:
        verbose_name = "case masquée"
        verbose_name_plural = "cases masquées"
        constraints = (
            models.UniqueConstraint(
                fields=("publication", "codes", "measure"), name="publication_cell_left_out_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.codes} {self.why}"


class Kept(TenantModel):
    """What was counted in the cells left out of a publication: for the protection of later ones alone."""

    publication = models.OneToOneField(
        Publication, on_delete=models.PROTECT, related_name="kept", verbose_name="publication"
    )
    cells = models.JSONField("cases")

    class Meta:
        verbose_name = "cases gardées"
        verbose_name_plural = "cases gardées"

    def __str__(self) -> str:
        return str(self.publication_id)
