"""Protected figures, in the public schema, under row-level security (`migrations/0002`).

A release bears the schema that published it, which PostgreSQL compares with the role that writes. Its
figures are written in the transaction that wrote it, or never: a release is whole. No role updates or
deletes either: what is corrected is released again, as the next revision.

A cell that is not told bears no value, and PostgreSQL refuses one that does: what was left out is nowhere
in these tables, nor is why. A combination of codes without a row is of nobody: zero, told.
"""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class PeriodKind(models.TextChoices):
    """How long the period of a release is. A year is a school year: it begins on the 1st of September."""

    MONTH = "MONTH", _("Mois")
    YEAR = "YEAR", _("Année scolaire")


class Marked(models.TextChoices):
    """What became of a cell. Why one is left out would say too much of its neighbours (`secrecy.Mark`)."""

    TOLD = "TOLD", _("Publié")
    SECRET = "SECRET", _("Secret statistique")


class Release(TenantModel):
    """The figures of an indicator for a period, as a département published them once.

    `manifest` says what the figures do not: the dimensions with each code's parent and words, the measures,
    the rule of secrecy, how many cells have each mark, and the digest of the figures.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    published_by = models.CharField("publié par", max_length=63)
    indicator = models.CharField("indicateur", max_length=60)
    indicator_version = models.PositiveSmallIntegerField("version de la définition")
    period_kind = models.CharField("durée", max_length=5, choices=PeriodKind.choices)
    period_start = models.DateField("à partir du")
    revision = models.PositiveSmallIntegerField("révision")
    published_at = models.DateTimeField("publié le")
    recorded_at = models.DateTimeField("enregistré le", db_default=TransactionNow())
    manifest = models.JSONField("notice", default=dict)

    class Meta:
        verbose_name = "publication"
        verbose_name_plural = "publications"
        constraints = (
            models.UniqueConstraint(
                fields=("published_by", "indicator", "period_kind", "period_start", "revision"),
                name="releases_one_revision_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(revision__gt=0), name="releases_revisions_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(period_kind="MONTH", period_start__day=1)
                | models.Q(period_kind="YEAR", period_start__day=1, period_start__month=9),
                name="releases_periods_begin_on_their_day",
            ),
        )
        indexes = (
            models.Index(
                fields=("indicator", "period_kind", "period_start"), name="releases_of_a_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.published_by} {self.indicator} {self.period_start} r{self.revision}"


class Figure(TenantModel):
    """A cell of a release, told or secret. `measure` is the role of its table: `numerator`, `denominator`."""

    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="figures", verbose_name="publication"
    )
    measure = models.CharField("mesure", max_length=40)
    codes = models.JSONField("codes")
    value = models.BigIntegerField("valeur", null=True)
    mark = models.CharField("marque", max_length=6, choices=Marked.choices)

    class Meta:
        verbose_name = "chiffre"
        verbose_name_plural = "chiffres"
        constraints = (
            models.UniqueConstraint(
                fields=("release", "codes", "measure"), name="releases_cell_once"
            ),
            models.CheckConstraint(
                condition=models.Q(mark="TOLD", value__isnull=False)
                | (models.Q(value__isnull=True) & ~models.Q(mark="TOLD")),
                name="releases_no_value_unless_told",
            ),
            models.CheckConstraint(
                condition=models.Q(mark__in=["TOLD", "SECRET"]), name="releases_marks_are_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.codes} {self.mark}"
