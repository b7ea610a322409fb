"""What the acts on messages refuse."""

from commons.errors import DomainError


class TextMissing(DomainError):
    """A text is empty or too long: `field` says which, `most` how many signs it may have."""

    code = "SCHOOL_MESSAGES_TEXT_INVALID"


class MayNotWrite(DomainError):
    """This person may not write to this collège, or about this pupil, today."""

    code = "SCHOOL_MESSAGES_MAY_NOT_WRITE"


class NobodyToWriteTo(DomainError):
    """Nobody was named, or none of them is of this pupil's family."""

    code = "SCHOOL_MESSAGES_NOBODY"


class OutOfThread(DomainError):
    """The person is not in the thread any more: they read what came before, and write no more."""

    code = "SCHOOL_MESSAGES_OUT_OF_THREAD"


class CollegeStays(DomainError):
    """The collège never leaves a thread."""

    code = "SCHOOL_MESSAGES_COLLEGE_STAYS"


class TooManyMessages(DomainError):
    """One person wrote `most` messages in an hour, or in a day: `hours` says which."""

    code = "SCHOOL_MESSAGES_TOO_MANY"


class TooManyDocuments(DomainError):
    """A message bears `most` documents at most."""

    code = "SCHOOL_MESSAGES_TOO_MANY_DOCUMENTS"


class OwnMessage(DomainError):
    """One does not report one's own message."""

    code = "SCHOOL_MESSAGES_OWN"


class AlreadyDecided(DomainError):
    """Somebody of the collège decided already."""

    code = "SCHOOL_MESSAGES_DECIDED"


class AlreadyHidden(DomainError):
    """The message is hidden."""

    code = "SCHOOL_MESSAGES_HIDDEN"


class NotToAppeal(DomainError):
    """The message is shown, was contested already, or is another's."""

    code = "SCHOOL_MESSAGES_NOT_TO_APPEAL"


class TemplateOver(DomainError):
    """The template is used no more."""

    code = "SCHOOL_MESSAGES_TEMPLATE_OVER"
