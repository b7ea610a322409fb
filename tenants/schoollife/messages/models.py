"""Threads between a family and a collège, numbered message by message.

What a participant reads is said by numbers, not by hours: a `Stay` covers the messages from
`from_number` up to, and without, `until_number`. The numbers are given under the lock of the thread,
so that who leaves while somebody writes has left before the message or after it. `joined_at` and
`left_at` are for people to read.

A message is never edited: the tenant's role may not. What is hidden stays, with a `Hiding` that says
why. All goes with the retention, a school year at a time (`retention`).

`Participant.latest_number` and `latest_at` are of the latest message the participant may read, so that
an inbox is one walk of one index; somebody has something unread while `read_number` is below.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.identifiers import new_public_id
from commons.kept_documents import KeptDocument
from commons.models import TenantModel
from commons.querysets import TenantManager
from tenants.people.models import College, Guardian, Pupil

LONGEST_SUBJECT = 120
LONGEST_TEXT = 4000
LONGEST_REASON = 300

_ONE_PERSON = (
    models.Q(college__isnull=False, guardian__isnull=True, pupil__isnull=True)
    | models.Q(college__isnull=True, guardian__isnull=False, pupil__isnull=True)
    | models.Q(college__isnull=True, guardian__isnull=True, pupil__isnull=False)
)
_UNREAD = models.Q(read_number__lt=models.F("latest_number"))


class Thread(TenantModel):
    """A conversation of one collège, about one pupil or about nobody in particular."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College, on_delete=models.PROTECT, related_name="threads", verbose_name="collège"
    )
    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="threads",
        verbose_name="élève",
    )
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT)
    opened_at = models.DateTimeField("commencée le")
    latest_number = models.IntegerField("messages", default=0)
    latest_at = models.DateTimeField("dernier message le")

    objects: ClassVar[TenantManager[Thread]] = TenantManager()

    class Meta:
        verbose_name = "conversation"
        verbose_name_plural = "conversations"
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(subject="") & models.Q(latest_number__gte=0),
                name="school_messages_thread_has_a_subject",
            ),
        )
        indexes = (models.Index(fields=("latest_at",), name="school_messages_thread_latest"),)

    def __str__(self) -> str:
        return str(self.public_id)


