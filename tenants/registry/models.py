"""A département, and the hosts it answers on. These two tables live in the public schema.

Colours are `#rrggbb`; a pair that fails WCAG 2.2 AA is refused where it is set (`ui.brand`).
"""

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class Departement(TenantMixin):  # type: ignore[misc]  # django_tenants is untyped
    """A tenant: a département, its schema and its brand."""

    auto_create_schema = False  # tenants.registry.provisioning makes schema, role and rights
    auto_drop_schema = False

    code = models.CharField("code", max_length=3, unique=True)
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom d'hôte", max_length=50, unique=True)
    is_active = models.BooleanField("ouvert", default=True)
    primary_color = models.CharField("couleur principale", max_length=7, default="#1f3a5f")
    accent_color = models.CharField("couleur d'accent", max_length=7, default="#b3261e")
    emblem = models.CharField("emblème", max_length=30, default="generic")
    contact_phone = models.CharField("téléphone", max_length=20, blank=True, default="")
    contact_email = models.EmailField("courriel", blank=True, default="")
    payment_help = models.TextField("comment payer", blank=True, default="")
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Domain(DomainMixin):  # type: ignore[misc]  # django_tenants is untyped
    """A host name of a département, without port."""

    class Meta:
        verbose_name = "domaine"
        verbose_name_plural = "domaines"

    def __str__(self) -> str:
        return str(self.domain)
