"""What two départements share of Pass+: shared tables, in the public schema, under row-level security.

A row bears the schema that wrote it, which PostgreSQL compares with the role that writes: nobody writes
in another's name. It is read by the two départements it is about and by no other. But for the listing of
partners, which each keeps up to date for itself, rows are written once: no role may update or delete them.
A capture enters only through an agreement that both signed, in force on its day, for what it pays and for
a partner that is listed: the policy says so (`migrations/0002`), whatever the code believes.

No row says anything of a child: a capture names a partner, a domain, an amount and a moment. What it
stands for is known to the holder's département alone, in its own schema, by the capture's `public_id`.
Départements are named by their schema, which is the name of their role. Amounts are positive cents.

Like rows of a tenant, a shared row stays where it was read: another tenant may not be shown it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.agreements.models import (
    AgreementBase,
    EndingBase,
    SignatureBase,
    schema_field,
)


class Agreement(AgreementBase):
    """What it opens is in its terms: the partners of one to the holders of the other."""

    class Meta(AgreementBase.Meta):
        verbose_name = "convention entre départements"
        verbose_name_plural = "conventions entre départements"


class Term(TenantModel):
    """One direction of an agreement: the holders of one spend with the partners of the other."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="terms", verbose_name="convention"
    )
    holder = schema_field("département des jeunes")
    partner = schema_field("département des partenaires")
    domains = models.JSONField("domaines")

    class Meta:
        verbose_name = "sens d'une convention"
        verbose_name_plural = "sens des conventions"
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "holder"), name="reciprocity_direction_said_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(holder=models.F("partner")), name="reciprocity_term_of_two"
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} → {self.partner}"


class Signature(SignatureBase):
    """A party's signature."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="signatures", verbose_name="convention"
    )

    class Meta(SignatureBase.Meta):
        verbose_name = "signature d'une convention"
        verbose_name_plural = "signatures des conventions"


class Ending(EndingBase):
    """What one party ended: what was captured before stays owed."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="endings", verbose_name="convention"
    )

    class Meta(EndingBase.Meta):
        verbose_name = "fin d'une convention"
        verbose_name_plural = "fins des conventions"


