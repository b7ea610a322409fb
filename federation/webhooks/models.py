"""Who is told of what happens here, what each is to be told, and each try to tell it.

An `Endpoint` is an address of an integrator's. A `Delivery` is one event for one endpoint, once
(unique key); it holds identifiers only, and its own identifier is the same at each try. An `Attempt`
is a call that was made; of the answer it keeps the status alone. Durations are milliseconds.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class EndpointState(models.TextChoices):
    """Whether deliveries are sent; `TRIPPED` is the breaker's, which tries again by itself."""

    ACTIVE = "ACTIVE", _("En service")
    TRIPPED = "TRIPPED", _("En panne")
    PAUSED = "PAUSED", _("En pause")


class Endpoint(TenantModel):
    """An address told of some events. Its secrets are sealed; the previous one signs too, for a time."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    name = models.CharField("nom", max_length=100)
    contact_email = models.EmailField("courriel du contact", max_length=254)
    url = models.CharField("adresse", max_length=300)
    events = models.JSONField("événements", default=list)
    state = models.CharField(
        "état", max_length=10, choices=EndpointState.choices, default=EndpointState.ACTIVE
    )
    sealed_secret = models.BinaryField()
    sealed_previous = models.BinaryField(null=True)
    previous_until = models.DateTimeField("ancien secret jusqu'au", null=True, blank=True)
    failures = models.PositiveIntegerField("échecs de suite", default=0)
    failing_since = models.DateTimeField("échoue depuis", null=True, blank=True)
    probe_at = models.DateTimeField("prochain essai", null=True, blank=True)
    warned_at = models.DateTimeField("contact prévenu le", null=True, blank=True)
    is_gone = models.BooleanField("n'existe plus, dit-il", default=False)
    created_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "logiciel prévenu"
        verbose_name_plural = "logiciels prévenus"
        constraints = (
            models.UniqueConstraint(fields=("name",), name="webhooks_endpoint_name_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("ACTIVE", "TRIPPED", "PAUSED")),
                name="webhooks_endpoint_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="TRIPPED", probe_at__isnull=False)
                | (~models.Q(state="TRIPPED") & models.Q(probe_at__isnull=True)),
                name="webhooks_a_tripped_endpoint_is_tried_again",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed_previous__isnull=True, previous_until__isnull=True)
                | models.Q(sealed_previous__isnull=False, previous_until__isnull=False),
                name="webhooks_a_previous_secret_ends",
            ),
        )

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """How a delivery stands; one that is given up may be replayed."""

    WAITING = "WAITING", _("En attente")
    DELIVERED = "DELIVERED", _("Remis")
    GIVEN_UP = "GIVEN_UP", _("Abandonné")


class Delivery(TenantModel):
    """One event for one endpoint. `event_id` is the outbox's row; a trial has none."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    endpoint = models.ForeignKey(
        Endpoint,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,  # the log's index starts with it
        verbose_name="logiciel prévenu",
    )
    event_id = models.BigIntegerField("événement", null=True, blank=True)
    name = models.CharField("événement", max_length=100)
    ids = models.JSONField("identifiants", default=dict)
    occurred_at = models.DateTimeField("survenu le")
    state = models.CharField(
        "état", max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    next_attempt_at = models.DateTimeField("prochain essai")
    delivered_at = models.DateTimeField("remis le", null=True, blank=True)
    asked_at = models.DateTimeField("demandé le")

    class Meta:
        verbose_name = "envoi à un logiciel"
        verbose_name_plural = "envois aux logiciels"
        constraints = (
            models.UniqueConstraint(
                fields=("event_id", "endpoint"), name="webhooks_one_delivery_per_event"
            ),
            models.CheckConstraint(
                condition=models.Q(state="DELIVERED", delivered_at__isnull=False)
                | models.Q(state__in=("WAITING", "GIVEN_UP"), delivered_at__isnull=True),
                name="webhooks_a_delivery_is_dated",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"),
                condition=models.Q(state="WAITING"),
                name="webhooks_waiting",
            ),
            models.Index(fields=("endpoint", "-id"), name="webhooks_log"),
            models.Index(fields=("asked_at",), name="webhooks_asked"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.public_id}"


class Outcome(models.TextChoices):
    """What came of a call."""

    TAKEN = "TAKEN", _("Reçu")
    REFUSED = "REFUSED", _("Refusé")
    GONE = "GONE", _("N'existe plus")
    NO_ANSWER = "NO_ANSWER", _("Pas de réponse")
    NOT_CALLABLE = "NOT_CALLABLE", _("Adresse interdite")


class Attempt(TenantModel):
    """A call that was made for a delivery. `status` is that of HTTP, when there was an answer."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="tries", verbose_name="envoi"
    )
    number = models.PositiveSmallIntegerField("essai")
    at = models.DateTimeField("le")
    outcome = models.CharField("résultat", max_length=12, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField("statut", null=True, blank=True)
    duration_ms = models.PositiveIntegerField("durée (ms)")

    class Meta:
        verbose_name = "essai d'envoi"
        verbose_name_plural = "essais d'envoi"

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number} {self.outcome}"
