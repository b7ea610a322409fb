"""Codes on paper, the letters that carry them, addresses to confirm, and pupils set free.

A code is kept as a fingerprint alone (`commons.sealing`): it stands in a letter and nowhere else. The
letters are kept sealed for the few hours it takes to print them, then removed. One person has one code
that works at a time; a code that was used, replaced or given up never works again.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from tenants.people.models import College, Guardian, Pupil, SchoolClass


class Audience(models.TextChoices):
    """Whom the letters of a collège are for."""

    GUARDIANS = "GUARDIANS", _("Les responsables")
    PUPILS = "PUPILS", _("Les élèves")


class Letters(TenantModel):
    """Letters printed at once: for a person, a class or a collège. `sealed` is their PDF, for a while."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    job_id = models.UUIDField("travail", unique=True, null=True)
    college = models.ForeignKey(
        College,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="collège",
    )
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="classe",
    )
    audience = models.CharField("pour", max_length=10, choices=Audience.choices)
    count = models.IntegerField("lettres")
    made_at = models.DateTimeField("faites le")
    kept_until = models.DateTimeField("gardées jusqu'au")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)
    sealed = models.BinaryField("fichier scellé", null=True)

    class Meta:
        verbose_name = "lettres"
        verbose_name_plural = "lettres"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(count__gte=1), name="activation_letters_hold_one_at_least"
            ),
        )
        indexes = (
            models.Index(
                fields=("kept_until",),
                condition=models.Q(sealed__isnull=False),
                name="activation_letters_to_remove",
            ),
        )

    def __str__(self) -> str:
        return f"{self.college_id} {self.made_at:%Y-%m-%d %H:%M} ({self.count})"


class IdentityShown(models.TextChoices):
    """What a person showed at the collège's desk before a new code was given to them."""

    IDENTITY_CARD = "IDENTITY_CARD", _("Carte d'identité ou passeport")
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", _("Titre de séjour")
    FAMILY_BOOK = "FAMILY_BOOK", _("Livret de famille")
    SCHOOL_CARD = "SCHOOL_CARD", _("Carte du collège")
    KNOWN = "KNOWN", _("La personne est connue du collège")


class ActivationCode(TenantModel):
    """A code given to a guardian or to a pupil. `wrong_tries` counts wrong birth dates.

    A code for a person who has an account already gives them a new password: `identity_shown` and
    `reason` say how it was known that it was them.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    letters = models.ForeignKey(Letters, on_delete=models.PROTECT, related_name="codes")
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activation_codes",
        verbose_name="responsable",
    )
    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activation_codes",
        verbose_name="élève",
    )
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)
    is_recovery = models.BooleanField("pour un compte qui existe", default=False)
    identity_shown = models.JSONField("ce qui a été montré", default=list)
    reason = models.CharField("raison", max_length=300, blank=True, default="")
    given_at = models.DateTimeField("donné le")
    expires_at = models.DateTimeField("valable jusqu'au")
    wrong_tries = models.PositiveSmallIntegerField("essais manqués", default=0)
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "code"
        verbose_name_plural = "codes"
        indexes = (
            # Few: what a person is told of their account is looked up among these.
            models.Index(
                fields=("given_at",),
                condition=models.Q(is_recovery=True),
                name="activation_recoveries",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(guardian__isnull=False, pupil__isnull=True)
                | models.Q(guardian__isnull=True, pupil__isnull=False),
                name="activation_code_is_of_one_person",
            ),
            models.UniqueConstraint(
                fields=("guardian",),
                condition=models.Q(ended_at__isnull=True),
                name="activation_one_code_per_guardian",
            ),
            models.UniqueConstraint(
                fields=("pupil",),
                condition=models.Q(ended_at__isnull=True),
                name="activation_one_code_per_pupil",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(ended_at=models.F("used_at")),
                name="activation_code_ends_when_used",
            ),
            models.CheckConstraint(
                condition=models.Q(is_recovery=False) | ~models.Q(reason=""),
                name="activation_recovery_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    def works_at(self, at: datetime.datetime) -> bool:
        """Whether it may still be used."""
        return self.ended_at is None and at < self.expires_at

    @property
    def person(self) -> Guardian | Pupil:
        """Whose code it is."""
        person = self.guardian or self.pupil
        assert person is not None  # by a constraint
        return person


class AddressClaim(TenantModel):
    """An address that a person says is theirs: nothing is written to it but the link that confirms it."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="address_claims"
    )
    email = models.EmailField("adresse électronique", max_length=254)
    claimed_at = models.DateTimeField("donnée le")
    expires_at = models.DateTimeField("à confirmer avant le")
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    ended_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse à confirmer"
        verbose_name_plural = "adresses à confirmer"
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=models.Q(ended_at__isnull=True),
                name="activation_one_address_to_confirm",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Emancipation(TenantModel):
    """A judge set a pupil free before eighteen (Code civil, art. 413-1): they act by themselves."""

    pupil = models.OneToOneField(
        Pupil, on_delete=models.PROTECT, related_name="emancipation", verbose_name="élève"
    )
    reason = models.CharField("raison", max_length=300)
    recorded_at = models.DateTimeField("notée le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "émancipation"
        verbose_name_plural = "émancipations"

    def __str__(self) -> str:
        return str(self.pupil_id)