class Participant(TenantModel):
    """Somebody who is, or was, in a thread: the collège's secretariat, a guardian or a pupil."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    thread = models.ForeignKey(
        Thread, on_delete=models.PROTECT, related_name="participants", verbose_name="conversation"
    )
    college = models.ForeignKey(
        College,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="secrétariat",
        db_index=False,  # the one of its inbox starts with it
    )
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="responsable",
        db_index=False,  # the one of its inbox starts with it
    )
    pupil = models.ForeignKey(
        Pupil,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="élève",
        db_index=False,  # the one of its inbox starts with it
    )
    latest_number = models.IntegerField("dernier message", default=0)
    latest_at = models.DateTimeField("dernier message le")
    read_number = models.IntegerField("lu jusqu'au message", default=0)
    read_at = models.DateTimeField("lu le", null=True, blank=True)

    objects: ClassVar[TenantManager[Participant]] = TenantManager()

    class Meta:
        verbose_name = "participant"
        verbose_name_plural = "participants"
        constraints = (
            models.CheckConstraint(
                condition=_ONE_PERSON, name="school_messages_participant_is_one_person"
            ),
            models.CheckConstraint(
                condition=models.Q(read_number__lte=models.F("latest_number")),
                name="school_messages_nobody_reads_what_is_not_theirs",
            ),
            models.UniqueConstraint(
                fields=("thread", "college"), name="school_messages_college_once_in_a_thread"
            ),
            models.UniqueConstraint(
                fields=("thread", "guardian"), name="school_messages_guardian_once_in_a_thread"
            ),
            models.UniqueConstraint(
                fields=("thread", "pupil"), name="school_messages_pupil_once_in_a_thread"
            ),
        )
        indexes = (
            models.Index(
                fields=("college", "-latest_at", "-id"),
                condition=models.Q(college__isnull=False),
                name="school_messages_college_inbox",
            ),
            models.Index(
                fields=("college", "-latest_at", "-id"),
                condition=models.Q(college__isnull=False) & _UNREAD,
                name="school_messages_college_unread",
            ),
            models.Index(
                fields=("guardian", "-latest_at", "-id"),
                condition=models.Q(guardian__isnull=False),
                name="school_messages_guardian_inbox",
            ),
            models.Index(
                fields=("pupil", "-latest_at", "-id"),
                condition=models.Q(pupil__isnull=False),
                name="school_messages_pupil_inbox",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_college(self) -> bool:
        return self.college_id is not None

    @property
    def has_unread(self) -> bool:
        return self.read_number < self.latest_number


class Stay(TenantModel):
    """The messages of a thread that a participant was there for: `[from_number, until_number)`."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="stays", verbose_name="participant"
    )
    from_number = models.IntegerField("à partir du message")
    until_number = models.IntegerField("jusqu'au message (exclu)", null=True, blank=True)
    joined_at = models.DateTimeField("entré le")
    left_at = models.DateTimeField("sorti le", null=True, blank=True)

    objects: ClassVar[TenantManager[Stay]] = TenantManager()

    class Meta:
        verbose_name = "présence dans une conversation"
        verbose_name_plural = "présences dans les conversations"
        constraints = (
            models.UniqueConstraint(
                fields=("participant",),
                condition=models.Q(until_number__isnull=True),
                name="school_messages_one_open_stay",
            ),
            models.CheckConstraint(
                condition=models.Q(until_number__isnull=True, left_at__isnull=True)
                | models.Q(until_number__gte=models.F("from_number"), left_at__isnull=False),
                name="school_messages_stay_ends_with_its_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant_id} [{self.from_number}, {self.until_number})"


class Message(TenantModel):
    """One message. `participant` is in whose name; `written_by` is whose hand, a user's public id."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    thread = models.ForeignKey(
        Thread,
        on_delete=models.PROTECT,
        related_name="messages",
        verbose_name="conversation",
        db_index=False,  # the unique key starts with it
    )
    number = models.IntegerField("numéro")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="messages", verbose_name="auteur"
    )
    written_by = models.CharField("écrit par", max_length=100)
    text = models.TextField("texte")
    sent_at = models.DateTimeField("envoyé le")
    # The words, and the collège's mark (`searching`): a search of one collège reads nothing of others.
    words = SearchVectorField("mots")

    objects: ClassVar[TenantManager[Message]] = TenantManager()

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        constraints = (
            models.UniqueConstraint(
                fields=("thread", "number"), name="school_messages_message_has_its_number"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="school_messages_first_message_is_one"
            ),
        )
        indexes = (
            GinIndex(fields=("words",), name="school_messages_words"),
            models.Index(fields=("written_by", "-sent_at"), name="school_messages_of_a_hand"),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Attachment(KeptDocument):
    """A document sent with a message. `name` is what its sender calls it, for people to read."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="attachments", verbose_name="message"
    )
    rank = models.SmallIntegerField("rang")
    name = models.CharField("nom", max_length=100)

    objects: ClassVar[TenantManager[Attachment]] = TenantManager()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"

    def __str__(self) -> str:
        return str(self.public_id)


class Report(TenantModel):
    """A participant says that a message is not right; the collège looks at it, once."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("À regarder")
        UPHELD = "UPHELD", _("Message masqué")
        DISMISSED = "DISMISSED", _("Message laissé")

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="reports", verbose_name="message"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", verbose_name="signalé par"
    )
    reason = models.CharField("raison", max_length=LONGEST_REASON)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.OPEN)
    reported_at = models.DateTimeField("signalé le")
    decided_by = models.CharField("regardé par", max_length=100, blank=True, default="")
    decided_at = models.DateTimeField("regardé le", null=True, blank=True)

    objects: ClassVar[TenantManager[Report]] = TenantManager()

    class Meta:
        verbose_name = "signalement"
        verbose_name_plural = "signalements"
        constraints = (
            models.UniqueConstraint(
                fields=("message", "participant"), name="school_messages_reported_once_by_each"
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", decided_at__isnull=True)
                | (~models.Q(state="OPEN") & models.Q(decided_at__isnull=False)),
                name="school_messages_report_is_decided_on_a_day",
            ),
        )
        indexes = (
            models.Index(
                fields=("reported_at",),
                condition=models.Q(state="OPEN"),
                name="school_messages_report_queue",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Hiding(TenantModel):
    """A message hidden by the collège: why, what its author answers, and what came of it.

    It stands until `lifted_at`. Who may read the thread reads that it was hidden, and why.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="hidings", verbose_name="message"
    )
    reason = models.CharField("raison", max_length=LONGEST_REASON)
    hidden_at = models.DateTimeField("masqué le")
    hidden_by = models.CharField("masqué par", max_length=100)
    appeal = models.CharField("contestation", max_length=LONGEST_REASON, blank=True, default="")
    appealed_at = models.DateTimeField("contesté le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=LONGEST_REASON, blank=True, default="")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.CharField("répondu par", max_length=100, blank=True, default="")
    lifted_at = models.DateTimeField("remontré le", null=True, blank=True)

    objects: ClassVar[TenantManager[Hiding]] = TenantManager()

    class Meta:
        verbose_name = "message masqué"
        verbose_name_plural = "messages masqués"
        constraints = (
            models.UniqueConstraint(
                fields=("message",),
                condition=models.Q(lifted_at__isnull=True),
                name="school_messages_hidden_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="school_messages_hidden_for_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True) | models.Q(appealed_at__isnull=False),
                name="school_messages_only_an_appeal_is_answered",
            ),
        )
        indexes = (
            models.Index(
                fields=("appealed_at",),
                condition=models.Q(appealed_at__isnull=False, answered_at__isnull=True),
                name="school_messages_appeal_queue",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def may_be_appealed(self) -> bool:
        return self.appealed_at is None and self.lifted_at is None


class MessageTemplate(TenantModel):
    """Words that a collège uses often, from a day on. Changed words are a new row."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    college = models.ForeignKey(
        College, on_delete=models.PROTECT, related_name="message_templates", verbose_name="collège"
    )
    name = models.CharField("nom", max_length=80)
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT)
    text = models.TextField("texte")
    valid_from = models.DateField("du")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    objects: ClassVar[TenantManager[MessageTemplate]] = TenantManager()

    class Meta:
        verbose_name = "modèle de message"
        verbose_name_plural = "modèles de messages"
        constraints = (
            models.UniqueConstraint(
                fields=("college", "name"),
                condition=models.Q(valid_until__isnull=True),
                name="school_messages_template_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="school_messages_template_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.name
