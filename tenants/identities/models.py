"""Identity providers of a département, sign-ins under way, and identities joined to accounts.

A subject is the provider's own opaque name of a person: FranceConnect's `sub` is made for one client,
so it means nothing in another département. An identity that ended is kept, and another may follow it.
What a provider said of somebody is sealed, and kept only while a person has to be found.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel


class ProviderKind(models.TextChoices):
    """Who vouches for people."""

    FRANCECONNECT = "FRANCECONNECT", _("FranceConnect")
    EDUCONNECT = "EDUCONNECT", _("EduConnect")
    DEPARTEMENT = "DEPARTEMENT", _("Autre département")


class Profile(models.TextChoices):
    """Whom a way may be open to."""

    GUARDIAN = "GUARDIAN", _("Responsable")
    PUPIL = "PUPIL", _("Élève")
    STAFF = "STAFF", _("Agent")


class Way(models.TextChoices):
    """What one may prove who one is with."""

    PASSWORD = "PASSWORD", _("Mot de passe")
    EDUCONNECT = "EDUCONNECT", _("EduConnect")
    FRANCECONNECT = "FRANCECONNECT", _("FranceConnect")
    DEPARTEMENT = "DEPARTEMENT", _("Autre département")


class IdentityProvider(TenantModel):
    """A provider as a département is registered with it. One of a kind is open; of départements, each.

    `departement_code` is that of the other département, empty for national providers.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("service", max_length=20, choices=ProviderKind.choices)
    departement_code = models.CharField("département", max_length=3, blank=True, default="")
    issuer = models.CharField("émetteur", max_length=300)
    client_id = models.CharField("identifiant du client", max_length=300)
    # What is public: addresses, algorithms, certificates (`franceconnect.Settings`, `educonnect.Settings`).
    options = models.JSONField("réglages", default=dict)
    sealed_secret = models.BinaryField("secret scellé")
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "fournisseur d'identité"
        verbose_name_plural = "fournisseurs d'identité"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "departement_code"),
                condition=models.Q(closed_at__isnull=True),
                name="identities_one_open_provider_per_kind",
            ),
            models.CheckConstraint(
                condition=(models.Q(kind="DEPARTEMENT") & ~models.Q(departement_code=""))
                | (~models.Q(kind="DEPARTEMENT") & models.Q(departement_code="")),
                name="identities_provider_names_its_departement",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class WayRule(TenantModel):
    """Whether a way is open to a profile. Without a row: the password is, and nothing else."""

    profile = models.CharField("profil", max_length=10, choices=Profile.choices)
    way = models.CharField("moyen", max_length=20, choices=Way.choices)
    is_open = models.BooleanField("ouvert")

    class Meta:
        verbose_name = "moyen de connexion"
        verbose_name_plural = "moyens de connexion"
        constraints = (
            models.UniqueConstraint(fields=("profile", "way"), name="identities_one_rule_per_way"),
        )

    def __str__(self) -> str:
        return f"{self.profile} {self.way} {self.is_open}"


class SignInAttempt(TenantModel):
    """A sign-in that was sent to a provider, by one browser, to come back once and soon.

    `user` is who is signed in and links their own account; nobody for a sign-in. `ask_digest` is the
    SHA-256 of the `state` (OpenID Connect) or of the request's identifier (SAML),
    `browser_digest` that of a value in the session that asked. A SAML answer arrives without that
    session: what was verified waits under `handle_digest` until the session comes for it.
    """

    provider = models.ForeignKey(IdentityProvider, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    ask_digest = models.CharField(max_length=64, unique=True)
    browser_digest = models.CharField(max_length=64)
    sealed_secrets = models.BinaryField(null=True, blank=True)
    destination = models.CharField(max_length=500, blank=True, default="")
    handle_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sealed_claims = models.BinaryField(null=True, blank=True)
    started_at = models.DateTimeField("commencée le")
    expires_at = models.DateTimeField("expire le", db_index=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    used_at = models.DateTimeField("utilisée le", null=True, blank=True)

    class Meta:
        verbose_name = "connexion en cours"
        verbose_name_plural = "connexions en cours"

    def __str__(self) -> str:
        return f"{self.provider_id} {self.started_at:%Y-%m-%d %H:%M}"


class ConsumedAssertion(TenantModel):
    """An assertion that was taken, so that it is refused a second time until it expires."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField("expire le", db_index=True)

    class Meta:
        verbose_name = "assertion utilisée"
        verbose_name_plural = "assertions utilisées"

    def __str__(self) -> str:
        return self.digest[:12]


class ExternalIdentity(TenantModel):
    """A provider's subject that is an account's, from `linked_at` until it ends.

    A département vouches in its own name alone: a subject is one of the provider `departement_code`.
    """

    class Proof(models.TextChoices):
        """What told who it was."""

        DIRECTORY = "DIRECTORY", _("Annuaire de l'académie")
        PAPER = "PAPER", _("Papier officiel")
        CODE = "CODE", _("Code d'activation")
        AGENT = "AGENT", _("Secrétariat")
        BOTH = "BOTH", _("Connexion aux deux portails")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("service", max_length=20, choices=ProviderKind.choices)
    departement_code = models.CharField("département", max_length=3, blank=True, default="")
    subject = models.CharField("sujet", max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="external_identities",
        verbose_name="compte",
    )
    proof = models.CharField("preuve", max_length=10, choices=Proof.choices)
    linked_at = models.DateTimeField("reliée le")
    used_at = models.DateTimeField("dernière connexion", null=True, blank=True)
    ended_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "identité reliée"
        verbose_name_plural = "identités reliées"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "departement_code", "subject"),
                condition=models.Q(ended_at__isnull=True),
                name="identities_subject_is_one_account",
            ),
            models.UniqueConstraint(
                fields=("kind", "departement_code", "user"),
                condition=models.Q(ended_at__isnull=True),
                name="identities_account_has_one_subject_per_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class LinkRequest(TenantModel):
    """Somebody a provider vouches for, whom we cannot tell yet: they prove it, or a person decides."""

    class State(models.TextChoices):
        TO_PROVE = "TO_PROVE", _("À prouver")
        TO_DECIDE = "TO_DECIDE", _("À décider")
        LINKED = "LINKED", _("Reliée")
        REFUSED = "REFUSED", _("Refusée")

    class Reason(models.TextChoices):
        """Why it could not be told."""

        NO_KEY = "NO_KEY", _("Aucun identifiant commun")
        UNKNOWN = "UNKNOWN", _("Personne absente de l'annuaire")
        SEVERAL_PEOPLE = "SEVERAL_PEOPLE", _("Plusieurs fiches")
        BIRTH_DATE_DIFFERS = "BIRTH_DATE_DIFFERS", _("Date de naissance différente")
        NAME_DIFFERS = "NAME_DIFFERS", _("Nom différent")
        ALREADY_LINKED = "ALREADY_LINKED", _("Fiche déjà reliée à une autre identité")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("service", max_length=20, choices=ProviderKind.choices)
    subject = models.CharField("sujet", max_length=255)
    profile = models.CharField("profil", max_length=10, choices=Profile.choices)
    state = models.CharField("état", max_length=10, choices=State.choices)
    reason = models.CharField("raison", max_length=20, choices=Reason.choices)
    sealed_claims = models.BinaryField("identité scellée", null=True, blank=True)
    college_uai = models.CharField("UAI du collège", max_length=8, blank=True, default="")
    tries = models.PositiveSmallIntegerField("essais", default=0)
    answer = models.CharField("mots du secrétariat", max_length=500, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="link_requests",
        verbose_name="compte",
    )
    decided_by = models.CharField("décidée par", max_length=100, blank=True, default="")
    created_at = models.DateTimeField("commencée le")
    waiting_since = models.DateTimeField("attend depuis", null=True, blank=True)
    closed_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "personne à reconnaître"
        verbose_name_plural = "personnes à reconnaître"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=models.Q(closed_at__isnull=True),
                name="identities_one_open_request_per_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, state__in=("TO_PROVE", "TO_DECIDE"))
                | models.Q(
                    closed_at__isnull=False,
                    state__in=("LINKED", "REFUSED"),
                    sealed_claims__isnull=True,
                ),
                name="identities_request_forgets_once_over",
            ),
        )
        indexes = (
            models.Index(
                fields=("waiting_since",),
                condition=models.Q(state="TO_DECIDE"),
                name="identities_queue",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Whether a person may still decide."""
        return self.state == self.State.TO_DECIDE


class LinkCandidate(TenantModel):
    """A person of the feed whom a request may be about: a guardian, or a pupil."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    request = models.ForeignKey(LinkRequest, on_delete=models.PROTECT, related_name="candidates")
    guardian = models.ForeignKey(
        "people.Guardian", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pupil = models.ForeignKey(
        "people.Pupil", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "fiche possible"
        verbose_name_plural = "fiches possibles"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(guardian__isnull=True) ^ models.Q(pupil__isnull=True),
                name="identities_candidate_is_one_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id} {self.guardian_id or self.pupil_id}"
