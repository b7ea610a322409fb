"""How partners are paid: the account it leaves from, the order to the bank, and each transfer.

A transfer that came back stays as it was; another one pays the statement again.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class PayingAccount(TenantModel):
    """The bank account that partners are paid from; one is open at a time. The IBAN is sealed."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    holder = models.CharField("titulaire", max_length=70)
    sealed_iban = models.BinaryField("IBAN scellé")
    iban_end = models.CharField("fin de l'IBAN", max_length=4)
    bic = models.CharField("BIC", max_length=11, blank=True, default="")
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "compte payeur"
        verbose_name_plural = "comptes payeurs"
        constraints = (
            models.UniqueConstraint(
                fields=("closed_at",),
                condition=models.Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="passplus_one_paying_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} …{self.iban_end}"


class PaymentOrder(TenantModel):
    """The order to the bank of a run (pain.001): written again from its payouts, it is the same.

    `digest` is that of the file; `message_id` is how the bank names it.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    run = models.OneToOneField(
        "passplus.PartnerRun",
        on_delete=models.PROTECT,
        related_name="order",
        verbose_name="paiement",
    )
    paid_from = models.ForeignKey(
        PayingAccount, on_delete=models.PROTECT, related_name="+", verbose_name="compte payeur"
    )
    message_id = models.CharField("identifiant du message", max_length=35, unique=True)
    executes_on = models.DateField("date d'exécution")
    made_at = models.DateTimeField("fait le")
    transfers_count = models.IntegerField("virements")
    total_cents = models.BigIntegerField("total")
    digest = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "ordre de virement"
        verbose_name_plural = "ordres de virement"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(transfers_count__gt=0, total_cents__gt=0),
                name="passplus_order_pays_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.message_id


class ReturnReason(models.TextChoices):
    """Why a bank sent a transfer back: ISO 20022 codes of returns."""

    AC01 = "AC01", _("IBAN inexact (AC01)")
    AC04 = "AC04", _("Compte clos (AC04)")
    AC06 = "AC06", _("Compte bloqué (AC06)")
    AG01 = "AG01", _("Virement interdit sur ce compte (AG01)")
    BE04 = "BE04", _("Adresse du titulaire manquante (BE04)")
    MD07 = "MD07", _("Titulaire décédé (MD07)")
    MS03 = "MS03", _("Raison non précisée (MS03)")
    RC01 = "RC01", _("BIC inexact (RC01)")


class Payout(TenantModel):
    """One transfer of an order: a statement paid to an account. One that came back stays as it was.

    The account it came back from is not used again until somebody else says it was checked.
    """

    class State(models.TextChoices):
        ORDERED = "ORDERED", _("Demandé à la banque")
        RETURNED = "RETURNED", _("Revenu")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    order = models.ForeignKey(
        PaymentOrder, on_delete=models.PROTECT, related_name="payouts", verbose_name="ordre"
    )
    statement = models.ForeignKey(
        "passplus.PartnerStatement",
        on_delete=models.PROTECT,
        related_name="payouts",
        verbose_name="relevé",
    )
    amount_cents = models.BigIntegerField("montant")
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, unique=True)
    iban = models.ForeignKey(
        "passplus.PartnerIban",
        on_delete=models.PROTECT,
        related_name="payouts",
        verbose_name="compte bancaire",
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.ORDERED)
    movement = models.OneToOneField(
        "ledger.Transfer", on_delete=models.PROTECT, related_name="+", verbose_name="écriture"
    )
    returned_on = models.DateField("revenu le", null=True, blank=True)
    return_reason = models.CharField(
        "raison du retour", max_length=4, choices=ReturnReason, blank=True, default=""
    )
    returned_by = models.CharField("retour noté par", max_length=100, blank=True, default="")
    trusted_by = models.CharField("compte vérifié par", max_length=100, blank=True, default="")
    trusted_at = models.DateTimeField("compte vérifié le", null=True, blank=True)

    class Meta:
        verbose_name = "virement à un partenaire"
        verbose_name_plural = "virements aux partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("statement",),
                condition=models.Q(state="ORDERED"),
                name="passplus_statement_paid_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="passplus_payout_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(state="ORDERED", returned_on__isnull=True, return_reason="")
                | (
                    models.Q(state="RETURNED", returned_on__isnull=False)
                    & ~models.Q(return_reason="")
                ),
                name="passplus_payout_returned_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(trusted_at__isnull=True, trusted_by="")
                | (
                    models.Q(trusted_at__isnull=False, state="RETURNED")
                    & ~models.Q(trusted_by="")
                    & ~models.Q(trusted_by=models.F("returned_by"))
                ),
                name="passplus_iban_trusted_by_another",
            ),
        )

    def __str__(self) -> str:
        return self.end_to_end_id
