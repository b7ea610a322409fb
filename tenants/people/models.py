"""Collèges, pupils, guardians and households of one département.

`jointure_id` is the academic feed's own identifier (ENTPersonJointure): it says who a row of the feed
is, and nothing else. Periods are `[valid_from, valid_until)`. A pupil or guardian that a complete
feed no longer names is marked `missing_since` and never deleted here (a grace period, then the
retention rules). An identifier that was given to somebody else leaves `#` and the row's own key
behind: no feed can name it. `sort_key` and `search_key` are normalised names (`commons.normalisation`): the
database has no French collation.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel

WHOLE_SHARE_BP = 10_000


class Level(models.TextChoices):
    """Class levels of a collège."""

    SIXIEME = "6E", _("6e")
    CINQUIEME = "5E", _("5e")
    QUATRIEME = "4E", _("4e")
    TROISIEME = "3E", _("3e")
    OTHER = "OTHER", _("Autre")


class Regime(models.TextChoices):
    """What the school says of the pupil's meals and nights."""

    HALF_BOARD = "HALF_BOARD", _("Demi-pensionnaire")
    BOARDER = "BOARDER", _("Interne")
    DAY = "DAY", _("Externe")


class Relation(models.TextChoices):
    """What a guardian is to a pupil (ENTElevePersRelEleve, second part)."""

    MOTHER = "MOTHER", _("Mère")
    FATHER = "FATHER", _("Père")
    GUARDIAN = "GUARDIAN", _("Tuteur")
    FAMILY = "FAMILY", _("Autre membre de la famille")
    ASE = "ASE", _("Aide sociale à l'enfance")
    OTHER = "OTHER", _("Autre")
    SELF = "SELF", _("Élève majeur")


class College(TenantModel):
    """A collège, known by its UAI."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    uai = models.CharField("UAI", max_length=8, unique=True)
    jointure_id = models.CharField("identifiant académique", max_length=40, blank=True, default="")
    name = models.CharField("nom", max_length=200)
    street = models.CharField("adresse", max_length=200, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=10, blank=True, default="")
    city = models.CharField("commune", max_length=100, blank=True, default="")
    phone = models.CharField("téléphone", max_length=30, blank=True, default="")
    sector = models.CharField(
        "secteur",
        max_length=10,
        choices=[("PUBLIC", _("Public")), ("PRIVATE", _("Privé"))],
        default="PUBLIC",
    )
    is_open = models.BooleanField("ouvert", default=True)

    class Meta:
        verbose_name = "collège"
        verbose_name_plural = "collèges"
        constraints = (
            models.UniqueConstraint(
                fields=("jointure_id",),
                condition=~models.Q(jointure_id=""),
                name="people_college_jointure_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.uai})"


class SchoolClass(TenantModel):
    """A class of a collège, for one school year."""

    college = models.ForeignKey(College, on_delete=models.PROTECT, related_name="classes")
    school_year = models.SmallIntegerField("année scolaire (début)")
    name = models.CharField("nom", max_length=60)
    level = models.CharField("niveau", max_length=5, choices=Level.choices, default=Level.OTHER)

    class Meta:
        verbose_name = "classe"
        verbose_name_plural = "classes"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "school_year", "name"), name="people_class_once_per_year"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Household(TenantModel):
    """A household for tax purposes: whose quotient prices a pupil's meals."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    label = models.CharField("libellé", max_length=200)

    class Meta:
        verbose_name = "foyer"
        verbose_name_plural = "foyers"

    def __str__(self) -> str:
        return self.label


