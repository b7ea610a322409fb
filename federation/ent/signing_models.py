"""How a département is an issuer: its keys, its clients, and what it gave them for a moment.

Codes, tokens and tickets are stored by their SHA-256 only: whoever reads the table can use none of
them. They live for seconds or minutes and are deleted within a day (`retention`), and so are the
openings of services: nobody's use of a service leaves a trail.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class SigningKey(TenantModel):
    """A key that signs what services are told. All of them are published, so that none surprises.

    The next one is published before it signs; a retired one stays published while what it signed lives.
    """

    class State(models.TextChoices):
        NEXT = "NEXT", _("Prochaine")
        CURRENT = "CURRENT", _("En service")
        RETIRED = "RETIRED", _("Retirée")

    kid = models.CharField("nom", max_length=60, unique=True)
    state = models.CharField("état", max_length=8, choices=State.choices)
    public_jwk = models.JSONField("clé publique")
    sealed_private = models.BinaryField("clé privée scellée")
    # In PEM: what a partner of SAML is given of the key.
    certificate = models.TextField("certificat", blank=True, default="")
    made_at = models.DateTimeField("faite le")
    retired_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "clé de signature"
        verbose_name_plural = "clés de signature"
        constraints = (
            models.UniqueConstraint(
                fields=("state",),
                condition=~models.Q(state="RETIRED"),
                name="ent_one_signing_key_per_place",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kid} {self.state}"


class PairwiseSecret(TenantModel):
    """What the identifiers given to services are made with. There is one; to change it loses them all."""

    purpose = models.CharField("usage", max_length=10, unique=True)
    sealed_secret = models.BinaryField("secret scellé")
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "secret des identifiants"
        verbose_name_plural = "secrets des identifiants"

    def __str__(self) -> str:
        return self.purpose


class Registration(TenantModel):
    """A service as it signs people in with us: a client of OpenID Connect, a CAS service, or a SAML partner.

    A client has exact addresses to come back to. A CAS service has one address, whole or the beginning of
    a path. A partner has a name, and exact addresses that answers are posted to; the rest of what its
    metadata say is in `saml` (`federation.ent.saml.partner`). `logout_url` is told when a person signs out.
    Another département is a client too: of no service, and without a secret, since it proves who it is
    with the keys it publishes (`jwks_url`).
    """

    class Protocol(models.TextChoices):
        OIDC = "OIDC", _("OpenID Connect")
        CAS = "CAS", _("CAS 3")
        SAML = "SAML", _("SAML 2")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    enabled = models.ForeignKey(
        "ent.EnabledService",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="service",
    )
    departement_code = models.CharField("département", max_length=3, blank=True, default="")
    protocol = models.CharField("protocole", max_length=4, choices=Protocol.choices)
    client_id = models.CharField("identifiant du client", max_length=60, blank=True, default="")
    secret_digest = models.CharField("empreinte du secret", max_length=64, blank=True, default="")
    jwks_url = models.CharField("adresse de ses clés", max_length=300, blank=True, default="")
    redirect_uris = models.JSONField("adresses de retour", default=list)
    post_logout_uris = models.JSONField("retours après déconnexion", default=list)
    service_url = models.CharField("adresse du service CAS", max_length=300, blank=True, default="")
    is_prefix = models.BooleanField("avec ce qui suit dans le chemin", default=False)
    logout_url = models.CharField("adresse de déconnexion", max_length=300, blank=True, default="")
    entity_id = models.CharField("nom SAML (entityID)", max_length=300, blank=True, default="")
    saml = models.JSONField("réglages SAML", default=dict, blank=True)
    registered_at = models.DateTimeField("inscrit le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "client"
        verbose_name_plural = "clients"
        constraints = (
            models.UniqueConstraint(
                fields=("client_id",),
                # A département keeps its name when it is agreed with again.
                condition=~models.Q(client_id="")
                & (models.Q(departement_code="") | models.Q(closed_at__isnull=True)),
                name="ent_client_id_once",
            ),
            models.UniqueConstraint(
                fields=("entity_id",),
                condition=~models.Q(entity_id="") & models.Q(closed_at__isnull=True),
                name="ent_entity_id_once",
            ),
            models.CheckConstraint(
                condition=models.Q(enabled__isnull=False, departement_code="", jwks_url="")
                | (
                    models.Q(enabled__isnull=True, protocol="OIDC")
                    & ~models.Q(departement_code="")
                    & ~models.Q(jwks_url="")
                ),
                name="ent_registration_is_a_service_or_a_departement",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(protocol="OIDC", service_url="", entity_id="")
                    & ~models.Q(client_id="")
                    & (~models.Q(secret_digest="") | ~models.Q(departement_code=""))
                )
                | (
                    models.Q(protocol="CAS", client_id="", secret_digest="", entity_id="")
                    & ~models.Q(service_url="")
                )
                | (
                    models.Q(protocol="SAML", client_id="", secret_digest="", service_url="")
                    & ~models.Q(entity_id="")
                ),
                name="ent_registration_is_of_its_protocol",
            ),
        )

    def __str__(self) -> str:
        return self.client_id or self.service_url or self.entity_id

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def sector(self) -> str:
        """Whom the identifiers of people are made for: a service, or a département."""
        if self.enabled is None:
            return f"departement-{self.departement_code}"
        return self.enabled.service_code


class GivenLink(TenantModel):
    """A guardian agreed that we tell another département that it is them, from `given_at` until it ends.

    `text_version` is that of the words they agreed to (`vouching`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key below starts with it
        verbose_name="compte",
    )
    departement_code = models.CharField("département", max_length=3)
    text_version = models.CharField("version du texte", max_length=20)
    given_at = models.DateTimeField("donné le")
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "portail relié"
        verbose_name_plural = "portails reliés"
        constraints = (
            models.UniqueConstraint(
                fields=("user", "departement_code"),
                condition=models.Q(ended_at__isnull=True),
                name="ent_one_given_link_per_departement",
            ),
        )
        indexes = (models.Index(fields=("user",), name="ent_givenlink_of_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.departement_code}"


class ServiceOpening(TenantModel):
    """A service was opened from a browser's session: who to sign out of it, and how, until then.

    `browser` names the session (`accounts.Session.public_id`) without being its key; `public_id` is
    what OpenID Connect calls `sid`, and SAML `SessionIndex`.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    browser = models.CharField(max_length=64)
    issuer = models.CharField(max_length=200)
    # The CAS ticket, which names the session to the service once it was used.
    ticket = models.CharField(max_length=80, blank=True, default="")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "service ouvert"
        verbose_name_plural = "services ouverts"
        indexes = (
            models.Index(
                fields=("browser",),
                condition=models.Q(ended_at__isnull=True),
                name="ent_openings_of_a_browser",
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id} {self.user_id}"


class AuthorizationCode(TenantModel):
    """A code of OpenID Connect: one client, one address, one challenge, one use, one minute."""

    digest = models.CharField(max_length=64, unique=True)
    opening = models.ForeignKey(ServiceOpening, on_delete=models.PROTECT, related_name="codes")
    redirect_uri = models.CharField(max_length=300)
    nonce = models.CharField(max_length=500, blank=True, default="")
    challenge = models.CharField(max_length=128)
    authenticated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "code"
        verbose_name_plural = "codes"

    def __str__(self) -> str:
        return f"code {self.pk}"


class AccessToken(TenantModel):
    """What a client reads the person's attributes with, for some minutes."""

    digest = models.CharField(max_length=64, unique=True)
    code = models.ForeignKey(AuthorizationCode, on_delete=models.PROTECT, related_name="tokens")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "jeton"
        verbose_name_plural = "jetons"

    def __str__(self) -> str:
        return f"token {self.pk}"


class CasTicket(TenantModel):
    """A ticket of CAS: one service address, one use, some seconds."""

    digest = models.CharField(max_length=64, unique=True)
    opening = models.ForeignKey(ServiceOpening, on_delete=models.PROTECT, related_name="tickets")
    service = models.CharField(max_length=2_000)
    is_fresh = models.BooleanField(default=False)  # the person has just signed in for it
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "ticket"
        verbose_name_plural = "tickets"

    def __str__(self) -> str:
        return f"ticket {self.pk}"


class SamlAnswer(TenantModel):
    """An assertion that was given. A request is answered once, so one that comes again is not."""

    opening = models.ForeignKey(ServiceOpening, on_delete=models.PROTECT, related_name="answers")
    registration = models.ForeignKey(
        Registration,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key starts with it
    )
    # The SHA-256 of the request's identifier; empty when nothing was asked.
    request_digest = models.CharField(max_length=64, blank=True, default="")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = "assertion"
        verbose_name_plural = "assertions"
        constraints = (
            models.UniqueConstraint(
                fields=("registration", "request_digest"),
                condition=~models.Q(request_digest=""),
                name="ent_saml_request_answered_once",
            ),
        )

    def __str__(self) -> str:
        return f"assertion {self.pk}"
