"""What is kept of visits: counts, and for a time what they are still being counted with.

An `Audience` is a cell: in a day, week or month, so many visits and so many different visitors, of a
collège (its UAI; empty for nobody's) and a profile, in all or of one service. While its window runs it
holds a sketch (HyperLogLog): it counts different people without holding any, and it is thrown away
with the window's key. Weeks begin on Monday; days are local (Paris).

No row names a person, an account, or anything that stands for one.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.models import TenantModel


class Window(models.TextChoices):
    """A stretch of time in which different visitors are counted."""

    DAY = "DAY", _("Jour")
    WEEK = "WEEK", _("Semaine")
    MONTH = "MONTH", _("Mois")


class Profile(models.TextChoices):
    """The profiles of the DNMA, by its own names."""

    PUPIL = "ELEVE", _("Élèves")
    TEACHER = "ENSEIGNANT", _("Enseignants")
    PARENT = "PARENT", _("Parents")
    SCHOOL_STAFF = "ADMIN_VIE_SCOL_TECH", _("Personnels du collège")
    OTHER = "AUTRE", _("Autres")


class Kind(models.TextChoices):
    """Who made a service, by the DNMA's names; `WHOLE` is a whole visit, whatever it was for."""

    WHOLE = "", _("Toute la visite")
    NATIVE = "NATIF", _("Socle")
    THIRD_PARTY = "TIERS", _("Service tiers")


class PseudonymKey(TenantModel):
    """What visitors are hashed with in one window; sealed, and deleted when the window is over."""

    window = models.CharField("durée", max_length=5, choices=Window.choices)
    starts_on = models.DateField("commence le")
    sealed_key = models.BinaryField()

    class Meta:
        verbose_name = "clé de comptage"
        verbose_name_plural = "clés de comptage"
        constraints = (
            models.UniqueConstraint(
                fields=("window", "starts_on"), name="usage_one_key_per_window"
            ),
        )

    def __str__(self) -> str:
        return f"{self.window} {self.starts_on}"


class Audience(TenantModel):
    """Visits and different visitors of a cell. `sketch` is null once the window is over."""

    window = models.CharField("durée", max_length=5, choices=Window.choices)
    starts_on = models.DateField("commence le")
    college_uai = models.CharField("UAI", max_length=8, blank=True, default="")
    profile = models.CharField("profil", max_length=20, choices=Profile.choices)
    kind = models.CharField("type", max_length=5, choices=Kind.choices, blank=True, default="")
    service_code = models.CharField("service", max_length=40, blank=True, default="")
    visits = models.PositiveIntegerField("visites")
    visitors = models.PositiveIntegerField("visiteurs")
    sketch = models.BinaryField(null=True)
    is_example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "fréquentation"
        verbose_name_plural = "fréquentations"
        constraints = (
            models.UniqueConstraint(
                fields=("window", "starts_on", "college_uai", "profile", "kind", "service_code"),
                name="usage_one_count_per_cell",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="", service_code="")
                | (models.Q(window="MONTH") & ~models.Q(kind="") & ~models.Q(service_code="")),
                name="usage_services_are_counted_by_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.window} {self.starts_on} {self.college_uai} {self.profile}"


class HourlyVisits(TenantModel):
    """Visits that began in an hour of a day. Of no collège: a secretary alone would be followed."""

    day = models.DateField("jour")
    hour = models.PositiveSmallIntegerField("heure")
    profile = models.CharField("profil", max_length=20, choices=Profile.choices)
    visits = models.PositiveIntegerField("visites")
    is_example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "visites d'une heure"
        verbose_name_plural = "visites par heure"
        constraints = (
            models.UniqueConstraint(
                fields=("day", "hour", "profile"), name="usage_one_count_per_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(hour__gte=0, hour__lte=23), name="usage_hours_are_of_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.hour} {self.profile}"


class Potential(TenantModel):
    """How many people of a collège and a profile could come in a month, and have opened an account."""

    month = models.DateField("mois")
    college_uai = models.CharField("UAI", max_length=8, blank=True, default="")
    profile = models.CharField("profil", max_length=20, choices=Profile.choices)
    people = models.PositiveIntegerField("personnes")
    accounts = models.PositiveIntegerField("comptes activés")

    class Meta:
        verbose_name = "public possible"
        verbose_name_plural = "publics possibles"
        constraints = (
            models.UniqueConstraint(
                fields=("month", "college_uai", "profile"), name="usage_one_potential_per_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month} {self.college_uai} {self.profile}"


class Gathering(TenantModel):
    """A batch of counts that was added: one that is offered again changes nothing."""

    batch = models.UUIDField("lot", unique=True)
    gathered_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "relevé"
        verbose_name_plural = "relevés"

    def __str__(self) -> str:
        return str(self.batch)
