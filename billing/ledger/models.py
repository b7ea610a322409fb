"""Accounts and transfers: TigerBeetle's data model, in SQL (DESIGN invariant 2).

A transfer moves a positive number of cents from one account to another, so the books cannot be
unbalanced: it debits `debit_account` and credits `credit_account`. Transfers are append-only by
grant: a tenant's role may insert and read them, never update or delete. A hold is two-phase: a
PENDING transfer, resolved once by a POST_PENDING (in full or in part; the rest is released) or a
VOID_PENDING. An account's four balances are moved in the same statement that inserts the transfer,
by database-side deltas, under the CHECKs below; never read-modify-write.

Signs: nothing is signed. What a family owes on an invoice is debits minus credits of the invoice's
account; what a wallet holds is credits minus debits of the wallet's account. The two rules of an
account are TigerBeetle's: what is posted *and held* on one side stays within what is posted on the
other; a hold on the other side is not money yet.

Codes: an account's code is `<what>:<identifier>` ("invoice:<uuid>", "regie:<code>:revenue"); a
transfer's code says its nature in a word ("issue", "capture", "expiry"). Nothing here is a trigger
or a stored procedure, keys are bigint and UUIDs are made by the application (Citus).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class AccountKind(models.TextChoices):
    """What an account stands for, and the side its balance is read on.

    INVOICE what a payer owes on one invoice (debits − credits; credits must not exceed debits).
    REVENUE what a régie has earned (credits − debits). CLEARING money on its way, in or out: a
    payment provider's, or between départements (debits − credits is ours). WALLET what a holder may
    spend (credits − debits; debits must not exceed credits). FUNDING what pays for wallets: the
    budget of a campaign. PARTNER what is due to a partner (credits − debits). OVER_PAID what is owed
    back to a payer on one invoice (credits − debits; debits must not exceed credits).
    """

    INVOICE = "INVOICE", _("Facture")
    REVENUE = "REVENUE", _("Recettes de la régie")
    CLEARING = "CLEARING", _("Encaissements en attente")
    WALLET = "WALLET", _("Porte-monnaie")
    FUNDING = "FUNDING", _("Financement")
    PARTNER = "PARTNER", _("Partenaire")
    OVER_PAID = "OVER_PAID", _("Trop-perçu à rembourser")


class TransferKind(models.TextChoices):
    """What a transfer does to the balances."""

    POSTED = "POSTED", _("Écriture")
    PENDING = "PENDING", _("Réservation")
    POST_PENDING = "POST_PENDING", _("Réservation confirmée")
    VOID_PENDING = "VOID_PENDING", _("Réservation annulée")


class Account(TenantModel):
    """An account and its four balances, in cents."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    code = models.CharField("code", max_length=80)
    kind = models.CharField("type", max_length=10, choices=AccountKind.choices)
    name = models.CharField("libellé", max_length=200, blank=True, default="")
    debits_pending = models.BigIntegerField("débits réservés", default=0, db_default=0)
    debits_posted = models.BigIntegerField("débits", default=0, db_default=0)
    credits_pending = models.BigIntegerField("crédits réservés", default=0, db_default=0)
    credits_posted = models.BigIntegerField("crédits", default=0, db_default=0)
    debits_must_not_exceed_credits = models.BooleanField(default=False, db_default=False)
    credits_must_not_exceed_debits = models.BooleanField(default=False, db_default=False)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = (
            models.UniqueConstraint(fields=("code",), name="ledger_account_code_used_once"),
            models.CheckConstraint(
                condition=models.Q(debits_must_not_exceed_credits=False)
                | models.Q(
                    credits_posted__gte=models.F("debits_posted") + models.F("debits_pending")
                ),
                name="ledger_debits_do_not_exceed_credits",
            ),
            models.CheckConstraint(
                condition=models.Q(credits_must_not_exceed_debits=False)
                | models.Q(
                    debits_posted__gte=models.F("credits_posted") + models.F("credits_pending")
                ),
                name="ledger_credits_do_not_exceed_debits",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    debits_pending__gte=0,
                    debits_posted__gte=0,
                    credits_pending__gte=0,
                    credits_posted__gte=0,
                ),
                name="ledger_balances_are_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(debits_pending=0, credits_pending=0),
                name="ledger_closed_account_holds_nothing",
            ),
        )

    def __str__(self) -> str:
        return self.code


class Transfer(TenantModel):
    """A movement, for ever. `reference` is the business's own, and unique: a replay changes nothing.

    `held_cents` is the amount of the hold that this transfer resolves: a capture takes at most that,
    a release gives all of it back, and the four balances follow from each row by itself.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("type", max_length=12, choices=TransferKind.choices)
    # No index of their own: the named ones below begin with them, and order an account's movements.
    debit_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="debits",
        verbose_name="compte débité",
        db_index=False,
    )
    credit_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="credits",
        verbose_name="compte crédité",
        db_index=False,
    )
    amount_cents = models.BigIntegerField("montant (centimes)")
    pending = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resolutions",
        verbose_name="réservation",
        db_index=False,
    )
    held_cents = models.BigIntegerField("montant réservé (centimes)", null=True, blank=True)
    timeout_at = models.DateTimeField("expire le", null=True, blank=True)
    code = models.CharField("nature", max_length=40)
    reference = models.CharField("référence", max_length=200)
    booked_at = models.DateTimeField("passé le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "écriture"
        verbose_name_plural = "écritures"
        constraints = (
            models.UniqueConstraint(fields=("reference",), name="ledger_reference_used_once"),
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="ledger_amount_is_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit_account=models.F("credit_account")),
                name="ledger_transfer_has_two_accounts",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("POSTED", "PENDING"), pending__isnull=True)
                | models.Q(kind__in=("POST_PENDING", "VOID_PENDING"), pending__isnull=False),
                name="ledger_only_resolutions_name_a_hold",
            ),
            models.CheckConstraint(
                condition=models.Q(timeout_at__isnull=True) | models.Q(kind="PENDING"),
                name="ledger_only_holds_expire",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("POSTED", "PENDING"), held_cents__isnull=True)
                | models.Q(
                    kind="POST_PENDING",
                    held_cents__isnull=False,
                    held_cents__gte=models.F("amount_cents"),
                )
                | models.Q(
                    kind="VOID_PENDING",
                    held_cents__isnull=False,
                    held_cents=models.F("amount_cents"),
                ),
                name="ledger_resolution_stays_within_its_hold",
            ),
            models.UniqueConstraint(
                fields=("pending",),
                condition=models.Q(pending__isnull=False),
                name="ledger_hold_resolved_once",
            ),
        )
        indexes = (
            models.Index(fields=("debit_account", "id"), name="ledger_debits_of_account"),
            models.Index(fields=("credit_account", "id"), name="ledger_credits_of_account"),
            # Through the accounts that hold something: the holds of past years are not looked at.
            models.Index(
                fields=("debit_account", "timeout_at"),
                condition=models.Q(kind="PENDING"),
                name="ledger_holds_of_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.amount_cents}"
