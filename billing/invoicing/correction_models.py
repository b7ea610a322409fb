"""What corrects an issued invoice: credit notes, and what families dispute. Amounts are cents.

A credit note (avoir) is a document of its own, numbered in its own series: the invoice it credits
never changes. Its names and address are the invoice's. Both tables of credit notes are append-only
by grant. What exceeds what was left to pay (`over_paid_cents`) is owed back to the payer.

A dispute (réclamation) is a payer's own: it blocks neither the invoice nor its payment.

A line is never credited beyond its amount, whatever is tried at once: each entry says what was
credited before it, two entries cannot say the same, and none passes the line's own amount.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class CreditNote(TenantModel):
    """A document that credits lines of one invoice, for ever as it was issued."""

    class Kind(models.TextChoices):
        CORRECTION = "CORRECTION", _("Correction")
        CANCELLATION = "CANCELLATION", _("Annulation")
        ADJUSTMENT = "ADJUSTMENT", _("Régularisation")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    regie = models.ForeignKey(
        "invoicing.Regie",
        on_delete=models.PROTECT,
        related_name="credit_notes",
        verbose_name="régie",
    )
    number = models.CharField("numéro", max_length=20)
    invoice = models.ForeignKey(
        "invoicing.Invoice",
        on_delete=models.PROTECT,
        related_name="credit_notes",
        verbose_name="facture",
    )
    run = models.ForeignKey(
        "invoicing.BillingRun",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name="régularisation",
    )
    kind = models.CharField("nature", max_length=12, choices=Kind.choices)
    reason = models.TextField("motif")
    issued_on = models.DateField("fait le")
    total_cents = models.BigIntegerField("total")
    over_paid_cents = models.BigIntegerField("à rembourser")

    class Meta:
        verbose_name = "avoir"
        verbose_name_plural = "avoirs"
        constraints = (
            models.UniqueConstraint(
                fields=("regie", "number"), name="invoicing_credit_number_used_once_per_regie"
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents__gt=0), name="invoicing_credit_total_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    over_paid_cents__gte=0, over_paid_cents__lte=models.F("total_cents")
                ),
                name="invoicing_over_paid_within_the_credit",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="invoicing_credit_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="ADJUSTMENT", run__isnull=False)
                | (~models.Q(kind="ADJUSTMENT") & models.Q(run__isnull=True)),
                name="invoicing_adjustment_is_of_a_run",
            ),
            models.UniqueConstraint(
                fields=("run", "invoice"), name="invoicing_one_credit_per_invoice_and_run"
            ),
        )

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(TenantModel):
    """What a credit note credits of one line: some meals, or some cents.

    `quantity` counts the meals that are no longer billed; it is zero when only money is credited.
    `line_cents` is the amount of the invoice's line.
    """

    credit_note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, related_name="lines", verbose_name="avoir"
    )
    invoice_line = models.ForeignKey(
        "invoicing.InvoiceLine",
        on_delete=models.PROTECT,
        related_name="credits",
        verbose_name="ligne de facture",
        db_index=False,  # the unique key begins with it
    )
    quantity = models.IntegerField("nombre", default=0, db_default=0)
    amount_cents = models.BigIntegerField("montant")
    credited_before_cents = models.BigIntegerField("déjà crédité")
    line_cents = models.BigIntegerField("montant de la ligne")
    days = ArrayField(models.DateField(), verbose_name="jours", default=list)

    class Meta:
        verbose_name = "ligne d'avoir"
        verbose_name_plural = "lignes d'avoir"
        constraints = (
            models.UniqueConstraint(
                fields=("invoice_line", "credited_before_cents"),
                name="invoicing_cents_credited_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount_cents__gt=0,
                    credited_before_cents__gte=0,
                    line_cents__gte=models.F("credited_before_cents") + models.F("amount_cents"),
                ),
                name="invoicing_credit_within_the_line",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0), name="invoicing_credited_meals_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.credit_note_id} {self.invoice_line_id}"


class Dispute(TenantModel):
    """What a payer says is wrong in a line of an invoice, and the answer. One at a time is open.

    An accepted one led to a credit note. `days` are those it is about, of the line's own; often
    none is named. Nothing of what the family wrote is ever changed.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("En attente")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        REFUSED = "REFUSED", _("Refusée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    invoice_line = models.ForeignKey(
        "invoicing.InvoiceLine",
        on_delete=models.PROTECT,
        related_name="disputes",
        verbose_name="ligne de facture",
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="disputes",
        verbose_name="responsable",
    )
    text = models.TextField("message de la famille")
    days = ArrayField(models.DateField(), verbose_name="jours", default=list)
    state = models.CharField("état", max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField("reçue le")
    answer = models.TextField("réponse", blank=True, default="", db_default="")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.CharField(
        "répondue par", max_length=100, blank=True, default="", db_default=""
    )
    credit_note = models.OneToOneField(
        CreditNote,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name="avoir",
    )

    class Meta:
        verbose_name = "réclamation"
        verbose_name_plural = "réclamations"
        constraints = (
            models.UniqueConstraint(
                fields=("invoice_line",),
                condition=models.Q(state="OPEN"),
                name="invoicing_one_open_dispute_per_line",
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", answered_at__isnull=True, answer="")
                | (
                    ~models.Q(state="OPEN")
                    & models.Q(answered_at__isnull=False)
                    & ~models.Q(answer="")
                ),
                name="invoicing_dispute_answered_when_over",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ACCEPTED", credit_note__isnull=False)
                | (~models.Q(state="ACCEPTED") & models.Q(credit_note__isnull=True)),
                name="invoicing_accepted_dispute_has_its_credit",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="invoicing_dispute_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == self.State.OPEN


class DraftCreditNote(TenantModel):
    """What a correction would credit of an issued invoice."""

    run = models.ForeignKey(
        "invoicing.BillingRun", on_delete=models.CASCADE, related_name="draft_credits"
    )
    invoice = models.ForeignKey("invoicing.Invoice", on_delete=models.PROTECT, related_name="+")
    total_cents = models.BigIntegerField("total")

    class Meta:
        verbose_name = "projet d'avoir"
        verbose_name_plural = "projets d'avoir"
        constraints = (
            models.UniqueConstraint(
                fields=("run", "invoice"), name="invoicing_one_draft_credit_per_invoice"
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents__gt=0), name="invoicing_draft_credit_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.invoice_id}"


class DraftCreditNoteLine(TenantModel):
    """What it would credit of a line; `days` are those that are no longer eaten."""

    draft = models.ForeignKey(DraftCreditNote, on_delete=models.CASCADE, related_name="lines")
    invoice_line = models.ForeignKey(
        "invoicing.InvoiceLine", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.IntegerField("nombre", default=0, db_default=0)
    amount_cents = models.BigIntegerField("montant")
    days = ArrayField(models.DateField(), verbose_name="jours", default=list)

    class Meta:
        verbose_name = "ligne de projet d'avoir"
        verbose_name_plural = "lignes de projet d'avoir"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.invoice_line_id}"
