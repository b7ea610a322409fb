"""Money put right after the fact, and what partners do not agree with. Amounts are cents, positive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.passplus.reimbursing_models import TWO_PEOPLE, StatementLine


class Correction(TenantModel):
    """Money put right after the fact, by two people; undone by another that `undoes` it.

    TICKETS takes back tickets, in full or in part: their money returns to the purses, or to the
    département. LESS takes back what a partner was paid too much, MORE adds what it was paid too little.
    """

    class Kind(models.TextChoices):
        TICKETS = "TICKETS", _("Reprendre des tickets")
        LESS = "LESS", _("Reprendre un trop-payé")
        MORE = "MORE", _("Payer un manque")
        UNDO = "UNDO", _("Défaire une correction")

    class State(models.TextChoices):
        ASKED = "ASKED", _("À approuver")
        DONE = "DONE", _("Faite")
        REFUSED = "REFUSED", _("Refusée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("type", max_length=10, choices=Kind)
    reason = models.CharField("raison", max_length=300)
    undoes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name="défait",
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.ASKED)
    asked_by = models.CharField("demandée par", max_length=100)
    asked_at = models.DateTimeField("demandée le")
    decided_by = models.CharField("décidée par", max_length=100, blank=True, default="")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    answer = models.CharField("raison du refus", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "correction"
        verbose_name_plural = "corrections"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state="REFUSED") | TWO_PEOPLE,
                name="passplus_correction_needs_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ASKED", decided_at__isnull=True)
                | (~models.Q(state="ASKED") & models.Q(decided_at__isnull=False)),
                name="passplus_correction_decided_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="UNDO", undoes__isnull=False)
                | (~models.Q(kind="UNDO") & models.Q(undoes__isnull=True)),
                name="passplus_undo_names_what_it_undoes",
            ),
            models.UniqueConstraint(
                fields=("undoes",),
                condition=models.Q(undoes__isnull=False) & ~models.Q(state="REFUSED"),
                name="passplus_correction_undone_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class CorrectionLine(TenantModel):
    """What a correction changes for one partner, of one ticket or of none.

    `guest` is a ticket of another département: its money returns there, to the purse or not as its own
    rules say, which this side does not know.

    Once it is done: of `cents`, `partner_cents` was the partner's and the rest had been kept;
    `is_to_purse`, the money returned to the young person, not to the département; `credited_cents` was
    added to what the partner is due, and stands on a statement like what it validates.
    """

    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, related_name="lines", verbose_name="correction"
    )
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="correction_lines",
        verbose_name="partenaire",
    )
    ticket = models.ForeignKey(
        "passplus.Ticket",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="correction_lines",
        verbose_name="ticket",
    )
    guest = models.ForeignKey(
        "passplus.GuestCapture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="correction_lines",
        verbose_name="ticket d'ailleurs",
    )
    cents = models.BigIntegerField("montant")
    partner_cents = models.BigIntegerField("part du partenaire", null=True, blank=True)
    is_to_purse = models.BooleanField("rendu au jeune", null=True, blank=True)
    credited_cents = models.BigIntegerField("ajouté à payer", default=0)

    class Meta:
        verbose_name = "ligne d'une correction"
        verbose_name_plural = "lignes d'une correction"
        constraints = (
            models.UniqueConstraint(
                fields=("correction", "ticket"), name="passplus_ticket_corrected_once_by"
            ),
            models.CheckConstraint(
                condition=models.Q(ticket__isnull=True) | models.Q(guest__isnull=True),
                name="passplus_correction_line_of_one_ticket",
            ),
            models.CheckConstraint(
                condition=models.Q(cents__gt=0)
                & (
                    models.Q(partner_cents__isnull=True)
                    | models.Q(partner_cents__gte=0, partner_cents__lte=models.F("cents"))
                ),
                name="passplus_correction_line_is_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.correction_id} {self.cents}"

    @property
    def ticket_name(self) -> str:
        """The code of its ticket, the reference of one of elsewhere, or nothing."""
        if self.guest is not None:
            return str(self.guest.public_id)
        return self.ticket.code if self.ticket is not None else ""


class StatementDispute(TenantModel):
    """A line that a partner does not agree with, and what it was answered."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Ouverte")
        ACCEPTED = "ACCEPTED", _("Acceptée")
        REFUSED = "REFUSED", _("Refusée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="disputes", verbose_name="ligne"
    )
    text = models.CharField("ce qui est contesté", max_length=1000)
    state = models.CharField("état", max_length=10, choices=State, default=State.OPEN)
    opened_by = models.CharField("contestée par", max_length=100)
    opened_at = models.DateTimeField("contestée le")
    answer = models.CharField("réponse", max_length=1000, blank=True, default="")
    answered_by = models.CharField("répondue par", max_length=100, blank=True, default="")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)

    class Meta:
        verbose_name = "contestation d'un relevé"
        verbose_name_plural = "contestations des relevés"
        constraints = (
            models.UniqueConstraint(
                fields=("line",),
                condition=models.Q(state="OPEN"),
                name="passplus_one_open_dispute_per_line",
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", answered_at__isnull=True)
                | (~models.Q(state="OPEN") & models.Q(answered_at__isnull=False)),
                name="passplus_dispute_answered_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
