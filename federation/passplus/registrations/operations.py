"""The acts on registrations, for every door. What each does is in the module its name comes from.

Locks are taken in the order registration, then the accounts of the ledger.
"""

from __future__ import annotations

from federation.passplus.registrations.clock import Kept, keep_registrations
from federation.passplus.registrations.declaring import AnswerInvalid, Declared
from federation.passplus.registrations.documents import (
    DocumentNotAsked,
    PhotoRefused,
    TooManyDocuments,
    erase_ended,
)
from federation.passplus.registrations.family import (
    attach_document,
    begin_registration,
    give_document,
    submit_registration,
    tell_situation,
    withdraw_registration,
)
from federation.passplus.registrations.reviewing import (
    NothingToLookAt,
    TakenByAnother,
    WordsMissing,
    accept_documents,
    ask_documents,
    grant_registration,
    open_document,
    refuse_registration,
    release_registration,
    take_registration,
)
from federation.passplus.registrations.settling import (
    RegistrationNotReady,
    RegistrationOver,
    RegistrationUnderWay,
)

__all__ = (
    "AnswerInvalid",
    "Declared",
    "DocumentNotAsked",
    "Kept",
    "NothingToLookAt",
    "PhotoRefused",
    "RegistrationNotReady",
    "RegistrationOver",
    "RegistrationUnderWay",
    "TakenByAnother",
    "TooManyDocuments",
    "WordsMissing",
    "accept_documents",
    "ask_documents",
    "attach_document",
    "begin_registration",
    "erase_ended",
    "give_document",
    "grant_registration",
    "keep_registrations",
    "open_document",
    "refuse_registration",
    "release_registration",
    "submit_registration",
    "take_registration",
    "tell_situation",
    "withdraw_registration",
)
