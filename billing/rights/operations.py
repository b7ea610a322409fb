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
from billing.rights.documents import DocumentInvalid, TooManyDocuments
from billing.rights.identity import IdentityInvalid, IdentityOfAnother
from billing.rights.models import ProofDocument, RightsRequest
from billing.rights.moved import hand_over_moved
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
from commons import uploads
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError

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
    "give_document",
    "give_up_waiting",
    "hand_over_moved",
    "open_document",
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


def give_document(
    *,
    request: RightsRequest,
    kind: str,
    stream: uploads.Readable,
    declared_name: str,
    actor: Actor,
    at: datetime.datetime,
) -> ProofDocument:
    """
    Take a document in, look into it, and add it to a request; nothing is kept of one that is refused.

    :raises UploadRefused: one of its kinds, if it is too large, damaged, or not what it may be
    :raises RequestOver: if the request is over
    :raises RequestUnderWay: if the source is being asked
    :raises TooManyDocuments: if the request has as many as it may
    """
    stored = uploads.store(uploads.receive(stream, declared_name=declared_name))
    try:
        return attach_document(request=request, kind=kind, stored=stored, actor=actor, at=at)
    except DomainError:
        uploads.delete_stored(stored.name)
        raise


def open_document(*, document: ProofDocument, actor: Actor, at: datetime.datetime) -> ProofDocument:
    """Write down that an agent opens a document of a family."""
    record_audit(
        actor=actor,
        action="rights.document.opened",
        subject_type="rights_request",
        subject_id=document.request.public_id,
        at=at,
        document=str(document.public_id),
    )
    return document