class ListedPartner(TenantModel):
    """A partner as its département shows it to those whose holders it takes tickets from."""

    published_by = schema_field("département")
    public_id = models.UUIDField("identifiant")
    name = models.CharField("nom", max_length=200)
    domains = models.JSONField("domaines")
    details = models.JSONField("fiche", default=dict)
    ended_at = models.DateTimeField("désaffilié le", null=True, blank=True)
    published_at = models.DateTimeField("publié le")

    class Meta:
        verbose_name = "partenaire partagé"
        verbose_name_plural = "partenaires partagés"
        constraints = (
            models.UniqueConstraint(
                fields=("published_by", "public_id"), name="reciprocity_partner_listed_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class CrossCapture(TenantModel):
    """A ticket of one département validated by a partner of another. Written by the holder's side."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    holder = schema_field("département du jeune")
    partner = schema_field("département du partenaire")
    partner_public_id = models.UUIDField("partenaire")
    partner_name = models.CharField("nom du partenaire", max_length=200)
    domain = models.CharField("domaine", max_length=20)
    cents = models.BigIntegerField("montant (centimes)")
    captured_at = models.DateTimeField("validé le")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now())

    class Meta:
        verbose_name = "validation entre départements"
        verbose_name_plural = "validations entre départements"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cents__gt=0), name="reciprocity_capture_of_something"
            ),
            models.CheckConstraint(
                condition=~models.Q(holder=models.F("partner")), name="reciprocity_capture_of_two"
            ),
        )
        indexes = (
            models.Index(fields=("holder", "partner", "captured_at"), name="reciprocity_captures"),
            models.Index(fields=("partner", "id"), name="reciprocity_captures_for"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.cents}"


class Reversal(TenantModel):
    """A capture that was undone, whole. Written by the holder's side, as the capture was."""

    capture = models.OneToOneField(
        CrossCapture, on_delete=models.PROTECT, related_name="reversal", verbose_name="validation"
    )
    reversed_at = models.DateTimeField("reprise le")

    class Meta:
        verbose_name = "validation reprise"
        verbose_name_plural = "validations reprises"

    def __str__(self) -> str:
        return str(self.capture_id)


class Statement(TenantModel):
    """What two départements owe each other for a month. `first` and `second` are in alphabetical order.

    `first_owes_cents` is what the partners of `second` took from holders of `first`, and the reverse.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    first = schema_field("premier département")
    second = schema_field("second département")
    month = models.DateField("mois")
    first_owes_cents = models.BigIntegerField("dû par le premier (centimes)")
    second_owes_cents = models.BigIntegerField("dû par le second (centimes)")
    digest = models.CharField("empreinte des lignes", max_length=64)
    prepared_by = schema_field("établi par")
    prepared_at = models.DateTimeField("établi le")

    class Meta:
        verbose_name = "relevé entre départements"
        verbose_name_plural = "relevés entre départements"
        constraints = (
            models.UniqueConstraint(
                fields=("first", "second", "month"), name="reciprocity_statement_once_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")),
                name="reciprocity_statement_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="reciprocity_statement_of_a_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} {self.second} {self.month}"

    def owes_cents(self, schema: str) -> int:
        """What a party owes in all, less what it is owed; negative when it is owed."""
        net = self.first_owes_cents - self.second_owes_cents
        return net if schema == self.first else -net


class StatementLine(TenantModel):
    """A capture, or the undoing of one, in the only statement that counts it."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="lines", verbose_name="relevé"
    )
    capture = models.ForeignKey(
        CrossCapture, on_delete=models.PROTECT, related_name="lines", verbose_name="validation"
    )
    is_reversal = models.BooleanField("reprise", default=False)

    class Meta:
        verbose_name = "ligne d'un relevé"
        verbose_name_plural = "lignes des relevés"
        constraints = (
            models.UniqueConstraint(
                fields=("capture", "is_reversal"), name="reciprocity_capture_counted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.statement_id} {self.capture_id}"

    @property
    def signed_cents(self) -> int:
        """What the line adds to what the holder's département owes."""
        return -self.capture.cents if self.is_reversal else self.capture.cents


class StatementSignature(TenantModel):
    """A party's word on a statement: every line is in its own books, which say this position.

    `position_cents` is signed: what the other party owes, less what is owed to it. Those of the two
    parties add up to zero, or the second is not written.
    """

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="signatures", verbose_name="relevé"
    )
    signed_by = schema_field("accepté par")
    signatory = models.CharField("signataire", max_length=200)
    position_cents = models.BigIntegerField("position (centimes)")
    signed_at = models.DateTimeField("accepté le")

    class Meta:
        verbose_name = "accord sur un relevé"
        verbose_name_plural = "accords sur les relevés"
        constraints = (
            models.UniqueConstraint(
                fields=("statement", "signed_by"), name="reciprocity_statement_signed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.signed_by} {self.position_cents}"


class Settlement(TenantModel):
    """The payment of an agreed statement, written by the party that received it."""

    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, related_name="settlement", verbose_name="relevé"
    )
    received_by = schema_field("reçu par")
    cents = models.BigIntegerField("montant (centimes)")
    reference = models.CharField("référence du virement", max_length=100)
    received_on = models.DateField("reçu le")
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "règlement entre départements"
        verbose_name_plural = "règlements entre départements"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cents__gt=0), name="reciprocity_settlement_of_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.statement_id} {self.reference}"


def pair(one: str, other: str) -> dict[str, Any]:
    """The two parties, as a statement names them."""
    first, second = sorted((one, other))
    return {"first": first, "second": second}
