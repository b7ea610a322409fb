"""Billing runs, drafts, anomalies, invoices. Amounts are cents, owed to the Département.

A run covers one calendar month of the whole département, for the one régie that bills the meals:
a meal is in one run and no other. Runs that correct it come after it is issued (`correcting`).
Drafts are another table than invoices: they carry no number and may be computed again. An invoice
and its lines are append-only by grant, and say for ever what they said when they were issued; what
is left to pay is what the ledger says of the invoice's account. Numbers are "year-number", without
holes per régie and year; credit notes have a series of their own, "AV-year-number"
(`correction_models`).
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.invoicing.correction_models import (
    CreditNote,
    CreditNoteLine,
    Dispute,
    DraftCreditNote,
    DraftCreditNoteLine,
)
from commons.identifiers import new_public_id
from commons.models import TenantModel

__all__ = (
    "WHOLE_SHARE_BP",
    "Anomaly",
    "BillingRun",
    "CreditNote",
    "CreditNoteLine",
    "Dispute",
    "DraftCreditNote",
    "DraftCreditNoteLine",
    "DraftInvoice",
    "DraftLine",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "Line",
    "Regie",
    "line_public_id",
)

WHOLE_SHARE_BP = 10_000


class Regie(TenantModel):
    """A régie de recettes: who collects, and the ledger account its revenue goes to."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14, blank=True, default="")
    bills_meals = models.BooleanField("facture les repas", default=True, db_default=True)
    revenue_account = models.ForeignKey(
        "ledger.Account",
        on_delete=models.PROTECT,
        related_name="regies",
        verbose_name="compte de recettes",
    )

    class Meta:
        verbose_name = "régie"
        verbose_name_plural = "régies"
        constraints = (
            models.UniqueConstraint(
                fields=("bills_meals",),
                condition=models.Q(bills_meals=True),
                name="invoicing_one_regie_bills_the_meals",
            ),
        )

    def __str__(self) -> str:
        return self.name


