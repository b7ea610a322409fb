"""The canteen of one département: open days, rules, enrolments, exceptions.

A booking is a rule plus exceptions: the weekdays of an enrolment, on the open days of its collège,
without the meals cancelled in time, with the meals added. There is no row per meal. Weekdays are a
bit mask (Monday 1, Tuesday 2, Wednesday 4, Thursday 8, Friday 16). Periods are
`[valid_from, valid_until)`. An enrolment that ended still counts for the days before its end: what
is billed is every enrolment that is not a draft, on the days of its period.
"""

from django.db import models

from billing.overlaps import periods_do_not_overlap
from billing.tariffs.models import Service
from commons.identifiers import new_public_id
from commons.models import TenantModel

WHOLE_SHARE_BP = 10_000
ALL_WEEKDAYS = 0b11111


class ServiceDay(TenantModel):
    """A teaching day of a collège: its canteen is open, or closed for a reason."""

    college = models.ForeignKey(
        "people.College",
        on_delete=models.PROTECT,
        related_name="service_days",
        verbose_name="collège",
    )
    day = models.DateField("jour")
    is_open = models.BooleanField("ouvert", default=True)
    closed_reason = models.CharField("motif de fermeture", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "jour de service"
        verbose_name_plural = "jours de service"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "day"), name="one_service_day_per_college_and_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.college_id} {self.day}"


class CanteenRules(TenantModel):
    """The rules of the département over a period; `billing.canteen.rules` says what they hold."""

    valid_from = models.DateField("applicables du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    definition = models.JSONField("définition")

    class Meta:
        verbose_name = "règles de la cantine"
        verbose_name_plural = "règles de la cantine"
        constraints = (
            periods_do_not_overlap("canteen_rules_do_not_overlap"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="canteen_rules_end_after_they_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.valid_from}"


class Enrolment(TenantModel):
    """A pupil eats at a collège on some weekdays, over a period of a school year."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Commencée"
        ACTIVE = "ACTIVE", "En cours"
        ENDED = "ENDED", "Terminée"

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    pupil = models.ForeignKey(
        "people.Pupil", on_delete=models.PROTECT, related_name="enrolments", verbose_name="élève"
    )
    college = models.ForeignKey(
        "people.College",
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name="collège",
    )
    school_year = models.SmallIntegerField("année scolaire")
    service = models.CharField(
        "service", max_length=20, choices=Service, default=Service.HALF_BOARD
    )
    weekdays = models.SmallIntegerField("jours", default=0)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField("du", null=True, blank=True)
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        indexes = (models.Index(fields=("college", "school_year"), name="enrolment_college_year"),)
        constraints = (
            # Whatever the service: a pupil eats once a day.
            periods_do_not_overlap(
                "enrolments_do_not_overlap", "pupil_id", condition=~models.Q(state="DRAFT")
            ),
            models.UniqueConstraint(
                fields=("pupil", "service", "school_year"),
                condition=models.Q(state="DRAFT"),
                name="one_enrolment_draft_per_pupil",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    service__in=(Service.HALF_BOARD, Service.BOARDER, Service.OCCASIONAL)
                ),
                name="enrolment_service_can_be_enrolled_in",
            ),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT")
                | models.Q(valid_from__isnull=False, weekdays__gte=1),
                name="enrolment_is_complete_unless_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__gte=0, weekdays__lte=ALL_WEEKDAYS),
                name="enrolment_weekdays_are_monday_to_friday",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="enrolment_does_not_end_before_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.service} {self.valid_from}"


class EnrolmentPayer(TenantModel):
    """Who pays for an enrolment, and which share (in ten-thousandths; they add up to 10,000)."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="payers", verbose_name="inscription"
    )
    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="enrolment_payers",
        verbose_name="responsable",
    )
    share_bp = models.SmallIntegerField("part (dix-millièmes)")

    class Meta:
        verbose_name = "payeur de l'inscription"
        verbose_name_plural = "payeurs de l'inscription"
        constraints = (
            models.UniqueConstraint(
                fields=("enrolment", "guardian"), name="one_payer_row_per_enrolment_and_guardian"
            ),
            models.CheckConstraint(
                condition=models.Q(share_bp__gte=1, share_bp__lte=WHOLE_SHARE_BP),
                name="payer_share_within_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.guardian_id}"


class BookingException(TenantModel):
    """A meal cancelled, or added, against the weekly rule.

    A cancellation that came too late is kept (`is_late`) and the meal is still billed.
    """

    class Kind(models.TextChoices):
        CANCELLED = "CANCELLED", "Repas annulé"
        EXTRA = "EXTRA", "Repas ajouté"

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="exceptions", verbose_name="inscription"
    )
    day = models.DateField("jour")
    kind = models.CharField("sorte", max_length=10, choices=Kind)
    is_late = models.BooleanField("hors délai", default=False)
    requested_at = models.DateTimeField("demandé le")
    actor_kind = models.CharField("type d'auteur", max_length=20)
    actor_id = models.CharField("auteur", max_length=100)

    class Meta:
        verbose_name = "annulation ou ajout"
        verbose_name_plural = "annulations et ajouts"
        constraints = (
            models.UniqueConstraint(
                fields=("enrolment", "day"), name="one_exception_per_enrolment_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="CANCELLED") | models.Q(is_late=False),
                name="added_meal_is_never_late",
            ),
        )

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.day} {self.kind}"
