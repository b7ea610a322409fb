"""How people are told: what each prefers, what each is to be told, digests, and devices.

A `Notice` is one thing to tell one person, at `due_at`; it holds no text. It is released once: at once by
an event of its own, or with others in a `Digest`, of which a person has one a day at most. Hours are local,
0 to 23; a quiet time from an hour to the same hour is none. What a device is reached by is sealed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class Mode(models.TextChoices):
    """When a person wants to be told of what is not urgent."""

    AT_ONCE = "AT_ONCE", _("Tout de suite")
    DIGEST = "DIGEST", _("Un résumé le soir")
    NONE = "NONE", _("Jamais, sauf urgence")


def _are_hours(*names: str) -> models.Q:
    found = models.Q()
    for name in names:
        found &= models.Q(**{f"{name}__gte": 0, f"{name}__lte": 23})
    return found


class Habits(TenantModel):
    """When to tell a person, and when to leave them in peace."""

    mode = models.CharField(
        "être prévenu", max_length=10, choices=Mode.choices, default=Mode.AT_ONCE
    )
    quiet_from = models.PositiveSmallIntegerField("calme à partir de (heure)", default=20)
    quiet_until = models.PositiveSmallIntegerField("calme jusqu'à (heure)", default=7)
    is_quiet_at_weekends = models.BooleanField("calme le week-end", default=True)

    class Meta(TenantModel.Meta):
        abstract = True


class NotificationDefaults(Habits):
    """What holds for who chose nothing, in this département; one row, or none."""

    is_only = models.BooleanField(default=True, unique=True, editable=False)
    digest_hour = models.PositiveSmallIntegerField("heure des résumés", default=18)
    urgent_per_week = models.PositiveSmallIntegerField("urgences par semaine", default=3)

    class Meta:
        verbose_name = "réglage des notifications"
        verbose_name_plural = "réglage des notifications"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_only=True), name="announcements_defaults_are_one"
            ),
            models.CheckConstraint(
                condition=_are_hours("quiet_from", "quiet_until", "digest_hour"),
                name="announcements_default_hours_are_hours",
            ),
        )

    def __str__(self) -> str:
        return str(self.mode)


class Preference(Habits):
    """What a person chose."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notification_preference"
    )
    changed_at = models.DateTimeField("choisi le")

    class Meta:
        verbose_name = "choix de notifications"
        verbose_name_plural = "choix de notifications"
        constraints = (
            models.CheckConstraint(
                condition=_are_hours("quiet_from", "quiet_until"),
                name="announcements_chosen_hours_are_hours",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.mode}"


class Digest(TenantModel):
    """The one message of a day that gathers what a person is to be told."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key starts with it
    )
    day = models.DateField("jour")
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "résumé"
        verbose_name_plural = "résumés"
        constraints = (
            models.UniqueConstraint(fields=("user", "day"), name="announcements_one_digest_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"


class NoticeKind(models.TextChoices):
    """What a person is told of. `subject` is then the public identifier of that."""

    ANNOUNCEMENT = "ANNOUNCEMENT", _("Annonce")
    CORRECTION = "CORRECTION", _("Annonce corrigée")
    REMINDER = "REMINDER", _("Rappel d'annonce")
    MESSAGE = "MESSAGE", _("Message")


class Notice(TenantModel):
    """One thing to tell one person, once: `turn` tells apart what is told again on purpose."""

    class Way(models.TextChoices):
        AT_ONCE = "AT_ONCE", _("Seul")
        DIGEST = "DIGEST", _("Dans un résumé")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique key starts with it
    )
    kind = models.CharField("objet", max_length=20, choices=NoticeKind.choices)
    subject = models.UUIDField("identifiant")
    turn = models.PositiveSmallIntegerField("tour", default=1)
    is_urgent = models.BooleanField("urgent", default=False)
    way = models.CharField("moyen", max_length=10, choices=Way.choices)
    asked_at = models.DateTimeField("demandé le")
    due_at = models.DateTimeField("à dire le")
    released_at = models.DateTimeField("parti le", null=True)
    digest = models.ForeignKey(
        Digest, on_delete=models.PROTECT, null=True, related_name="notices", db_index=False
    )

    class Meta:
        verbose_name = "notification"
        verbose_name_plural = "notifications"
        constraints = (
            models.UniqueConstraint(
                fields=("user", "subject", "kind", "turn"), name="announcements_told_once"
            ),
            models.CheckConstraint(
                condition=models.Q(digest__isnull=True)
                | models.Q(way="DIGEST", released_at__isnull=False),
                name="announcements_a_digest_holds_what_is_released",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                condition=models.Q(released_at__isnull=True),
                name="announcements_to_tell",
            ),
            models.Index(
                fields=("digest",),
                condition=models.Q(digest__isnull=False),
                name="announcements_in_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class PushSubscription(TenantModel):
    """A browser that takes messages; deleted when its person or its service says that it is over."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="push_subscriptions"
    )
    device = models.CharField("appareil", max_length=80)
    endpoint_digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    added_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "appareil prévenu"
        verbose_name_plural = "appareils prévenus"

    def __str__(self) -> str:
        return self.device


class PushKey(TenantModel):
    """The key by which push services know the département (RFC 8292); one, made when first needed."""

    is_only = models.BooleanField(default=True, unique=True, editable=False)
    public_key = models.CharField("clé publique", max_length=100)
    sealed_private = models.BinaryField()
    made_at = models.DateTimeField("faite le")

    class Meta:
        verbose_name = "clé des notifications"
        verbose_name_plural = "clés des notifications"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_only=True), name="announcements_push_key_is_one"
            ),
        )

    def __str__(self) -> str:
        return self.public_key