class InvoiceCounter(TenantModel):
    """The latest number of a series in a fiscal year; its row is locked when numbers are given."""

    class Series(models.TextChoices):
        INVOICE = "INVOICE", _("Factures")
        CREDIT_NOTE = "CREDIT_NOTE", _("Avoirs")

    regie = models.ForeignKey(Regie, on_delete=models.PROTECT, related_name="counters")
    series = models.CharField(
        "série",
        max_length=12,
        choices=Series.choices,
        default=Series.INVOICE,
        db_default=Series.INVOICE,
    )
    fiscal_year = models.SmallIntegerField("exercice")
    latest_number = models.IntegerField("dernier numéro", default=0, db_default=0)

    class Meta:
        verbose_name = "compteur de factures"
        verbose_name_plural = "compteurs de factures"
        constraints = (
            models.UniqueConstraint(
                fields=("regie", "series", "fiscal_year"), name="invoicing_one_counter_per_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.regie_id} {self.series} {self.fiscal_year}"


class BillingRun(TenantModel):
    """The billing of a month by a régie; or, once it is issued, what corrects it (`corrects`)."""

    class State(models.TextChoices):
        PREPARED = "PREPARED", _("Préparée")
        REVIEWED = "REVIEWED", _("Vérifiée")
        ISSUED = "ISSUED", _("Émise")
        CANCELLED = "CANCELLED", _("Abandonnée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    regie = models.ForeignKey(Regie, on_delete=models.PROTECT, related_name="runs")
    month = models.DateField("mois")
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="facturation corrigée",
    )
    reason = models.CharField("motif", max_length=300, blank=True, default="", db_default="")
    state = models.CharField("état", max_length=10, choices=State.choices)
    counts = models.JSONField("décompte", default=dict)
    prepared_at = models.DateTimeField("préparée le")
    reviewed_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    issued_at = models.DateTimeField("émise le", null=True, blank=True)

    class Meta:
        verbose_name = "facturation du mois"
        verbose_name_plural = "facturations du mois"
        constraints = (
            models.UniqueConstraint(
                fields=("month",),
                condition=~models.Q(state="CANCELLED") & models.Q(corrects__isnull=True),
                name="invoicing_one_run_per_month",
            ),
            models.UniqueConstraint(
                fields=("corrects",),
                condition=models.Q(state__in=("PREPARED", "REVIEWED")),
                name="invoicing_one_correction_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(reason=""),
                name="invoicing_correction_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="invoicing_run_month_is_a_first_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.regie_id} {self.month:%Y-%m}"


class Line(TenantModel):
    """What a draft line and an issued line have in common: some meals of a pupil at one price.

    Lines are read from their invoice or by pupil: the other references have no index, which would
    cost as much at each run as the run itself.
    """

    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="élève",
        db_index=False,
    )
    enrolment = models.ForeignKey(
        "canteen.Enrolment",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="inscription",
        db_index=False,
    )
    price_decision = models.ForeignKey(
        "tariffs.PriceDecision",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="décision de prix",
        db_index=False,
    )
    label = models.CharField("libellé", max_length=200)
    quantity = models.IntegerField("nombre")
    unit_price_cents = models.BigIntegerField("prix unitaire")
    share_bp = models.SmallIntegerField("part (dix-millièmes)", default=WHOLE_SHARE_BP)
    # What the payers before this one pay: it says where the rounding of a shared cent fell.
    share_before_bp = models.SmallIntegerField(
        "parts d'avant (dix-millièmes)", default=0, db_default=0
    )
    # Of a complementary invoice: what other documents bill of these meals already.
    already_billed_cents = models.BigIntegerField("déjà facturé", default=0, db_default=0)
    amount_cents = models.BigIntegerField("montant")
    days = ArrayField(models.DateField(), verbose_name="jours")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.label} × {self.quantity}"


class DraftInvoice(TenantModel):
    """What a payer would owe for the month of a run."""

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="drafts")
    payer = models.ForeignKey("people.Guardian", on_delete=models.PROTECT, related_name="+")
    total_cents = models.BigIntegerField("total")

    class Meta:
        verbose_name = "projet de facture"
        verbose_name_plural = "projets de facture"
        constraints = (
            models.UniqueConstraint(fields=("run", "payer"), name="invoicing_one_draft_per_payer"),
            models.CheckConstraint(
                condition=models.Q(total_cents__gte=0), name="invoicing_draft_total_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.payer_id}"


class DraftLine(Line):
    """A line of a draft.

    PostgreSQL does not check again what its references are joined from: a run writes a line per
    pupil, and no role of a tenant may delete a pupil, an enrolment or a price decision. The lines
    of an invoice are checked.
    """

    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="élève",
        db_index=False,
        db_constraint=False,
    )
    enrolment = models.ForeignKey(
        "canteen.Enrolment",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="inscription",
        db_index=False,
        db_constraint=False,
    )
    price_decision = models.ForeignKey(
        "tariffs.PriceDecision",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="décision de prix",
        db_index=False,
        db_constraint=False,
    )
    draft_invoice = models.ForeignKey(DraftInvoice, on_delete=models.CASCADE, related_name="lines")

    class Meta:
        verbose_name = "ligne de projet"
        verbose_name_plural = "lignes de projet"


class Anomaly(TenantModel):
    """Something odd in a run. A blocking one must be answered before the run is issued."""

    class Severity(models.TextChoices):
        BLOCKING = "BLOCKING", _("Bloquante")
        WARNING = "WARNING", _("À regarder")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="anomalies")
    code = models.CharField("anomalie", max_length=40)
    severity = models.CharField("gravité", max_length=10, choices=Severity.choices)
    subject_type = models.CharField("objet", max_length=20)
    subject_id = models.BigIntegerField("numéro de l'objet")
    details = models.JSONField("détails", default=dict)
    answer = models.TextField("réponse", blank=True, default="", db_default="")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.CharField(
        "répondue par", max_length=100, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = "anomalie"
        verbose_name_plural = "anomalies"
        constraints = (
            models.UniqueConstraint(
                fields=("run", "code", "subject_type", "subject_id"),
                name="invoicing_one_anomaly_per_subject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.subject_type} {self.subject_id}"


class Invoice(TenantModel):
    """An invoice, for ever as it was issued: the names and the address too."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    regie = models.ForeignKey(Regie, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField("numéro", max_length=20)
    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="invoices")
    payer = models.ForeignKey(
        "people.Guardian", on_delete=models.PROTECT, related_name="invoices", verbose_name="payeur"
    )
    payer_first_name = models.CharField("prénom du payeur", max_length=100)
    payer_last_name = models.CharField("nom du payeur", max_length=100)
    payer_street = models.CharField("adresse", max_length=300, blank=True)
    payer_postal_code = models.CharField("code postal", max_length=10, blank=True)
    payer_city = models.CharField("commune", max_length=100, blank=True)
    payer_country = models.CharField("pays", max_length=100, blank=True)
    regie_name = models.CharField("nom de la régie", max_length=200)
    regie_siret = models.CharField("SIRET de la régie", max_length=14, blank=True)
    month = models.DateField("mois")
    issued_on = models.DateField("émise le")
    due_on = models.DateField("à payer avant le")
    total_cents = models.BigIntegerField("total")
    ledger_account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="invoice", verbose_name="compte"
    )
    credited_cents: int  # what credit notes take off, where `queries.with_credits` read it

    class Meta:
        verbose_name = "facture"
        verbose_name_plural = "factures"
        constraints = (
            models.UniqueConstraint(
                fields=("regie", "number"), name="invoicing_number_used_once_per_regie"
            ),
            models.UniqueConstraint(
                fields=("run", "payer"), name="invoicing_one_invoice_per_payer_and_run"
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents__gt=0), name="invoicing_invoice_total_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("issued_on")),
                name="invoicing_due_after_issue",
            ),
        )
        indexes = (models.Index(fields=("payer", "-month"), name="invoicing_by_payer"),)

    def __str__(self) -> str:
        return self.number

    @property
    def is_complementary(self) -> bool:
        """Whether it bills what a month already issued had left out; the run should be selected."""
        return self.run_id is not None and self.run.corrects_id is not None

    @property
    def payer_name(self) -> str:
        """The payer as the invoice names them."""
        return f"{self.payer_first_name} {self.payer_last_name}"

    @property
    def payer_address(self) -> tuple[str, ...]:
        """The lines of the payer's address on the day of issue."""
        town = f"{self.payer_postal_code} {self.payer_city}".strip()
        return tuple(line for line in (self.payer_street, town, self.payer_country) if line)


def line_public_id(invoice_id: uuid.UUID, key: int) -> uuid.UUID:
    """The public identifier of a line, from its invoice's and its own key."""
    return uuid.uuid5(invoice_id, f"line:{key}")


class InvoiceLine(Line):
    """A line of an invoice, for ever as it was issued."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    pupil_first_name = models.CharField("prénom de l'élève", max_length=100)
    pupil_last_name = models.CharField("nom de l'élève", max_length=100)

    @property
    def public_id(self) -> uuid.UUID:
        """What names the line outside: made of its invoice's identifier and its own key."""
        return line_public_id(self.invoice.public_id, self.pk)

    @property
    def pupil_name(self) -> str:
        """The pupil as the invoice names them."""
        return f"{self.pupil_first_name} {self.pupil_last_name}"

    class Meta:
        verbose_name = "ligne de facture"
        verbose_name_plural = "lignes de facture"
        indexes = (models.Index(fields=("pupil",), name="invoicing_line_by_pupil"),)
