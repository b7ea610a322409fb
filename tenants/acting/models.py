"""What is kept of an agent who opens a family's portal.

The family reads all of it (docs/adr/0046): who, when, why, whether the agent could change things,
and the acts done, which the journal holds under the session's identifier.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from commons.querysets import TenantManager
from tenants.people.models import Guardian

LONGEST_REASON = 300


class ActingSession(TenantModel):
    """An agent sees the portal as a guardian sees it, until `expires_at`.

    Nothing can be changed on it before `widened_at`, for the reason given then.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="acting_sessions",
        verbose_name=_("agent"),
    )
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.PROTECT,
        related_name="acting_sessions",
        verbose_name=_("responsable"),
    )
    reason = models.CharField(_("raison"), max_length=LONGEST_REASON)
    started_at = models.DateTimeField(_("commencé le"))
    expires_at = models.DateTimeField(_("au plus tard"))
    widened_at = models.DateTimeField(_("élargi le"), null=True, blank=True)
    widened_for = models.CharField(
        _("raison de l'élargissement"), max_length=LONGEST_REASON, blank=True, default=""
    )
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    objects: ClassVar[TenantManager[ActingSession]] = TenantManager()

    class Meta:
        verbose_name = _("accès d'un agent")
        verbose_name_plural = _("accès des agents")
        constraints = (
            models.UniqueConstraint(
                fields=("agent",),
                condition=models.Q(ended_at__isnull=True),
                name="acting_one_open_session_per_agent",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & models.Q(expires_at__gt=models.F("started_at")),
                name="acting_has_a_reason_and_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(widened_at__isnull=True, widened_for="")
                | (models.Q(widened_at__isnull=False) & ~models.Q(widened_for="")),
                name="acting_is_widened_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(ended_at__gte=models.F("started_at")),
                name="acting_never_ends_before_it_starts",
            ),
        )
        indexes = (models.Index(fields=("guardian", "-started_at"), name="acting_of_a_guardian"),)

    def __str__(self) -> str:
        return f"{self.agent_id} → {self.guardian_id}"

    @property
    def may_change(self) -> bool:
        return self.widened_at is not None
