"""What the acts of this room refuse; the French sentences are in `ui.error_texts`."""

from __future__ import annotations

from commons.errors import DomainError


class NotDraft(DomainError):
    """The announcement is published, or withdrawn: its text changes by a correction only."""

    code = "ANNOUNCEMENTS_NOT_DRAFT"


class NotPublished(DomainError):
    """Nobody was told of it, or it was withdrawn."""

    code = "ANNOUNCEMENTS_NOT_PUBLISHED"


class NobodyThere(DomainError):
    """The audience has nobody in it."""

    code = "ANNOUNCEMENTS_NOBODY"


class NoAudience(DomainError):
    """Neither guardians nor pupils."""

    code = "ANNOUNCEMENTS_NO_AUDIENCE"


class ForeignClass(DomainError):
    """A class of another collège."""

    code = "ANNOUNCEMENTS_FOREIGN_CLASS"


class OverBeforeShown(DomainError):
    """Its last day is over when it would be published."""

    code = "ANNOUNCEMENTS_OVER_BEFORE_SHOWN"


class ScheduledInThePast(DomainError):
    """The moment asked for is over."""

    code = "ANNOUNCEMENTS_SCHEDULED_IN_THE_PAST"


class TooManyUrgent(DomainError):
    """As many urgent announcements as may be this week; `most` says how many."""

    code = "ANNOUNCEMENTS_TOO_MANY_URGENT"


class NothingCorrected(DomainError):
    """The text given is the one that is published."""

    code = "ANNOUNCEMENTS_NOTHING_CORRECTED"


class RemindedToday(DomainError):
    """Those who did not read were reminded already today."""

    code = "ANNOUNCEMENTS_REMINDED_TODAY"


class EverybodyRead(DomainError):
    """Nobody is left to remind."""

    code = "ANNOUNCEMENTS_EVERYBODY_READ"


class NothingToPrint(DomainError):
    """Every home has read it, or was printed a letter."""

    code = "ANNOUNCEMENTS_NOTHING_TO_PRINT"


class PrintedMeanwhile(DomainError):
    """Somebody printed some of these letters at the same time."""

    code = "ANNOUNCEMENTS_PRINTED_MEANWHILE"


class NoAcknowledgementAsked(DomainError):
    """The announcement asks nobody to say that they read it."""

    code = "ANNOUNCEMENTS_NO_ACKNOWLEDGEMENT_ASKED"


class TooManyAttachments(DomainError):
    """As many documents as an announcement may have; `most` says how many."""

    code = "ANNOUNCEMENTS_TOO_MANY_ATTACHMENTS"


class HoursRefused(DomainError):
    """An hour that is none; `field` says which."""

    code = "ANNOUNCEMENTS_HOURS_REFUSED"


class DeviceRefused(DomainError):
    """What a browser gave to be reached by cannot be used."""

    code = "ANNOUNCEMENTS_DEVICE_REFUSED"


class TooManyDevices(DomainError):
    """As many devices as a person may have; `most` says how many."""

    code = "ANNOUNCEMENTS_TOO_MANY_DEVICES"
