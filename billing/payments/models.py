"""Merchants, payments, refunds, and the notices providers send. Amounts are integer euro cents.

A payment is one attempt to pay one or several invoices at a provider's. While it is open, each part
is a hold in the ledger, from the merchant's clearing account to the invoice's: nobody can pay the
same cents twice. What the provider says, read again from it, moves the payment forward and never
back; the ledger alone says what is paid.

A refund gives back a part of what a payment paid of one invoice: one person asks, another decides,
and the worker has the provider do it.

A notice is a hint that something happened at the provider's: it is kept, and what it speaks of is
read again. Parts are append-only by grant, payments are never deleted.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class Merchant(TenantModel):
    """The account of a régie at a provider of payments. One is open at a time."""

    class Provider(models.TextChoices):
        STRIPE = "STRIPE", _("Stripe")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    regie = models.ForeignKey(
        "invoicing.Regie", on_delete=models.PROTECT, related_name="merchants", verbose_name="régie"
    )
    provider = models.CharField("prestataire", max_length=10, choices=Provider.choices)
    # Empty when the key is the account's own; else the account the key acts for (Stripe Connect).
    account_ref = models.CharField("compte chez le prestataire", max_length=100, blank=True)
    sealed_credentials = models.BinaryField("clés scellées")
    is_live = models.BooleanField("paiements réels", default=False)
    clearing_account = models.ForeignKey(
        "ledger.Account",
        on_delete=models.PROTECT,
        related_name="merchants",
        verbose_name="compte d'encaissement",
    )
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "compte de paiement"
        verbose_name_plural = "comptes de paiement"
        constraints = (
            models.UniqueConstraint(
                fields=("regie",),
                condition=models.Q(closed_at__isnull=True),
                name="payments_one_open_merchant_per_regie",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.account_ref}".strip()


class Payment(TenantModel):
    """One attempt to pay. `checkout_ref` names it at the provider's, once the page is made there."""

    class State(models.TextChoices):
        CREATED = "CREATED", _("Commencé")
        OPEN = "OPEN", _("Chez le prestataire")
        PROCESSING = "PROCESSING", _("En cours à la banque")
        PAID = "PAID", _("Payé")
        FAILED = "FAILED", _("Refusé")
        EXPIRED = "EXPIRED", _("Abandonné")
        RETURNED = "RETURNED", _("Rejeté par la banque")

    class Method(models.TextChoices):
        CARD = "CARD", _("Carte bancaire")
        DIRECT_DEBIT = "DIRECT_DEBIT", _("Prélèvement bancaire")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        related_name="payments",
        verbose_name="compte de paiement",
    )
    payer = models.ForeignKey(
        "people.Guardian", on_delete=models.PROTECT, related_name="payments", verbose_name="payeur"
    )
    amount_cents = models.BigIntegerField("montant")
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.CREATED)
    checkout_ref = models.CharField("référence", max_length=200, blank=True, default="")
    checkout_url = models.CharField("page de paiement", max_length=2000, blank=True, default="")
    provider_ref = models.CharField(
        "paiement chez le prestataire", max_length=200, blank=True, default=""
    )
    # What was chosen at the provider's, once it is known.
    method = models.CharField(
        "moyen de paiement",
        max_length=12,
        choices=Method.choices,
        blank=True,
        default="",
        db_default="",
    )
    return_url = models.CharField("page de retour", max_length=500)
    email = models.EmailField("courriel", blank=True, default="")
    # What the provider says and we did not expect: another amount, money after the end. A person
    # looks, and writes what was found.
    problem = models.CharField("problème", max_length=40, blank=True, default="")
    answer = models.CharField("réponse", max_length=500, blank=True, default="")
    answered_by = models.CharField("auteur de la réponse", max_length=100, blank=True, default="")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    # Asked for and not refused: what is given back, or soon will be.
    refunded_cents = models.BigIntegerField("remboursé", default=0, db_default=0)
    created_at = models.DateTimeField("commencé le")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    settled_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "paiement"
        verbose_name_plural = "paiements"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="payments_amount_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_cents__gte=0)
                & models.Q(refunded_cents__lte=models.F("amount_cents")),
                name="payments_refunded_within_paid",
            ),
            models.UniqueConstraint(
                fields=("merchant", "checkout_ref"),
                condition=~models.Q(checkout_ref=""),
                name="payments_checkout_named_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    settled_at__isnull=True, state__in=("CREATED", "OPEN", "PROCESSING")
                )
                | models.Q(
                    settled_at__isnull=False, state__in=("PAID", "FAILED", "EXPIRED", "RETURNED")
                ),
                name="payments_settled_when_over",
            ),
        )
        indexes = (
            models.Index(fields=("payer", "-created_at"), name="payments_by_payer"),
            models.Index(
                fields=("created_at",),
                condition=models.Q(settled_at__isnull=True),
                name="payments_under_way",
            ),
            models.Index(
                fields=("created_at",),
                condition=~models.Q(problem="") & models.Q(answered_at__isnull=True),
                name="payments_to_look_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_under_way(self) -> bool:
        """Whether its holds still stand."""
        return self.settled_at is None


class PaymentPart(TenantModel):
    """What a payment pays of one invoice, and the hold that keeps it."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="parts", verbose_name="paiement"
    )
    invoice = models.ForeignKey(
        "invoicing.Invoice",
        on_delete=models.PROTECT,
        related_name="payment_parts",
        verbose_name="facture",
    )
    amount_cents = models.BigIntegerField("montant")
    hold = models.OneToOneField(
        "ledger.Transfer",
        on_delete=models.PROTECT,
        related_name="payment_part",
        verbose_name="réservation",
    )

    class Meta:
        verbose_name = "part d'un paiement"
        verbose_name_plural = "parts d'un paiement"
        constraints = (
            models.UniqueConstraint(
                fields=("payment", "invoice"), name="payments_one_part_per_invoice"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="payments_part_is_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.payment_id} {self.invoice_id}"


class Refund(TenantModel):
    """Money given back of what a payment paid of one invoice. Never by one person alone."""

    class State(models.TextChoices):
        ASKED = "ASKED", _("À approuver")
        APPROVED = "APPROVED", _("Approuvé")
        SENT = "SENT", _("Chez le prestataire")
        DONE = "DONE", _("Remboursé")
        FAILED = "FAILED", _("Échoué")
        REFUSED = "REFUSED", _("Refusé")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    part = models.ForeignKey(
        PaymentPart, on_delete=models.PROTECT, related_name="refunds", verbose_name="part payée"
    )
    amount_cents = models.BigIntegerField("montant")
    reason = models.CharField("raison", max_length=300)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.CharField("demandé par", max_length=100)
    asked_at = models.DateTimeField("demandé le")
    decided_by = models.CharField("décidé par", max_length=100, blank=True, default="")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    answer = models.CharField("raison du refus", max_length=300, blank=True, default="")
    # What is given back is kept in the ledger from the approval on.
    hold = models.OneToOneField(
        "ledger.Transfer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund",
        verbose_name="réservation",
    )
    provider_ref = models.CharField(
        "remboursement chez le prestataire", max_length=200, blank=True, default=""
    )
    failure = models.CharField("échec", max_length=100, blank=True, default="")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    settled_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "remboursement"
        verbose_name_plural = "remboursements"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="payments_refund_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, decided_by="")
                | (
                    models.Q(decided_at__isnull=False)
                    & ~models.Q(decided_by="")
                    & ~models.Q(decided_by=models.F("asked_by"))
                ),
                name="payments_refund_needs_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=("APPROVED", "SENT", "DONE"),
                    decided_at__isnull=False,
                    hold__isnull=False,
                )
                | models.Q(state__in=("ASKED", "REFUSED", "FAILED")),
                name="payments_refund_approved_before_sent",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, state__in=("ASKED", "APPROVED", "SENT"))
                | models.Q(settled_at__isnull=False, state__in=("DONE", "FAILED", "REFUSED")),
                name="payments_refund_settled_when_over",
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at",),
                condition=models.Q(settled_at__isnull=True),
                name="payments_refunds_under_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_under_way(self) -> bool:
        """Whether it may still give money back."""
        return self.settled_at is None


class Notice(TenantModel):
    """A verified message of a provider: what it speaks of, and when it was dealt with."""

    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name="compte de paiement",
    )
    event_ref = models.CharField("référence", max_length=200)
    kind = models.CharField("type", max_length=100)
    checkout_ref = models.CharField("référence du paiement", max_length=200, blank=True)
    provider_ref = models.CharField("paiement chez le prestataire", max_length=200, blank=True)
    digest = models.CharField("empreinte", max_length=64)
    received_at = models.DateTimeField("reçu le")
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="paiement",
    )

    class Meta:
        verbose_name = "avis du prestataire"
        verbose_name_plural = "avis du prestataire"
        constraints = (
            models.UniqueConstraint(
                fields=("merchant", "event_ref"), name="payments_notice_kept_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("received_at",),
                condition=models.Q(handled_at__isnull=True),
                name="payments_notices_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.event_ref}"
