"""Why a message or a partner's description is refused. What exactly did not hold is for the log alone."""

from __future__ import annotations

from commons.errors import DomainError


class MessageRefused(DomainError):
    """A message that nobody is led anywhere for; `problem` names what did not hold."""

    code = "ENT_SAML_MESSAGE_REFUSED"


class MetadataUnreadable(DomainError):
    """What was given is not the description of one service provider."""

    code = "ENT_SAML_METADATA_UNREADABLE"


class MetadataExpired(DomainError):
    """The description says itself that it is no longer valid."""

    code = "ENT_SAML_METADATA_EXPIRED"


class NoReturnAddress(DomainError):
    """The service says no address that an answer may be posted to."""

    code = "ENT_SAML_NO_RETURN_ADDRESS"


class CertificateRefused(DomainError):
    """A certificate that is none, too weak, or over."""

    code = "ENT_SAML_CERTIFICATE_REFUSED"


class CertificateMissing(DomainError):
    """The service signs its requests, or wants to be signed out of, and gives no certificate."""

    code = "ENT_SAML_CERTIFICATE_MISSING"


class PartnerKnown(DomainError):
    """Another open connection bears this name."""

    code = "ENT_SAML_PARTNER_KNOWN"
