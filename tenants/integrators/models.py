"""Machines that read a département's data by the API, and the web pages that may call it.

A secret and a token are kept by their SHA-256 alone: 256 bits drawn at random, which no digest gives
back. What ends is dated, never deleted; tokens are, an hour after they ended.
"""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from tenants.integrators.scopes import Scope


class Integrator(TenantModel):
    """A machine of somebody who answers for it: what it may read, and until when."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    client_id = models.CharField(_("identifiant du client"), max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    contact_email = models.EmailField(_("courriel de qui en répond"), max_length=254)
    scopes = models.JSONField(_("portées"), default=list)
    registered_at = models.DateTimeField(_("inscrit le"))
    expires_at = models.DateTimeField(_("finit le"))
    revoked_at = models.DateTimeField(_("révoqué le"), null=True, blank=True)
    used_at = models.DateTimeField(_("vu le"), null=True, blank=True)

    class Meta:
        verbose_name = _("logiciel")
        verbose_name_plural = _("logiciels")
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(revoked_at__isnull=True),
                name="integrators_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("registered_at")),
                name="integrators_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_open(self, *, at: datetime.datetime) -> bool:
        """Whether it may ask for anything."""
        return self.revoked_at is None and at < self.expires_at

    @property
    def given(self) -> frozenset[Scope]:
        return frozenset(Scope(one) for one in self.scopes)


class Credential(TenantModel):
    """What a machine proves itself with, until `expires_at`: a secret, or the public half of a key."""

    class Kind(models.TextChoices):
        SECRET = "SECRET", _("Secret")
        KEY = "KEY", _("Clé publique")

    integrator = models.ForeignKey(
        Integrator,
        on_delete=models.PROTECT,
        related_name="credentials",
        verbose_name=_("logiciel"),
    )
    kind = models.CharField(_("sorte"), max_length=6, choices=Kind.choices)
    digest = models.CharField(_("empreinte"), max_length=64, blank=True, default="")
    kid = models.CharField(_("nom de la clé"), max_length=100, blank=True, default="")
    public_jwk = models.JSONField(_("clé publique"), default=dict, blank=True)
    made_at = models.DateTimeField(_("fait le"))
    expires_at = models.DateTimeField(_("finit le"))

    class Meta:
        verbose_name = _("moyen de se prouver")
        verbose_name_plural = _("moyens de se prouver")
        constraints = (
            models.CheckConstraint(
                condition=(models.Q(kind="SECRET", kid="") & ~models.Q(digest=""))
                | (models.Q(kind="KEY", digest="") & ~models.Q(kid="")),
                name="integrators_credential_is_of_its_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.integrator_id} {self.kind}"


class MachineToken(TenantModel):
    """An access token of some minutes. It is worth what its machine and its credential still are."""

    digest = models.CharField(max_length=64, unique=True)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="tokens")
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("jeton d'un logiciel")
        verbose_name_plural = _("jetons des logiciels")

    def __str__(self) -> str:
        return f"token {self.pk}"


class AllowedOrigin(TenantModel):
    """A web page's origin that may call the API from a browser, with a token and never with a session."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    origin = models.CharField(_("origine"), max_length=200)
    allowed_at = models.DateTimeField(_("admise le"))
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("origine admise")
        verbose_name_plural = _("origines admises")
        constraints = (
            models.UniqueConstraint(
                fields=("origin",),
                condition=models.Q(withdrawn_at__isnull=True),
                name="integrators_origin_once",
            ),
        )

    def __str__(self) -> str:
        return self.origin
