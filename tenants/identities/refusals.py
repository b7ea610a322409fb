"""What may go wrong between a provider's page and ours. None says who has an account."""

from __future__ import annotations

from commons.errors import DomainError


class SignInBroken(DomainError):
    """The answer is not one to a question of this browser, or does not hold; `problem` is for the log."""

    code = "IDENTITY_SIGN_IN_BROKEN"


class SignInGivenUp(DomainError):
    """The person gave up on the provider's page."""

    code = "IDENTITY_SIGN_IN_GIVEN_UP"


class ProviderSilent(DomainError):
    """The provider does not answer, or answers an error."""

    code = "IDENTITY_PROVIDER_SILENT"


class AnswerTooOld(DomainError):
    """The provider's answer came too late."""

    code = "IDENTITY_ANSWER_TOO_OLD"


class WayClosed(DomainError):
    """This way is not open, or not to this person."""

    code = "IDENTITY_WAY_CLOSED"


class WrongProfile(DomainError):
    """The identity is of a kind that has no place here, or not that of the person we know."""

    code = "IDENTITY_WRONG_PROFILE"


class CollegeMissing(DomainError):
    """A pupil's identity that names no collège."""

    code = "IDENTITY_COLLEGE_MISSING"


class AccountClosed(DomainError):
    """The account that the identity is joined to is closed."""

    code = "IDENTITY_ACCOUNT_CLOSED"


class ProofRefused(DomainError):
    """What was typed is not that of a pupil we know."""

    code = "IDENTITY_PROOF_REFUSED"


class CodeRefused(DomainError):
    """The code of a letter does not prove who this is: what is wrong with it is never said."""

    code = "IDENTITY_CODE_REFUSED"


class TooManyTries(DomainError):
    """The proof was tried too often for today."""

    code = "IDENTITY_TOO_MANY_TRIES"


class RequestOver(DomainError):
    """Somebody decided already."""

    code = "IDENTITY_REQUEST_OVER"


class WordsMissing(DomainError):
    """A refusal says why."""

    code = "IDENTITY_WORDS_MISSING"
