"""What the départements share: a service is described once, and each of them enables it or not.

This table lives in the public schema: every tenant reads it, and an owner process alone writes it.
No tenant's table points to it: they name a service by its `code`, which never changes.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SharedService(models.Model):
    """A service, its editor, how one signs in to it, and what it asks to be told."""

    class Category(models.TextChoices):
        SCHOOL_LIFE = "SCHOOL_LIFE", _("Vie scolaire")
        LEARNING = "LEARNING", _("Apprendre")
        READING = "READING", _("Lire et écrire")
        EVERYDAY = "EVERYDAY", _("Vie quotidienne")

    class Protocol(models.TextChoices):
        NONE = "NONE", _("Aucun : une page d'ici, ou un site ouvert")
        OIDC = "OIDC", _("OpenID Connect")
        CAS = "CAS", _("CAS 3")
        SAML = "SAML", _("SAML 2")

    code = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=80)
    description = models.CharField("ce qu'il fait", max_length=200)
    editor = models.CharField("éditeur", max_length=100)
    category = models.CharField("rubrique", max_length=12, choices=Category.choices)
    is_native = models.BooleanField("fait par Socle", default=False)
    # Something announced shows as « bientôt » and does not open.
    is_ready = models.BooleanField("prêt", default=True)
    protocol = models.CharField("connexion", max_length=4, choices=Protocol.choices)
    # A native service leads to a page of the portal, by the name of its route.
    native_route = models.CharField("page du portail", max_length=60, blank=True, default="")
    launch_url = models.URLField("adresse d'ouverture", max_length=300, blank=True, default="")
    health_url = models.URLField("adresse de surveillance", max_length=300, blank=True, default="")
    # Codes of `attributes.Attribute`: each tenant grants some of them, or none.
    asks = models.JSONField("données demandées", default=list)
    legal_basis = models.TextField("base légale", blank=True, default="")
    position = models.PositiveSmallIntegerField("rang", default=100)
    is_offered = models.BooleanField("proposé", default=True)
    published_at = models.DateTimeField("publié le", db_default=Now())

    class Meta:
        verbose_name = "service du catalogue"
        verbose_name_plural = "services du catalogue"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_native=True, launch_url="", protocol="NONE")
                | models.Q(is_native=False, native_route=""),
                name="catalogue_native_services_open_here",
            ),
            models.CheckConstraint(
                condition=models.Q(is_native=False)
                | models.Q(is_ready=False)
                | ~models.Q(native_route=""),
                name="catalogue_ready_native_services_have_a_page",
            ),
        )

    def __str__(self) -> str:
        return self.name