class Person(TenantModel):
    """What pupils and guardians have in common."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    # Unique by a constraint: `unique=True` would add an index for LIKE that nobody asks for.
    jointure_id = models.CharField(  # noqa: DJ001  absent for whom no feed names
        "identifiant académique", max_length=40, null=True
    )
    last_name = models.CharField("nom", max_length=100)
    first_name = models.CharField("prénom", max_length=100)
    sort_key = models.CharField(max_length=220, editable=False)
    search_key = models.CharField(max_length=220, editable=False)
    missing_since = models.DateField("absent de l'annuaire depuis", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Pupil(Person):
    """A collégien."""

    ine = models.CharField("INE", max_length=11, null=True, blank=True)  # noqa: DJ001  unique
    other_first_names = models.CharField("autres prénoms", max_length=200, blank=True, default="")
    birth_date = models.DateField("né le")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pupil",
        verbose_name="compte",
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pupils",
        verbose_name="foyer",
        db_index=False,  # only of those who have one
    )

    class Meta:
        verbose_name = "élève"
        verbose_name_plural = "élèves"
        constraints = (
            models.UniqueConstraint(fields=("jointure_id",), name="people_pupil_jointure_once"),
            models.UniqueConstraint(fields=("ine",), name="people_pupil_ine_once"),
        )
        indexes = (
            models.Index(fields=("sort_key",), name="people_pupil_sort"),
            models.Index(
                fields=("search_key",), opclasses=["text_pattern_ops"], name="people_pupil_search"
            ),
            # Of those who have one: feeds bring pupils without.
            models.Index(
                fields=("household",),
                condition=models.Q(household__isnull=False),
                name="people_pupil_household",
            ),
        )


class Guardian(Person):
    """A parent, or whoever answers for a pupil."""

    title = models.CharField("civilité", max_length=10, blank=True, default="")
    email = models.EmailField("courriel", blank=True, default="")
    mobile_phone = models.CharField("mobile", max_length=30, blank=True, default="")
    home_phone = models.CharField("téléphone", max_length=30, blank=True, default="")
    street = models.CharField("adresse", max_length=300, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=10, blank=True, default="")
    city = models.CharField("commune", max_length=100, blank=True, default="")
    country = models.CharField("pays", max_length=100, blank=True, default="")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guardian",
        verbose_name="compte",
    )

    class Meta:
        verbose_name = "responsable"
        verbose_name_plural = "responsables"
        constraints = (
            models.UniqueConstraint(fields=("jointure_id",), name="people_guardian_jointure_once"),
        )
        indexes = (
            models.Index(fields=("sort_key",), name="people_guardian_sort"),
            models.Index(
                fields=("search_key",),
                opclasses=["text_pattern_ops"],
                name="people_guardian_search",
            ),
            models.Index(fields=("email",), name="people_guardian_email"),
        )


class Schooling(TenantModel):
    """Where a pupil is schooled, over a period of a school year."""

    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        related_name="schoolings",
        db_index=False,  # the unique key starts with it
    )
    college = models.ForeignKey(College, on_delete=models.PROTECT, related_name="schoolings")
    school_year = models.SmallIntegerField("année scolaire (début)")
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, null=True, blank=True, related_name="schoolings"
    )
    regime = models.CharField("régime", max_length=12, choices=Regime.choices, default=Regime.DAY)
    is_boursier = models.BooleanField("boursier", null=True)
    valid_from = models.DateField("du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    class Meta:
        verbose_name = "scolarité"
        verbose_name_plural = "scolarités"
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "college", "school_year", "valid_from"),
                name="people_schooling_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="people_schooling_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.college_id} {self.school_year}"


class Guardianship(TenantModel):
    """What links a guardian to a pupil. `payer_share_bp` is in basis points of the pupil's bills."""

    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="guardianships")
    relation = models.CharField("lien", max_length=10, choices=Relation.choices)
    legal_role = models.SmallIntegerField("autorité parentale", default=0)
    is_financial = models.BooleanField("payeur", default=False)
    is_contact = models.BooleanField("à prévenir", default=False)
    is_payment = models.BooleanField("perçoit les aides", default=False)
    payer_share_bp = models.IntegerField("part payée (points de base)", default=0)
    valid_from = models.DateField("du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    class Meta:
        verbose_name = "lien de responsabilité"
        verbose_name_plural = "liens de responsabilité"
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "guardian"),
                condition=models.Q(valid_until__isnull=True),
                name="people_guardianship_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(legal_role__in=(0, 1, 2)), name="people_legal_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(payer_share_bp__gte=0)
                & models.Q(payer_share_bp__lte=WHOLE_SHARE_BP),
                name="people_payer_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="people_guardianship_never_ends_before_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.guardian_id} {self.relation} {self.pupil_id}"


