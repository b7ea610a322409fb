"""Rights: where they are asked for, with which consent, what was answered, and what is decided.

A request belongs to a household. A person chooses a source and consents, the worker asks the source,
and its answer decides or opens the manual path; a source never refuses a right. Of an answer only
what the price needs is kept: no reply is stored. The identity that a source is asked about is sealed
in the request, and erased once it serves no more. Consents and calls are never rewritten; a call is
deleted after 36 months, and nothing else is here.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rights.outcomes import Outcome
from commons.identifiers import new_public_id
from commons.kept_documents import KeptDocument
from commons.models import TenantModel


class RightsSource(TenantModel):
    """An administration's service that a département may ask, and its key. One of a kind is open."""

    class Kind(models.TextChoices):
        API_PARTICULIER = "API_PARTICULIER", _("API Particulier (CAF, MSA)")
        API_IMPOT = "API_IMPOT", _("API Impôt particulier")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("service", max_length=20, choices=Kind.choices)
    base_url = models.CharField("adresse", max_length=200)
    recipient_siret = models.CharField("SIRET du destinataire", max_length=14)
    # The version of each endpoint: {"quotient_familial": "v3", "scolarites": "v4"}. One that is not
    # named is not asked.
    versions = models.JSONField("versions des données", default=dict)
    sealed_credentials = models.BinaryField("clés scellées")
    # What the source answered of our key or our settings: a person looks.
    problem = models.CharField("problème", max_length=40, blank=True, default="")
    problem_at = models.DateTimeField("problème vu le", null=True, blank=True)
    opened_at = models.DateTimeField("ouverte le")
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)

    class Meta:
        verbose_name = "source de droits"
        verbose_name_plural = "sources de droits"
        constraints = (
            models.UniqueConstraint(
                fields=("kind",),
                condition=models.Q(closed_at__isnull=True),
                name="rights_one_open_source_per_kind",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class RightsRules(TenantModel):
    """How a département treats requests. The latest row holds; none is rewritten.

    From when a price counts and how old a proof may be are the tariff's own (`tariffs.engine.policies`).
    """

    class Lasting(models.TextChoices):
        SCHOOL_YEAR = "SCHOOL_YEAR", _("L'année scolaire")
        CALENDAR_YEAR = "CALENDAR_YEAR", _("L'année civile")
        OPEN = "OPEN", _("Jusqu'à la pièce suivante")

    sla_hours = models.PositiveSmallIntegerField("réponse en heures", default=72)
    longest_days = models.PositiveSmallIntegerField("réponse au plus tard en jours", default=10)
    lasting = models.CharField("une pièce vaut", max_length=14, choices=Lasting.choices)
    # How long a document is kept once its request is decided: 0, deleted at once.
    document_days = models.PositiveSmallIntegerField("pièces gardées, jours", default=0)
    set_at = models.DateTimeField("fixées le")

    class Meta:
        verbose_name = "règles des demandes"
        verbose_name_plural = "règles des demandes"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sla_hours__gte=1)
                & models.Q(longest_days__gte=1)
                & models.Q(sla_hours__lte=24 * models.F("longest_days")),
                name="rights_sla_within_longest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.sla_hours} h, {self.longest_days} j"


class RightsRequest(TenantModel):
    """A household asks that its resources be known, so that its meals get their right price."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Commencée")
        CONSENTED = "CONSENTED", _("Accord donné")
        ASKING = "ASKING", _("Question posée")
        TO_COMPLETE = "TO_COMPLETE", _("Pièce à ajouter")
        TO_INSPECT = "TO_INSPECT", _("À étudier")
        DECIDED = "DECIDED", _("Décidée")
        REFUSED = "REFUSED", _("Refusée")
        ABANDONED = "ABANDONED", _("Abandonnée")

    class Way(models.TextChoices):
        CAF_MSA = "CAF_MSA", _("Quotient de la CAF ou de la MSA")
        TAX = "TAX", _("Revenu connu des impôts")
        DOCUMENT = "DOCUMENT", _("Une pièce à envoyer")
        MAXIMUM = "MAXIMUM", _("Le prix maximum")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    household = models.ForeignKey(
        "people.Household",
        on_delete=models.PROTECT,
        related_name="rights_requests",
        verbose_name="foyer",
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="rights_requests",
        verbose_name="demandée par",
    )
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.DRAFT)
    way = models.CharField("moyen", max_length=10, choices=Way.choices, blank=True, default="")
    sealed_identity = models.BinaryField("identité scellée", null=True, blank=True)
    outcome = models.CharField(
        "réponse", max_length=20, choices=Outcome.choices, blank=True, default=""
    )
    # Why a person has to look, or what is missing: a code that the interfaces put in words.
    reason = models.CharField("raison", max_length=60, blank=True, default="")
    answer = models.CharField("mots de l'agent", max_length=500, blank=True, default="")
    # All that is kept of an answer.
    quotient_euros = models.PositiveIntegerField("quotient", null=True, blank=True)
    quotient_year = models.PositiveSmallIntegerField("année du quotient", null=True, blank=True)
    quotient_month = models.PositiveSmallIntegerField("mois du quotient", null=True, blank=True)
    provider = models.CharField("fourni par", max_length=20, blank=True, default="")
    reference_tax_income_cents = models.BigIntegerField(
        "revenu fiscal de référence", null=True, blank=True
    )
    tax_parts = models.DecimalField("parts", max_digits=4, decimal_places=2, null=True, blank=True)
    income_year = models.PositiveSmallIntegerField("année des revenus", null=True, blank=True)
    resources = models.ForeignKey(
        "tariffs.HouseholdResources",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rights_requests",
        verbose_name="ressources",
    )
    effective_from = models.DateField("prix à partir du", null=True, blank=True)
    is_automatic = models.BooleanField("décidée sans agent", default=False)
    taken_by = models.CharField("agent", max_length=100, blank=True, default="")
    taken_at = models.DateTimeField("prise le", null=True, blank=True)
    created_at = models.DateTimeField("commencée le")
    asked_at = models.DateTimeField("question posée le", null=True, blank=True)
    waiting_since = models.DateTimeField("attend un agent depuis", null=True, blank=True)
    due_at = models.DateTimeField("réponse attendue le", null=True, blank=True)
    latest_at = models.DateTimeField("réponse au plus tard le", null=True, blank=True)
    closed_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de droits"
        verbose_name_plural = "demandes de droits"
        constraints = (
            models.UniqueConstraint(
                fields=("household",),
                condition=models.Q(closed_at__isnull=True),
                name="rights_one_open_request_per_household",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closed_at__isnull=True,
                    state__in=("DRAFT", "CONSENTED", "ASKING", "TO_COMPLETE", "TO_INSPECT"),
                )
                | models.Q(closed_at__isnull=False, state__in=("DECIDED", "REFUSED", "ABANDONED")),
                name="rights_request_closed_when_over",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed_identity__isnull=True)
                | models.Q(state__in=("DRAFT", "CONSENTED", "ASKING", "TO_COMPLETE")),
                name="rights_identity_erased_once_it_serves_no_more",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="TO_INSPECT")
                | models.Q(waiting_since__isnull=False, due_at__isnull=False),
                name="rights_request_to_inspect_has_a_day",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(state="TO_INSPECT"),
                name="rights_queue",
            ),
            models.Index(
                fields=("asked_at",),
                condition=models.Q(state="ASKING"),
                name="rights_being_asked",
            ),
            models.Index(fields=("household", "-created_at"), name="rights_by_household"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still do something about it."""
        return self.closed_at is None

    @property
    def asks_a_source(self) -> bool:
        """Whether an administration is asked, and a consent therefore needed."""
        return self.way in {self.Way.CAF_MSA, self.Way.TAX}


class Consent(TenantModel):
    """That a person agrees that a source is asked about them: which words, for which data, when."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    request = models.ForeignKey(
        RightsRequest, on_delete=models.PROTECT, related_name="consents", verbose_name="demande"
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name="personne",
    )
    source_kind = models.CharField("service", max_length=20, choices=RightsSource.Kind.choices)
    data = models.JSONField("données", default=list)
    text = models.TextField("texte montré")
    text_version = models.CharField("version du texte", max_length=20)
    given_by = models.CharField("donné par", max_length=100)
    given_at = models.DateTimeField("donné le")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "accord"
        verbose_name_plural = "accords"
        constraints = (
            models.UniqueConstraint(
                fields=("request",),
                condition=models.Q(withdrawn_at__isnull=True),
                name="rights_one_standing_consent_per_request",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_kind} {self.text_version}"


class SourceCall(TenantModel):
    """That a source was asked: who, why, for whom, what, and how it ended. Kept for 36 months."""

    class Purpose(models.TextChoices):
        PRICE = "PRICE", _("Décider le prix des repas")

    request = models.ForeignKey(
        RightsRequest, on_delete=models.PROTECT, related_name="calls", verbose_name="demande"
    )
    source = models.ForeignKey(
        RightsSource, on_delete=models.PROTECT, related_name="calls", verbose_name="source"
    )
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, related_name="calls", verbose_name="accord"
    )
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="source_calls",
        verbose_name="élève",
    )
    asked_by = models.CharField("demandé par", max_length=100)
    purpose = models.CharField("raison", max_length=10, choices=Purpose.choices)
    endpoint = models.CharField("donnée demandée", max_length=40)
    version = models.CharField("version de la donnée", max_length=10)
    correlation_id = models.UUIDField("référence de l'appel")
    outcome = models.CharField("réponse", max_length=20, choices=Outcome.choices)
    code = models.CharField("code", max_length=40, blank=True, default="")
    http_status = models.PositiveSmallIntegerField("statut HTTP", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=1)
    duration_ms = models.PositiveIntegerField("durée (ms)")
    called_at = models.DateTimeField("le")

    class Meta:
        verbose_name = "appel à une source"
        verbose_name_plural = "appels aux sources"
        indexes = (models.Index(fields=("called_at",), name="rights_calls_by_age"),)

    def __str__(self) -> str:
        return f"{self.endpoint} {self.outcome}"


class BursaryAnswer(TenantModel):
    """What the ministry says of a pupil's bursary; `UNKNOWN` is neither yes nor no."""

    class Holds(models.TextChoices):
        YES = "YES", _("Oui")
        NO = "NO", _("Non")
        UNKNOWN = "UNKNOWN", _("On ne sait pas")

    request = models.ForeignKey(
        RightsRequest, on_delete=models.PROTECT, related_name="bursaries", verbose_name="demande"
    )
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="bursary_answers",
        verbose_name="élève",
    )
    school_year = models.SmallIntegerField("année scolaire (début)")
    holds = models.CharField("boursier", max_length=8, choices=Holds.choices)
    level = models.PositiveSmallIntegerField("échelon", null=True, blank=True)
    answered_at = models.DateTimeField("répondu le")

    class Meta:
        verbose_name = "bourse d'un élève"
        verbose_name_plural = "bourses des élèves"
        constraints = (
            models.UniqueConstraint(
                fields=("request", "pupil"), name="rights_one_bursary_answer_per_pupil"
            ),
            models.CheckConstraint(
                condition=models.Q(level__isnull=True)
                | models.Q(level__gte=1, level__lte=6, holds="YES"),
                name="rights_level_of_whom_holds_a_bursary",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.holds}"


class ProofDocument(KeptDocument):
    """A document a family gave. Its bytes are in the tenant's files, under `storage_name`."""

    class Kind(models.TextChoices):
        TAX_NOTICE = "TAX_NOTICE", _("Avis d'impôt")
        CAF_CERTIFICATE = "CAF_CERTIFICATE", _("Attestation CAF ou MSA")
        STATUS_CERTIFICATE = "STATUS_CERTIFICATE", _("Attestation de droits")
        PAYSLIPS = "PAYSLIPS", _("Bulletins de paie")
        OTHER = "OTHER", _("Autre pièce")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    request = models.ForeignKey(
        RightsRequest, on_delete=models.PROTECT, related_name="documents", verbose_name="demande"
    )
    kind = models.CharField("pièce", max_length=20, choices=Kind.choices)

    class Meta:
        verbose_name = "pièce"
        verbose_name_plural = "pièces"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(size_bytes__gt=0), name="rights_document_is_not_empty"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
