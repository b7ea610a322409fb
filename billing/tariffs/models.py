"""Tariffs, resources and price decisions of one département.

Amounts are integer euro cents, never negative. Periods are `[valid_from, valid_until)` and never
overlap: versions of a schedule, resources of a household, decisions of a pupil for a service. An
empty period is a row replaced on its first day: kept, and in force on no day. A version is never
edited but for the day it ends, which its successor sets; a decision keeps all that explains it.
"""

from django.db import models
from django.db.models.functions import Now

from billing.overlaps import periods_do_not_overlap
from billing.tariffs.contest_models import PriceContest
from billing.tariffs.schedule_files import ServiceName
from commons.identifiers import new_public_id
from commons.models import TenantModel

__all__ = (
    "HouseholdResources",
    "PriceContest",
    "PriceDecision",
    "Service",
    "TariffSchedule",
    "TariffVersion",
)


class Service(models.TextChoices):
    """What can be priced."""

    HALF_BOARD = ServiceName.HALF_BOARD, "Demi-pension"
    BOARDER = ServiceName.BOARDER, "Internat"
    OCCASIONAL = ServiceName.OCCASIONAL, "Repas occasionnel"
    PASSAGER = ServiceName.PASSAGER, "Repas sans inscription"
    PAI = ServiceName.PAI, "Panier-repas (PAI)"
    COMMENSAL = ServiceName.COMMENSAL, "Repas du personnel"
    GUEST = ServiceName.GUEST, "Invité"


class TariffSchedule(TenantModel):
    """The prices of one service of the département, version after version."""

    code = models.CharField("code", max_length=60)
    service = models.CharField("service", max_length=20, choices=Service)
    label = models.CharField("libellé", max_length=200)

    class Meta:
        verbose_name = "tarif"
        verbose_name_plural = "tarifs"
        constraints = (
            models.UniqueConstraint(fields=("service",), name="one_tariff_schedule_per_service"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.service}"


class TariffVersion(TenantModel):
    """What a schedule says over a period, and the text it rests on."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    schedule = models.ForeignKey(
        TariffSchedule, on_delete=models.PROTECT, related_name="versions", verbose_name="tarif"
    )
    valid_from = models.DateField("applicable du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    legal_basis = models.TextField("base légale")
    definition = models.JSONField("définition")
    digest = models.CharField("empreinte", max_length=64)
    is_illustrative = models.BooleanField("valeur d'essai", default=False)
    source_note = models.TextField("sources", blank=True, default="")
    recorded_at = models.DateTimeField("enregistrée le", db_default=Now())

    class Meta:
        verbose_name = "version de tarif"
        verbose_name_plural = "versions de tarif"
        constraints = (
            periods_do_not_overlap("tariff_versions_do_not_overlap", "schedule_id"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="tariff_version_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.valid_from}"


class HouseholdResources(TenantModel):
    """What a household proved of its resources, over a period.

    `quotient_familial` is always filled when a quotient is known, even computed from the income, so
    that sets of households can be priced in SQL. A chosen maximum holds no figure at all.
    """

    class Basis(models.TextChoices):
        FISCAL_QF = "FISCAL_QF", "Quotient fiscal mensuel"
        CAF_QF = "CAF_QF", "Quotient CAF ou MSA"

    class Proof(models.TextChoices):
        TAX_NOTICE = "TAX_NOTICE", "Avis d'impôt"
        CAF_CERTIFICATE = "CAF_CERTIFICATE", "Attestation CAF ou MSA"
        STATUS_CERTIFICATE = "STATUS_CERTIFICATE", "Attestation de droits"
        PAYSLIPS = "PAYSLIPS", "Bulletins de paie"
        API_IMPOT = "API_IMPOT", "Service des impôts"
        API_PARTICULIER = "API_PARTICULIER", "Service de la CAF ou de la MSA"
        NONE = "NONE", "Aucune pièce"

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    household = models.ForeignKey(
        "people.Household",
        on_delete=models.PROTECT,
        related_name="resources",
        verbose_name="foyer",
    )
    basis = models.CharField("base", max_length=20, choices=Basis, blank=True, default="")
    quotient_familial = models.DecimalField(
        "quotient familial", max_digits=10, decimal_places=2, null=True, blank=True
    )
    reference_tax_income_cents = models.BigIntegerField(
        "revenu fiscal de référence", null=True, blank=True
    )
    monthly_income_cents = models.BigIntegerField("revenu du mois", null=True, blank=True)
    monthly_benefits_cents = models.BigIntegerField("prestations du mois", null=True, blank=True)
    tax_parts = models.DecimalField("parts", max_digits=4, decimal_places=2, null=True, blank=True)
    children = models.PositiveSmallIntegerField("enfants du foyer", null=True, blank=True)
    statuses = models.JSONField("statuts", default=list, blank=True)
    proof_kind = models.CharField("pièce", max_length=20, choices=Proof)
    proof_note = models.CharField("note sur la pièce", max_length=200, blank=True, default="")
    proof_dated_on = models.DateField("date de la pièce", null=True, blank=True)
    choose_maximum = models.BooleanField("prix maximum choisi", default=False)
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    recorded_at = models.DateTimeField("enregistrées le")

    class Meta:
        verbose_name = "ressources du foyer"
        verbose_name_plural = "ressources des foyers"
        constraints = (
            periods_do_not_overlap("household_resources_do_not_overlap", "household_id"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="household_resources_do_not_end_before_start",
            ),
            models.CheckConstraint(
                condition=models.Q(quotient_familial__isnull=True)
                | models.Q(quotient_familial__gte=0),
                name="household_quotient_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(choose_maximum=False)
                | models.Q(quotient_familial__isnull=True, reference_tax_income_cents__isnull=True),
                name="chosen_maximum_holds_no_income",
            ),
        )

    def __str__(self) -> str:
        return f"{self.household_id} {self.valid_from}"


class PriceDecision(TenantModel):
    """A price for a pupil and a service over a period, with all that explains it."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="price_decisions",
        verbose_name="élève",
    )
    service = models.CharField("service", max_length=20, choices=Service)
    tariff_version = models.ForeignKey(
        TariffVersion, on_delete=models.PROTECT, related_name="decisions", verbose_name="version"
    )
    resources = models.ForeignKey(
        HouseholdResources,
        on_delete=models.PROTECT,
        related_name="decisions",
        null=True,
        blank=True,
        verbose_name="ressources",
    )
    unit_price_cents = models.BigIntegerField("prix unitaire")
    inputs = models.JSONField("données")
    steps = models.JSONField("étapes")
    source = models.CharField("source", max_length=20)
    # Nobody asked for it on that day: a proof or a tariff ended, and this is what holds then.
    is_automatic = models.BooleanField("automatique", default=False, db_default=False)
    valid_from = models.DateField("applicable du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le")

    class Meta:
        verbose_name = "décision de prix"
        verbose_name_plural = "décisions de prix"
        indexes = (models.Index(fields=("pupil", "service", "valid_from"), name="price_lookup"),)
        constraints = (
            *(
                periods_do_not_overlap(
                    f"price_decisions_do_not_overlap_{service.value.lower()}",
                    "pupil_id",
                    condition=models.Q(service=service.value),
                )
                for service in Service
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="price_decision_does_not_end_before_start",
            ),
            models.CheckConstraint(
                condition=models.Q(unit_price_cents__gte=0), name="decided_price_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.service} {self.valid_from}"
