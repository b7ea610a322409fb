"""Pupils who come from another département, and pupils who leave for another: one side's own books.

An *arrival* and a *departure* are the two halves of one move. Each is opened by a guardian, in the account
room of the département that holds it, for a child they answer for; neither side knows of the other half but
by tokens (`matching`). What identifies a child, and what was received of one, is sealed, and erased once it
serves no more. A *crossing* says of each envelope what it was and what became of it: the log of a side, and
what makes an envelope that comes twice come once. It is never rewritten.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.models import TenantModel
from federation.agreements.models import schema_field
from federation.correspondence.models import Envelope, Item


class Strength(models.TextChoices):
    """How sure it is that an arrival and a departure are of one child."""

    SURE = "SURE", _("Même identifiant national et même date de naissance")
    PROBABLE = "PROBABLE", _("Mêmes noms et même date de naissance")


class Ended(models.TextChoices):
    """Why one half of a move is over."""

    APPLIED = "APPLIED", _("Repris")
    WITHDRAWN = "WITHDRAWN", _("Retiré par la famille")
    EXPIRED = "EXPIRED", _("Délai dépassé")
    REFUSED = "REFUSED", _("Refusé par un agent")
    ENDED_THERE = "ENDED_THERE", _("Arrêté par l'autre côté")


class AgreementKey(TenantModel):
    """Our secrets for one agreement: the key that opens what is written to us, and our share for tokens."""

    agreement = models.UUIDField("convention", unique=True)
    sealed_private_key = models.BinaryField("clé privée scellée")
    sealed_share = models.BinaryField("part de clé scellée")
    drawn_at = models.DateTimeField("tirées le")

    class Meta:
        verbose_name = "clés d'une convention d'échange"
        verbose_name_plural = "clés des conventions d'échange"

    def __str__(self) -> str:
        return str(self.agreement)


class Move(TenantModel):
    """What the two halves have in common: who opened it, for what, and until when it waits."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    agreement = models.UUIDField("convention")
    other = schema_field("autre département")
    items = models.JSONField("éléments")
    strength = models.CharField(
        "correspondance", max_length=10, choices=Strength.choices, blank=True, default=""
    )
    consent_text = models.TextField("texte montré")
    consent_version = models.CharField("version du texte", max_length=20)
    opened_by = models.CharField("ouvert par", max_length=100)
    opened_at = models.DateTimeField("ouvert le")
    school_year = models.SmallIntegerField("année scolaire (début)")
    expires_at = models.DateTimeField("attend jusqu'au")
    matched_at = models.DateTimeField("correspondance trouvée le", null=True, blank=True)
    closed_at = models.DateTimeField("terminé le", null=True, blank=True)
    ended = models.CharField("fin", max_length=12, choices=Ended.choices, blank=True, default="")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, ended="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(ended="")),
                name="exchange_%(class)s_says_why_it_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.other}"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still do something about it."""
        return self.closed_at is None


class Arrival(Move):
    """A guardian says that a child comes from another département. `departure` is the other half."""

    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="arrivals",
        verbose_name="ouverte par",
    )
    # Whose it is here: chosen by the guardian, or by an agent once a feed brought them (`merging`).
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="arrivals",
        verbose_name="élève",
    )
    sealed_identity = models.BinaryField("identité scellée", null=True, blank=True)
    departure = models.UUIDField("départ", null=True, blank=True)
    received_at = models.DateTimeField("éléments reçus le", null=True, blank=True)

    class Meta(Move.Meta):
        verbose_name = "arrivée d'un élève"
        verbose_name_plural = "arrivées d'élèves"
        constraints = (
            *Move.Meta.constraints,
            models.UniqueConstraint(
                fields=("pupil",),
                condition=models.Q(closed_at__isnull=True, pupil__isnull=False),
                name="exchange_one_open_arrival_per_pupil",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(sealed_identity__isnull=True),
                name="exchange_identity_erased_when_arrival_is_over",
            ),
        )


class Departure(Move):
    """A guardian lets a child's items go to another département. `arrival` is the other half."""

    guardian = models.ForeignKey(
        "people.Guardian",
        on_delete=models.PROTECT,
        related_name="departures",
        verbose_name="ouvert par",
    )
    pupil = models.ForeignKey(
        "people.Pupil",
        on_delete=models.PROTECT,
        related_name="departures",
        verbose_name="élève",
    )
    # What hides our tokens while the other side puts its share to them, drawn for this departure alone.
    sealed_blind = models.BinaryField("voile scellé", null=True, blank=True)
    # What the other side made of them, with the veil taken off: what arrivals are compared with.
    sealed_raised = models.BinaryField("jetons complétés scellés", null=True, blank=True)
    arrival = models.UUIDField("arrivée", null=True, blank=True)
    confirmed_by = models.CharField("confirmé par", max_length=100, blank=True, default="")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta(Move.Meta):
        verbose_name = "départ d'un élève"
        verbose_name_plural = "départs d'élèves"
        constraints = (
            *Move.Meta.constraints,
            models.UniqueConstraint(
                fields=("pupil",),
                condition=models.Q(closed_at__isnull=True),
                name="exchange_one_open_departure_per_pupil",
            ),
            models.UniqueConstraint(
                fields=("other", "arrival"),
                condition=models.Q(arrival__isnull=False),
                name="exchange_arrival_matched_once",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(arrival__isnull=False),
                name="exchange_nothing_is_sent_without_a_match",
            ),
        )


