"""What partners are paid: the rules, and the statements of a run.

A run is prepared by one person and approved by another. What a partner validated stands on one live
line at most; a line keeps how it was priced. Nothing approved is ever changed: what was wrong is put
right by a correction, which the next statements take into account. Amounts are cents, never negative;
the ledger alone says what is due.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.overlaps import periods_do_not_overlap
from commons.identifiers import new_public_id
from commons.models import TenantModel

TWO_PEOPLE = models.Q(decided_at__isnull=True, decided_by="") | (
    models.Q(decided_at__isnull=False)
    & ~models.Q(decided_by="")
    & ~models.Q(decided_by=models.F("asked_by"))
)


class ReimbursementRules(TenantModel):
    """What is paid of what partners validate, over a period; never edited but for the day it ends."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    code = models.CharField("code", max_length=60, unique=True)
    label = models.CharField("libellé", max_length=200)
    valid_from = models.DateField("applicable du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    definition = models.JSONField("définition")
    digest = models.CharField("empreinte", max_length=64)
    is_illustrative = models.BooleanField("valeur d'essai", default=False)
    published_at = models.DateTimeField("publiées le")

    class Meta:
        verbose_name = "règles de remboursement"
        verbose_name_plural = "règles de remboursement"
        constraints = (
            periods_do_not_overlap("passplus_rules_do_not_overlap"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="passplus_rules_end_after_they_start",
            ),
        )

    def __str__(self) -> str:
        return self.code


class PartnerRun(TenantModel):
    """All that partners validated before a day, made into statements and paid together."""

    class State(models.TextChoices):
        PREPARED = "PREPARED", _("À approuver")
        APPROVED = "APPROVED", _("Approuvé")
        REFUSED = "REFUSED", _("Refusé")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    since = models.DateField("du")
    until = models.DateField("jusqu'au (exclu)")
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARED)
    asked_by = models.CharField("préparé par", max_length=100)
    asked_at = models.DateTimeField("préparé le")
    decided_by = models.CharField("décidé par", max_length=100, blank=True, default="")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    answer = models.CharField("raison du refus", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "paiement des partenaires"
        verbose_name_plural = "paiements des partenaires"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")),
                name="passplus_run_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=("state",),
                condition=models.Q(state="PREPARED"),
                name="passplus_one_run_to_approve",
            ),
            models.CheckConstraint(
                condition=models.Q(state="REFUSED") | TWO_PEOPLE,
                name="passplus_run_needs_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(state="PREPARED", decided_at__isnull=True)
                | (~models.Q(state="PREPARED") & models.Q(decided_at__isnull=False)),
                name="passplus_run_decided_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.since} {self.until}"


class StatementCounter(TenantModel):
    """The latest number of a year's statements; its row is locked when numbers are given."""

    fiscal_year = models.SmallIntegerField("exercice", unique=True)
    latest_number = models.IntegerField("dernier numéro", default=0, db_default=0)

    class Meta:
        verbose_name = "compteur de relevés"
        verbose_name_plural = "compteurs de relevés"

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.latest_number}"


class PartnerStatement(TenantModel):
    """What one partner is owed of a run. Its number comes with the approval: no number is lost.

    `gross` was validated; `kept` stays with the département by the rules; `withheld` makes up for what
    was paid too much before; `due` is what is left to pay.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    run = models.ForeignKey(
        PartnerRun, on_delete=models.PROTECT, related_name="statements", verbose_name="paiement"
    )
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="statements",
        verbose_name="partenaire",
    )
    number = models.CharField("numéro", max_length=20, blank=True, default="")
    gross_cents = models.BigIntegerField("validé")
    kept_cents = models.BigIntegerField("part du Département")
    withheld_cents = models.BigIntegerField("trop-payé retenu", default=0)
    due_cents = models.BigIntegerField("à verser")
    issued_at = models.DateTimeField("émis le", null=True, blank=True)

    class Meta:
        verbose_name = "relevé d'un partenaire"
        verbose_name_plural = "relevés des partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("run", "partner"), name="passplus_one_statement_per_run"
            ),
            models.UniqueConstraint(
                fields=("number",),
                condition=~models.Q(number=""),
                name="passplus_statement_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    gross_cents__gt=0, kept_cents__gte=0, withheld_cents__gte=0, due_cents__gte=0
                )
                & models.Q(
                    gross_cents=models.F("kept_cents")
                    + models.F("withheld_cents")
                    + models.F("due_cents")
                ),
                name="passplus_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(number="", issued_at__isnull=True)
                | (~models.Q(number="") & models.Q(issued_at__isnull=False)),
                name="passplus_statement_numbered_when_issued",
            ),
        )

    def __str__(self) -> str:
        return self.number or str(self.public_id)


class StatementLine(TenantModel):
    """One thing a partner is owed, and how it was priced. `reference` is what it pays: once.

    `source` says what it is: a ticket validated here, what a correction gave back, or what another
    room adds (`sources`). Lines of a run that was refused are no longer live.
    """

    statement = models.ForeignKey(
        PartnerStatement, on_delete=models.PROTECT, related_name="lines", verbose_name="relevé"
    )
    source = models.CharField("origine", max_length=20)
    reference = models.CharField("référence", max_length=100)
    label = models.CharField("libellé", max_length=100)
    ticket = models.ForeignKey(
        "passplus.Ticket",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statement_lines",
        verbose_name="ticket",
    )
    due_at = models.DateTimeField("validé le")
    gross_cents = models.BigIntegerField("validé")
    rules = models.ForeignKey(
        ReimbursementRules,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="règles",
    )
    rate = models.DecimalField("taux (%)", max_digits=5, decimal_places=2)
    cap_cents = models.BigIntegerField("plafond", null=True, blank=True)
    due_cents = models.BigIntegerField("versé")
    is_live = models.BooleanField("en vigueur", default=True)

    class Meta:
        verbose_name = "ligne d'un relevé"
        verbose_name_plural = "lignes d'un relevé"
        constraints = (
            models.UniqueConstraint(
                fields=("reference",),
                condition=models.Q(is_live=True),
                name="passplus_on_one_statement",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    gross_cents__gt=0, due_cents__gte=0, due_cents__lte=models.F("gross_cents")
                ),
                name="passplus_line_within_what_was_validated",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.gross_cents}"
