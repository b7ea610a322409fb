"""Models of floor 0. They exist in the public schema and in each tenant's.

An outbox event is asked for in the same transaction as the act it tells of; it holds identifiers
only, no personal data. An audit entry says who did what to what; both are append-only but for the
delivery columns of the outbox.
"""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from commons.actors import Actor
from commons.identifiers import new_public_id
from commons.querysets import TenantManager, TenantRow
from commons.tenancy import current_schema


class TenantModel(TenantRow, models.Model):
    """The base of every model that lives in a tenant's schema.

    An instance remembers the schema it was made or read in, and is saved, deleted, refreshed and
    followed there alone: a number of one tenant is another row in the next.
    """

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_in = current_schema()


class OutboxEvent(TenantModel):
    """Something that happened and must be told outside, at least once, in order per aggregate."""

    name = models.CharField("nom", max_length=100)
    aggregate = models.CharField("agrégat", max_length=100)
    payload = models.JSONField("identifiants")
    occurred_at = models.DateTimeField("survenu le")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now())
    delivered_at = models.DateTimeField("remis le", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0, db_default=0)
    next_attempt_at = models.DateTimeField("prochain essai", db_default=Now())
    latest_error = models.TextField("dernière erreur", blank=True, default="", db_default="")

    class Meta:
        verbose_name = "événement à transmettre"
        verbose_name_plural = "événements à transmettre"
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"),
                condition=models.Q(delivered_at__isnull=True),
                name="outbox_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class AuditEntry(TenantModel):
    """Who did what to what, when."""

    at = models.DateTimeField("le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)
    action = models.CharField("acte", max_length=100)
    subject_type = models.CharField("type d'objet", max_length=100)
    subject_id = models.CharField("objet", max_length=100)
    details = models.JSONField("détails", default=dict)

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "journal des actes"
        indexes = (
            models.Index(fields=("subject_type", "subject_id"), name="audit_subject"),
            models.Index(fields=("at",), name="audit_at"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class Job(TenantModel):
    """Work that takes more than a moment: asked for by somebody, done by a worker, once.

    `subject` is what it is about: one thing has one job of a kind at a time. `arguments` and `result`
    hold identifiers and plain values. A refusal of the domain is kept with its code and details.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("En attente")
        RUNNING = "RUNNING", _("En cours")
        DONE = "DONE", _("Fait")
        FAILED = "FAILED", _("Pas fait")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("travail", max_length=60)
    subject = models.CharField("objet", max_length=100)
    arguments = models.JSONField("demande", default=dict, encoder=DjangoJSONEncoder)
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    result = models.JSONField("résultat", default=dict, encoder=DjangoJSONEncoder)
    error_code = models.CharField("refus", max_length=60, blank=True, default="")
    error_details = models.JSONField("détails du refus", default=dict, encoder=DjangoJSONEncoder)
    asked_at = models.DateTimeField("demandé le")
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=models.Q(ended_at__isnull=True),
                name="commons_one_job_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, state__in=("WAITING", "RUNNING"))
                | models.Q(ended_at__isnull=False, state__in=("DONE", "FAILED")),
                name="commons_job_ended_when_over",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"

    @property
    def actor(self) -> Actor:
        """Who asked for it."""
        return Actor(kind=self.actor_kind, id=self.actor_id)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done."""
        return self.ended_at is not None