class AwaitedArrival(TenantModel):
    """An arrival that the other side told: its tokens, with both shares, until a departure is like it."""

    agreement = models.UUIDField("convention")
    other = schema_field("autre département")
    arrival = models.UUIDField("arrivée")
    items = models.JSONField("éléments")
    sealed_tokens = models.BinaryField("jetons scellés", null=True, blank=True)
    school_year = models.SmallIntegerField("année scolaire (début)")
    told_at = models.DateTimeField("annoncée le")
    expires_at = models.DateTimeField("attend jusqu'au")
    closed_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "arrivée annoncée"
        verbose_name_plural = "arrivées annoncées"
        constraints = (
            models.UniqueConstraint(
                fields=("other", "arrival"), name="exchange_arrival_awaited_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.other} {self.arrival}"


class ReceivedItem(TenantModel):
    """One item that came, sealed for this tenant, until it is taken over and its time is past."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("À reprendre")
        APPLIED = "APPLIED", _("Repris")
        SET_ASIDE = "SET_ASIDE", _("Laissé de côté")
        ERASED = "ERASED", _("Effacé")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    arrival = models.ForeignKey(
        Arrival, on_delete=models.PROTECT, related_name="received_items", verbose_name="arrivée"
    )
    item = models.CharField("élément", max_length=20, choices=Item.choices)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    sealed_content = models.BinaryField("contenu scellé", null=True, blank=True)
    received_at = models.DateTimeField("reçu le")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.CharField("décidé par", max_length=100, blank=True, default="")
    # What taking it over made: the request of rights, by its public identifier.
    result = models.UUIDField("résultat", null=True, blank=True)

    class Meta:
        verbose_name = "élément reçu"
        verbose_name_plural = "éléments reçus"
        constraints = (
            models.UniqueConstraint(fields=("arrival", "item"), name="exchange_item_received_once"),
            models.CheckConstraint(
                condition=~models.Q(state="ERASED") | models.Q(sealed_content__isnull=True),
                name="exchange_erased_item_holds_nothing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.state}"


class Merge(TenantModel):
    """That an arrival was said to be of a pupil, and, when it was a mistake, that it no longer is."""

    arrival = models.ForeignKey(
        Arrival, on_delete=models.PROTECT, related_name="merges", verbose_name="arrivée"
    )
    pupil = models.ForeignKey(
        "people.Pupil", on_delete=models.PROTECT, related_name="merges", verbose_name="élève"
    )
    merged_by = models.CharField("rapprochée par", max_length=100)
    merged_at = models.DateTimeField("rapprochée le")
    undone_by = models.CharField("défait par", max_length=100, blank=True, default="")
    undone_at = models.DateTimeField("défait le", null=True, blank=True)

    class Meta:
        verbose_name = "rapprochement"
        verbose_name_plural = "rapprochements"
        constraints = (
            models.UniqueConstraint(
                fields=("arrival",),
                condition=models.Q(undone_at__isnull=True),
                name="exchange_arrival_merged_once_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.arrival_id} {self.pupil_id}"


class Crossing(TenantModel):
    """An envelope that went or came: which, about what, and what became of it."""

    class Way(models.TextChoices):
        OUT = "OUT", _("Envoyé")
        IN = "IN", _("Reçu")

    class Outcome(models.TextChoices):
        SENT = "SENT", _("Envoyé")
        TAKEN = "TAKEN", _("Pris en compte")
        TOO_LATE = "TOO_LATE", _("Arrivé trop tard")
        OVER_QUOTA = "OVER_QUOTA", _("Au-delà du nombre convenu")
        UNREADABLE = "UNREADABLE", _("Illisible")

    envelope = models.UUIDField("pli")
    way = models.CharField("sens", max_length=3, choices=Way.choices)
    agreement = models.UUIDField("convention")
    other = schema_field("autre département")
    kind = models.CharField("nature", max_length=10, choices=Envelope.Kind.choices)
    # The half it is about: ours when it goes, theirs or ours when it comes.
    about = models.UUIDField("à propos de", null=True, blank=True)
    items = models.JSONField("éléments", default=list)
    outcome = models.CharField("suite", max_length=12, choices=Outcome.choices)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "passage"
        verbose_name_plural = "passages"
        constraints = (
            models.UniqueConstraint(
                fields=("other", "way", "envelope"), name="exchange_envelope_crosses_once"
            ),
        )
        indexes = (models.Index(fields=("about",), name="exchange_crossings_about"),)

    def __str__(self) -> str:
        return f"{self.way} {self.kind} {self.outcome}"
