"""The rows of an agreement of two départements, in shared tables; each room adds what its own opens.

They are written once. A row bears the schema that wrote it, which the policies of its table compare with
the role that writes.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from commons.identifiers import new_public_id
from commons.models import TenantModel


def schema_field(label: str) -> models.CharField[str, str]:
    """A département, by its schema, which is the name of its role."""
    return models.CharField(label, max_length=63)


class AgreementBase(TenantModel):
    """A proposal of one département to another; an agreement once both have signed it."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    proposed_by = schema_field("proposée par")
    proposed_to = schema_field("proposée à")
    valid_from = models.DateField("à partir du")
    valid_until = models.DateField("jusqu'au, exclu", null=True, blank=True)
    legal_basis = models.CharField("délibérations", max_length=300)
    proposed_at = models.DateTimeField("proposée le")
    signatures: Any  # the manager of the room's own `SignatureBase`
    endings: Any  # the manager of the room's own `EndingBase`

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=~models.Q(proposed_by=models.F("proposed_to")),
                name="%(app_label)s_agreement_of_two",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="%(app_label)s_agreement_lasts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposed_by} {self.proposed_to} {self.valid_from}"


class SignatureBase(TenantModel):
    """A party's signature, of the very text whose digest it bears."""

    signed_by = schema_field("signée par")
    signatory = models.CharField("signataire", max_length=200)
    digest = models.CharField("empreinte", max_length=64)
    signed_at = models.DateTimeField("signée le")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=("agreement", "signed_by"), name="%(app_label)s_party_signs_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.signed_by} {self.signatory}"


class EndingBase(TenantModel):
    """The day from which one party no longer wants an agreement, or a proposal. Either may end it alone."""

    ended_by = schema_field("dénoncée par")
    ends_on = models.DateField("prend fin le")
    reason = models.CharField("pourquoi", max_length=300)
    ended_at = models.DateTimeField("dénoncée le")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=("agreement", "ended_by"), name="%(app_label)s_party_ends_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.ended_by} {self.ends_on}"
