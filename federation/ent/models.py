"""Shared services in one département: which are enabled, to whom they are open, and by whom they are used.

A service is named by its code in the shared catalogue: no key leads out of the tenant's schema. It is
open to whom an opening covers on a day: a profile, in every collège, one of them, or one class.
Periods are `[valid_from, valid_until)`. An opening may have a number of licences: each person takes
one at first use, and keeps it until they leave. How a département signs people in to services is in
`signing_models`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.ent.signing_models import (
    AccessToken,
    AuthorizationCode,
    CasTicket,
    GivenLink,
    PairwiseSecret,
    Registration,
    SamlAnswer,
    ServiceOpening,
    SigningKey,
)

__all__ = [
    "AccessToken",
    "AuthorizationCode",
    "CasTicket",
    "EnabledService",
    "Favourite",
    "GivenLink",
    "Licence",
    "Opening",
    "PairwiseSecret",
    "Registration",
    "SamlAnswer",
    "ServiceOpening",
    "SigningKey",
]


class EnabledService(TenantModel):
    """A service of the catalogue that the département enabled, and what it tells it of people."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    service_code = models.CharField("service", max_length=40)
    # Codes of `catalogue.attributes.Attribute`, among those the service asks for.
    granted = models.JSONField("données transmises", default=list)
    # The département's own addresses; those of the catalogue when empty.
    launch_url = models.CharField("adresse d'ouverture", max_length=300, blank=True, default="")
    health_url = models.CharField("adresse de surveillance", max_length=300, blank=True, default="")
    enabled_at = models.DateTimeField("activé le")
    disabled_at = models.DateTimeField("désactivé le", null=True, blank=True)
    checked_at = models.DateTimeField("surveillé le", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    down_since = models.DateTimeField("en panne depuis", null=True, blank=True)

    class Meta:
        verbose_name = "service activé"
        verbose_name_plural = "services activés"
        constraints = (
            models.UniqueConstraint(
                fields=("service_code",),
                condition=models.Q(disabled_at__isnull=True),
                name="ent_service_enabled_once",
            ),
        )

    def __str__(self) -> str:
        return self.service_code

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None


class Opening(TenantModel):
    """To whom an enabled service is open, from when to when, and for how many people."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    enabled = models.ForeignKey(
        EnabledService,
        on_delete=models.PROTECT,
        related_name="openings",
        verbose_name="service",
    )
    profile = models.CharField(
        "profil",
        max_length=10,
        choices=[
            ("PUPIL", _("Élèves")),
            ("GUARDIAN", _("Responsables")),
            ("STAFF", _("Agents")),
        ],
    )
    college = models.ForeignKey(
        "people.College",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="collège",
    )
    school_class = models.ForeignKey(
        "people.SchoolClass",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="classe",
    )
    licences = models.PositiveIntegerField("nombre de licences", null=True, blank=True)
    valid_from = models.DateField("du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    class Meta:
        verbose_name = "ouverture d'un service"
        verbose_name_plural = "ouvertures des services"
        constraints = (
            models.UniqueConstraint(
                fields=("enabled", "profile", "college", "school_class"),
                condition=models.Q(valid_until__isnull=True),
                nulls_distinct=False,
                name="ent_one_lasting_opening_per_audience",
            ),
            models.CheckConstraint(
                condition=models.Q(school_class__isnull=True) | models.Q(college__isnull=False),
                name="ent_a_class_is_of_a_college",
            ),
            models.CheckConstraint(
                condition=models.Q(profile__in=("PUPIL", "GUARDIAN", "STAFF")),
                name="ent_opening_profile_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="ent_opening_never_ends_before_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.enabled_id} {self.profile}"


class Licence(TenantModel):
    """A licence of an opening, taken by a person at first use."""

    opening = models.ForeignKey(
        Opening,
        on_delete=models.PROTECT,
        related_name="taken",
        db_index=False,  # the unique key starts with it
        verbose_name="ouverture",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="compte"
    )
    taken_at = models.DateTimeField("prise le")

    class Meta:
        verbose_name = "licence prise"
        verbose_name_plural = "licences prises"
        constraints = (
            models.UniqueConstraint(fields=("opening", "user"), name="ent_one_licence_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.opening_id} {self.user_id}"


class Favourite(TenantModel):
    """A service that a person wants first."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key starts with it
        verbose_name="compte",
    )
    service_code = models.CharField("service", max_length=40)
    since = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "service favori"
        verbose_name_plural = "services favoris"
        constraints = (
            models.UniqueConstraint(fields=("user", "service_code"), name="ent_favourite_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.service_code}"
