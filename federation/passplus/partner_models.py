"""How a partner comes in: what it asks, the codes that say who writes, and what it signs.

An application belongs to whoever reads the messages of its address: each time somebody comes back, a
code is sent there, and nothing else opens it. Codes are nowhere: a row says how to make one again, with
a secret that is not in the database. An agreement is kept as it was signed, byte for byte: it is never
written again, and PostgreSQL itself checks its hash. IBANs are sealed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class PartnerKind(models.TextChoices):
    """What kind of body a partner is."""

    ASSOCIATION = "ASSOCIATION", _("Association")
    COMPANY = "COMPANY", _("Entreprise")
    PUBLIC_BODY = "PUBLIC_BODY", _("Organisme public")


class PartnerTerms(TenantModel):
    """What partners sign from a day on, and for how long they must have existed. None is rewritten."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    version = models.CharField("version", max_length=30, unique=True)
    title = models.CharField("titre", max_length=200)
    # [{"title": …, "text": …}], in the order in which they are read.
    articles = models.JSONField("articles")
    least_years = models.PositiveSmallIntegerField("années d'existence", default=2)
    is_illustrative = models.BooleanField("texte d'essai", default=False)
    published_at = models.DateTimeField("publiée le")

    class Meta:
        verbose_name = "convention des partenaires"
        verbose_name_plural = "conventions des partenaires"

    def __str__(self) -> str:
        return self.version


