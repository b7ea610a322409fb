"""Acts on rights: the doors of the room. What each does is in the module that its name points to.

`configuring`: sources and rules. `requesting`: what a family does. `asking`: the question, and what its
answer does. `deciding`: the maximum, documents, and what agents do. `retention`: what is deleted.
Locks are taken in the order of billing/README.md: request, household, pupils.
"""

from __future__ import annotations

import datetime

from billing.rights import documents
from billing.rights.asking import give_up_waiting, put_question
from billing.rights.configuring import (
    RulesInvalid,
    SourceAlreadyOpen,
    SourceInvalid,
    close_source,
    open_source,
    replace_keys,
    set_rules,
)
from billing.rights.deciding import (
    Figures,
    TakenByAnother,
    WordsMissing,
    ask_document,
    attach_document,
    choose_maximum,
    decide_request,
    refuse_request,
    release_request,
    take_request,
)
from billing.rights.documents import DocumentInvalid, StoredFile, TooManyDocuments
from billing.rights.identity import IdentityInvalid, IdentityOfAnother
from billing.rights.models import RightsRequest
from billing.rights.requesting import (
    ConsentMissing,
    ConsentTextChanged,
    RequestOver,
    RequestUnderWay,
    WayNotOffered,
    abandon_request,
    ask_source,
    begin_request,
    choose_way,
    consent_and_ask,
    give_consent,
    withdraw_consent,
)
from billing.rights.retention import purge

__all__ = (
    "ConsentMissing",
    "ConsentTextChanged",
    "DocumentInvalid",
    "Figures",
    "IdentityInvalid",
    "IdentityOfAnother",
    "RequestOver",
    "RequestUnderWay",
    "RulesInvalid",
    "SourceAlreadyOpen",
    "SourceInvalid",
    "StoredFile",
    "TakenByAnother",
    "TooManyDocuments",
    "WayNotOffered",
    "WordsMissing",
    "abandon_request",
    "ask_document",
    "ask_source",
    "attach_document",
    "begin_request",
    "choose_maximum",
    "choose_way",
    "close_source",
    "consent_and_ask",
    "decide_request",
    "delete_documents",
    "give_consent",
    "give_up_waiting",
    "open_source",
    "purge",
    "put_question",
    "refuse_request",
    "release_request",
    "replace_keys",
    "set_rules",
    "take_request",
    "withdraw_consent",
)


def delete_documents(*, request: RightsRequest, at: datetime.datetime) -> int:
    """Delete the documents of a request that is over, as the rules say; how many."""
    return documents.delete_ended(at=at, request=request)