class HouseholdMember(TenantModel):
    """A guardian of a tax household, over a period; of one household at a time.

    A period that ends the day it starts is that of a membership taken back before it began.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="memberships")
    valid_from = models.DateField("du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    class Meta:
        verbose_name = "membre du foyer"
        verbose_name_plural = "membres du foyer"
        constraints = (
            models.UniqueConstraint(
                fields=("guardian",),
                condition=models.Q(valid_until__isnull=True),
                name="people_guardian_in_one_open_household",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="people_membership_never_ends_before_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.household_id} {self.guardian_id}"


class FeedImport(TenantModel):
    """One reading of a feed: a dry run, or what was done."""

    class State(models.TextChoices):
        DRY_RUN = "DRY_RUN", _("Essai à blanc")
        APPLIED = "APPLIED", _("Appliqué")
        STOPPED = "STOPPED", _("Arrêté")
        REJECTED = "REJECTED", _("Refusé")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField("type", max_length=20, default="AAF")
    file_names = models.JSONField("fichiers", default=list)
    digest = models.CharField("empreinte", max_length=64)
    state = models.CharField("état", max_length=10, choices=State.choices)
    counts = models.JSONField("décompte", default=dict)
    started_at = models.DateTimeField("commencé le")
    ended_at = models.DateTimeField("terminé le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "import d'annuaire"
        verbose_name_plural = "imports d'annuaire"

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def is_delta(self) -> bool:
        """Whether the feed said only what changed since the one before."""
        return bool(self.counts.get("variant") == "DELTA")


class FeedImportRow(TenantModel):
    """What became of one record of a feed, or of a person it no longer names.

    Records that are unchanged and need no look have no row. `reason_code` is why a record was refused
    or set aside, else the first of its `reviews`: what was taken but has to be looked at. `diff` is
    {field: [old, new]}. `target_id` is the key of the pupil, guardian or collège it is about, where
    we knew one. What is applied is what these rows say.
    """

    class Outcome(models.TextChoices):
        CREATED = "CREATED", _("Créé")
        CHANGED = "CHANGED", _("Modifié")
        UNCHANGED = "UNCHANGED", _("Inchangé")
        DISAPPEARING = "DISAPPEARING", _("Disparaît")
        AMBIGUOUS = "AMBIGUOUS", _("À trancher")
        REJECTED = "REJECTED", _("Refusé")

    feed_import = models.ForeignKey(
        FeedImport,
        on_delete=models.PROTECT,
        related_name="rows",
        db_index=False,  # the one of outcomes starts with it
        db_constraint=False,  # written with their import, by the hundred thousand, and never removed
    )
    record_kind = models.CharField("type", max_length=20)
    record_id = models.CharField("identifiant", max_length=60)
    rank = models.IntegerField("rang dans l'annuaire", default=0)
    target_id = models.BigIntegerField("fiche concernée", null=True)
    outcome = models.CharField("devenir", max_length=12, choices=Outcome.choices)
    reason_code = models.CharField("motif", max_length=60, blank=True, default="")
    reviews = models.JSONField("à regarder", default=list)
    place = models.CharField("endroit", max_length=200, blank=True, default="")
    diff = models.JSONField("différences", default=dict)

    class Meta:
        verbose_name = "ligne d'import"
        verbose_name_plural = "lignes d'import"
        indexes = (models.Index(fields=("feed_import", "outcome"), name="people_feed_row_outcome"),)

    def __str__(self) -> str:
        return f"{self.record_kind} {self.record_id} {self.outcome}"