class PartnerApplication(TenantModel):
    """A body asks to take tickets here. It is saved at each step, and one address opens it."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Commencée")
        SUBMITTED = "SUBMITTED", _("À étudier")
        TO_COMPLETE = "TO_COMPLETE", _("Réponse attendue")
        ACCEPTED = "ACCEPTED", _("À signer")
        SIGNED = "SIGNED", _("Signée")
        REFUSED = "REFUSED", _("Refusée")
        ABANDONED = "ABANDONED", _("Abandonnée")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.DRAFT)
    siret = models.CharField("SIRET", max_length=14)
    email = models.EmailField("e-mail", max_length=254)
    email_confirmed_at = models.DateTimeField("e-mail confirmé le", null=True, blank=True)
    # The body.
    kind = models.CharField(
        "forme", max_length=12, choices=PartnerKind.choices, blank=True, default=""
    )
    name = models.CharField("nom", max_length=200, blank=True, default="")
    founded_on = models.DateField("existe depuis le", null=True, blank=True)
    domains = models.JSONField("domaines", default=list)
    activities = models.CharField("activités", max_length=300, blank=True, default="")
    description = models.CharField("présentation", max_length=600, blank=True, default="")
    street = models.CharField("adresse", max_length=200, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=5, blank=True, default="")
    town = models.CharField("ville", max_length=100, blank=True, default="")
    site = models.URLField("site", max_length=200, blank=True, default="")
    # What families may read, and who signs.
    public_email = models.EmailField("e-mail public", max_length=254, blank=True, default="")
    public_phone = models.CharField("téléphone public", max_length=20, blank=True, default="")
    signer_name = models.CharField("qui signe", max_length=150, blank=True, default="")
    signer_role = models.CharField("fonction", max_length=100, blank=True, default="")
    signer_phone = models.CharField("mobile", max_length=20, blank=True, default="")
    # What it declared, word for word, and when.
    declarations = models.JSONField("déclarations", default=list)
    declared_at = models.DateTimeField("déclaré le", null=True, blank=True)
    # Where it is to be paid.
    account_holder = models.CharField("titulaire du compte", max_length=140, blank=True, default="")
    sealed_iban = models.BinaryField("IBAN scellé", null=True, blank=True)
    iban_ending = models.CharField("fin de l'IBAN", max_length=4, blank=True, default="")
    # What an agent answered, in their words.
    answer = models.CharField("mots de l'agent", max_length=1000, blank=True, default="")
    answered_by = models.CharField("agent", max_length=100, blank=True, default="")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    terms = models.ForeignKey(
        PartnerTerms,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="convention",
    )
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="partenaire",
    )
    created_at = models.DateTimeField("commencée le")
    changed_at = models.DateTimeField("changée le")
    submitted_at = models.DateTimeField("envoyée le", null=True, blank=True)
    closed_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "demande d'affiliation"
        verbose_name_plural = "demandes d'affiliation"
        constraints = (
            models.UniqueConstraint(
                fields=("siret", "email"),
                condition=models.Q(closed_at__isnull=True),
                name="passplus_one_open_application_per_address",
            ),
            models.UniqueConstraint(
                fields=("siret",),
                condition=models.Q(state="ACCEPTED"),
                name="passplus_one_application_to_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(siret__regex=r"^[0-9]{14}$"),
                name="passplus_application_siret_is_fourteen_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT")
                | models.Q(email_confirmed_at__isnull=False)
                | models.Q(state="ABANDONED"),
                name="passplus_submitted_by_a_confirmed_address",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closed_at__isnull=True,
                    state__in=("DRAFT", "SUBMITTED", "TO_COMPLETE", "ACCEPTED"),
                )
                | models.Q(closed_at__isnull=False, state__in=("SIGNED", "REFUSED", "ABANDONED")),
                name="passplus_application_closed_when_over",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ACCEPTED") | models.Q(terms__isnull=False),
                name="passplus_accepted_with_its_terms",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="SIGNED") | models.Q(partner__isnull=False),
                name="passplus_signed_is_affiliated",
            ),
        )
        indexes = (
            models.Index(
                fields=("submitted_at",),
                condition=models.Q(state="SUBMITTED"),
                name="passplus_applications_to_read",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.siret

    @property
    def is_open(self) -> bool:
        """Whether somebody may still do something about it."""
        return self.closed_at is None


class PartnerCode(TenantModel):
    """That a code was sent for an application. The code is not here, nor anywhere."""

    class Purpose(models.TextChoices):
        OPEN = "OPEN", _("Ouvrir la demande")
        SIGN = "SIGN", _("Signer la convention")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    application = models.ForeignKey(
        PartnerApplication,
        on_delete=models.CASCADE,
        related_name="codes",
        verbose_name="demande",
    )
    purpose = models.CharField("pour", max_length=4, choices=Purpose.choices)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("demandé le")
    expires_at = models.DateTimeField("valable avant le")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "code d'un partenaire"
        verbose_name_plural = "codes des partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("application", "purpose"),
                condition=models.Q(ended_at__isnull=True),
                name="passplus_one_open_code",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id}"


class PartnerAgreement(TenantModel):
    """What was signed, by whom, when: the document byte for byte, and the hash that says so."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    application = models.OneToOneField(
        PartnerApplication,
        on_delete=models.PROTECT,
        related_name="agreement",
        verbose_name="demande",
    )
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="agreements",
        verbose_name="partenaire",
    )
    terms = models.ForeignKey(
        PartnerTerms, on_delete=models.PROTECT, related_name="+", verbose_name="convention"
    )
    signer_name = models.CharField("signée par", max_length=150)
    signer_role = models.CharField("fonction", max_length=100)
    signer_email = models.EmailField("code envoyé à", max_length=254)
    code_id_sent = models.UUIDField("référence du code")
    signed_at = models.DateTimeField("signée le")
    document = models.BinaryField("document")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)

    class Meta:
        verbose_name = "convention signée"
        verbose_name_plural = "conventions signées"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    sha256=models.Func(
                        models.Func(
                            models.F("document"),
                            function="sha256",
                            output_field=models.BinaryField(),
                        ),
                        models.Value("hex"),
                        function="encode",
                        output_field=models.CharField(),
                    )
                ),
                name="passplus_agreement_is_what_was_signed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner} {self.sha256[:8]}"


class PartnerIban(TenantModel):
    """Where a partner is paid. One counts at a time; another counts once an agent confirmed it."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    partner = models.ForeignKey(
        "passplus.Partner",
        on_delete=models.PROTECT,
        related_name="ibans",
        verbose_name="partenaire",
    )
    holder = models.CharField("titulaire du compte", max_length=140)
    sealed_iban = models.BinaryField("IBAN scellé")
    ending = models.CharField("fin de l'IBAN", max_length=4)
    given_by = models.CharField("donné par", max_length=100)
    given_at = models.DateTimeField("donné le")
    confirmed_by = models.CharField("confirmé par", max_length=100, blank=True, default="")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "compte bancaire d'un partenaire"
        verbose_name_plural = "comptes bancaires des partenaires"
        constraints = (
            models.UniqueConstraint(
                fields=("partner",),
                condition=models.Q(closed_at__isnull=True, confirmed_at__isnull=False),
                name="passplus_one_iban_counts",
            ),
            models.UniqueConstraint(
                fields=("partner",),
                condition=models.Q(closed_at__isnull=True, confirmed_at__isnull=True),
                name="passplus_one_iban_waits",
            ),
        )

    def __str__(self) -> str:
        return f"… {self.ending}"
