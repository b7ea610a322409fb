"""Who works for a partner, where, and what was validated there.

A member is an account of this département that a partner let in, with a role. A till is a place where
tickets are taken: a door, a desk. A validation says at which till, by whom, how and when; it holds
nothing of the child. One that came from a phone without network is kept even when it is refused, with
the reason. A permit says until when a phone may validate without network: meanwhile no ticket made out
to its partner is given up, so that what the phone accepts is always there (docs/adr/0053).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class PartnerRole(models.TextChoices):
    """What a member may do: all that is the partner's, or the till alone."""

    MANAGER = "MANAGER", _("Responsable")
    TILL = "TILL", _("Accueil")


class PartnerMember(TenantModel):
    """An account that a partner let in."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="members",
        verbose_name="partenaire",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="partner_memberships",
        verbose_name="compte",
    )
    role = models.CharField("rôle", max_length=10, choices=PartnerRole.choices)
    joined_at = models.DateTimeField("arrivé le")
    ended_at = models.DateTimeField("parti le", null=True, blank=True)

    class Meta:
        verbose_name = "membre d'un partenaire"
        verbose_name_plural = "membres des partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "user"),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_member_of_partner_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner_id} {self.user_id}"

    @property
    def is_manager(self) -> bool:
        """Whether they manage the partner's people and tills."""
        return self.role == PartnerRole.MANAGER


class PartnerInvitation(TenantModel):
    """Somebody is asked by e-mail to work for a partner. Its link is nowhere but in the message."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name="partenaire",
    )
    email = models.EmailField("e-mail", max_length=254)
    role = models.CharField("rôle", max_length=10, choices=PartnerRole.choices)
    invited_at = models.DateTimeField("envoyée le")
    expires_at = models.DateTimeField("valable avant le")
    member = models.OneToOneField(
        PartnerMember,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitation",
        verbose_name="membre",
    )
    ended_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation d'un partenaire"
        verbose_name_plural = "invitations des partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "email"),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_invited_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(member__isnull=True) | models.Q(ended_at__isnull=False),
                name="passplus_accepted_invitation_is_over",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Till(TenantModel):
    """A place where a partner takes tickets."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="tills",
        verbose_name="partenaire",
    )
    name = models.CharField("nom", max_length=60)
    opened_at = models.DateTimeField("ouverte le")
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)

    class Meta:
        verbose_name = "caisse"
        verbose_name_plural = "caisses"
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "name"),
                condition=models.Q(closed_at__isnull=True),
                name="passplus_till_named_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class TillCapture(TenantModel):
    """A ticket validated at a till, or what a phone without network sent and was refused.

    `key` is the phone's own, for what comes twice. `cents` is what was taken, or asked when refused.
    """

    class Way(models.TextChoices):
        TYPED = "TYPED", _("Code tapé")
        CAMERA = "CAMERA", _("Code scanné")
        OFFLINE = "OFFLINE", _("Sans réseau")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    till = models.ForeignKey(
        Till, on_delete=models.PROTECT, related_name="captures", verbose_name="caisse"
    )
    member = models.ForeignKey(
        PartnerMember, on_delete=models.PROTECT, related_name="captures", verbose_name="par"
    )
    ticket = models.ForeignKey(
        "passplus.Ticket",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="till_captures",
        verbose_name="ticket",
    )
    guest = models.OneToOneField(
        "passplus.GuestCapture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="till_capture",
        verbose_name="ticket d'ailleurs",
    )
    key = models.UUIDField("clé")
    code = models.CharField("code", max_length=12)
    cents = models.BigIntegerField("montant (centimes)")
    way = models.CharField("moyen", max_length=10, choices=Way.choices)
    taken_at = models.DateTimeField("présenté le")
    booked_at = models.DateTimeField("enregistré le")
    refusal = models.CharField("refus", max_length=60, blank=True, default="")
    refusal_details = models.JSONField("raison du refus", default=dict, blank=True)
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.ForeignKey(
        PartnerMember,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="annulée par",
    )

    class Meta:
        verbose_name = "validation d'une caisse"
        verbose_name_plural = "validations des caisses"
        constraints = (
            models.UniqueConstraint(fields=("key",), name="passplus_validation_sent_once"),
            models.UniqueConstraint(
                fields=("ticket",),
                condition=models.Q(refusal="", undone_at__isnull=True),
                name="passplus_ticket_validated_at_one_till",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    refusal="", ticket__isnull=False, guest__isnull=True, cents__gt=0
                )
                | models.Q(refusal="", ticket__isnull=True, guest__isnull=False, cents__gt=0)
                | (
                    ~models.Q(refusal="")
                    & models.Q(undone_at__isnull=True, ticket__isnull=True, guest__isnull=True)
                ),
                name="passplus_validation_is_of_a_ticket",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="passplus_validation_undone_by_somebody",
            ),
        )
        indexes = (models.Index(fields=("till", "-booked_at"), name="passplus_captures_of_till"),)

    def __str__(self) -> str:
        return f"{self.code} {self.cents}"

    @property
    def is_accepted(self) -> bool:
        """Whether the ticket is validated by this, and still is."""
        return not self.refusal and self.undone_at is None


class OfflinePermit(TenantModel):
    """A phone may validate without network until a moment, and must have sent all by another."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    till = models.ForeignKey(
        Till, on_delete=models.PROTECT, related_name="permits", verbose_name="caisse"
    )
    member = models.ForeignKey(
        PartnerMember, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    begun_at = models.DateTimeField("préparé le")
    until = models.DateTimeField("jusqu'au")
    sent_by = models.DateTimeField("tout envoyé avant le")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "travail sans réseau"
        verbose_name_plural = "travaux sans réseau"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("begun_at"))
                & models.Q(sent_by__gt=models.F("until")),
                name="passplus_permit_leaves_time_to_send",
            ),
        )
        indexes = (
            models.Index(
                fields=("till",),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_permits_running",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
